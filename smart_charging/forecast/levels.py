"""Quantiles: their levels, how they are taken and how they are judged."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags

LEVELS: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
NAMES: Final = ("q10", "q25", "q50", "q75", "q90")
MEDIAN: Final = LEVELS.index(0.5)
INTERVAL: Final = 0.8
"""The share of outcomes that the interval from the first to the last level is meant to hold."""
_TAIL_E: Final = np.log(2.5)
"""How many e-foldings an exponential tail falls between the levels 75 and 90 %."""


def weighted_quantiles(values: Array, weights: Array, levels: Sequence[float] = LEVELS) -> Array:
    """Quantiles of weighted samples, straight between them.

    Args:
        values: [sample, place].
        weights: [sample], not negative, not all 0.
        levels: Which ones, rising.

    Returns:
        [level, place].
    """
    order = np.argsort(values, axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    weight = weights[order]
    reached = (np.cumsum(weight, axis=0) - 0.5 * weight) / weights.sum()
    last = len(values) - 1
    found = np.empty((len(levels), values.shape[1]))
    for row, level in enumerate(levels):
        above = np.clip((reached < level).sum(axis=0), 1, last) if last else 0
        high = np.broadcast_to(above, values.shape[1])[None]
        low = np.maximum(high - 1, 0)
        x0, x1 = (np.take_along_axis(reached, at, axis=0)[0] for at in (low, high))
        y0, y1 = (np.take_along_axis(ranked, at, axis=0)[0] for at in (low, high))
        share = np.clip((level - x0) / np.maximum(x1 - x0, 1e-12), 0.0, 1.0)
        found[row] = y0 + share * (y1 - y0)
    return found


def weighted_quantiles_of_one(
    values: Array, weights: Array, levels: Sequence[float] = LEVELS
) -> Array:
    """The same for a single place, faster: [sample], [sample] to [level]."""
    order = np.argsort(values, kind="stable")
    weight = weights[order]
    reached = (np.cumsum(weight) - 0.5 * weight) / weight.sum()
    found: Array = np.interp(levels, reached, values[order])
    return found


def pinball(actual: Array, quantiles: Array) -> Array:
    """The mean pinball loss over the levels.

    Args:
        actual: [...].
        quantiles: [..., level].
    """
    level = np.array(LEVELS)
    apart = actual[..., None] - quantiles
    loss: Array = np.maximum(level * apart, (level - 1) * apart).mean(axis=-1)
    return loss


def is_held(actual: Array, low: Array, high: Array) -> Flags:
    """Whether outcomes lie within their intervals, bounds included."""
    held: Flags = (actual >= low) & (actual <= high)
    return held


def chance_above(quantiles: Array, threshold: Array | float) -> Array:
    """The probability that a value is above a threshold.

    Straight between the levels; above the last one the tail is exponential, falling as steeply as
    it does between the levels 75 and 90 %; below the first level, straight down to 0. Where levels
    share a value, the mass lies at it: below it counts the lowest of them, from it on the highest.

    Args:
        quantiles: [..., level], rising and not negative.
        threshold: In the same unit; the same for all, or [...] of them.
    """
    shape = quantiles.shape[:-1]
    rows = quantiles.reshape(-1, len(LEVELS))
    at = np.broadcast_to(np.asarray(threshold, dtype=float), shape).reshape(-1)
    values = np.column_stack([np.zeros(len(rows)), rows])
    levels = np.append(0.0, LEVELS)
    below = np.maximum((values <= at[:, None]).sum(axis=1) - 1, 0)
    above = np.minimum(below + 1, len(LEVELS))
    value, next_value = (np.take_along_axis(values, i[:, None], 1)[:, 0] for i in (below, above))
    apart = np.maximum(next_value - value, 1e-12)
    share = np.clip((at - value) / apart, 0.0, 1.0)
    inside = 1 - (levels[below] + share * (levels[above] - levels[below]))
    fold = np.maximum((rows[:, -1] - rows[:, -2]) / _TAIL_E, 1e-9)
    beyond = np.maximum(at - rows[:, -1], 0.0)
    tail = (1 - LEVELS[-1]) * np.exp(-beyond / fold)
    found: Array = np.where(at >= rows[:, -1], tail, inside).reshape(shape)
    return found
