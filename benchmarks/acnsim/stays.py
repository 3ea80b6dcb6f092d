"""Stays of vehicles at the JPL and Caltech garages, as they were measured.

Time is counted in periods of five minutes after the beginning of the week. The energy that a
vehicle wants is the energy that it got, as far as its EVSE could have given that in its stay.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from benchmarks.acnsim.past import PastStay

PERIOD_S: Final = 300
PERIOD_H: Final = PERIOD_S / 3600
VOLTAGE_V: Final = 208.0
MOST_A: Final = 32.0
_LEAST_WH: Final = 50.0
_ZONE: Final = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A vehicle at an EVSE.

    Attributes:
        arrives: Its first period.
        departs: The period in which it is gone.
        stated: When its driver said that it would be gone.
    """

    key: str
    station: str
    arrives: int
    departs: int
    stated: int
    energy_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    key: str
    station: str
    arrives_at: datetime
    departs_at: datetime
    stated_at: datetime
    energy_wh: float


class Record:
    """All that was measured at a site.

    Args:
        folder: Where the files are.
        site: "jpl" or "caltech".
    """

    def __init__(self, folder: Path, site: str) -> None:
        rows = [row for file in files_of(folder, site) for row in _read(file)]
        self._rows = sorted(rows, key=lambda row: row.arrives_at)

    def week(self, begins: date, days: int, stations: Iterable[str]) -> list[Stay]:
        """Stays that begin in these days, at stations that the simulator knows."""
        starts_at, known = begin_of(begins), frozenset(stations)
        ends_at = begin_of(begins + timedelta(days=days))
        taken: dict[str, int] = {}
        stays = []
        for row in self._rows:
            if starts_at <= row.arrives_at < ends_at and row.station in known:
                stay = _stay(row, starts_at, taken.get(row.station, 0))
                if stay is not None:
                    taken[row.station] = stay.departs
                    stays.append(stay)
        return stays

    def before(self, begins: date) -> list[PastStay]:
        """Stays that were over before a day."""
        starts_at = begin_of(begins)
        return [
            PastStay(
                came_h=_hour_of(row.arrives_at),
                stated_s=(row.stated_at - row.arrives_at).total_seconds(),
                lasted_s=(row.departs_at - row.arrives_at).total_seconds(),
                energy_wh=row.energy_wh,
            )
            for row in self._rows
            if row.departs_at < starts_at and row.stated_at > row.arrives_at
        ]


def files_of(folder: Path, site: str) -> list[Path]:
    """The files with a site's stays."""
    return sorted(folder.glob(f"{site}_*.csv.gz"))


def begin_of(day: date) -> datetime:
    """Midnight at the site."""
    return datetime.combine(day, time(), _ZONE)


def uncontrolled_peak_w(stays: Iterable[Stay]) -> float:
    """The highest power if every vehicle charges as fast as it can from its arrival on."""
    power_w: dict[int, float] = {}
    for stay in stays:
        left_wh = stay.energy_wh
        for period in range(stay.arrives, stay.departs):
            given_wh = min(left_wh, MOST_A * VOLTAGE_V * PERIOD_H)
            power_w[period] = power_w.get(period, 0.0) + given_wh / PERIOD_H
            left_wh -= given_wh
    return max(power_w.values(), default=0.0)


def _hour_of(instant: datetime) -> float:
    """Which hour of the day it is at the site."""
    local = instant.astimezone(_ZONE)
    return local.hour + local.minute / 60


def _read(file: Path) -> Iterator[_Row]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            departs_at = datetime.fromisoformat(row["departure"])
            stated = row["estimated_departure"]
            yield _Row(
                key=row["session_id"],
                station=row["station_id"],
                arrives_at=datetime.fromisoformat(row["arrival"]),
                departs_at=departs_at,
                stated_at=datetime.fromisoformat(stated) if stated else departs_at,
                energy_wh=1000.0 * float(row["delivered_energy (kWh)"]),
            )


def _stay(row: _Row, starts_at: datetime, free_from: int) -> Stay | None:
    """A stay in periods; a station is free for the next vehicle when it is free."""
    period = timedelta(seconds=PERIOD_S)
    arrives = max(floor((row.arrives_at - starts_at) / period), free_from)
    departs = ceil((row.departs_at - starts_at) / period)
    most_wh = MOST_A * VOLTAGE_V * PERIOD_H * (departs - arrives)
    energy_wh = min(row.energy_wh, most_wh)
    if departs <= arrives or energy_wh <= _LEAST_WH:
        return None
    stated = max(round((row.stated_at - starts_at) / period), arrives + 1)
    return Stay(
        key=row.key,
        station=row.station,
        arrives=arrives,
        departs=departs,
        stated=stated,
        energy_wh=energy_wh,
    )
