"""Measured stays of garages, and the load they would have made without any control."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from smart_charging.arrays import Array
from smart_charging.forecast.calendar import Calendar, public_holidays

_USUAL_W: Final = 3_700.0
_ACN_W: Final = 6_656.0
"""208 V and 32 A, as the garages' stations have."""
_GAP_DAYS: Final = 14
"""A garage of which so long nothing was recorded begins anew after it."""
_COUNTRIES: Final = {"Europe/Oslo": "NO", "America/Los_Angeles": "US"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Garage:
    """A garage, or several as one.

    Attributes:
        name: What it is called.
        stays: As `stay_table` has them, in order of arrival.
        calendar: Where it is.
        first: The first day of its record.
        end: The day after its last whole one.
    """

    name: str
    stays: pd.DataFrame
    calendar: Calendar
    first: date
    end: date

    @property
    def days(self) -> int:
        """Length of the record."""
        return (self.end - self.first).days


def norwegian_garages(folder: Path) -> list[Garage]:
    """All garages of the Norwegian data set that are in a folder."""
    zone = ZoneInfo("Europe/Oslo")
    tables = [pd.read_csv(file) for file in sorted(folder.glob("norway_*.csv.gz"))]
    if not tables:
        return []
    rows = pd.concat(tables)
    stays = pd.DataFrame(
        {
            "token": rows["user_id"],
            "station": rows["user_id"],
            "site": rows["location"],
            "plugged_in_at": _instants(rows["plugin_time_local"], zone),
            "unplugged_at": _instants(rows["plugout_time_local"], zone),
            "energy_wh": 1000.0 * rows["energy_kwh"],
            "power_w": 1000.0 * rows["user_charging_power_kw"],
        }
    )
    return [_garage(str(name), some, zone) for name, some in _useful(stays).groupby("site")]


def acn_garages(folder: Path, site: str) -> list[Garage]:
    """The stretches of time in which an ACN-Data garage was recorded."""
    zone = ZoneInfo("America/Los_Angeles")
    tables = [pd.read_csv(file) for file in sorted(folder.glob(f"{site}_*.csv.gz"))]
    if not tables:
        return []
    rows = pd.concat(tables)
    stays = pd.DataFrame(
        {
            "token": None,
            "station": rows["station_id"],
            "site": site,
            "plugged_in_at": pd.to_datetime(rows["arrival"], utc=True),
            "unplugged_at": pd.to_datetime(rows["departure"], utc=True),
            "energy_wh": 1000.0 * rows["delivered_energy (kWh)"],
            "power_w": _ACN_W,
        }
    )
    stays = _useful(stays)
    begins = stays["plugged_in_at"].diff() > pd.Timedelta(days=_GAP_DAYS)
    return [
        _garage(f"{site} {some['plugged_in_at'].iloc[0]:%Y-%m}", some, zone)
        for _, some in stays.groupby(begins.cumsum())
    ]


def together(garages: list[Garage]) -> Garage:
    """Garages as one, up to the day on which the first of them ends of those most on record.

    Of all days, one counts on which most garages were on record; those are taken.
    """
    ends = {one.end: sum(g.first < one.end <= g.end for g in garages) for one in garages}
    end = max(ends, key=lambda day: (ends[day], day))
    some = [one for one in garages if one.first < end <= one.end]
    stays = pd.concat([one.stays for one in some]).sort_values("plugged_in_at", kind="stable")
    return Garage(
        name=f"{len(some)} together",
        stays=stays.reset_index(drop=True),
        calendar=some[0].calendar,
        first=min(one.first for one in some),
        end=end,
    )


def load_w(garage: Garage, step_s: int) -> "pd.Series[float]":
    """The load if every vehicle draws from its arrival on what it draws at most."""
    index = _index(garage, step_s)
    begin_s = _since(garage.stays["plugged_in_at"], index[0])
    stay_s = _since(garage.stays["unplugged_at"], index[0]) - begin_s
    energy_ws = 3600.0 * garage.stays["energy_wh"].to_numpy(float)
    power_w = np.maximum(garage.stays["power_w"].to_numpy(float), energy_ws / stay_s)
    end_s = begin_s + energy_ws / power_w
    bounds = step_s * np.arange(len(index) + 1.0)
    drawn_ws = _ramps(bounds, begin_s, power_w) - _ramps(bounds, end_s, power_w)
    return pd.Series(np.maximum(np.diff(drawn_ws), 0.0) / step_s, index=index)


def arrivals(garage: Garage, step_s: int) -> "pd.Series[float]":
    """How many vehicles come in each step."""
    index = _index(garage, step_s)
    begin_s = _since(garage.stays["plugged_in_at"], index[0])
    at = (begin_s // step_s).astype(int)
    inside = at[(at >= 0) & (at < len(index))]
    return pd.Series(np.bincount(inside, minlength=len(index)).astype(float), index=index)


def _index(garage: Garage, step_s: int) -> pd.DatetimeIndex:
    zone = garage.calendar.zone
    return pd.date_range(
        pd.Timestamp(garage.first, tz=zone),
        pd.Timestamp(garage.end, tz=zone),
        freq=pd.Timedelta(seconds=step_s),
        inclusive="left",
    ).tz_convert("UTC")


def _since(instants: "pd.Series[pd.Timestamp]", origin: pd.Timestamp) -> Array:
    return np.asarray((instants - origin).dt.total_seconds(), dtype=np.float64)


def _ramps(bounds: Array, begin: Array, slope: Array) -> Array:
    """What has grown by each bound of what grows from its beginning on."""
    order = np.argsort(begin)
    begins, slopes = begin[order], slope[order]
    at = np.searchsorted(begins, bounds)
    slope_sum = np.append(0.0, np.cumsum(slopes))[at]
    offset_sum = np.append(0.0, np.cumsum(slopes * begins))[at]
    found: Array = slope_sum * bounds - offset_sum
    return found


def _useful(stays: pd.DataFrame) -> pd.DataFrame:
    is_useful = (stays["unplugged_at"] > stays["plugged_in_at"]) & (stays["energy_wh"] > 0)
    some = stays[is_useful].sort_values("plugged_in_at", kind="stable").reset_index(drop=True)
    return some.assign(power_w=some["power_w"].fillna(_USUAL_W))


def _garage(name: str, stays: pd.DataFrame, zone: ZoneInfo) -> Garage:
    local = stays["plugged_in_at"].dt.tz_convert(zone)
    first, end = local.iloc[0].date(), local.iloc[-1].date()
    holidays = public_holidays(_COUNTRIES[zone.key], first, end + timedelta(days=14))
    return Garage(
        name=name,
        stays=stays.reset_index(drop=True),
        calendar=Calendar(zone, holidays),
        first=first,
        end=end,
    )


def _instants(texts: "pd.Series[str]", zone: ZoneInfo) -> "pd.Series[pd.Timestamp]":
    """Wall times as instants; of an hour that the clock shows twice, the second."""
    wall = pd.to_datetime(texts)
    twice = np.zeros(len(wall), dtype=bool)
    return wall.dt.tz_localize(zone, ambiguous=twice, nonexistent="shift_forward")
