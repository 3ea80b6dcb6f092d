"""What takes the place of a plan that fails or comes too late."""

from typing import Any

import numpy as np
import pytest

from smart_charging import planner as planner_module
from smart_charging.errors import SolverError
from smart_charging.model import Relaxed
from smart_charging.plan import Method
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem import ChargingProblem
from smart_charging.verify import verify
from tests.smart_charging.problems import (
    QUARTER_S,
    after,
    evse,
    feeder,
    first_a,
    problem,
)


def late_solver(*_: object) -> None:
    raise SolverError("no optimum within 2 s")


def test_late_solver_is_replaced_by_the_heuristic_and_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planner_module, "relax", late_solver)
    plan = make_plan(problem(feeder("main", 20.0), evse("a")))
    assert (plan.method, plan.detail) == (Method.HEURISTIC, "no optimum within 2 s")
    assert first_a(plan) == [20.0]


def garage(count: int) -> ChargingProblem:
    """Vehicles of half a day, each with another need, of which the feeder carries some."""
    evses = [
        evse(f"e{i}", wh=5_000.0 + 77.0 * (i % 200), departs_at=after(3 + i % 9))
        for i in range(count)
    ]
    main = feeder("main", 2.0 * count, slots=48)
    return problem(main, *evses, slots_s=(QUARTER_S,) * 48)


@pytest.mark.parametrize("count", [20, 200, 1000])
def test_with_fifty_milliseconds_there_is_a_verified_plan(count: int) -> None:
    asked = garage(count)
    plan = make_plan(asked, time_limit_s=0.05)
    verify(asked, plan)
    assert sum(first_a(plan)) == pytest.approx(2.0 * count, rel=0.1)


def test_time_limit_is_the_solvers() -> None:
    # far more than any solver could do in the millisecond that it has at least
    asked = garage(200)
    plan = make_plan(asked, time_limit_s=0.0)
    assert plan.method is Method.HEURISTIC
    assert plan.detail.startswith("no optimum within 0 s")
    verify(asked, plan)


def test_plan_of_the_solver_that_breaks_a_rule_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = problem(feeder("main", 20.0), evse("a"), evse("b"))

    def too_much(*_: object) -> Relaxed:
        return Relaxed(
            amps=np.full((2, 4), 32.0),
            gain_per_a=np.zeros((3, 4)),
            store_a=np.zeros((0, 4)),
            objective=None,
            fee_pieces=(),
        )

    monkeypatch.setattr(planner_module, "relax", too_much)
    plan = make_plan(asked)
    assert plan.method is Method.HEURISTIC
    assert "main L1 carries" in plan.detail
    verify(asked, plan)
    assert sum(first_a(plan)) == pytest.approx(20.0, abs=0.2)


def test_heuristic_gives_equal_shares() -> None:
    plan = plan_by_heuristic(
        problem(feeder("main", 32.0), evse("a"), evse("b", wh=90_000.0)), "the solver was late"
    )
    a, b = first_a(plan)
    assert a + b == pytest.approx(32.0, abs=0.2)
    assert min(a, b) >= 12.0


def test_heuristic_gives_turns_where_not_all_fit() -> None:
    charging: dict[str, Any] = {"held_a": 8.0, "on_s": 7200.0}
    plan = plan_by_heuristic(
        problem(
            feeder("main", 12.0),
            evse("a", **charging),
            evse("b", **charging),
            evse("c", off_s=7200.0),
        ),
        "the solver was late",
    )
    given_a = first_a(plan)
    assert given_a[2] == 6.0
    assert sorted(given_a) == [0.0, 6.0, 6.0]


def test_heuristic_promises_nothing_beyond_the_committed_slots() -> None:
    asked = problem(feeder("main", 20.0), evse("a"), evse("b", floor_a=6.0), committed=2)
    plan = plan_by_heuristic(asked, "the solver was late")
    assert plan.committed == 2
    for planned, floor in zip(plan.evses, (0.0, 6.0), strict=True):
        assert planned.limits_a[2:] == pytest.approx((floor, floor))
    assert sum(first_a(plan)) == pytest.approx(20.0, abs=0.2)


def test_heuristic_of_an_overloaded_site_holds_everybody_at_the_floor() -> None:
    asked = problem(feeder("main", 20.0, uncontrolled_a=25.0), evse("a"), evse("b", floor_a=6.0))
    assert first_a(plan_by_heuristic(asked, "infeasible")) == [0.0, 6.0]
