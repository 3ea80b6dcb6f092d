"""What a photovoltaic plant gives in a Norwegian winter, made up from the sun's height.

On a clear day the power is that of the sun's height above the horizon, to the power of 1.15 for
the thicker air at low angles, at 60 degrees north. Each day is as clear as a draw says, on average
45 %. It feeds all three lines alike. Vehicles use what it gives in each step; a cloud within a
quarter of an hour is not looked at.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study.drawing import STEP_S

_LATITUDE: Final = np.radians(60.0)
_TILT: Final = np.radians(23.44)
_THICKNESS: Final = 1.15
_NOON_H: Final = 12.4
"""Solar noon by the clock, in central European time at 9 degrees east."""
_CLEAR: Final = (1.35, 1.65)
"""Parameters of the beta distribution of how clear a day is: 45 % on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """What is asked for.

    Attributes:
        peak_w: With the sun in the zenith, on a clear day.
        day_of_year: Of the first day.
        seed: Of the clouds.
    """

    peak_w: float
    day_of_year: int = 308
    seed: int = 0


def solar_w(sun: Sun, steps: int) -> Array:
    """Make up what a plant gives: [step]."""
    instant_s = (np.arange(steps) + 0.5) * STEP_S
    day = (instant_s // 86_400).astype(int)
    angle = (instant_s / 3600.0 % 24 - _NOON_H) * np.pi / 12
    declination = -_TILT * np.cos(2 * np.pi * (sun.day_of_year + day + 10) / 365.0)
    height = np.sin(_LATITUDE) * np.sin(declination) + np.cos(_LATITUDE) * np.cos(
        declination
    ) * np.cos(angle)
    clear = np.random.default_rng([sun.seed, 2]).beta(*_CLEAR, size=int(day[-1]) + 1)
    power_w: Array = sun.peak_w * np.maximum(height, 0.0) ** _THICKNESS * clear[day]
    return power_w
