"""From a row of a plan to the few periods that a station takes."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from smart_charging.arrays import Array


class _Step(NamedTuple):
    begins_s: int
    ends_s: int
    limit_a: float


def to_steps(
    limits_a: Sequence[float], slots_s: Sequence[int], live_s: int, max_steps: int
) -> tuple[tuple[int, float], ...]:
    """Write the beginning of a row as steps.

    Neighbours of one limit are one step. Where there are more steps than a station takes,
    neighbours are merged at the lowest limit among them, so that a station is never allowed more
    than planned: those of which that takes away the fewest ampere-seconds. The first step, which
    is about to come true, stays as it is wherever the station takes more than one.

    Args:
        limits_a: Limit per slot.
        slots_s: Length of each slot.
        live_s: How much of the row is written.
        max_steps: How many steps the station takes.

    Returns:
        (seconds after the start, amperes), the first at 0.
    """
    steps: list[_Step] = []
    edges_s = pairwise(accumulate(slots_s, initial=0))
    for (begins_s, ends_s), limit_a in zip(edges_s, limits_a, strict=False):
        if begins_s >= live_s:
            break
        goes_on = bool(steps) and steps[-1].limit_a == limit_a
        since_s = steps.pop().begins_s if goes_on else begins_s
        steps.append(_Step(since_s, min(ends_s, live_s), limit_a))
    if len(steps) > max_steps:
        kept = steps[:1] if max_steps > 1 else []
        steps = kept + _merged(steps[len(kept) :], max_steps - len(kept))
    before = [None, *(step.limit_a for step in steps)]
    return tuple(
        (step.begins_s, step.limit_a)
        for step, limit_a in zip(steps, before, strict=False)
        if step.limit_a != limit_a
    )


def _merged(steps: Sequence[_Step], most: int) -> list[_Step]:
    """So many runs of more steps, each at its lowest limit, that take the least away.

    The best of the first j steps in k runs is the best of the first i in k - 1, for some i < j, and
    the others as one run (dynamic programming).
    """
    lost_as = _lost_by_joining(steps)
    best_as, begins = lost_as[0], []
    for _ in range(most - 1):
        through_as = best_as[:-1, None] + lost_as
        begins.append(through_as.argmin(axis=0))
        best_as = through_as.min(axis=0)
    runs, end = [], len(steps)
    for begin in [*reversed(begins), np.zeros(end + 1, dtype=int)]:
        run = steps[begin[end] : end]
        runs.append(_Step(run[0].begins_s, run[-1].ends_s, min(step.limit_a for step in run)))
        end = begin[end]
    return runs[::-1]


def _lost_by_joining(steps: Sequence[_Step]) -> Array:
    """Ampere-seconds that are taken away if the steps from i to before j are one: [i, j]."""
    limits_a = np.array([step.limit_a for step in steps])
    lengths_s = np.array([step.ends_s - step.begins_s for step in steps])
    lost_as = np.full((len(steps), len(steps) + 1), np.inf)
    for i in range(len(steps)):
        planned_as = np.cumsum(limits_a[i:] * lengths_s[i:])
        lowest_a = np.minimum.accumulate(limits_a[i:])
        lost_as[i, i + 1 :] = planned_as - lowest_a * np.cumsum(lengths_s[i:])
    return lost_as
