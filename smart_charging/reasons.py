"""Why each EVSE has its limit, in every slot.

In the first slot the lines themselves are asked: whichever leaves an EVSE the least room. In later
slots, which are an outlook, the linear program's duals are: the line on which an ampere of the
EVSE costs others most.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.network import Network
from smart_charging.occupancy import NO_LINE, Occupancy
from smart_charging.plan import CAUSES, NOTICEABLE_A, Cause, ReasonTable
from smart_charging.problem import ChargingProblem

_BINDS: Final = 1e-9
_DONE_WH: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What is explained.

    Attributes:
        limits_a: [evse, slot]
        usable_a: What each vehicle could use in the first slot: [evse].
        wh_per_a: [evse, slot]
        gain_per_a: What an ampere more of each line's limit would add: [row, slot].
        first: What the lines carry in the first slot.
    """

    limits_a: Array
    usable_a: Array
    wh_per_a: Array
    gain_per_a: Array
    first: Occupancy


def explain(problem: ChargingProblem, network: Network, outcome: Outcome) -> ReasonTable:
    """Explain a plan, slot by slot."""
    columns, limits_a = problem.columns, outcome.limits_a
    rows, gains = _dearest(network, outcome.gain_per_a)
    wanted_wh = columns.energy_wh + columns.extra_wh
    done_wh = np.cumsum(limits_a * outcome.wh_per_a, axis=1)
    is_done = done_wh >= (wanted_wh - _DONE_WH)[:, None]
    at_most = limits_a >= columns.max_a[:, None] - NOTICEABLE_A / 2
    binds = rows != NO_LINE
    causes = np.select(
        [outcome.wh_per_a <= 0, at_most, is_done, binds & (limits_a > 0), binds],
        [CAUSES.index(cause) for cause in _IN_ORDER],
        default=CAUSES.index(Cause.LATER),
    )
    rows[:, 0], first = _first(problem, outcome)
    causes[:, 0] = np.where(causes[:, 0] == CAUSES.index(Cause.AWAY), causes[:, 0], first)
    return ReasonTable(
        causes=causes.astype(np.int8),
        rows=rows,
        gains=gains,
        limits_a=limits_a,
        feeders=tuple(feeder.key for feeder in problem.feeders),
        edges=problem.edges,
    )


_IN_ORDER: Final = (
    Cause.AWAY,
    Cause.OWN_MAXIMUM,
    Cause.NOTHING_WANTED,
    Cause.FEEDER,
    Cause.OTHERS_FIRST,
)


def _first(problem: ChargingProblem, outcome: Outcome) -> tuple[Indices, Indices]:
    """Lines and causes in the first slot: [evse]."""
    columns, limit_a = problem.columns, outcome.limits_a[:, 0]
    room_a, rows = outcome.first.tightest(np.arange(len(limit_a)))
    next_a = np.where(limit_a >= columns.min_a, limit_a + NOTICEABLE_A, columns.min_a)
    is_full = (limit_a + room_a < next_a) & (rows != NO_LINE)
    causes = np.select(
        [
            outcome.usable_a <= columns.floor_a,
            limit_a >= columns.max_a - NOTICEABLE_A / 2,
            is_full & (limit_a > 0),
            is_full,
            limit_a >= outcome.usable_a - NOTICEABLE_A,
        ],
        [
            CAUSES.index(cause)
            for cause in (
                Cause.NOTHING_WANTED,
                Cause.OWN_MAXIMUM,
                Cause.FEEDER,
                Cause.OTHERS_FIRST,
                Cause.NOTHING_WANTED,
            )
        ],
        default=CAUSES.index(Cause.LATER),
    )
    return rows, causes


def _dearest(network: Network, gain_per_a: Array) -> tuple[Indices, Array]:
    """The line on which each EVSE's ampere costs most, and what it gains there: [evse, slot]."""
    evses, slots = network.evses.known.shape[1], gain_per_a.shape[1]
    rows, gains = np.full((evses, slots), NO_LINE), np.zeros((evses, slots))
    gainful = np.flatnonzero(gain_per_a.max(axis=0, initial=0.0) > _BINDS)
    if not len(gainful):
        return rows, gains
    loads = network.evses.sizes_by_load
    counts = np.diff(loads.indptr)
    worth = loads.data[:, None] * gain_per_a[np.ix_(loads.indices, gainful)]
    best = np.maximum.reduceat(worth, loads.indptr[:-1])
    entry, at = np.nonzero((worth >= np.repeat(best, counts, axis=0)) & (worth > _BINDS))
    owner, slot, row = np.repeat(np.arange(evses), counts)[entry], gainful[at], loads.indices[entry]
    rows[owner, slot] = row
    gains[owner, slot] = gain_per_a[row, slot]
    return rows, gains
