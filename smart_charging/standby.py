"""Sources that stand by: constraint family (13) of the model, and when they run.

A source runs for the sake of money where what it saves is dearer than its fuel and its start, and
whatever it costs where lines above it carry more than their limit whatever is planned: the building
and the fallbacks of chargers alone, under a limit that was cut deeper than anybody can go. As with
batteries, what it gives makes no room for anybody else.
"""

from collections.abc import Sequence

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.currents import Load, ancestors, line_currents
from smart_charging.draft import Draft
from smart_charging.feeder import Feeder
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Store
from smart_charging.taps import Tap
from smart_charging.worth import hours_of, relief_per_wh


def add_relief(draft: Draft, store: Store, given: Indices) -> None:
    """(13): what of a source's giving relieves lines is worth more than anything else.

    Args:
        draft: What is written down.
        store: A store; one that does not stand by is left as it is.
        given: Columns of what it gives: [slot].
    """
    if store.standby is None or not store.standby.relief_a.any():
        return
    worth = relief_per_wh(draft.weights) * store.w_per_a * draft.hours
    relief = draft.columns.add(worth, 0.0, store.standby.relief_a)
    rows = draft.rows.add(0.0, np.inf, len(given))
    draft.rows.put(rows, given, 1.0)
    draft.rows.put(rows, relief, -1.0)


def relieved_wh(problem: ChargingProblem, store_a: Array) -> float:
    """How much of what sources give relieves lines that carry too much.

    Args:
        problem: What is planned.
        store_a: What stores take; below 0: give: [store, slot].
    """
    total_wh = 0.0
    for store, amps in zip(problem.stores, store_a, strict=True):
        if store.standby is not None:
            relief_a = np.minimum(np.maximum(-amps, 0.0), store.standby.relief_a)
            total_wh += float(relief_a @ hours_of(problem)) * store.w_per_a
    return total_wh


def running_a(
    store: Store, planned_a: Array, at: tuple[int, float], slots_s: Sequence[int]
) -> float:
    """What a source gives in a slot that is about to be sent: nothing, or at least its least.

    Args:
        store: A source that stands by.
        planned_a: What the program has it take, so below 0 where it gives: [slot].
        at: Which slot, and for how long it has run by then.
        slots_s: Length of each slot.
    """
    standby, (slot, on_s) = store.standby, at
    if standby is None:
        return 0.0
    relief_a = min(float(standby.relief_a[slot]), store.discharge_a)
    has_to_run = 0 < on_s < standby.min_on_s
    if has_to_run or relief_a > 0 or _pays(store, planned_a, at, slots_s):
        return max(-float(planned_a[slot]), relief_a, standby.min_a)
    return 0.0


def _pays(store: Store, planned_a: Array, at: tuple[int, float], slots_s: Sequence[int]) -> bool:
    """Whether the program would have it give its least, on the mean of all that it has to run."""
    standby, (slot, on_s) = store.standby, at
    assert standby is not None  # noqa: S101 - looked at before
    if on_s > 0:
        return float(-planned_a[slot]) >= standby.min_a / 2
    last, runs_s = slot, 0
    while last < len(slots_s) and (last == slot or runs_s < standby.min_on_s):
        runs_s += slots_s[last]
        last += 1
    given_a = np.maximum(-planned_a[slot:last], 0.0)
    return float(np.average(given_a, weights=slots_s[slot:last])) >= standby.min_a


def beyond_limits_a(
    feeders: Sequence[Feeder], unavoidable: Sequence[Load], feeder: str, tap: Tap, risk: float
) -> Array:
    """By how much lines of a feeder and above carry more than their limit in any case: [slot].

    Args:
        feeders: With the limits that are in force.
        unavoidable: What is drawn whatever is planned.
        feeder: Where a source hangs.
        tap: What an ampere of it puts on the lines; only those count that it loads.
        risk: See `line_currents`.
    """
    carried = line_currents(feeders, unavoidable, risk)
    lines = np.flatnonzero(np.array(tap.magnitudes) > 0)
    ways = ancestors(feeders)[feeder]
    over_a = [(carried[one.key] - one.limit_a)[lines] for one in feeders if one.key in ways]
    beyond: Array = np.maximum(np.concatenate(over_a).max(axis=0), 0.0)
    return beyond
