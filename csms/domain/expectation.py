"""What is expected of a vehicle that stands there, as distributions."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Final

LEVELS: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Probabilities of the quantiles that are kept."""
_EDGES: Final = (0.0, *LEVELS, 1.0)
_TAIL: Final = 1.5
"""The most that anything comes to, over what nine of ten do not exceed."""
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """A figure of which a distribution is known: straight between its quantiles.

    Attributes:
        quantiles: At `LEVELS`, rising, not negative.
        low: What one of ten outcomes lies below.
        high: What one of ten outcomes lies above.
        above: What it is surely more than; the quantiles are those of what was possible then.
    """

    quantiles: tuple[float, ...]
    low: float
    high: float
    above: float = 0.0

    def beyond(self, passed: float, level: float = 0.5) -> float | None:
        """A quantile, given that it is more than something.

        Args:
            passed: What it is more than.
            level: Of that which is still possible; 0.5: its median.

        Returns:
            None where nothing of that kind was thought possible.
        """
        edges = (self.above, *self.quantiles, _TAIL * self.quantiles[-1])
        passed = max(passed, self.above)
        above = bisect_right(edges, passed)
        if above == len(edges):
            return None
        part = (passed - edges[above - 1]) / (edges[above] - edges[above - 1])
        at = _EDGES[above - 1] + part * (_EDGES[above] - _EDGES[above - 1])
        return _between(_EDGES, edges, at + level * (1.0 - at))


@dataclass(frozen=True, slots=True, kw_only=True)
class StayForecast:
    """What is expected of one vehicle's stay.

    Attributes:
        made_at: When.
        model: The version of the model that tells it.
        energy_wh: Of the whole transaction.
        stay_s: From the start of the transaction to its end.
    """

    made_at: datetime
    model: int
    energy_wh: Expectation
    stay_s: Expectation


def expectation_of(values: Sequence[float]) -> Expectation:
    """What some outcomes of the past let expect.

    Args:
        values: Two or more.
    """
    percentiles = quantiles(values, n=_PERCENT, method="inclusive")
    found = tuple(percentiles[round(_PERCENT * level) - 1] for level in LEVELS)
    return Expectation(quantiles=found, low=found[0], high=found[-1])


def _between(levels: Sequence[float], values: Sequence[float], level: float) -> float:
    """The value at a level, straight between those that are known."""
    above = min(max(bisect_right(levels, level), 1), len(levels) - 1)
    part = (level - levels[above - 1]) / (levels[above] - levels[above - 1])
    return values[above - 1] + part * (values[above] - values[above - 1])
