import gzip
from datetime import date
from pathlib import Path

import pytest

from benchmarks.acnsim.past import PastStay
from benchmarks.acnsim.stays import Record, Stay, uncontrolled_peak_w

HEAD = (
    "arrival,departure,requested_energy (kWh),delivered_energy (kWh),station_id,session_id,"
    "estimated_departure,claimed\n"
)
DAY = date(2019, 6, 10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        ("06-07 09:00", "06-07 17:00", "8.5", "A", "past", "06-07 15:00"),
        ("06-10 08:02", "06-10 09:01", "5.0", "A", "first", "06-10 10:00"),
        ("06-10 09:02", "06-10 09:12", "5.0", "A", "second", ""),
        ("06-10 09:02", "06-10 10:12", "5.0", "B", "unknown station", ""),
        ("06-11 09:02", "06-11 10:12", "5.0", "A", "next day", ""),
    ]
    with gzip.open(tmp_path / "jpl_2019.csv.gz", "wt", encoding="utf-8") as file:
        file.write(HEAD)
        for arrival, departure, energy_kwh, station, key, stated in rows:
            instants = [_at_site(text) for text in (arrival, departure, stated)]
            columns = [*instants[:2], "9", energy_kwh, station, key, instants[2], "True"]
            file.write(",".join(columns) + "\n")
    return tmp_path


def test_a_week_has_the_stays_that_begin_in_it_at_known_stations(folder: Path) -> None:
    stays = Record(folder, "jpl").week(DAY, 1, ["A"])

    assert [stay.key for stay in stays] == ["first", "second"]
    assert stays[0] == Stay(
        key="first", station="A", arrives=96, departs=109, stated=120, energy_wh=5000.0
    )


def test_a_vehicle_waits_until_its_station_is_free_and_wants_what_it_can_get(folder: Path) -> None:
    second = Record(folder, "jpl").week(DAY, 1, ["A"])[1]

    assert (second.arrives, second.departs) == (109, 111)
    assert second.energy_wh == pytest.approx(2 * 32.0 * 208.0 / 12)


def test_a_driver_who_says_nothing_is_taken_to_leave_when_he_leaves(folder: Path) -> None:
    assert Record(folder, "jpl").week(DAY, 1, ["A"])[1].stated == 110  # 09:12


def test_only_what_was_over_before_the_week_is_known_of_the_past(folder: Path) -> None:
    assert Record(folder, "jpl").before(DAY) == [
        PastStay(came_h=9.0, stated_s=6 * 3600.0, lasted_s=8 * 3600.0, energy_wh=8500.0)
    ]


def test_the_uncontrolled_peak_is_that_of_charging_at_once() -> None:
    full_wh = 32.0 * 208.0 / 12
    stays = [
        Stay(key="1", station="A", arrives=0, departs=9, stated=9, energy_wh=2 * full_wh),
        Stay(key="2", station="B", arrives=1, departs=9, stated=9, energy_wh=full_wh / 2),
        Stay(key="3", station="C", arrives=2, departs=9, stated=9, energy_wh=full_wh),
    ]

    assert uncontrolled_peak_w(stays) == pytest.approx(1.5 * 32.0 * 208.0)


def _at_site(text: str) -> str:
    return f"2019-{text}:00-07:00" if text else ""
