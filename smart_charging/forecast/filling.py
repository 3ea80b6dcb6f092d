"""What a vehicle takes until it is full: the hazard of being full, kWh by kWh.

As `leaving` does for time: trees tell for each kWh how likely the vehicle is full within it if it
was not before. One that left while it still drew tells only that it was not full until then.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.boosting import Growth, grow_rate
from smart_charging.forecast.habits import KWH_BINS, Habits, is_cut_short
from smart_charging.forecast.stay_features import GAP_ENERGY, OWN_ENERGY
from smart_charging.forecast.stay_features import NAMES as AT_PLUG_IN
from smart_charging.forecast.stay_table import Stays
from smart_charging.forecast.trees import Forest

_GROWTH: Final = Growth(trees=120, rate=0.08, leaves=24, leaf_rows=200, columns=0.4)
_LESS: Final = tuple(
    AT_PLUG_IN.index(name)
    for name in (
        "last energy",
        "median energy of ten",
        "most energy",
        "mean energy of ten",
        "energy a day, times gap",
        "energy a day of six, times gap",
    )
)
_AS_KNOWN: Final = tuple(
    AT_PLUG_IN.index(name)
    for name in (
        "hour",
        "weekday",
        "stays known of driver",
        "since he left",
        "last stay",
        "energy a day",
        "spread of energy",
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class FillingModel:
    """What was learned: trees of the logarithm of the rate per kWh."""

    forest: Forest


def fit_filling(
    stays: Stays, features: Array, habits: Habits, known: Flags, seed: int = 0
) -> FillingModel:
    """Learn from stays that are over; arguments as of `fit_leaving`."""
    at = np.flatnonzero(known)
    count = np.clip(np.ceil(stays.energy_kwh[at]).astype(int), 1, KWH_BINS)
    whose = np.repeat(np.arange(len(at)), count)
    kwh = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    fills = (kwh == count[whose] - 1) & ~is_cut_short(stays)[at][whose]
    rows = _rows(stays, features, habits, at[whose], kwh)
    return FillingModel(grow_rate(rows, fills.astype(float), _GROWTH, seed))


def filling_hazards(
    model: FillingModel, stays: Stays, features: Array, habits: Habits, at: Indices
) -> Array:
    """How likely each is full within each kWh if it was not before: [stay, kWh]."""
    whose = np.repeat(at, KWH_BINS)
    kwh = np.tile(np.arange(KWH_BINS), len(at))
    rows = _rows(stays, features, habits, whose, kwh)
    return np.exp(model.forest.predict(rows)).reshape(len(at), KWH_BINS)


def _rows(stays: Stays, features: Array, habits: Habits, at: Indices, kwh: Indices) -> Array:
    """Describe kWh of stays: [row, column]."""
    known = features[at]
    return np.column_stack(
        [
            kwh,
            np.log(habits.full[at, kwh]),
            known[:, OWN_ENERGY] - kwh[:, None],
            known[:, GAP_ENERGY] - kwh[:, None],
            known[:, _LESS] - kwh[:, None],
            known[:, _AS_KNOWN],
            stays.power_kw[at],
        ]
    )
