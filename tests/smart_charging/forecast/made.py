"""Stays and loads that are made by rule, so that tests know what is to be found."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from smart_charging.forecast.calendar import Calendar

OSLO = ZoneInfo("Europe/Oslo")
CALENDAR = Calendar(OSLO, frozenset({date(2024, 5, 1), date(2024, 5, 17)}))
MONDAY = date(2024, 4, 1)


def at(day: int, hour: float) -> pd.Timestamp:
    """An instant of the site's clock, so many days after a Monday."""
    wall = pd.Timestamp(MONDAY + timedelta(days=day)) + pd.Timedelta(hours=hour)
    return wall.tz_localize(OSLO).tz_convert("UTC")


def stay(
    token: str | None, day: int, hour: float, lasts_h: float, kwh: float, site: str = "a"
) -> dict[str, object]:
    """A row of a table of stays."""
    return {
        "token": token,
        "station": "cs-1",
        "site": site,
        "plugged_in_at": at(day, hour),
        "unplugged_at": at(day, hour) + pd.Timedelta(hours=lasts_h),
        "energy_wh": 1000.0 * kwh,
        "power_w": 3_700.0,
    }


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Stays as a table."""
    found = pd.DataFrame(list(rows))
    for name in ("plugged_in_at", "unplugged_at"):
        found[name] = pd.to_datetime(found[name], utc=True)
    return found


def two_drivers(days: int) -> pd.DataFrame:
    """A heavy one who comes at 17 and leaves at 7, a light one from 8 to 16 on working days."""
    rng = np.random.default_rng(7)
    rows = []
    for day in range(days):
        rows.append(stay("heavy", day, 17 + rng.uniform(-0.5, 0.5), 14, 30 + rng.normal()))
        if day % 7 < 5:
            rows.append(stay("light", day, 8 + rng.uniform(-0.5, 0.5), 8, 6 + 0.3 * rng.normal()))
    return table(*rows)


def hourly(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> "pd.Series[float]":
    """A series by the hour of the site's clock from that Monday on: [day, hour]."""
    index = pd.date_range(at(0, 0), periods=values.size, freq="h")
    return pd.Series(values.ravel(), index=index)
