"""The load of a Norwegian residential area in winter, made up from stated statistics.

Half of the energy is electricity for households, with a shape for weekdays and one for weekends and
some noise that lasts for an hour or two; half is heating, in proportion to how far the air is below
17 degrees (degree days), with a cold front every week or so. The sum is stretched so that its peak
and its mean are exactly what is asked for. It is balanced over the lines.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study.drawing import STEP_S

LOAD_FACTOR: Final = 0.59
"""Mean over peak, of SimBench's urban low-voltage grids with degree-day heating of Trondheim in
November and December."""

_STEPS_PER_DAY: Final = 86_400 // STEP_S
_SATURDAY: Final = 5
_WEEKDAY: Final = (
    *(0.62, 0.57, 0.54, 0.53, 0.55, 0.64, 0.82, 0.95, 0.90, 0.82, 0.79, 0.79),
    *(0.80, 0.80, 0.83, 0.92, 1.08, 1.22, 1.28, 1.27, 1.21, 1.10, 0.94, 0.76),
)
_WEEKEND: Final = (
    *(0.68, 0.62, 0.58, 0.56, 0.56, 0.58, 0.64, 0.74, 0.88, 1.00, 1.06, 1.08),
    *(1.07, 1.05, 1.05, 1.09, 1.18, 1.26, 1.28, 1.25, 1.18, 1.08, 0.95, 0.80),
)
_INSIDE_C: Final = 17.0
_OUTSIDE_C: Final = -1.0
_FRONTS_C: Final = 5.0
_DAILY_C: Final = 1.5
_FRONT_LASTS: Final = 3.0 * _STEPS_PER_DAY
_NOISE_LASTS: Final = 6.0
_NOISE: Final = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Winter:
    """What is asked for.

    Attributes:
        peak_w: The highest quarter of an hour.
        load_factor: Mean over peak.
        seed: Of weather and noise; one seed always gives the same weeks.
    """

    peak_w: float
    load_factor: float = LOAD_FACTOR
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class WinterLoad:
    """What was made up: [step] each.

    Attributes:
        total_w: All of it.
        heating_w: Of that, what heats.
    """

    total_w: Array
    heating_w: Array


def winter_load(winter: Winter, steps: int) -> WinterLoad:
    """Make up a load that begins on a Monday at midnight."""
    households, heating = _households(winter.seed, steps), _heating(winter.seed, steps)
    shape = households / households.mean() + heating / heating.mean()
    spread = (shape - shape.mean()) / (shape.max() - shape.mean())
    total_w = winter.peak_w * (winter.load_factor + (1.0 - winter.load_factor) * spread)
    part = heating / heating.mean() / shape
    return WinterLoad(total_w, total_w * part)


def _households(seed: int, steps: int) -> Array:
    hour = np.arange(steps) * STEP_S / 3600.0
    day = np.arange(steps) // _STEPS_PER_DAY % 7
    middle = np.arange(24) + 0.5
    shapes = [np.interp(hour % 24, middle, shape, period=24) for shape in (_WEEKDAY, _WEEKEND)]
    shape = np.where(day < _SATURDAY, shapes[0], shapes[1])
    noise: Array = 1.0 + _NOISE * _wandering(np.random.default_rng([seed, 0]), steps, _NOISE_LASTS)
    return shape * noise


def _heating(seed: int, steps: int) -> Array:
    """In proportion to degree days: [step]."""
    fronts = _wandering(np.random.default_rng([seed, 1]), steps, _FRONT_LASTS)
    afternoon = np.cos((np.arange(steps) / _STEPS_PER_DAY - 14 / 24) * 2 * np.pi)
    outside_c = _OUTSIDE_C + _FRONTS_C * fronts + _DAILY_C * afternoon
    return np.maximum(_INSIDE_C - outside_c, 0.0)


def _wandering(rng: np.random.Generator, steps: int, lasts: float) -> Array:
    """Noise of mean 0 and deviation 1 that forgets itself after so many steps."""
    keeps = np.exp(-1.0 / lasts)
    shocks = rng.normal(size=steps) * np.sqrt(1.0 - keeps**2)
    noise, value = np.empty(steps), rng.normal()
    for step in range(steps):
        value = keeps * value + shocks[step]
        noise[step] = value
    return noise
