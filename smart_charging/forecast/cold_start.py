"""What is said of a site of which nothing is known yet: a stated prior.

A driver draws 7.4 kWh a day: 52 kWh a week, the mean of 162 users of Norwegian garages (Sørensen et
al., Data in Brief 2024). Hours are those of the same garages, or of the JPL workplace garage (Lee,
Li, Low, e-Energy 2019). The fortnight that is made of them stands before a site's own days until
there are four weeks of these.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from smart_charging.forecast.calendar import Calendar, days_from

Kind: TypeAlias = Literal["home", "work"]
WH_PER_DRIVER_DAY: Final = 7_400.0
PRIOR_DAYS: Final = 14
ENOUGH_DAYS: Final = 28
_SWINGS: Final = (0.5, 0.8, 1.0, 1.2, 1.5)
"""Days of the prior draw so many times the mean, in turn."""
_OFF_AT_WORK: Final = 0.07
"""What a day off draws at a workplace, as a share of one that is worked on."""
_SHARES_PCT: Final[Mapping[Kind, tuple[float, ...]]] = {
    "home": (
        *(5.1, 3.3, 2.1, 1.3, 0.8, 0.5, 0.3, 0.4, 0.7, 1.0, 1.3, 1.7),
        *(2.3, 2.6, 3.4, 4.9, 7.8, 9.0, 8.6, 8.8, 9.3, 9.2, 8.5, 7.1),
    ),
    "work": (
        *(0.1, 0.0, 0.0, 0.0, 0.1, 1.2, 8.6, 20.5, 17.8, 10.6, 7.1, 5.7),
        *(5.6, 4.5, 4.0, 4.1, 4.3, 2.8, 1.3, 0.7, 0.4, 0.3, 0.3, 0.0),
    ),
}
"""What is drawn in each hour of a day."""


def prior_load_w(
    first: date, drivers: float, kind: Kind, calendar: Calendar, step_s: int = 900
) -> "pd.Series[float]":
    """The fortnight before a site's first day, as if it had been there.

    Args:
        first: The first day of its own.
        drivers: How many are expected.
        kind: Whether they live or work there.
        calendar: Where the site is.
        step_s: Length of a step.

    Returns:
        W, by the instants at which steps begin.
    """
    days = days_from(first - timedelta(days=PRIOR_DAYS), PRIOR_DAYS)
    off = calendar.are_off(days) if kind == "work" else np.zeros(len(days), dtype=bool)
    swings = np.resize(_SWINGS, len(days)) * np.where(off, _OFF_AT_WORK, 1.0)
    starts_at, ends_at = (datetime.combine(day, time(), calendar.zone) for day in (days[0], first))
    index = pd.date_range(
        pd.Timestamp(starts_at).tz_convert("UTC"),
        pd.Timestamp(ends_at).tz_convert("UTC"),
        freq=pd.Timedelta(seconds=step_s),
        inclusive="left",
    )
    local = index.tz_convert(calendar.zone)
    day = np.array([(moment - days[0]).days for moment in local.date])
    share = np.array(_SHARES_PCT[kind])[local.hour.to_numpy()] / 100
    load_w = drivers * WH_PER_DRIVER_DAY * swings[day] * share
    return pd.Series(load_w, index=index, name="load_w")


def with_prior(
    load_w: "pd.Series[float]", drivers: float, kind: Kind, calendar: Calendar
) -> "pd.Series[float]":
    """A site's load, with the prior before it while it is too short to do without.

    Args:
        load_w: As `day_table` takes it, from a local midnight on; of two steps or more.
        drivers: How many are expected.
        kind: Whether they live or work there.
        calendar: Where the site is.
    """
    index = pd.DatetimeIndex(load_w.index)
    step = index[1] - index[0]
    if len(index) * step >= pd.Timedelta(days=ENOUGH_DAYS):
        return load_w
    first = index[0].tz_convert(calendar.zone).date()
    prior = prior_load_w(first, drivers, kind, calendar, int(step.total_seconds()))
    return pd.concat([prior[prior.index < index[0]], load_w])
