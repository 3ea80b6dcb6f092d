"""The independent check of a plan. Nothing is sent that has not passed it.

It knows nothing of how the plan was made; it takes the problem's own words and exact currents:

(1) every line of every feeder carries at most its limit in every slot. Where uncontrolled load,
    reservations and fallbacks alone are more than the limit, nothing may be added to them;
(2) no EVSE gets more than its maximum, or less than its floor;
(3) in the committed slots a limit is 0 or at least the minimum, in whole steps;
(4) the plan answers this problem: same slots, every EVSE once, all figures finite.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from smart_charging.currents import Load, line_currents
from smart_charging.errors import PlanViolation
from smart_charging.problem import Array, ChargingPlan, ChargingProblem, Evse, EvsePlan

TOLERANCE_A: Final = 1e-6
"""Rounding error that is let pass, far below what any meter or breaker can tell."""


def verify(problem: ChargingProblem, plan: ChargingPlan) -> None:
    """Check a plan against its problem.

    Raises:
        PlanViolation: Listing every broken rule.
    """
    violations = list(_mismatches(problem, plan))
    if not violations:
        violations += _overloads(problem, plan)
        for evse, planned in zip(problem.evses, plan.evses, strict=True):
            violations += _broken_bounds(problem, evse, planned)
    if violations:
        raise PlanViolation(tuple(violations))


def _mismatches(problem: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    """Rule (4)."""
    if (plan.starts_at, plan.slots_s) != (problem.starts_at, problem.slots_s):
        yield "the plan has other slots than the problem"
    if plan.committed > problem.committed:
        yield "the plan commits more slots than the problem asks for"
    if [planned.key for planned in plan.evses] != [evse.key for evse in problem.evses]:
        yield "the plan has other EVSEs than the problem"
        return
    for planned in plan.evses:
        if len(planned.limits_a) != len(problem.slots_s):
            yield f"{planned.key} has {len(planned.limits_a)} limits"
        elif not all(math.isfinite(limit) for limit in planned.limits_a):
            yield f"{planned.key} has a limit that is not finite"


def _overloads(problem: ChargingProblem, plan: ChargingPlan) -> Iterator[str]:
    """Rule (1)."""
    reserved = [Load(r.feeder, r.tap, r.amps) for r in problem.reservations]
    slots = len(problem.slots_s)
    floors = [Load(e.feeder, e.tap, np.full(slots, e.floor_a)) for e in problem.evses]
    planned = [
        Load(evse.feeder, evse.tap, _array(planned))
        for evse, planned in zip(problem.evses, plan.evses, strict=True)
    ]
    unavoidable = line_currents(problem.feeders, reserved + floors)
    currents = line_currents(problem.feeders, reserved + planned)
    for feeder in problem.feeders:
        most_a = np.maximum(feeder.limit_a, unavoidable[feeder.key])
        over_a = currents[feeder.key] - most_a
        for line, slot in np.argwhere(over_a > TOLERANCE_A):
            yield (
                f"{feeder.key} L{line + 1} carries {currents[feeder.key][line, slot]:.3f} A "
                f"in slot {slot}, {over_a[line, slot]:.3f} A too much"
            )


def _broken_bounds(problem: ChargingProblem, evse: Evse, planned: EvsePlan) -> Iterator[str]:
    """Rules (2) and (3)."""
    limits_a = _array(planned)
    if np.any(limits_a > max(evse.max_a, evse.floor_a) + TOLERANCE_A):
        yield f"{evse.key} gets more than its {evse.max_a:g} A"
    if np.any(limits_a < evse.floor_a - TOLERANCE_A):
        yield f"{evse.key} gets less than its floor of {evse.floor_a:g} A"
    for slot, limit_a in enumerate(planned.limits_a[: problem.committed]):
        if 0 < limit_a < evse.min_a - TOLERANCE_A:
            yield f"{evse.key} gets {limit_a:g} A in slot {slot}, neither 0 nor {evse.min_a:g}"
        steps = limit_a / evse.step_a
        is_bound = min(abs(limit_a - evse.max_a), abs(limit_a - evse.floor_a)) < TOLERANCE_A
        if abs(steps - round(steps)) > 1e-4 and not is_bound:
            yield f"{evse.key} gets {limit_a:g} A in slot {slot}, not in steps of {evse.step_a:g}"


def _array(planned: EvsePlan) -> Array:
    return np.array(planned.limits_a, dtype=float)
