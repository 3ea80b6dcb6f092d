"""Means over populations, and how sure they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

_TWO_SIDED: Final = 0.975


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, and half of its 95 % interval (0 of a single value: nothing is known)."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """The lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The upper end."""
        return self.mean + self.half


def estimate(values: Sequence[float]) -> Estimate:
    """Estimate the mean of a population from some values (Student's t)."""
    count = len(values)
    if count < 2:
        return Estimate(float(np.mean(values)), 0.0)
    error = float(np.std(values, ddof=1)) / count**0.5
    return Estimate(float(np.mean(values)), float(stdtrit(count - 1, _TWO_SIDED)) * error)


def estimate_ratio(values: Sequence[float], others: Sequence[float]) -> Estimate:
    """Estimate the ratio of two means from values of the same populations, in pairs.

    The interval is that of the residuals: how far each value is from the ratio times the other.
    """
    whole = float(np.mean(others))
    if whole == 0:
        return Estimate(float("nan"), 0.0)
    ratio = float(np.mean(values)) / whole
    residuals = [value - ratio * other for value, other in zip(values, others, strict=True)]
    return Estimate(ratio, estimate(residuals).half / whole)
