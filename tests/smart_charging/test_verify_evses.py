"""The verifier on single EVSEs, in every slot, and on plans that do not fit their problem."""

from dataclasses import replace

import pytest

from smart_charging.errors import PlanningError, PlanViolation
from smart_charging.verify import verify
from tests.smart_charging.problems import evse, feeder, plan_of, problem
from tests.smart_charging.test_verify_lines import always, found_in, violations

WIDE = feeder("main", 1000.0)
INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize("slot", [0, 2])
def test_more_than_an_evses_maximum_is_refused_in_every_slot(slot: int) -> None:
    asked = problem(WIDE, evse("a", max_a=16.0), evse("b"))
    limits_a = [16.0] * 4
    assert violations(asked, tuple(limits_a), always(32.0)) == []
    limits_a[slot] = 17.0
    assert violations(asked, tuple(limits_a), always(32.0)) == ["a gets more than its 16 A"]


def test_maximum_is_kept_but_for_rounding_error() -> None:
    asked = problem(WIDE, evse("a", max_a=16.0))
    assert violations(asked, always(16.0000009)) == []
    assert violations(asked, (16.0, 16.0, 16.0, 16.000002)) == ["a gets more than its 16 A"]


def test_floor_above_the_maximum_may_be_planned_and_no_more() -> None:
    asked = problem(WIDE, evse("a", max_a=16.0, floor_a=20.0))
    assert violations(asked, always(20.0)) == []
    assert violations(asked, (20.0, 20.0, 21.0, 20.0)) == ["a gets more than its 16 A"]


@pytest.mark.parametrize("limits_a", [(0.0, 6, 6, 6), (6, 6, 6, 0.0), (6, 6, 5.9, 6)])
def test_less_than_the_floor_is_refused_in_every_slot(limits_a: tuple[float, ...]) -> None:
    asked = problem(WIDE, evse("a"), evse("b", floor_a=6.0))
    assert violations(asked, always(0.0), always(6.0)) == []
    assert violations(asked, always(0.0), limits_a) == ["b gets less than its floor of 6 A"]


@pytest.mark.parametrize("limits_a", [(-1.0, 6, 6, 6), (6, 6, 6, -0.5)])
def test_limit_below_zero_is_refused(limits_a: tuple[float, ...]) -> None:
    asked = problem(WIDE, evse("a"))
    assert violations(asked, limits_a) == ["a gets less than its floor of 0 A"]


@pytest.mark.parametrize(("limit_a", "shown"), [(5.9, "5.9"), (0.1, "0.1"), (3.0, "3")])
def test_limit_between_a_pause_and_the_minimum_is_refused(limit_a: float, shown: str) -> None:
    asked = problem(WIDE, evse("a"), evse("b"), committed=2)
    assert violations(asked, (0.0, 6.0, 0.0, 0.0), always(8.0)) == []
    assert violations(asked, (0.0, limit_a, 0.0, 0.0), always(8.0)) == [
        f"a gets {shown} A in slot 1, neither 0 nor 6"
    ]
    assert violations(asked, (limit_a, 6.0, 0.0, 0.0), always(8.0)) == [
        f"a gets {shown} A in slot 0, neither 0 nor 6"
    ]


def test_minimum_is_the_evses_own() -> None:
    asked = problem(WIDE, evse("a", min_a=10.0))
    assert violations(asked, (10.0, 0.0, 0.0, 0.0)) == []
    assert violations(asked, (9.0, 0.0, 0.0, 0.0)) == ["a gets 9 A in slot 0, neither 0 nor 10"]


@pytest.mark.parametrize(
    ("step_a", "limit_a", "shown"), [(0.1, 6.05, "6.05"), (1.0, 12.5, "12.5"), (0.5, 7.9, "7.9")]
)
def test_limit_that_is_no_whole_step_is_refused(step_a: float, limit_a: float, shown: str) -> None:
    asked = problem(WIDE, evse("a", step_a=step_a), committed=3)
    assert violations(asked, (6.0, 12.0, 31.0, 0.0)) == []
    assert violations(asked, (6.0, 12.0, limit_a, 0.0)) == [
        f"a gets {shown} A in slot 2, not in steps of {step_a:g}"
    ]


def test_maximum_and_floor_need_not_be_whole_steps() -> None:
    asked = problem(WIDE, evse("a", max_a=16.04, floor_a=6.37), committed=2)
    assert violations(asked, (16.04, 6.37, 6.37, 6.37)) == []
    assert violations(asked, (16.03, 6.37, 6.37, 6.37)) == [
        "a gets 16.03 A in slot 0, not in steps of 0.1"
    ]


def test_plan_has_every_evse_once_and_in_order() -> None:
    asked = problem(WIDE, evse("a"), evse("b"))
    plan = plan_of(asked, always(8.0), always(9.0))
    a, b = plan.evses
    for evses in [(a,), (b, a), (a, a), (a, b, b), (a, replace(b, key="c")), ()]:
        assert found_in(asked, replace(plan, evses=evses)) == [
            "the plan has other EVSEs than the problem"
        ]


@pytest.mark.parametrize("count", [0, 3, 5])
def test_evse_has_one_limit_for_each_slot(count: int) -> None:
    asked = problem(WIDE, evse("a"), evse("b"))
    assert violations(asked, always(8.0), always(8.0, count)) == [f"b has {count} limits"]


@pytest.mark.parametrize("limit_a", [INF, -INF, NAN])
@pytest.mark.parametrize("slot", [0, 3])
def test_limit_that_is_no_number_is_refused(limit_a: float, slot: int) -> None:
    limits_a = [8.0] * 4
    limits_a[slot] = limit_a
    asked = problem(WIDE, evse("a"), evse("b"))
    assert violations(asked, tuple(limits_a), always(8.0)) == ["a has a limit that is not finite"]


def test_every_broken_rule_is_listed_and_the_message_has_the_first_five() -> None:
    asked = problem(feeder("main", 20.0), evse("a", max_a=16.0), evse("b", floor_a=6.0))
    with pytest.raises(PlanViolation) as caught:
        verify(asked, plan_of(asked, (17.0, 16.0, 16.0, 16.0), (5.05, 0.0, 6.0, 6.0)))
    expected = tuple(
        f"main L{line} carries 22.0{'5' if slot == 0 else '0'}0 A in slot {slot}, "
        f"2.0{'5' if slot == 0 else '0'}0 A too much"
        for line in (1, 2, 3)
        for slot in (0, 2, 3)
    )
    assert caught.value.violations == (
        *expected,
        "a gets more than its 16 A",
        "b gets less than its floor of 6 A",
        "b gets 5.05 A in slot 0, neither 0 nor 6",
        "b gets 5.05 A in slot 0, not in steps of 0.1",
    )
    assert str(caught.value) == "; ".join(expected[:5])
    assert isinstance(caught.value, PlanningError)


def test_plan_for_nobody_passes() -> None:
    asked = problem(feeder("main", 20.0, uncontrolled_a=25.0))
    assert violations(asked) == []
    assert violations(problem(())) == []
