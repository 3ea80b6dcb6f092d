"""The verifier finds every kind of fault that it promises to find, and names its place."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging.errors import PlanViolation
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem
from smart_charging.taps import pair_tap, unknown_tap
from smart_charging.verify import verify
from tests.smart_charging import oracle
from tests.smart_charging.generated import problems
from tests.smart_charging.problems import (
    L1,
    amps,
    evse,
    feeder,
    plan_of,
    problem,
    reservation,
)

ONE_SLOT: dict[str, Any] = {"slots_s": (900,)}


def faults_of(asked: ChargingProblem, plan: ChargingPlan) -> tuple[str, ...]:
    with pytest.raises(PlanViolation) as raised:
        verify(asked, plan)
    return raised.value.violations


def is_sound(asked: ChargingProblem, plan: ChargingPlan) -> bool:
    try:
        verify(asked, plan)
    except PlanViolation:
        return False
    return True


def alone(limit_a: float, **more: Any) -> tuple[ChargingProblem, ChargingPlan]:
    """One EVSE that gets so much under a feeder of 40 A."""
    asked = problem(feeder("main", 40.0, slots=1), evse("a", **more), **ONE_SLOT)
    return asked, plan_of(asked, (limit_a,))


def test_plan_exactly_at_the_limit_passes() -> None:
    asked = problem(feeder("main", 40.0, uncontrolled_a=8.0), evse("a"), evse("b"))
    verify(asked, plan_of(asked, (16.0,) * 4, (16.0,) * 4))


def test_line_above_its_limit_is_named_with_its_slot_and_excess() -> None:
    limit_a = amps([40.0, 30.0, 40.0], 4)
    limit_a[1, 2] = 20.0
    main = replace(feeder("main", 40.0), limit_a=limit_a)
    asked = problem(main, evse("a"), evse("b", L1))
    assert faults_of(asked, plan_of(asked, (30.0, 0, 20.5, 0), (10.0, 10.5, 0, 0))) == (
        "main L2 carries 20.500 A in slot 2, 0.500 A too much",
    )


def test_feeder_far_above_counts_everything_below_it() -> None:
    tree = (feeder("root", 20.0), feeder("mid", 40.0, "root"), feeder("leaf", 40.0, "mid"))
    asked = problem(tree, evse("a", feeder="leaf"), evse("b", feeder="mid"))
    assert faults_of(asked, plan_of(asked, (0, 0, 0, 11.0), (0, 0, 0, 10.0))) == (
        "root L1 carries 21.000 A in slot 3, 1.000 A too much",
        "root L2 carries 21.000 A in slot 3, 1.000 A too much",
        "root L3 carries 21.000 A in slot 3, 1.000 A too much",
    )


@pytest.mark.parametrize("what", ["uncontrolled", "reserved", "angle unknown"])
def test_all_that_flows_beside_the_plan_counts(what: str) -> None:
    main = feeder("main", 20.0, uncontrolled_a=5.0 if what == "uncontrolled" else 0.0, slots=1)
    others = {
        "uncontrolled": (),
        "reserved": (reservation("main", L1, 5.0, slots=1),),
        "angle unknown": (reservation("main", unknown_tap((1, 2)), 5.0, slots=1),),
    }
    asked = problem(main, evse("a", L1), reservations=others[what], **ONE_SLOT)
    verify(asked, plan_of(asked, (15.0,)))
    assert faults_of(asked, plan_of(asked, (15.1,))) == (
        "main L1 carries 20.100 A in slot 0, 0.100 A too much",
    )


def test_currents_between_lines_meet_as_vectors() -> None:
    pairs = (evse("a", pair_tap(1, 2)), evse("b", pair_tap(3, 1)))
    asked = problem(feeder("main", 55.5, slots=1), *pairs, **ONE_SLOT)
    verify(asked, plan_of(asked, (32.0,), (32.0,)))  # 32 √3 = 55.43 A on L1
    tight = replace(asked, feeders=(feeder("main", 55.4, slots=1),))
    assert faults_of(tight, plan_of(tight, (32.0,), (32.0,))) == (
        "main L1 carries 55.426 A in slot 0, 0.026 A too much",
    )


def test_nothing_may_be_added_to_what_is_over_the_limit_anyway() -> None:
    main = feeder("main", 10.0, uncontrolled_a=12.0, slots=1)
    asked = problem(main, evse("a", floor_a=6.0), **ONE_SLOT)
    verify(asked, plan_of(asked, (6.0,)))  # it is at its floor
    assert len(faults_of(asked, plan_of(asked, (6.1,)))) == 3


@pytest.mark.parametrize(
    ("limit_a", "more", "said"),
    [
        (32.1, {}, "a gets more than its 32 A"),
        (10.0, {"max_a": 8.0}, "a gets more than its 8 A"),
        (6.0, {"floor_a": 7.5}, "a gets less than its floor of 7.5 A"),
        (-0.5, {}, "a gets less than its floor of 0 A"),
        (5.9, {}, "a gets 5.9 A in slot 0, neither 0 nor 6"),
        (0.1, {}, "a gets 0.1 A in slot 0, neither 0 nor 6"),
        (7.9, {"min_a": 8.0}, "a gets 7.9 A in slot 0, neither 0 nor 8"),
        (10.05, {}, "a gets 10.05 A in slot 0, not in steps of 0.1"),
        (10.5, {"step_a": 1.0}, "a gets 10.5 A in slot 0, not in steps of 1"),
    ],
)
def test_limit_that_cannot_be_sent_is_named(
    limit_a: float, more: dict[str, Any], said: str
) -> None:
    assert faults_of(*alone(limit_a, **more)) == (said,)


@pytest.mark.parametrize(
    ("limit_a", "more"),
    [
        (0.0, {}),
        (6.0, {}),
        (10.1, {}),
        (24.75, {"max_a": 24.75}),  # the very maximum, or the floor, need no whole step
        (7.35, {"floor_a": 7.35}),
        (4.0, {"min_a": 4.0}),
    ],
)
def test_limit_that_can_be_sent_passes(limit_a: float, more: dict[str, Any]) -> None:
    verify(*alone(limit_a, **more))


def test_only_what_is_committed_has_to_be_sendable() -> None:
    asked = problem(feeder("main", 40.0), evse("a"), committed=2)
    verify(asked, plan_of(asked, (0.0, 6.0, 3.333, 10.05)))
    assert len(faults_of(asked, plan_of(asked, (0.0, 3.3, 3.333, 10.05)))) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slots_s": (900, 900, 900)}, "the plan has other slots than the problem"),
        ({"committed": 2}, "the plan commits more slots than the problem asks for"),
        ({"evses": ()}, "the plan has other EVSEs than the problem"),
    ],
)
def test_plan_for_another_problem_is_refused(change: dict[str, Any], said: str) -> None:
    asked = problem(feeder("main", 40.0), evse("a"))
    plan = plan_of(asked, (0.0,) * 4)
    verify(asked, plan)
    assert faults_of(asked, replace(plan, **change)) == (said,)


def test_evses_in_another_order_are_other_evses() -> None:
    asked = problem(feeder("main", 40.0), evse("a"), evse("b"))
    plan = plan_of(asked, (0.0,) * 4, (6.0,) * 4)
    assert faults_of(asked, replace(plan, evses=plan.evses[::-1])) == (
        "the plan has other EVSEs than the problem",
    )


@pytest.mark.parametrize(
    ("limits_a", "said"),
    [
        ((0.0,) * 3, "a has 3 limits"),
        ((0.0,) * 5, "a has 5 limits"),
        ((0.0, 0.0, float("nan"), 0.0), "a has a limit that is not finite"),
        ((0.0, float("inf"), 0.0, 0.0), "a has a limit that is not finite"),
    ],
)
def test_row_that_does_not_fit_is_refused(limits_a: tuple[float, ...], said: str) -> None:
    asked = problem(feeder("main", 40.0), evse("a"))
    assert faults_of(asked, plan_of(asked, limits_a)) == (said,)


def test_all_faults_are_told_at_once() -> None:
    asked = problem(feeder("main", 40.0, slots=1), evse("a"), evse("b", step_a=1.0), **ONE_SLOT)
    assert len(faults_of(asked, plan_of(asked, (33.0,), (10.5,)))) == 3 + 2


@given(problems(), st.randoms(use_true_random=False))
def test_any_plan_is_judged_as_plain_arithmetic_judges_it(
    asked: ChargingProblem, random: Any
) -> None:
    choices = (0.0, 3.0, 6.0, 7.3, 10.0, 10.05, 16.0, 32.0)
    rows = [tuple(random.choice(choices) for _ in asked.slots_s) for _ in asked.evses]
    taken = [tuple(random.choice((0.0, 0.0, 9.0)) for _ in asked.slots_s) for _ in asked.stores]
    plan = plan_of(asked, *rows, store_a=taken)
    assert is_sound(asked, plan) == (list(oracle.faults(asked, plan)) == [])


def test_verifier_leaves_the_problem_as_it_is() -> None:
    asked = problem(feeder("main", 40.0, uncontrolled_a=3.0), evse("a"))
    verify(asked, plan_of(asked, (16.0,) * 4))
    assert np.all(asked.feeders[0].uncontrolled_a == 3.0)
    assert np.all(asked.feeders[0].limit_a == 40.0)
