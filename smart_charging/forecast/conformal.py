"""Intervals that hold what they promise, and go on doing so.

The spread of a forecast about its median is multiplied by one factor, a site's own: that with which
eight in ten of its past outcomes were held (split conformal prediction). From then on every outcome
moves it, a miss up and a hit down, so that the long-run share comes right whatever changes
(adaptive conformal inference, Gibbs and Candès 2021, in the factor's logarithm).

Where even the forecast's last quantile is 0, nothing is expected: the interval is the point 0,
holds nearly always, and neither counts nor moves the factor.
"""

from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags
from smart_charging.forecast.levels import INTERVAL, MEDIAN, is_held

_WIDTHS: Final = np.geomspace(0.2, 10.0, 113)
_LEAST: Final = 20
"""From fewer outcomes no factor is taken."""


def interval(quantiles: Array, width: Array | float) -> tuple[Array, Array]:
    """The bounds within which eight in ten outcomes are expected.

    Args:
        quantiles: [..., level], not negative.
        width: The factor, or [...] of them.

    Returns:
        low [...] and high [...].
    """
    middle = quantiles[..., MEDIAN]
    low = np.maximum(0.0, middle - width * (middle - quantiles[..., 0]))
    high = middle + width * (quantiles[..., -1] - middle)
    return low, high


def is_open(quantiles: Array) -> Flags:
    """[...]: where anything is expected at all."""
    found: Flags = quantiles[..., -1] > 0
    return found


def width_of(actual: Array, quantiles: Array) -> float:
    """The least factor with which so many of past outcomes are held as should be.

    Args:
        actual: [...].
        quantiles: [..., level], what had been forecast for them.
    """
    counts = is_open(quantiles)
    if counts.sum() < _LEAST:
        return 1.0
    its_actual, its_quantiles = actual[counts], quantiles[counts]
    for width in _WIDTHS:
        if is_held(its_actual, *interval(its_quantiles, float(width))).mean() >= INTERVAL:
            return float(width)
    return float(_WIDTHS[-1])


def adapted(width: float, missed: float, rate: float) -> float:
    """The factor after some outcomes.

    Args:
        width: Before them.
        missed: Which share of them the intervals did not hold.
        rate: How fast it moves.
    """
    moved = width * np.exp(rate * (missed - (1 - INTERVAL)))
    return float(np.clip(moved, _WIDTHS[0], _WIDTHS[-1]))
