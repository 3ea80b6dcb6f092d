"""Weather that is made up: how warm it is outside, and how much of the sun clouds let through.

The temperature is a sine over the day, coldest at 5, around a mean that wanders from day to day.
Clouds come and go as a Markov chain of three skies that last about an hour each; within one, the
light flickers a little from minute to minute. Both repeat for a seed.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

_DAY_S: Final = 86_400.0
_COLDEST_H: Final = 5.0
_WANDERS_K: Final = 1.5
_STAYS: Final = 0.6
"""Of yesterday's departure from the mean, what is left today."""
_SKIES: Final = (0.95, 0.55, 0.2)
"""What clear, broken and overcast skies let through."""
_LASTS_S: Final = 3_600.0
_FLICKERS: Final = (0.02, 0.25, 0.05)
_STEP_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """What is usual at a place and in a season.

    Attributes:
        mean_c: Of the day.
        swing_k: From the mean to the warmest and to the coldest hour.
        clear: How likely the next sky is a clear one; the others are broken or overcast.
    """

    mean_c: float
    swing_k: float
    clear: float = 0.4


WINTER: Final = Climate(mean_c=-4.0, swing_k=3.0, clear=0.35)
SUMMER: Final = Climate(mean_c=16.0, swing_k=5.0, clear=0.5)


class Weather:
    """Weather from an instant on.

    Args:
        climate: What is usual.
        begins_at: From when on.
        seed: One seed always gives the same weather.
    """

    def __init__(self, climate: Climate, begins_at: datetime, seed: int) -> None:
        self._climate = climate
        self._begins_at = begins_at
        self._days = Random(f"{seed} days")  # noqa: S311 - a simulation
        self._clouds = Random(f"{seed} clouds")  # noqa: S311
        self._means_k: list[float] = []
        self._light: list[float] = []
        self._sky = 0

    def outdoor_c(self, at: datetime) -> float:
        """How warm it is outside."""
        day = int((at - self._begins_at).total_seconds() // _DAY_S)
        while len(self._means_k) <= day + 1:
            before = self._means_k[-1] if self._means_k else 0.0
            self._means_k.append(_STAYS * before + self._days.gauss(0.0, _WANDERS_K))
        share = (at - self._begins_at).total_seconds() / _DAY_S - day
        wandered = (1 - share) * self._means_k[day] + share * self._means_k[day + 1]
        hour = at.hour + at.minute / 60
        daily = -math.cos((hour - _COLDEST_H) / 24 * math.tau) * self._climate.swing_k
        return self._climate.mean_c + wandered + daily

    def clearness(self, at: datetime) -> float:
        """What clouds let through, from 0 to 1."""
        minute = int((at - self._begins_at).total_seconds() // _STEP_S)
        while len(self._light) <= minute:
            self._light.append(self._next_light())
        return self._light[minute]

    def _next_light(self) -> float:
        if self._clouds.random() < _STEP_S / _LASTS_S or not self._light:
            others = 1.0 - self._climate.clear
            self._sky = self._clouds.choices(
                range(3), (self._climate.clear, others / 2, others / 2)
            )[0]
        light = self._clouds.gauss(_SKIES[self._sky], _FLICKERS[self._sky])
        return min(max(light, 0.05), 1.0)
