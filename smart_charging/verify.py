"""The independent check of a plan. Nothing is sent that has not passed it.

It knows nothing of how the plan was made; it takes the problem's own words and exact currents:

(1) every line of every feeder carries at most its limit in every slot, also if some vehicles take
    less than they may, and if none feeds back. Where uncontrolled load, reservations and
    fallbacks alone are more than the limit, nothing may be added to them. What is fed back stays
    within the limits, or within what lines carry in any case, and so do both where they add up
    (behind a delta-wye transformer); whoever feeds back may fall back to its floor;
(2) no EVSE gets more than its maximum, or less than its floor; none rises before it may;
(3) in the committed slots a limit is 0 or at least the minimum, in whole steps or a known level;
(4) the plan answers this problem: same slots, every EVSE once, all figures finite;
(5) the outlets of a power module together take no more than it gives;
(6) a vehicle that feeds back keeps what it must keep, counted while it is there; a store gives
    nothing below the least and takes nothing above the most that it should hold;
(7) a store that is switched is, in the committed slots, off or takes at least its least; it stays
    off as long as it has to, and on unless it would be too full or lines have no room for it;
(8) a store that holds less than it should (a cold cabin, a battery below its reserve) takes all
    that it may, or lines have no room for it;
(9) a source that stands by gives nothing before it has come up and, in the committed slots, nothing
    or at least its least; it runs on as long as it has to, and gives what lines need of it that
    carry more than their limit in any case, unless lines may not be fed so much;
(10) where a feeder feeds in more than it may, nothing gives by plan, but a source that has to.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags
from smart_charging.currents import Load, currents_both_ways, line_currents
from smart_charging.errors import PlanViolation
from smart_charging.feeder import Feeder
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem
from smart_charging.verify_feeds import broken_feed_limits
from smart_charging.verify_stores import broken_stores

TOLERANCE_A: Final = 1e-6
"""Rounding error that is let pass, far below what any meter or breaker can tell."""
_TOLERANCE_WH: Final = 0.1
_TOLERANCE_STEPS: Final = 1e-4
_S_PER_H: Final = 3600.0
_SPARE: Final = 0.98
"""Where lines are fuller, nothing more is asked for: the solver does not see the last percent."""


def verify(problem: ChargingProblem, plan: ChargingPlan) -> None:
    """Check a plan against its problem.

    Raises:
        PlanViolation: Listing every broken rule.
    """
    violations = list(_mismatches(problem, plan)) or list(_broken_rules(problem, plan))
    if violations:
        raise PlanViolation(tuple(violations))


def _broken_rules(problem: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    """All rules but (4), and figures that are none."""
    limits_a, store_a = _limits(plan, problem), _store_amps(plan, problem)
    if not (np.isfinite(limits_a).all() and np.isfinite(store_a).all()):
        yield from _not_finite([evse.key for evse in plan.evses], limits_a)
        yield from _not_finite([store.key for store in plan.stores], store_a)
        return
    yield from _overloads(problem, limits_a, store_a)
    yield from _broken_bounds(problem, limits_a)
    yield from _broken_steps(problem, limits_a[:, : plan.committed])
    yield from _broken_modules(problem, limits_a)
    yield from _broken_reserves(problem, limits_a)
    yield from broken_stores(
        problem,
        store_a,
        plan.committed,
        fits=partial(_has_room, problem, limits_a),
        feeds=partial(_may_be_fed, problem, limits_a),
    )
    yield from broken_feed_limits(problem, limits_a, store_a)


def _mismatches(problem: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    """Rule (4)."""
    if (plan.starts_at, plan.slots_s) != (problem.starts_at, problem.slots_s):
        yield "the plan has other slots than the problem"
    if plan.committed > problem.committed:
        yield "the plan commits more slots than the problem asks for"
    if [planned.key for planned in plan.evses] != [evse.key for evse in problem.evses]:
        yield "the plan has other EVSEs than the problem"
        return
    if [planned.key for planned in plan.stores] != [store.key for store in problem.stores]:
        yield "the plan has other stores than the problem"
        return
    slots = len(problem.slots_s)
    rows = [(planned.key, planned.limits_a) for planned in plan.evses]
    rows += [(planned.key, planned.amps) for planned in plan.stores]
    for key, row in rows:
        if len(row) != slots:
            yield f"{key} has {len(row)} limits"


def _not_finite(keys: Sequence[str], amps: Array) -> Iterator[str]:
    """Rule (4) for figures."""
    for i in _any(~np.isfinite(amps)):
        yield f"{keys[i]} has a limit that is not finite"


def _overloads(problem: ChargingProblem, limits_a: Array, store_a: Array) -> Iterator[str]:
    """Rule (1)."""
    reserved = [Load(r.feeder, r.tap, r.amps) for r in problem.reservations]
    floors_a = np.broadcast_to(problem.columns.floor_a[:, None], limits_a.shape)
    can_feed = np.array([evse.discharge is not None for evse in problem.evses], dtype=bool)
    drawn_a = np.maximum(limits_a, floors_a * can_feed[:, None])
    drawn = reserved + _drawn(problem, drawn_a)
    drawn += _stored(problem, np.maximum(store_a, 0.0))
    feeders, risk = problem.feeders, problem.policy.risk

    def unavoidable() -> dict[str, Array]:
        return line_currents(feeders, reserved + _drawn(problem, floors_a), risk)

    carried, fed_a = line_currents(feeders, drawn, risk), np.maximum(-limits_a, 0.0)
    if fed_a.any() or (store_a < 0).any():
        fed = _drawn(problem, fed_a) + _stored(problem, np.maximum(-store_a, 0.0))
        both = currents_both_ways(feeders, drawn, fed, risk)
        carried = {key: np.maximum(amps, both[key]) for key, amps in carried.items()}
        alone = line_currents(feeders, fed, None)
        yield from _above(problem, alone, unavoidable)
    yield from _above(problem, carried, unavoidable)


def _above(
    problem: ChargingProblem,
    carried: dict[str, Array],
    unavoidable: Callable[[], dict[str, Array]],
) -> Iterator[str]:
    """Where lines carry more than their limit, and more than what cannot be avoided there."""
    feeders = problem.feeders
    if not any((carried[f.key] > f.limit_a + TOLERANCE_A).any() for f in feeders):
        return
    least = unavoidable()
    for feeder in feeders:
        current_a = carried[feeder.key]
        over_a = current_a - np.maximum(feeder.limit_a, least[feeder.key])
        for line, slot in np.argwhere(over_a > TOLERANCE_A):
            yield (
                f"{feeder.key} L{line + 1} carries {current_a[line, slot]:.3f} A "
                f"in slot {slot}, {over_a[line, slot]:.3f} A too much"
            )


def _drawn(problem: ChargingProblem, amps: Array) -> list[Load]:
    return [Load(e.feeder, e.tap, row) for e, row in zip(problem.evses, amps, strict=True)]


def _stored(problem: ChargingProblem, amps: Array) -> list[Load]:
    return [Load(s.feeder, s.tap, row) for s, row in zip(problem.stores, amps, strict=True)]


def _broken_bounds(problem: ChargingProblem, limits_a: Array) -> Iterator[str]:
    """Rule (2)."""
    columns, keys = problem.columns, [evse.key for evse in problem.evses]
    most_a = np.maximum(columns.max_a, columns.floor_a)[:, None]
    for i in _any(limits_a > most_a + TOLERANCE_A):
        yield f"{keys[i]} gets more than its {problem.evses[i].max_a:g} A"
    fed_a = np.array([e.discharge.max_a if e.discharge else 0.0 for e in problem.evses])
    least_a = np.where(fed_a > 0, -fed_a, columns.floor_a)[:, None]
    for i in _any(limits_a < least_a - TOLERANCE_A):
        yield f"{keys[i]} gets less than its floor of {problem.evses[i].floor_a:g} A"
    starts_s = np.cumsum(problem.slots_s) - np.array(problem.slots_s)
    is_steady = starts_s < columns.steady_s[:, None]
    held_a = np.maximum(columns.held_a, columns.floor_a)[:, None]
    for i in _any(is_steady & (limits_a > held_a + TOLERANCE_A)):
        yield f"{keys[i]} rises before {columns.steady_s[i]:g} s are over"


def _broken_steps(problem: ChargingProblem, limits_a: Array) -> Iterator[str]:
    """Rule (3)."""
    columns = problem.columns
    max_a, floor_a = columns.max_a[:, None], columns.floor_a[:, None]
    is_bound = np.minimum(abs(limits_a - max_a), abs(limits_a - floor_a)) < TOLERANCE_A
    too_small = (limits_a > 0) & (limits_a < columns.min_a[:, None] - TOLERANCE_A)
    for i, slot in np.argwhere(too_small & ~is_bound):
        key, min_a = problem.evses[i].key, columns.min_a[i]
        yield f"{key} gets {limits_a[i, slot]:g} A in slot {slot}, neither 0 nor {min_a:g}"
    steps = limits_a / columns.step_a[:, None]
    is_between = (abs(steps - np.round(steps)) > _TOLERANCE_STEPS) & (limits_a > 0)
    for i, evse in enumerate(problem.evses):
        if evse.levels_a:
            known_a = np.array([0.0, *evse.levels_a])
            away_a = abs(limits_a[i][:, None] - known_a).min(axis=1)
            is_between[i] = (away_a > TOLERANCE_A) & (limits_a[i] > 0)
    for i, slot in np.argwhere(is_between & ~is_bound):
        key, step_a = problem.evses[i].key, columns.step_a[i]
        yield f"{key} gets {limits_a[i, slot]:g} A in slot {slot}, not in steps of {step_a:g}"


def _broken_modules(problem: ChargingProblem, limits_a: Array) -> Iterator[str]:
    """Rule (5)."""
    columns = problem.columns
    for module in problem.modules:
        members = [i for i, evse in enumerate(problem.evses) if evse.module == module.key]
        power_w = columns.w_per_a[members] @ np.maximum(limits_a[members], 0.0)
        most_w = max(module.max_w, float(columns.w_per_a[members] @ columns.floor_a[members]))
        for slot in np.flatnonzero(power_w > most_w * (1 + 1e-9) + _TOLERANCE_WH):
            yield f"{module.key} gives {power_w[slot]:.0f} W in slot {slot}, it has {most_w:.0f}"


def _broken_reserves(problem: ChargingProblem, limits_a: Array) -> Iterator[str]:
    """Rule (6) for vehicles."""
    hours = np.array(problem.slots_s) / _S_PER_H
    for i, evse in enumerate(problem.evses):
        if evse.discharge is None or not (limits_a[i] < 0).any():
            continue
        drawn_a = np.maximum(limits_a[i], 0.0)
        fed_a = np.maximum(-limits_a[i], 0.0) / evse.discharge.efficiency
        share = _share_there(problem, i)
        net_wh = np.cumsum((drawn_a - fed_a) * share * hours * evse.w_per_a)
        if net_wh.min() < -evse.discharge.available_wh - _TOLERANCE_WH:
            yield f"{evse.key} feeds back more than the {evse.discharge.available_wh:g} Wh it may"


def _share_there(problem: ChargingProblem, i: int) -> Array:
    """The share of each slot between a vehicle's coming and its leaving: [slot]."""
    ends_s = np.cumsum(problem.slots_s)
    begins_s = ends_s - np.array(problem.slots_s)
    comes_s, leaves_s = problem.columns.arrives_s[i], problem.columns.departs_s[i]
    there_s = np.minimum(ends_s, leaves_s) - np.maximum(begins_s, comes_s)
    share: Array = np.maximum(there_s, 0.0) / (ends_s - begins_s)
    return share


def _has_room(problem: ChargingProblem, limits_a: Array, store_a: Array, slot: int) -> bool:
    """Whether in a slot the lines have room for all that is drawn, and some to spare."""
    one = slice(slot, slot + 1)
    floors_a = np.broadcast_to(problem.columns.floor_a[:, None], limits_a.shape)
    loads = [Load(r.feeder, r.tap, r.amps) for r in problem.reservations]
    loads += _drawn(problem, np.maximum(limits_a, floors_a))
    loads += _stored(problem, np.maximum(store_a, 0.0))
    feeders = [_feeder_in(feeder, one) for feeder in problem.feeders]
    carried = line_currents(
        feeders, [Load(x.feeder, x.tap, x.amps[one]) for x in loads], problem.policy.risk
    )
    return all(bool((carried[f.key] <= _SPARE * f.limit_a).all()) for f in feeders)


def _may_be_fed(problem: ChargingProblem, limits_a: Array, store_a: Array, slot: int) -> bool:
    """Whether in a slot the lines may be fed so much: their limit, or what they carry anyway.

    Not where it would add to what is drawn.
    """
    one = slice(slot, slot + 1)
    floors_a = np.broadcast_to(problem.columns.floor_a[:, None], limits_a.shape)
    drawn = [Load(r.feeder, r.tap, r.amps[one]) for r in problem.reservations]
    drawn += _drawn(problem, floors_a[:, one])
    fed = _drawn(problem, np.maximum(-limits_a[:, one], 0.0))
    fed += _stored(problem, np.maximum(-store_a[:, one], 0.0))
    feeders = [_feeder_in(feeder, one) for feeder in problem.feeders]
    risk = problem.policy.risk
    fed_a, least_a = line_currents(feeders, fed, None), line_currents(feeders, drawn, risk)
    drawn += _drawn(problem, np.maximum(limits_a, floors_a)[:, one])
    drawn += _stored(problem, np.maximum(store_a[:, one], 0.0))
    adds_a = currents_both_ways(feeders, drawn, fed, risk)
    return all(
        bool((fed_a[f.key] <= np.maximum(f.limit_a, least_a[f.key])).all())
        and not adds_a[f.key].any()
        for f in feeders
    )


def _feeder_in(feeder: Feeder, slot: slice) -> Feeder:
    forecast = feeder.forecast
    return replace(
        feeder,
        limit_a=feeder.limit_a[:, slot],
        uncontrolled_a=feeder.uncontrolled_a[:, slot],
        forecast=forecast and replace(forecast, amps=forecast.amps[:, :, slot]),
    )


def _any(is_broken: Flags) -> list[int]:
    """The rows in which something is broken."""
    rows: list[int] = np.flatnonzero(is_broken.any(axis=1)).tolist()
    return rows


def _limits(plan: ChargingPlan, problem: ChargingProblem) -> Array:
    rows: Sequence[tuple[float, ...]] = [planned.limits_a for planned in plan.evses]
    return np.array(rows, dtype=float).reshape(-1, len(problem.slots_s))


def _store_amps(plan: ChargingPlan, problem: ChargingProblem) -> Array:
    rows: Sequence[tuple[float, ...]] = [planned.amps for planned in plan.stores]
    return np.array(rows, dtype=float).reshape(-1, len(problem.slots_s))
