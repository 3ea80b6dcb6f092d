import os
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulators.sessions.norway import read_norway
from simulators.sessions.session import Session
from simulators.sessions.table import WrongColumnsError

OSLO = ZoneInfo("Europe/Oslo")
HEADER = (
    "location,user_id,session_id,plugin_time_local,plugout_time_local,energy_kwh,"
    "user_charging_power_kw,user_battery_kwh,soc_start_pct\n"
)


def read(folder: Path, *rows: str) -> tuple[Session, ...]:
    return read_all(folder, *rows)[0]


def read_all(folder: Path, *rows: str) -> tuple[tuple[Session, ...], dict[str, int]]:
    path = folder / "norway.csv"
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    found = read_norway(path, date(2018, 1, 1), date(2021, 12, 31), OSLO)
    return found.sessions, dict(found.skipped)


def row(
    times: str = "2018-11-15 16:15:00,2018-11-15 16:37:00",
    figures: str = "1.64,3.68,37.873,91.2",
) -> str:
    return f"ASK,ASK_Plass67,ASK_3740,{times},{figures}"


def test_row_becomes_a_session_in_utc(tmp_path: Path) -> None:
    (found,) = read(tmp_path, row())
    assert found.session_id == "ASK_3740"
    assert found.user == "ASK_Plass67"
    assert found.arrives_at == datetime(2018, 11, 15, 15, 15, tzinfo=UTC)
    assert found.departs_at == datetime(2018, 11, 15, 15, 37, tzinfo=UTC)
    assert found.energy_wh == pytest.approx(1_640)
    assert found.vehicle.battery_wh == pytest.approx(37_873)
    assert found.arrival_soc_pct == pytest.approx(91.2)


@pytest.mark.parametrize(
    ("power_kw", "lines", "amps"),
    [("3.68", 1, 16.0), ("7.4", 1, 32.0), ("7.41", 3, 10.7), ("11.04", 3, 16.0), ("1.0", 1, 6.0)],
)
def test_power_tells_phases_and_amperes(
    power_kw: str, lines: int, amps: float, tmp_path: Path
) -> None:
    (found,) = read(tmp_path, row(figures=f"1.64,{power_kw},37.873,50"))
    assert (found.vehicle.line_count, found.vehicle.max_a) == (lines, amps)


def test_battery_holds_what_was_charged_whatever_was_estimated(tmp_path: Path) -> None:
    (found,) = read(tmp_path, row(figures="20,3.68,40,80"))
    assert found.arrival_soc_pct == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("times", "arrives", "hours"),
    [
        # Summer time begins: 02:00 becomes 03:00.
        (
            "2019-03-31 01:30:00,2019-03-31 04:30:00",
            datetime(2019, 3, 31, 0, 30, tzinfo=UTC),
            2.0,
        ),
        # Summer time ends: the hour from 02:00 comes twice.
        (
            "2019-10-27 01:30:00,2019-10-27 04:30:00",
            datetime(2019, 10, 26, 23, 30, tzinfo=UTC),
            4.0,
        ),
        (
            "2019-10-27 02:50:00,2019-10-27 02:10:00",
            datetime(2019, 10, 27, 0, 50, tzinfo=UTC),
            1 / 3,
        ),
    ],
)
def test_wall_times_are_read_across_changes_of_the_clock(
    times: str, arrives: datetime, hours: float, tmp_path: Path
) -> None:
    (found,) = read(tmp_path, row(times))
    assert found.arrives_at == arrives
    assert (found.departs_at - found.arrives_at).total_seconds() / 3600 == pytest.approx(hours)


def test_bad_rows_are_counted_by_reason(tmp_path: Path) -> None:
    sessions, skipped = read_all(
        tmp_path,
        row(),
        row(times="2018-11-15 16:15:00,"),
        row(times="2018-11-15 16:15:00,2018-11-15 16:00:00"),
        row(figures=",3.68,37.873,91.2"),
        row(figures="1.64,,,"),
    )
    assert len(sessions) == 1
    assert skipped == {
        "no plugout_time_local": 1,
        "leaves before it comes": 1,
        "no energy_kwh": 1,
        "no user_charging_power_kw": 1,
    }


def test_missing_state_of_charge_means_that_it_leaves_full(tmp_path: Path) -> None:
    (found,) = read(tmp_path, row(figures="10,3.68,40,"))
    assert found.arrival_soc_pct == pytest.approx(75.0)


def test_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("arrival,departure\n", encoding="utf-8")
    with pytest.raises(WrongColumnsError, match="plugin_time_local"):
        read_norway(path, date.min, date.max, OSLO)


@pytest.mark.skipif("CHARGEFLEX_DATA" not in os.environ, reason="CHARGEFLEX_DATA is not set")
def test_real_file_is_read() -> None:
    path = Path(os.environ["CHARGEFLEX_DATA"]) / "norway_residential_sessions.csv.gz"
    found = read_norway(path, date(2018, 1, 1), date(2022, 1, 1), OSLO)
    assert len(found.sessions) == 19_062
    assert found.skipped == {"no plugout_time_local": 35, "no user_charging_power_kw": 45}
