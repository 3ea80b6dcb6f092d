"""What nobody can exceed who knows all that will happen.

Energy flows from each stay to the steps in which it is there, as fast as its vehicle takes it, and
from each step to the feeder, as much as the line carries. The most that flows is the most that any
plan delivers. Each line of a TN grid is a flow of its own, in which vehicles on three lines count
with a third on each; that they have to take the same from all three at once is left out. In an IT
grid vehicles hang between lines; there the three are one flow with the power of all. Both leave
something out, so this is a bound, which a plan may not reach. Stays that run beyond the end do not
count, and take nothing.
"""

from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from smart_charging.arrays import Array, Indices
from smart_charging.study.drawing import STEPS_PER_H, Population
from smart_charging.study.engine import Served
from smart_charging.study.grid import Grid
from smart_charging.study.wiring import THREE_LINES

_MOST_FLOW: Final = 1_000_000_000
_FINE: Final = 10.0
"""Flows are whole numbers of tenths of a Wh, or of more where they would become too large."""


def foresee(grid: Grid, population: Population, users: int) -> Served:
    """Bound what the first users of a population could get; how many get enough is not told."""
    stays = np.flatnonzero((population.user < users) & population.is_judged)
    wanted_wh = float(population.wanted_wh[stays].sum())
    parts = _parts(grid, population, stays)
    delivered_wh = sum(_flow(grid, population, *part) for part in parts)
    return Served(
        wanted_wh=wanted_wh,
        delivered_wh=min(delivered_wh, wanted_wh),
        stays=0,
        well_served=0,
        peak_share=1.0,
        over_as=0.0,
    )


def _parts(
    grid: Grid, population: Population, stays: Indices
) -> list[tuple[Indices, Array, float]]:
    """Flows of their own: stays, the part of each, and power per ampere of the line."""
    wiring, way = grid.wiring, population.way[stays]
    if wiring.coefficients.shape[0] > 3:
        return [(stays, np.ones(len(stays)), wiring.w_per_limit_a)]
    parts = []
    for line in range(3):
        on_line = (way == line) | (way == THREE_LINES)
        share = np.where(way[on_line] == THREE_LINES, 1.0 / 3.0, 1.0)
        parts.append((stays[on_line], share, wiring.w_per_limit_a / 3.0))
    return parts


def _flow(
    grid: Grid, population: Population, stays: Indices, share: Array, w_per_a: float
) -> float:
    if not len(stays):
        return 0.0
    first, count = population.arrives[stays], population.departs[stays] - population.arrives[stays]
    stay = np.repeat(np.arange(len(stays)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[stay]
    wanted_wh = population.wanted_wh[stays] * share
    rate_w = population.max_a[stays] * grid.wiring.w_per_a[population.way[stays]] * share
    room_wh = np.maximum(grid.limit_a - grid.base_a, 0.0) * w_per_a / STEPS_PER_H
    fine = min(_FINE, _MOST_FLOW / float(wanted_wh.sum()))
    source, sink = len(stays) + grid.steps, len(stays) + grid.steps + 1
    tails = [np.full(len(stays), source), stay, len(stays) + np.arange(grid.steps)]
    heads = [np.arange(len(stays)), len(stays) + step, np.full(grid.steps, sink)]
    most_wh = np.concatenate([wanted_wh, rate_w[stay] / STEPS_PER_H, room_wh])
    capacity = np.minimum(np.ceil(most_wh * fine), _MOST_FLOW).astype(np.int32)
    places = (np.concatenate(tails), np.concatenate(heads))
    network = csr_array((capacity, places), shape=(sink + 1, sink + 1))
    return float(maximum_flow(network, source, sink).flow_value) / fine
