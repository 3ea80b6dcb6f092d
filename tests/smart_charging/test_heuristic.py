"""The plan without a solver: equal shares and turns, verified, whatever fails around it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging import committing
from smart_charging import planner as planner_module
from smart_charging.arrays import Array
from smart_charging.errors import PlanViolation
from smart_charging.occupancy import Occupancy, Paths
from smart_charging.plan import Cause, ChargingPlan, Method
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import pair_tap
from smart_charging.verify import verify
from tests.smart_charging.examples import examples
from tests.smart_charging.problems import L1, L2, after, evse, feeder, first_a, problem
from tests.smart_charging.sites import LINES, Site, sites

LATE = "the solver was late"


def planned(*evses: Evse, limit_a: float = 32.0, **more: Any) -> ChargingPlan:
    return plan_by_heuristic(problem(feeder("main", limit_a), *evses, **more), LATE)


@pytest.fixture
def no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks the solver fails the test."""

    def fail(*_: object) -> None:
        raise AssertionError("the solver was asked")

    monkeypatch.setattr(planner_module, "relax", fail)


@pytest.mark.usefixtures("no_solver")
def test_solver_is_not_asked() -> None:
    plan = planned(evse("a"), evse("b"))
    assert (plan.method, plan.detail) == (Method.HEURISTIC, LATE)
    assert first_a(plan) == [16.0, 16.0]


@pytest.mark.parametrize(
    ("limit_a", "expected_a"),
    [
        (96.0, [32.0, 32.0, 32.0]),
        (60.0, [20.0, 20.0, 20.0]),
        (18.0, [6.0, 6.0, 6.0]),
        (17.9, [9.0, 8.9, 0.0]),
        (12.0, [6.0, 6.0, 0.0]),
        (11.9, [11.9, 0.0, 0.0]),
        (6.0, [6.0, 0.0, 0.0]),
        (5.9, [0.0, 0.0, 0.0]),
        (0.0, [0.0, 0.0, 0.0]),
    ],
)
def test_three_vehicles_share_what_there_is_or_pause(
    limit_a: float, expected_a: list[float]
) -> None:
    given_a = first_a(planned(evse("a"), evse("b"), evse("c"), limit_a=limit_a))
    assert sum(given_a) == pytest.approx(sum(expected_a))
    assert given_a == pytest.approx(expected_a, abs=1.0)
    assert given_a.count(0.0) == expected_a.count(0.0)


def test_vehicle_that_needs_less_leaves_its_share_to_the_other() -> None:
    # 1380 Wh in a quarter of an hour on three phases are 8 A
    assert first_a(planned(evse("a", wh=1380.0), evse("b"))) == [8.0, 24.0]


def test_vehicle_that_has_left_or_not_come_or_is_full_gets_nothing() -> None:
    gone, later = evse("a", departs_at=after(0)), evse("b", arrives_at=after(0.25))
    plan = planned(gone, later, evse("c", wh=0.0), evse("d"))
    assert first_a(plan) == [0.0, 0.0, 0.0, 32.0]
    assert plan.evses[2].reason.cause is Cause.NOTHING_WANTED


def test_energy_of_the_first_committed_slot_is_not_given_twice() -> None:
    # 1725 Wh are 10 A for a quarter of an hour, or 6 A and then 4 A, of which 6 A is the least
    plan = planned(evse("a", wh=1725.0), committed=2)
    assert plan.evses[0].limits_a == (10.0, 0.0, 0.0, 0.0)
    assert (plan.evses[0].expected_wh, plan.evses[0].short_wh) == (1725.0, 0.0)


def test_what_is_missing_is_counted_from_the_committed_slots() -> None:
    [only] = planned(evse("a", L1, max_a=16.0), committed=2).evses
    # two quarters at 16 A and 230 V of 50 000 Wh
    assert only.expected_wh == pytest.approx(1840.0)
    assert only.short_wh == pytest.approx(48_160.0)


def test_pairs_of_an_it_site_fill_the_vector_sum() -> None:
    a, b = first_a(planned(evse("a", pair_tap(1, 2)), evse("b", pair_tap(3, 1))))
    # 32 A / sqrt 3 = 18.475 A each
    assert [a, b] == pytest.approx([18.4, 18.4], abs=0.5)
    assert 31.8 < abs(a * np.exp(1j * np.pi / 6) + b * np.exp(-1j * np.pi / 6)) <= 32.0


def test_turns_are_taken_when_plans_follow_each_other() -> None:
    held_a, on_s, off_s = [0.0] * 3, [0.0] * 3, [0.0] * 3
    charged = [0] * 3
    for _ in range(16):
        evses = [evse(f"{i}", held_a=held_a[i], on_s=on_s[i], off_s=off_s[i]) for i in range(3)]
        held_a = first_a(planned(*evses, limit_a=12.0))
        assert sorted(held_a) == [0.0, 6.0, 6.0]
        for i in range(3):
            charged[i] += held_a[i] > 0
            on_s[i] = on_s[i] + 900.0 if held_a[i] else 0.0
            off_s[i] = 0.0 if held_a[i] else off_s[i] + 900.0
    assert sum(charged) == 32
    assert min(charged) >= 8


@pytest.mark.parametrize("uncontrolled_a", [20.0, 25.0, 500.0])
def test_site_that_is_full_without_us_gets_no_more_than_its_floors(uncontrolled_a: float) -> None:
    main = feeder("main", 20.0, uncontrolled_a=uncontrolled_a)
    asked = problem(main, evse("a"), evse("b", floor_a=6.0), evse("c", L2, floor_a=7.3))
    plan = plan_by_heuristic(asked, "infeasible")
    verify(asked, plan)
    assert first_a(plan) == [0.0, 6.0, 7.3]


class TooMuch:
    """A rounding gone wrong: everybody gets their maximum."""

    def __init__(self, asked: ChargingProblem, paths: Paths) -> None:
        self._asked = asked
        self._paths = paths

    def slot(self, slot: int, wish: object) -> tuple[Array, Occupancy]:
        return np.array([one.max_a for one in self._asked.evses]), Occupancy(self._paths, slot)


def test_heuristic_that_breaks_a_rule_is_replaced_by_the_floors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(committing, "Rounding", TooMuch)
    asked = problem(feeder("main", 20.0), evse("a", L1), evse("b", floor_a=7.0), committed=2)
    for plan in (plan_by_heuristic(asked, LATE), make_plan(asked, 5.0)):
        assert plan.method is Method.HEURISTIC
        assert "main L1 carries 64.000 A in slot 0, 44.000 A too much" in plan.detail
        assert [one.limits_a for one in plan.evses] == [(0.0,) * 4, (7.0,) * 4]
        verify(asked, plan)
    assert plan_by_heuristic(asked, LATE).detail.startswith(f"{LATE}; main L1")


def test_plan_that_no_verifier_would_pass_is_never_returned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise PlanViolation(("everything is wrong",))

    monkeypatch.setattr(planner_module, "verify", refuse)
    asked = problem(feeder("main", 20.0), evse("a"))
    with pytest.raises(PlanViolation, match="everything is wrong"):
        plan_by_heuristic(asked, LATE)
    with pytest.raises(PlanViolation, match="everything is wrong"):
        make_plan(asked)


@examples(80)
@given(sites(), st.sampled_from([0.0, 5.9, 19.95, 64.0]))
def test_no_line_of_any_site_carries_too_much(site: Site, most_a: float) -> None:
    asked = site.problem(np.full((len(site.parents), 3, len(site.slots)), most_a))
    plan = plan_by_heuristic(asked, LATE)
    for slot in site.slots:
        given_a = [one.limits_a[slot] for one in plan.evses]
        assert all(limit == 0.0 or 6.0 <= limit <= 32.0 for limit in given_a)
        for feeder_at in range(len(site.parents)):
            for line in LINES:
                least_a = site.unavoidable_a(feeder_at, line, slot)
                carried_a = site.current_a(feeder_at, line, slot, given_a)
                assert carried_a <= max(most_a, least_a) + 2e-6
