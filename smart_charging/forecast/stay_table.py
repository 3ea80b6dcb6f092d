"""Stays of vehicles, as the forecasts take them.

A table with a row for each stay: `token` (whose: a hash, never the id token itself; None where
nobody knows), `station`, `site`, `plugged_in_at` and `unplugged_at` (aware; the latter NaT while it
stands), `energy_wh` (drawn so far, or
altogether), `power_w` (the most it drew, None: unknown).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.calendar import Calendar

COLUMNS: Final = (
    "token",
    "station",
    "site",
    "plugged_in_at",
    "unplugged_at",
    "energy_wh",
    "power_w",
)
_H_PER_DAY: Final = 24


class StaysError(ValueError):
    """A table of stays that cannot be used; its text says why."""


def without(stays: pd.DataFrame, token: str) -> pd.DataFrame:
    """The stays without those of one driver, who wants to be forgotten."""
    return stays[stays["token"] != token]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stays:
    """A table as arrays, in order of arrival, in hours and kWh of the site's clock.

    Attributes:
        order: [stay], the row of the table.
        came_h: [stay], hours since a midnight long ago, as the wall's clock counts.
        left_h: [stay], infinite while it stands.
        energy_kwh: [stay].
        power_kw: [stay], not a number: unknown.
        user: [stay], -1: unknown.
        site: [stay], its place among `sites`.
        sites: Their names.
        is_off: [day], whether days since then are not worked on.
        is_holiday: [day].
        first_day: The first of these days, at whose beginning hours are 0.
    """

    order: Indices
    came_h: Array
    left_h: Array
    energy_kwh: Array
    power_kw: Array
    user: Indices
    site: Indices
    sites: tuple[str, ...]
    is_off: Flags
    is_holiday: Flags
    first_day: date

    @property
    def stay_h(self) -> Array:
        """[stay]: how long."""
        return self.left_h - self.came_h


def lay_out_stays(table: pd.DataFrame, calendar: Calendar) -> Stays:
    """Turn a table of stays into arrays.

    Raises:
        StaysError: A column is missing, or instants are naive.
    """
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise StaysError(f"stays: expected the columns {', '.join(missing)}")
    came = _wall_h(table["plugged_in_at"], calendar)
    left = _wall_h(table["unplugged_at"], calendar)
    begin = np.floor(np.nanmin(came) / _H_PER_DAY) if len(came) else 0.0
    order = np.argsort(came, kind="stable")
    origin = begin * _H_PER_DAY
    days = int(np.nanmax(np.append(came, left[np.isfinite(left)])) / _H_PER_DAY - begin) + 10
    dates = [
        stamp.date() for stamp in pd.Timestamp(0) + pd.to_timedelta(begin + np.arange(days), "D")
    ]
    site, sites = pd.factorize(table["site"])
    return Stays(
        order=order,
        came_h=came[order] - origin,
        left_h=np.where(np.isnan(left), np.inf, np.maximum(left, came) - origin)[order],
        energy_kwh=table["energy_wh"].to_numpy(float)[order] / 1000,
        power_kw=table["power_w"].to_numpy(float)[order] / 1000,
        user=pd.factorize(table["token"])[0][order],
        site=site[order],
        sites=tuple(str(name) for name in sites),
        is_off=calendar.are_off(dates),
        is_holiday=np.array([day in calendar.holidays for day in dates]),
        first_day=dates[0],
    )


def _wall_h(instants: "pd.Series[pd.Timestamp]", calendar: Calendar) -> Array:
    """Hours since 1970 as the clock on the wall counts; not a number where there is no instant."""
    if not isinstance(instants.dtype, pd.DatetimeTZDtype):
        raise StaysError(f"stays: expected aware instants in {instants.name}, got {instants.dtype}")
    wall = instants.dt.tz_convert(calendar.zone).dt.tz_localize(None)
    return np.asarray((wall - pd.Timestamp(0)) / pd.Timedelta(hours=1), dtype=np.float64)
