"""Who gets how much, in plans that can be worked out by hand."""

from typing import Any

import pytest

from smart_charging.plan import Cause, Method, Reason
from smart_charging.planner import make_plan, plan_by_heuristic
from tests.smart_charging.oracle import faults
from tests.smart_charging.problems import (
    after,
    evse,
    feeder,
    first_a,
    problem,
)


def test_same_problem_gives_the_same_plan() -> None:
    asked = problem(feeder("main", 40.0), evse("a"), evse("b"), evse("c", served_wh=5_000.0))
    assert make_plan(asked) == make_plan(asked)


def test_site_without_vehicles_has_an_empty_plan() -> None:
    plan = make_plan(problem(feeder("main", 40.0)))
    assert plan.evses == ()
    assert plan_by_heuristic(problem(feeder("main", 40.0)), "x").evses == ()


def test_single_vehicle_gets_all_that_it_can_take() -> None:
    plan = make_plan(problem(feeder("main", 63.0), evse("a", max_a=16.0)))
    assert plan.method is Method.LINEAR_PROGRAM
    assert plan.detail == ""
    assert plan.evses[0].limits_a[0] == 16.0
    assert plan.evses[0].limits_a[1:] == pytest.approx((16.0, 16.0, 16.0), abs=1e-3)
    assert plan.evses[0].reason == Reason(cause=Cause.OWN_MAXIMUM)
    # four quarters at 16 A on three phases: 16 * 690 = 11 040 Wh of 50 000 Wh
    assert plan.evses[0].expected_wh == pytest.approx(11_040.0, abs=1.0)
    assert plan.evses[0].short_wh == pytest.approx(38_960.0, abs=1.0)


def test_two_vehicles_share_what_there_is() -> None:
    plan = make_plan(problem(feeder("main", 32.0), evse("a"), evse("b")))
    assert sum(first_a(plan)) == pytest.approx(32.0, abs=0.2)
    assert min(first_a(plan)) >= 12.0


def test_where_six_amperes_do_not_fit_all_some_pause() -> None:
    plan = make_plan(problem(feeder("main", 16.0), evse("a"), evse("b"), evse("c")))
    given_a = sorted(first_a(plan))
    assert given_a[0] == 0.0
    assert given_a[1] >= 6.0
    assert sum(given_a) == pytest.approx(16.0, abs=0.2)
    paused = plan.evses[first_a(plan).index(0.0)]
    assert paused.reason.cause is Cause.OTHERS_FIRST
    assert paused.reason.feeder == "main"


def test_vehicle_that_has_waited_for_hours_gets_its_turn() -> None:
    charging: dict[str, Any] = {"held_a": 8.0, "on_s": 7200.0}
    plan = make_plan(
        problem(
            feeder("main", 16.0),
            evse("a", **charging),
            evse("b", **charging),
            evse("c", off_s=7200.0),
        )
    )
    assert first_a(plan)[2] >= 6.0


def test_vehicle_that_has_just_begun_is_not_paused_for_one_that_has_just_come() -> None:
    charging: dict[str, Any] = {"held_a": 8.0, "on_s": 60.0}
    plan = make_plan(
        problem(feeder("main", 16.0), evse("c"), evse("a", **charging), evse("b", **charging))
    )
    assert first_a(plan)[0] == 0.0


@pytest.mark.parametrize("limit_a", [0.0, 3.0, 5.9])
def test_below_six_amperes_there_is_nothing_but_a_pause(limit_a: float) -> None:
    plan = make_plan(problem(feeder("main", limit_a), evse("a")))
    assert first_a(plan) == [0.0]
    cause = plan.evses[0].reason.cause
    assert cause is Cause.OTHERS_FIRST


def test_minimum_of_an_evse_may_be_another() -> None:
    asked = problem(feeder("main", 9.0), evse("a", min_a=10.0))
    assert first_a(make_plan(asked)) == [0.0]
    asked = problem(feeder("main", 11.0), evse("a", min_a=10.0))
    assert first_a(make_plan(asked)) == [11.0]


def test_limits_are_rounded_down_to_the_stations_steps() -> None:
    asked = problem(feeder("main", 15.99), evse("a", step_a=1.0))
    assert first_a(make_plan(asked)) == [15.0]
    asked = problem(feeder("main", 15.99), evse("a", step_a=0.1))
    assert first_a(make_plan(asked)) == [15.9]


def test_minimum_that_is_no_whole_step_is_rounded_up() -> None:
    # 6 A in steps of 0.8 A: the least that is no pause is 6.4 A
    asked = problem(feeder("main", 6.3), evse("a", step_a=0.8))
    assert first_a(make_plan(asked)) == [0.0]
    asked = problem(feeder("main", 6.5), evse("a", step_a=0.8))
    assert first_a(make_plan(asked)) == [6.4]


def test_full_vehicle_gets_nothing() -> None:
    plan = make_plan(problem(feeder("main", 32.0), evse("a", wh=0.0), evse("b")))
    assert first_a(plan) == [0.0, 32.0]
    assert plan.evses[0].reason == Reason(cause=Cause.NOTHING_WANTED)
    assert (plan.evses[0].expected_wh, plan.evses[0].short_wh) == (0.0, 0.0)


def test_idle_vehicle_gets_its_minimum_of_what_nobody_else_can_use() -> None:
    idle = evse("a", wh=0.0, is_idle=True)
    assert first_a(make_plan(problem(feeder("main", 40.0), idle, evse("b"))))[0] == 6.0
    assert first_a(make_plan(problem(feeder("main", 37.0), idle, evse("b")))) == [0.0, 32.0]


def test_vehicle_that_has_left_or_not_come_gets_nothing() -> None:
    gone = evse("a", departs_at=after(0))
    later = evse("b", arrives_at=after(0.25))
    plan = make_plan(problem(feeder("main", 32.0), gone, later, evse("c")))
    assert first_a(plan) == [0.0, 0.0, 32.0]
    assert plan.evses[0].short_wh == 50_000.0


def test_vehicle_that_needs_little_gets_little_and_not_less_than_its_minimum() -> None:
    # 15 min at 6 A on three phases are 1035 Wh; at 10 A they are 1725 Wh
    slots_s = (900,)
    main = feeder("main", 32.0, slots=1)
    assert first_a(make_plan(problem(main, evse("a", wh=1725.0), slots_s=slots_s))) == [10.0]
    assert first_a(make_plan(problem(main, evse("a", wh=100.0), slots_s=slots_s))) == [6.0]


def test_who_leaves_soon_is_served_before_who_stays() -> None:
    # 5520 Wh each: one hour of 8 A on three phases. Both fit only if "soon" takes the first hour.
    soon = evse("soon", wh=5520.0, departs_at=after(1))
    late = evse("late", wh=5520.0, departs_at=after(2))
    slots_s = (3600, 3600)
    plan = make_plan(problem(feeder("main", 8.0, slots=2), late, soon, slots_s=slots_s))
    assert first_a(plan) == [0.0, 8.0]
    assert [planned.short_wh for planned in plan.evses] == pytest.approx([0.0, 0.0], abs=1.0)
    assert plan.evses[0].reason == Reason(
        cause=Cause.OTHERS_FIRST, feeder="main", line=1, until=after(1)
    )


def test_all_committed_slots_can_be_sent_and_the_outlook_need_not() -> None:
    main = feeder("main", 13.37, slots=4)
    asked = problem(main, evse("a"), evse("b", step_a=1.0), committed=4)
    plan = make_plan(asked)
    assert plan.committed == 4
    for slot in range(4):
        assert plan.evses[1].limits_a[slot] in (0.0, *range(6, 14))
    assert list(faults(asked, plan)) == []
