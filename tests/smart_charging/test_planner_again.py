"""A plan that begins where the last one's program ended."""

from typing import Any

import pytest
from ortools.math_opt import parameters_pb2
from ortools.math_opt.core.python import solver

from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from tests.smart_charging.problems import evse, feeder, problem

W_PER_A = 690.0


def crowd(limit_a: float, count: int = 3) -> ChargingProblem:
    """Vehicles on three phases that want more than they can get in the hour that is planned."""
    return problem(feeder("main", limit_a), *(evse(f"e{i}") for i in range(count)))


def delivered_wh(plan: ChargingPlan) -> float:
    return sum(planned.expected_wh for planned in plan.evses)


def test_limits_that_have_changed_are_used_and_kept() -> None:
    last = make_plan(crowd(30.0))
    for limit_a in (30.0, 20.0, 40.0):
        plan = make_plan(crowd(limit_a), last=last)
        assert delivered_wh(plan) == pytest.approx(limit_a * W_PER_A, rel=1e-3)
        assert sum(planned.limits_a[0] for planned in plan.evses) <= limit_a + 1e-6
        last = plan
    assert last.basis is not None


def test_basis_outlives_plans_that_need_no_program() -> None:
    last = make_plan(crowd(30.0))
    free = make_plan(crowd(96.0), last=last)
    assert free.basis is last.basis
    assert make_plan(crowd(96.0)).basis is None


def test_solver_that_is_late_from_there_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    last = make_plan(crowd(30.0))
    kinds = []
    solve = solver.solve

    def stop_at_once(model: Any, kind: int, start: Any, parameters: Any, *more: Any) -> Any:
        kinds.append(kind)
        if kind == parameters_pb2.SOLVER_TYPE_GLOP:
            parameters.time_limit.FromMicroseconds(0)
        return solve(model, kind, start, parameters, *more)

    monkeypatch.setattr(solver, "solve", stop_at_once)
    plan = make_plan(crowd(20.0), last=last)
    assert delivered_wh(plan) == pytest.approx(20.0 * W_PER_A, rel=1e-3)
    assert kinds[:2] == [parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.SOLVER_TYPE_HIGHS]


def test_plans_of_many_carry_no_basis() -> None:
    assert make_plan(crowd(900.0, 101), 60.0).basis is None
    assert make_plan(crowd(900.0, 100), 60.0).basis is not None
