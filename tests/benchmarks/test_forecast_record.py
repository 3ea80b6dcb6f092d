"""Garages' stays as the benchmark reads them, and the load that it makes of them."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from benchmarks.forecast.record import (
    Garage,
    acn_garages,
    arrivals,
    load_w,
    norwegian_garages,
    together,
)

_HEAD = (
    "location,user_id,session_id,plugin_time_local,plugout_time_local,energy_kwh,"
    "user_charging_power_kw,user_battery_kwh,soc_start_pct"
)
_ACN_HEAD = (
    "arrival,departure,requested_energy (kWh),delivered_energy (kWh),station_id,session_id,"
    "estimated_departure,claimed"
)


def write(path: Path, *lines: str) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def norway(folder: Path, *rows: tuple[str, str, str, float]) -> list[Garage]:
    """Garages of rows of (site, from, to, kWh), all with 4 kW."""
    lines = [
        f"{site},{site}_u,{site}_{number},{begin},{end},{kwh},4.0,40,50"
        for number, (site, begin, end, kwh) in enumerate(rows)
    ]
    write(folder / "norway_some.csv.gz", _HEAD, *lines)
    return norwegian_garages(folder)


def test_vehicle_draws_from_its_arrival_until_it_has_its_energy(tmp_path: Path) -> None:
    [garage] = norway(
        tmp_path,
        ("A", "2019-05-01 10:30:00", "2019-05-01 20:00:00", 6.0),
        ("A", "2019-05-01 11:00:00", "2019-05-01 11:30:00", 4.0),  # 8 kW, or it had not got it
        ("A", "2019-05-02 08:00:00", "2019-05-02 09:00:00", 1.0),
    )
    found = load_w(garage, 3600)
    assert found.index[0].isoformat() == "2019-04-30T22:00:00+00:00"
    assert len(found) == 24
    assert found.iloc[9:14].tolist() == pytest.approx([0, 2000, 4000 + 4000, 0, 0])
    assert found.sum() == pytest.approx(10_000)


def test_arrivals_are_counted_in_their_step(tmp_path: Path) -> None:
    [garage] = norway(
        tmp_path,
        ("A", "2019-05-01 10:30:00", "2019-05-01 20:00:00", 6.0),
        ("A", "2019-05-01 10:59:00", "2019-05-01 11:30:00", 4.0),
        ("A", "2019-05-02 08:00:00", "2019-05-02 09:00:00", 1.0),
    )
    found = arrivals(garage, 900)
    assert found.iloc[[41, 42, 43]].tolist() == [0.0, 1.0, 1.0]
    assert found.sum() == 2.0


def test_rows_without_energy_or_length_are_left_out(tmp_path: Path) -> None:
    [garage] = norway(
        tmp_path,
        ("A", "2019-05-01 10:00:00", "2019-05-01 10:00:00", 6.0),
        ("A", "2019-05-01 11:00:00", "2019-05-01 12:00:00", 0.0),
        ("A", "2019-05-01 12:00:00", "2019-05-01 13:00:00", 1.0),
    )
    assert len(garage.stays) == 1


def test_garages_together_end_when_the_first_of_most_ends(tmp_path: Path) -> None:
    garages = norway(
        tmp_path,
        *(
            (site, f"{day} 10:00:00", f"{day} 12:00:00", 1.0)
            for site, days in {
                "A": ("2019-05-01", "2019-05-20"),
                "B": ("2019-05-03", "2019-05-15"),
                "C": ("2019-08-01", "2019-08-20"),
            }.items()
            for day in days
        ),
    )
    found = together(garages)
    assert (found.first, found.end) == (date(2019, 5, 1), date(2019, 5, 15))
    assert set(found.stays["site"]) == {"A", "B"}


def test_acn_garage_begins_anew_after_a_gap(tmp_path: Path) -> None:
    rows = [
        f"{day} 08:00:00-07:00,{day} 17:00:00-07:00,20,10,AG-1,1,{day} 16:00:00-07:00,True"
        for day in ("2019-05-01", "2019-05-02", "2019-09-01", "2019-09-02")
    ]
    write(tmp_path / "jpl_some.csv.gz", _ACN_HEAD, *rows)
    found = acn_garages(tmp_path, "jpl")
    assert [one.name for one in found] == ["jpl 2019-05", "jpl 2019-09"]
    assert [len(one.stays) for one in found] == [2, 2]
    assert date(2019, 9, 2) in found[1].calendar.holidays  # Labor Day


def test_folder_without_the_files_has_no_garages(tmp_path: Path) -> None:
    assert norwegian_garages(tmp_path) == []
    assert acn_garages(tmp_path, "jpl") == []
