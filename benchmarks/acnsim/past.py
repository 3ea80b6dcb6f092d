"""How long vehicles have stayed, beside what their drivers had said.

From the stays that were over before the week began: of those that had come at about the same time
of day, whose drivers had said about the same, whose vehicles wanted about as much energy, and that
were still there after as long a time, each is one way in which this stay may go on.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

_ALIKE: Final = 20
"""So many of the most similar stays are looked at."""
_HOURS_PER_E: Final = 4.0
"""A coming so much earlier or later is as unlike as a stated length of e times as much, or as e
times as much energy."""
_LITTLE_WH: Final = 1700.0
"""Less energy is all alike: a quarter of an hour's."""
_HOURS_PER_DAY: Final = 24.0
_QUANTILES: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
_LEAST_KNOWN: Final = 5
_LONGER: Final = 1.25
"""When hardly any was still there: the stay lasts a quarter longer than it has lasted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStay:
    """A stay that is over.

    Attributes:
        came_h: At which hour of the day.
        stated_s: How long its driver had said that it would be.
        lasted_s: How long it was.
        energy_wh: What its vehicle wanted.
    """

    came_h: float
    stated_s: float
    lasted_s: float
    energy_wh: float


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """How long a stay may last, by earlier ones that were alike.

    Attributes:
        stated_s: What its driver says.
        lengths_s: How long it is if its driver is as wrong as theirs were, rising.
    """

    stated_s: float
    lengths_s: list[float]

    def after(self, lasted_s: float) -> list[float]:
        """Equally likely lengths of the whole stay when it has lasted for some time already."""
        longer_s = self.lengths_s[bisect_right(self.lengths_s, lasted_s) :]
        if len(longer_s) < _LEAST_KNOWN:
            return [max(self.stated_s, lasted_s * _LONGER)]
        return [_quantile(longer_s, level) for level in _QUANTILES]


class Past:
    """Stays at a site that are over.

    Args:
        stays: In any order.
    """

    def __init__(self, stays: Sequence[PastStay]) -> None:
        table = [(one.came_h, one.stated_s, one.lasted_s, one.energy_wh) for one in stays]
        columns = np.array(table).reshape(-1, 4).T
        self._came_h, self._stated_s, self._lasted_s, self._energy_wh = columns

    def alike(self, came_h: float, stated_s: float, energy_wh: float) -> Alike:
        """Look up the stays that were most like one that begins."""
        apart_h = np.abs(self._came_h - came_h)
        apart = np.minimum(apart_h, _HOURS_PER_DAY - apart_h) / _HOURS_PER_E
        apart += np.abs(np.log(self._stated_s / stated_s))
        apart += np.abs(np.log((self._energy_wh + _LITTLE_WH) / (energy_wh + _LITTLE_WH)))
        nearest = np.argsort(apart, kind="stable")[:_ALIKE]
        later_s = self._lasted_s[nearest] - self._stated_s[nearest]
        return Alike(stated_s, np.sort(stated_s + later_s).tolist())


def _quantile(rising: Sequence[float], level: float) -> float:
    """The quantile of some values, between two of them in proportion."""
    at = level * (len(rising) - 1)
    low = int(at)
    high = min(low + 1, len(rising) - 1)
    return rising[low] + (at - low) * (rising[high] - rising[low])
