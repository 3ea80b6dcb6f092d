"""Problem in, verified plan out."""

from typing import Final

import numpy as np

from smart_charging.errors import PlanViolation, SolverError
from smart_charging.problem import (
    Array,
    ChargingPlan,
    ChargingProblem,
    Evse,
    EvsePlan,
    Method,
    Reason,
)
from smart_charging.reasons import explain
from smart_charging.rounding import round_slot
from smart_charging.solver import presence, solve
from smart_charging.verify import verify

_SHY: Final = 1.0 - 1e-6
"""The solver may exceed a limit by its tolerance; slots that are only an outlook keep below."""
_S_PER_H: Final = 3600.0


def make_plan(problem: ChargingProblem, time_limit_s: float = 2.0) -> ChargingPlan:
    """Plan a problem.

    The linear program is rounded for the committed slots. When it has no answer in time, or its
    plan does not pass the verifier, the heuristic takes its place: equal shares in turns. When
    even that should not pass, everybody is held at the floor, which always does.

    Args:
        problem: What to plan.
        time_limit_s: How long the solver may take.
    """
    try:
        relaxed_a = solve(problem, time_limit_s)
        plan = _assemble(problem, relaxed_a, Method.LINEAR_PROGRAM, "")
        verify(problem, plan)
    except (SolverError, PlanViolation) as error:
        return plan_by_heuristic(problem, str(error))
    return plan


def plan_by_heuristic(problem: ChargingProblem, detail: str) -> ChargingPlan:
    """Plan without a solver: equal shares under the limits, in turns where 6 A do not fit all.

    Args:
        problem: What to plan.
        detail: Why there is no better plan.
    """
    modest_a = np.array([[evse.least_a] for evse in problem.evses]).reshape(-1, 1)
    outlook_a = np.array([[evse.floor_a] for evse in problem.evses]).reshape(-1, 1)
    wanted_a = np.repeat(outlook_a, len(problem.slots_s), axis=1)
    wanted_a[:, : problem.committed] = modest_a
    plan = _assemble(problem, wanted_a, Method.HEURISTIC, detail)
    try:
        verify(problem, plan)
    except PlanViolation as error:
        plan = _hold_at_floor(problem, f"{detail}; {error}")
        verify(problem, plan)
    return plan


def _assemble(
    problem: ChargingProblem, wanted_a: Array, method: Method, detail: str
) -> ChargingPlan:
    """Round the committed slots, explain the first, and count the energy."""
    evses = problem.evses
    floors_a = np.array([evse.floor_a for evse in evses]).reshape(-1, 1)
    limits_a = np.maximum(wanted_a * _SHY, floors_a)
    wh_per_a = _wh_per_a(problem)
    left_wh = np.array([evse.demand.energy_wh + evse.demand.extra_wh for evse in evses])
    reasons: tuple[Reason, ...] = ()
    for slot in range(problem.committed):
        most_a = _usable_a(evses, left_wh, wh_per_a[:, slot])
        limits_a[:, slot], occupancy = round_slot(problem, slot, wanted_a[:, slot], most_a)
        left_wh = np.maximum(left_wh - limits_a[:, slot] * wh_per_a[:, slot], 0.0)
        if slot == 0:
            reasons = explain(problem, occupancy, limits_a, most_a)
    planned_wh = (limits_a * wh_per_a).sum(axis=1)
    return ChargingPlan(
        starts_at=problem.starts_at,
        slots_s=problem.slots_s,
        evses=tuple(
            _evse_plan(evse, limits_a[i], float(planned_wh[i]), reasons[i])
            for i, evse in enumerate(evses)
        ),
        committed=problem.committed,
        method=method,
        detail=detail,
    )


def _evse_plan(evse: Evse, limits_a: Array, planned_wh: float, reason: Reason) -> EvsePlan:
    demand = evse.demand
    return EvsePlan(
        key=evse.key,
        limits_a=tuple(limits_a.tolist()),
        expected_wh=min(planned_wh, demand.energy_wh + demand.extra_wh),
        short_wh=max(0.0, demand.energy_wh - planned_wh),
        reason=reason,
    )


def _hold_at_floor(problem: ChargingProblem, detail: str) -> ChargingPlan:
    floors_a = np.array([[evse.floor_a] for evse in problem.evses]).reshape(-1, 1)
    nothing = np.repeat(floors_a, len(problem.slots_s), axis=1)
    plan = _assemble(problem, np.zeros_like(nothing), Method.HEURISTIC, detail)
    evses = tuple(
        _evse_plan(evse, nothing[i], 0.0, plan.evses[i].reason)
        for i, evse in enumerate(problem.evses)
    )
    return ChargingPlan(
        starts_at=problem.starts_at,
        slots_s=problem.slots_s,
        evses=evses,
        committed=problem.committed,
        method=Method.HEURISTIC,
        detail=detail,
    )


def _wh_per_a(problem: ChargingProblem) -> Array:
    """Energy that an ampere carries in each slot while the vehicle is there: [evse, slot]."""
    watts = np.array([evse.w_per_a for evse in problem.evses]).reshape(-1, 1)
    hours = np.array(problem.slots_s, dtype=float) / _S_PER_H
    energy: Array = watts * presence(problem) * hours
    return energy


def _usable_a(evses: tuple[Evse, ...], left_wh: Array, wh_per_a: Array) -> Array:
    """The most that each vehicle can use in a slot: its rate, or what it still lacks."""
    rates_a = np.array([evse.max_a for evse in evses])
    least_a = np.array([evse.least_a for evse in evses])
    with np.errstate(divide="ignore", invalid="ignore"):
        needed_a = np.where(wh_per_a > 0, left_wh / wh_per_a, 0.0)
    wants_more = (left_wh > 0) & (wh_per_a > 0)
    usable: Array = np.where(
        wants_more, np.clip(needed_a, np.minimum(least_a, rates_a), rates_a), 0.0
    )
    return usable
