"""Who is still to come on a day: how many vehicles, what each takes, and how long it stays.

Means over past stays, which count the more the more recent they are, the nearer by the clock, and
if they began on a day of the same kind. Means, and no quantiles: in a quarter of an hour of a
garage mostly nobody comes, so that of nine in ten nothing is expected in any of them, though
somebody comes in the end.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from smart_charging.arrays import Array
from smart_charging.forecast.calendar import Calendar, days_from
from smart_charging.forecast.day_table import instants_of
from smart_charging.forecast.levels import weighted_quantiles_of_one

COLUMNS: Final = ("count", "energy_wh", "stay_s")
_STEP_S: Final = 900
_DAY_S: Final = 86_400.0
_MEMORY_DAYS: Final = 42.0
_HORIZON_DAYS: Final = 150
_OTHER_KIND: Final = 0.05
_WIDTH_S: Final = 2_700.0
"""So far apart by the clock a stay counts 0.6 times."""
_ANY: Final = 1e-6
"""What any other stay counts, for times at which nobody ever came."""


def forecast_arriving(stays: pd.DataFrame, calendar: Calendar, day: date) -> pd.DataFrame:
    """Expect vehicles by quarters of an hour.

    Args:
        stays: Of a site, as `stay_table` has them, all over.
        calendar: Where the site is.
        day: Which day; only stays that began before it count.

    Returns:
        By the instants at which the day's quarters begin: `count`, on average; `energy_wh` on
        average and `stay_s` in the middle of those that come then. No row where nothing is known.
    """
    came = pd.DatetimeIndex(stays["plugged_in_at"]).tz_convert(calendar.zone)
    at_day = np.array([moment.toordinal() for moment in came.date], dtype=int)
    first = max(at_day.min(initial=day.toordinal()), day.toordinal() - _HORIZON_DAYS)
    counts = (at_day >= first) & (at_day < day.toordinal())
    if not counts.any():
        return pd.DataFrame(columns=list(COLUMNS))
    worth = _worth(date.fromordinal(int(first)), day, calendar)
    weight = worth[at_day[counts] - first]
    clock_s = (came.hour * 3600 + came.minute * 60 + came.second).to_numpy(float)[counts]
    instants = instants_of(day, _STEP_S, calendar)
    local = instants.tz_convert(calendar.zone)
    middle_s = (local.hour * 3600 + local.minute * 60).to_numpy(float) + _STEP_S / 2
    near = _nearness(middle_s, clock_s) * weight
    lasted = stays["unplugged_at"] - stays["plugged_in_at"]
    stay_s = lasted.dt.total_seconds().to_numpy(float)[counts]
    energy_wh = stays["energy_wh"].to_numpy(float)[counts]
    shared = near + _ANY * weight
    return pd.DataFrame(
        {
            "count": near.sum(axis=1) / worth.sum(),
            "energy_wh": shared @ energy_wh / shared.sum(axis=1),
            "stay_s": [weighted_quantiles_of_one(stay_s, row, (0.5,))[0] for row in shared],
        },
        index=instants,
    )


def _worth(first: date, day: date, calendar: Calendar) -> Array:
    """What each day before one counts."""
    days = days_from(first, (day - first) // timedelta(days=1))
    is_off = calendar.are_off([*days, day])
    age = np.arange(len(days), 0, -1)
    worth: Array = np.exp(-age / _MEMORY_DAYS) * np.where(
        is_off[:-1] == is_off[-1], 1.0, _OTHER_KIND
    )
    return worth


def _nearness(middle_s: Array, clock_s: Array) -> Array:
    """The share of stays that come in each step, if they came again about then: [step, stay]."""
    apart_s = np.abs(middle_s[:, None] - clock_s)
    apart_s = np.minimum(apart_s, _DAY_S - apart_s)
    density = np.exp(-0.5 * (apart_s / _WIDTH_S) ** 2)
    share: Array = density * _STEP_S / (_WIDTH_S * np.sqrt(2 * np.pi))
    return share
