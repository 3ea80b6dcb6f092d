"""What is known of a stay while it goes on: given that the vehicle is still there."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.stay_features import GAP_ENERGY, OWN_STAY
from smart_charging.forecast.stay_features import NAMES as AT_PLUG_IN
from smart_charging.forecast.stay_table import Stays

LANDMARKS_H: Final = (0.5, 1.0, 2.0, 4.0, 6.0, 9.0, 12.0, 16.0, 24.0, 36.0, 60.0)
"""How long stays of the past have lasted when they are looked at."""
_DAY_H: Final = 24.0
_USUAL_KW: Final = 3.7
NAMES: Final = (
    *AT_PLUG_IN,
    "stands for",
    "hour now",
    "day off now",
    "day off after now",
    "drawn so far",
    "still draws",
    "own energy left, 50%",
    "own stay left, 50%",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Vehicles that stand.

    Attributes:
        at: [vehicle], its stay's place.
        elapsed_h: [vehicle], for how long.
        drawn_kwh: [vehicle], what it has drawn so far.
        draws: [vehicle], whether it still draws; one that is held back by a limit does.
    """

    at: Indices
    elapsed_h: Array
    drawn_kwh: Array
    draws: Flags


def standing_at(stays: Stays, elapsed_h: float, among: Flags | None = None) -> Standing:
    """The stays that had gone on for some time, as they stood then.

    Args:
        stays: That are over. They drew from their beginning on, with what they drew at most.
        elapsed_h: For how long.
        among: [stay], which of them are looked at; None: all.
    """
    chosen = (stays.stay_h > elapsed_h) & (True if among is None else among)
    at = np.flatnonzero(chosen)
    power = np.where(np.isfinite(stays.power_kw[at]), stays.power_kw[at], _USUAL_KW)
    power = np.maximum(power, stays.energy_kwh[at] / stays.stay_h[at])
    drawn = np.minimum(stays.energy_kwh[at], power * elapsed_h)
    return Standing(
        at=at,
        elapsed_h=np.full(len(at), elapsed_h),
        drawn_kwh=drawn,
        draws=stays.energy_kwh[at] > drawn,
    )


def joined(parts: list[Standing]) -> Standing:
    """Several sets as one."""
    return Standing(
        at=np.concatenate([part.at for part in parts]),
        elapsed_h=np.concatenate([part.elapsed_h for part in parts]),
        drawn_kwh=np.concatenate([part.drawn_kwh for part in parts]),
        draws=np.concatenate([part.draws for part in parts]),
    )


def standing_features(stays: Stays, features: Array, standing: Standing) -> Array:
    """Describe vehicles that stand.

    Args:
        stays: All.
        features: [stay, feature], what was known when they came.
        standing: Which, and how.

    Returns:
        [vehicle, feature] in the order of `NAMES`.
    """
    known = features[standing.at]
    now = stays.came_h[standing.at] + standing.elapsed_h
    day = np.minimum((now // _DAY_H).astype(int), len(stays.is_off) - 2)
    return np.column_stack(
        [
            known,
            standing.elapsed_h,
            now % _DAY_H,
            stays.is_off[day],
            stays.is_off[day + 1],
            standing.drawn_kwh,
            standing.draws,
            known[:, GAP_ENERGY][:, 2] - standing.drawn_kwh,
            known[:, OWN_STAY][:, 2] - standing.elapsed_h,
        ]
    )
