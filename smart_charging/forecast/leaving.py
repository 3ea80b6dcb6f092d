"""When a vehicle leaves: the hazard of leaving, half hour by half hour, given that it is there.

Discrete-time survival: trees tell for each half hour ahead how likely a vehicle leaves in it if it
is still there then, from the time of day and the day it is, how long it stands, and its driver's
habits (`habits`). Whatever has to be known follows: the chance that it is still there at any time,
given that it is there now.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.boosting import Growth, grow_rate
from smart_charging.forecast.habits import BINS_PER_DAY, BINS_PER_H, MOST_BINS, Habits, bins_of
from smart_charging.forecast.stay_features import NAMES as AT_PLUG_IN
from smart_charging.forecast.stay_features import OWN_STAY
from smart_charging.forecast.stay_table import Stays
from smart_charging.forecast.trees import Forest

_GROWTH: Final = Growth(trees=120, rate=0.08, leaves=24, leaf_rows=200, columns=0.4)
_LATER: Final = ("hour of leaving",)
_AS_KNOWN: Final = tuple(
    AT_PLUG_IN.index(name)
    for name in (
        "stays known of driver",
        "share of stays over a day",
        "since he left",
        "last stay",
        "last energy",
        "how alike",
        "energy a day, times gap",
    )
)
_LEAVES_AT: Final = AT_PLUG_IN.index("hour of leaving")
_MEDIAN_STAY: Final = AT_PLUG_IN.index("median stay of ten")


@dataclass(frozen=True, slots=True, eq=False)
class LeavingModel:
    """What was learned: trees of the logarithm of the rate per half hour."""

    forest: Forest


def fit_leaving(
    stays: Stays, features: Array, habits: Habits, known: Flags, seed: int = 0
) -> LeavingModel:
    """Learn from stays that are over.

    Args:
        stays: All.
        features: [stay, feature], what `stay_features` says of them.
        habits: Of all.
        known: [stay], which of them are looked at.
        seed: Of what is drawn at random.
    """
    at = np.flatnonzero(known)
    whose, bins, leaves = bins_of(stays, at)
    rows = _rows(stays, features, habits, at[whose], bins)
    return LeavingModel(grow_rate(rows, leaves.astype(float), _GROWTH, seed))


def leaving_hazards(
    model: LeavingModel, stays: Stays, features: Array, habits: Habits, at: Indices
) -> Array:
    """How likely each leaves in each half hour if it is there: [stay, half hour of the clock].

    The first half hour is that in which it came.
    """
    first = np.floor(stays.came_h[at] * BINS_PER_H).astype(int)
    found = np.empty((len(at), MOST_BINS))
    for begin in range(0, len(at), 200):
        part = slice(begin, begin + 200)
        bins = first[part, None] + np.arange(MOST_BINS)
        whose = np.repeat(at[part], MOST_BINS)
        rows = _rows(stays, features, habits, whose, bins.ravel())
        found[part] = np.exp(model.forest.predict(rows)).reshape(bins.shape)
    return found


def _rows(stays: Stays, features: Array, habits: Habits, at: Indices, bins: Indices) -> Array:
    """Describe half hours of stays: [row, column]."""
    known = features[at]
    first = np.floor(stays.came_h[at] * BINS_PER_H).astype(int)
    day, clock = bins // BINS_PER_DAY, bins % BINS_PER_DAY
    last_day = len(stays.is_off) - 1
    is_off = stays.is_off[np.minimum(day, last_day)]
    hour = clock / BINS_PER_H
    age_h = bins / BINS_PER_H - stays.came_h[at]
    since = bins - first
    midnights = day - first // BINS_PER_DAY
    return np.column_stack(
        [
            hour,
            (stays.first_day.weekday() + day) % 7,
            is_off,
            stays.is_off[np.minimum(day + 1, last_day)],
            age_h,
            stays.came_h[at] % 24.0,
            stays.is_off[first // BINS_PER_DAY],
            midnights,
            np.log(habits.by_clock[at, is_off.astype(int), clock]),
            np.log(habits.alike[at, midnights * BINS_PER_DAY + clock]),
            np.log(habits.by_age[at, since]),
            known[:, OWN_STAY] - age_h[:, None],
            (known[:, _LEAVES_AT] - hour + 12.0) % 24.0,
            known[:, _MEDIAN_STAY] - age_h,
            known[:, _AS_KNOWN],
        ]
    )
