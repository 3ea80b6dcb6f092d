"""Constraint family (15) of the model: what feeders feed in, and that it is kept after rounding.

What is fed in beyond the limit is nobody's by plan: the sun's, or that of a source that has to run.
"""

from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.draft import NOT_THERE, Draft
from smart_charging.feed_limit import FeedLimit
from smart_charging.feeder_power import planned_w, put_power, shares
from smart_charging.problem import ChargingProblem
from smart_charging.units import Units
from smart_charging.worth import PER_K, hours_of, missing_per_wh

_TOLERANCE_W: Final = 1.0


def add_feed_limits(draft: Draft) -> None:
    """(15): what is fed in beyond what may be costs more than anything but relief is worth."""
    for limit in draft.problem.feed_limits:
        slots = np.flatnonzero(np.isfinite(limit.most_w))
        row_of = np.full(len(limit.most_w), NOT_THERE)
        least_kw = -(limit.most_w + limit.base_w)[slots] * PER_K
        row_of[slots] = rows = draft.rows.add(least_kw, np.inf, len(slots))
        worth = -missing_per_wh(draft.weights) / PER_K * draft.hours[slots]
        draft.rows.put(rows, draft.columns.add(worth, 0.0, np.inf), 1.0)
        put_power(draft, row_of, limit.feeder, limit.line)


def overfed_wh(problem: ChargingProblem, units: Units, drawn_wh: Array, store_a: Array) -> float:
    """How much energy feeders feed in beyond what they may.

    Args:
        problem: What is planned.
        units: Its EVSEs, or cohorts of them.
        drawn_wh: What they draw, less what they feed back: [unit, slot].
        store_a: What stores take; below 0: give: [store, slot].
    """
    hours, total = hours_of(problem), 0.0
    for limit in problem.feed_limits:
        drawn = (drawn_wh, store_a)
        carried_w = planned_w(problem, units, drawn, limit.feeder, limit.line) + limit.base_w
        total += float(np.maximum(-carried_w - limit.most_w, 0.0) @ hours)
    return total


def beyond_w(problem: ChargingProblem, limit: FeedLimit, limits_a: Array, store_a: Array) -> Array:
    """What a feeder feeds in beyond what it may; below 0: so much more it might: [slot].

    Args:
        problem: What is planned.
        limit: Of which feeder.
        limits_a: What vehicles draw; below 0: feed back: [evse, slot].
        store_a: What stores take; below 0: give: [store, slot].
    """
    evses, stores_w = shares(problem, limit.feeder, limit.line)
    evses_w = evses * problem.columns.w_per_a
    carried: Array = evses_w @ limits_a + stores_w @ store_a + limit.base_w
    return -carried - limit.most_w


def fed_within(problem: ChargingProblem, limits_a: Array, store_a: Array) -> tuple[Array, Array]:
    """Give less where vehicles were rounded to draw less than was planned.

    Sources that stand by give as much as they have to run with, or as lines need.

    Returns:
        The same for vehicles that feed back, and for stores; these may be fuller by that.
    """
    limits_a, store_a = limits_a.copy(), store_a.copy()
    for limit in problem.feed_limits:
        evses, stores_w = shares(problem, limit.feeder, limit.line)
        evses_w = evses * problem.columns.w_per_a
        over_w = beyond_w(problem, limit, limits_a, store_a)
        for slot in np.flatnonzero(over_w > _TOLERANCE_W / 2).tolist():
            given_w = -(evses_w @ np.minimum(limits_a[:, slot], 0.0))
            given_w -= stores_w @ np.minimum(store_a[:, slot], 0.0)
            if given_w <= 0.0:
                continue
            kept = max(0.0, 1.0 - float(over_w[slot]) / float(given_w))
            feeds = (limits_a[:, slot] < 0) & (evses_w > 0)
            limits_a[feeds, slot] *= kept
            for k in np.flatnonzero((store_a[:, slot] < 0) & (stores_w > 0)).tolist():
                store_a[k, slot] = _given(problem, k, float(store_a[k, slot]) * kept, slot)
    return limits_a, store_a


def _given(problem: ChargingProblem, k: int, amps: float, slot: int) -> float:
    """What a store gives in place of what was planned; a source stops, or goes on at its least."""
    standby = problem.stores[k].standby
    if standby is None or slot >= problem.committed:
        return amps
    least_a = max(float(standby.relief_a[slot]), standby.min_a)
    if -amps >= least_a:
        return amps
    return -least_a if standby.on_s > 0 or standby.relief_a[slot] > 0 else 0.0
