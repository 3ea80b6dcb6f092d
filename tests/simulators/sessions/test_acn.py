import gzip
import os
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulators.sessions.acn import read_acn
from simulators.sessions.table import WrongColumnsError

LA = ZoneInfo("America/Los_Angeles")
DAY = date(2019, 5, 1)
HEADER = (
    "arrival,departure,requested_energy (kWh),delivered_energy (kWh),station_id,session_id,"
    "estimated_departure,claimed\n"
)
GOOD = (
    "2019-05-01 05:04:06-07:00,2019-05-01 17:56:21-07:00,44.85,14.9,AG-1F11,one,"
    "2019-05-01 14:09:06-07:00,True\n"
)
UNCLAIMED = (
    "2019-05-01 08:25:55-07:00,2019-05-01 18:07:18-07:00,1.081,1.081,CA-489,two,"
    "2019-05-01 18:07:18-07:00,False\n"
)
FAST = (
    "2019-05-01 09:00:00-07:00,2019-05-01 10:00:00-07:00,20,11,CA-1,three,"
    "2019-05-01 18:07:18-07:00,True\n"
)


def write(folder: Path, *rows: str) -> Path:
    path = folder / "acn.csv"
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def test_row_becomes_a_session_in_utc(tmp_path: Path) -> None:
    (found,) = read_acn(write(tmp_path, GOOD), DAY, DAY, LA).sessions
    assert found.session_id == "one"
    assert found.user == "AG-1F11-05010504"
    assert found.arrives_at == datetime(2019, 5, 1, 12, 4, 6, tzinfo=UTC)
    assert found.departs_at == datetime(2019, 5, 2, 0, 56, 21, tzinfo=UTC)
    assert found.energy_wh == pytest.approx(14_900)
    assert found.station_hint == "AG-1F11"
    assert found.stated_energy_wh == pytest.approx(44_850)
    assert found.stated_departs_at == datetime(2019, 5, 1, 21, 9, 6, tzinfo=UTC)
    assert (found.vehicle.line_count, found.vehicle.max_a) == (1, 32.0)


def test_driver_who_claimed_nothing_states_nothing(tmp_path: Path) -> None:
    (found,) = read_acn(write(tmp_path, UNCLAIMED), DAY, DAY, LA).sessions
    assert found.stated_departs_at is None
    assert found.stated_energy_wh is None


def test_power_beyond_one_phase_implies_three(tmp_path: Path) -> None:
    (found,) = read_acn(write(tmp_path, FAST), DAY, DAY, LA).sessions
    assert found.vehicle.line_count == 3


def test_only_arrivals_of_the_asked_days_come_in_order(tmp_path: Path) -> None:
    path = write(tmp_path, UNCLAIMED, GOOD, GOOD.replace("2019-05-01", "2019-05-02"))
    found = read_acn(path, DAY, DAY, LA).sessions
    assert [session.session_id for session in found] == ["one", "two"]


def test_bad_rows_are_counted_by_reason(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        GOOD,
        GOOD.replace("14.9,", ","),
        GOOD.replace("14.9,", "0,"),
        GOOD.replace("14.9,", "nan,"),
        GOOD.replace("2019-05-01 17", "2019-04-30 17"),
        "soon" + GOOD[25:],
        GOOD.replace("2019-05-01 17:56:21-07:00", ""),
    )
    found = read_acn(path, DAY, DAY, LA)
    assert len(found.sessions) == 1
    assert found.skipped == {
        "no delivered_energy (kWh)": 1,
        "delivered_energy (kWh) not above 0": 2,
        "leaves before it comes": 1,
        "no arrival": 1,
        "no departure": 1,
    }


def test_packed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "acn.csv.gz"
    path.write_bytes(gzip.compress((HEADER + GOOD).encode()))
    assert len(read_acn(path, DAY, DAY, LA).sessions) == 1


def test_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("arrival,departure\n", encoding="utf-8")
    with pytest.raises(WrongColumnsError, match="station_id") as refusal:
        read_acn(path, DAY, DAY, LA)
    assert refusal.value.path == path
    assert "session_id" in refusal.value.missing


@pytest.mark.skipif("CHARGEFLEX_DATA" not in os.environ, reason="CHARGEFLEX_DATA is not set")
def test_real_day_at_jpl_is_read() -> None:
    path = Path(os.environ["CHARGEFLEX_DATA"]) / "jpl_2019-05-01_2019-08-31.csv.gz"
    found = read_acn(path, date(2019, 6, 5), date(2019, 6, 5), LA)
    assert len(found.sessions) == 70
    assert found.skipped == {}
    assert sum(session.energy_wh for session in found.sessions) == pytest.approx(1_115_344)
