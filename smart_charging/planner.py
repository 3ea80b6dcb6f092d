"""Problem in, verified plan out."""

from dataclasses import replace
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.basis import Basis
from smart_charging.case import Case, lay_out_case
from smart_charging.cohorts import relax_again, relax_by_cohorts
from smart_charging.committing import Committed, commit, round_committed
from smart_charging.counting import count
from smart_charging.errors import PlanViolation, SolverError
from smart_charging.model import Relaxed, relax
from smart_charging.plan import ChargingPlan, Method
from smart_charging.policy import without_first
from smart_charging.problem import ChargingProblem
from smart_charging.verify import verify
from smart_charging.worth import fee_pieces

_MOST_SINGLE: Final = 1500
"""Up to this many EVSEs are planned one by one, more by cohorts."""
_LEAST_COHORTS: Final = 100
"""From this many on, cohorts are tried when planning one by one takes too long."""
_FIRST_TRY: Final = 0.6
"""Of the time allowed, for planning one by one; the rest is for cohorts."""
_ANY_PEAK_KW: Final = 1e6


def make_plan(
    problem: ChargingProblem, time_limit_s: float = 2.0, last: ChargingPlan | None = None
) -> ChargingPlan:
    """Plan a problem.

    The linear program is rounded for the committed slots. When it has no answer in time, cohorts
    of vehicles are planned instead of every vehicle; when that has none either, or the plan does
    not pass the verifier, the heuristic takes its place: equal shares in turns. When even that
    should not pass, everybody is held at the floor, which always does.

    Args:
        problem: What to plan.
        time_limit_s: How long the solver may take.
        last: The plan before this one. Few EVSEs are planned faster from it as the program begins
            where that one's ended, many as whoever is in it keeps what it says, and only those are
            planned anew who lack energy by that.
    """
    case = lay_out_case(problem)
    try:
        relaxed, method = _relax(case, time_limit_s, last)
        if method is not Method.LINEAR_PROGRAM:
            case = replace(case, weights=without_first(case.weights))
        plan = count(case, relaxed, commit(case, relaxed, time_limit_s), method, "")
        verify(problem, plan)
    except (SolverError, PlanViolation) as error:
        return _by_heuristic(case, str(error))
    return plan


def plan_by_heuristic(problem: ChargingProblem, detail: str) -> ChargingPlan:
    """Plan without a solver: equal shares under the limits, in turns where 6 A do not fit all.

    Args:
        problem: What to plan.
        detail: Why there is no better plan.
    """
    return _by_heuristic(lay_out_case(problem), detail)


def _relax(case: Case, time_limit_s: float, last: ChargingPlan | None) -> tuple[Relaxed, Method]:
    evses = len(case.problem.evses)
    if (
        last is not None
        and evses > _LEAST_COHORTS
        and not case.problem.targets
        and not case.problem.feed_limits
    ):
        return relax_again(case, last, time_limit_s), Method.FROM_LAST
    if evses > _MOST_SINGLE:
        return relax_by_cohorts(case, time_limit_s), Method.COHORTS
    start = None if last is None else last.basis
    if evses < _LEAST_COHORTS:
        return _relax_singles(case, time_limit_s, start), Method.LINEAR_PROGRAM
    try:
        singles = _relax_singles(case, _FIRST_TRY * time_limit_s, start)
    except SolverError:
        return relax_by_cohorts(case, (1 - _FIRST_TRY) * time_limit_s), Method.COHORTS
    return singles, Method.LINEAR_PROGRAM


def _relax_singles(case: Case, time_limit_s: float, start: Basis | None) -> Relaxed:
    """Plan one by one; where there is no program, the next one begins where the last one ended."""
    relaxed = relax(case.problem, case.network, case.units, case.weights, time_limit_s, start)
    if len(case.problem.evses) > _LEAST_COHORTS:  # where the next plan begins with its amperes
        return replace(relaxed, basis=None)
    return relaxed if relaxed.basis else replace(relaxed, basis=start)


def _by_heuristic(case: Case, detail: str) -> ChargingPlan:
    problem = case.problem
    wanted_a = _floors(problem)
    wanted_a[:, : problem.committed] = np.where(
        np.isfinite(problem.columns.least_a), problem.columns.least_a, 0.0
    )[:, None]
    unsolved = _unsolved(case, wanted_a)
    committed = round_committed(case, unsolved)
    plan = count(case, unsolved, committed, Method.HEURISTIC, detail)
    try:
        verify(problem, plan)
    except PlanViolation as error:
        plan = _hold_at_floor(case, f"{detail}; {error}")
        verify(problem, plan)
    return plan


def _hold_at_floor(case: Case, detail: str) -> ChargingPlan:
    floors_a = _floors(case.problem)
    unsolved = _unsolved(case, floors_a)
    rounded = round_committed(case, unsolved)
    held = Committed(floors_a, rounded.usable_a, rounded.first, rounded.store_a)
    return count(case, unsolved, held, Method.HEURISTIC, detail)


def _floors(problem: ChargingProblem) -> Array:
    return np.repeat(problem.columns.floor_a[:, None], len(problem.slots_s), axis=1)


def _unsolved(case: Case, amps: Array) -> Relaxed:
    """What stands in for a linear program that was not solved."""
    return Relaxed(
        amps=amps,
        gain_per_a=np.zeros(case.network.limit_a.shape),
        store_a=np.zeros((len(case.problem.stores), amps.shape[1])),
        objective=None,
        fee_pieces=fee_pieces(case.problem, _ANY_PEAK_KW),
    )
