"""Plans that can be worked out by hand, and what holds for every plan."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smart_charging import planner as planner_module
from smart_charging.errors import SolverError
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem import Cause, ChargingProblem, Method, Reason, Reservation
from smart_charging.taps import pair_tap, unknown_tap
from smart_charging.verify import verify
from tests.smart_charging.oracle import current_a, faults
from tests.smart_charging.problems import (
    IT_TAPS,
    L1,
    L2,
    L3,
    THREE,
    TN_TAPS,
    after,
    evse,
    feeder,
    first_a,
    problem,
    problems,
    reservation,
)

any_problem = st.one_of(problems(TN_TAPS), problems(IT_TAPS))


@settings(max_examples=300)
@given(any_problem)
def test_every_plan_passes_the_verifier(asked: ChargingProblem) -> None:
    plan = make_plan(asked)
    verify(asked, plan)
    assert list(faults(asked, plan)) == []


@settings(max_examples=300)
@given(any_problem)
def test_every_plan_of_the_heuristic_passes_the_verifier(asked: ChargingProblem) -> None:
    plan = plan_by_heuristic(asked, "the solver was late")
    verify(asked, plan)
    assert list(faults(asked, plan)) == []
    assert (plan.method, plan.detail[:19]) == (Method.HEURISTIC, "the solver was late")


@given(any_problem)
def test_plan_tells_what_it_will_have_delivered(asked: ChargingProblem) -> None:
    plan = make_plan(asked)
    for one, planned in zip(asked.evses, plan.evses, strict=True):
        wanted = one.demand.energy_wh
        assert 0 <= planned.short_wh <= wanted
        assert 0 <= planned.expected_wh <= wanted + one.demand.extra_wh + 1e-6
        if planned.short_wh > 1e-6:
            assert planned.expected_wh + planned.short_wh == pytest.approx(wanted)


@given(any_problem)
def test_every_limit_has_a_reason_that_names_an_existing_line(asked: ChargingProblem) -> None:
    keys = {one.key for one in asked.feeders}
    for planned in make_plan(asked).evses:
        if planned.reason.cause in (Cause.FEEDER, Cause.OTHERS_FIRST):
            assert planned.reason.feeder in keys
            assert planned.reason.line in (1, 2, 3)
        else:
            assert (planned.reason.feeder, planned.reason.line) == (None, None)


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


@pytest.mark.parametrize(
    ("uncontrolled_a", "limit_a", "line"),
    [([5.0, 5.0, 5.0], 15.0, 1), ([0.0, 8.0, 0.0], 12.0, 2), ([1.0, 2.0, 7.25], 12.7, 3)],
)
def test_line_with_the_least_room_sets_the_limit_and_is_the_reason(
    uncontrolled_a: list[float], limit_a: float, line: int
) -> None:
    main = feeder("main", 20.0, uncontrolled_a=uncontrolled_a)
    plan = make_plan(problem(main, evse("a")))
    assert first_a(plan) == [limit_a]
    assert plan.evses[0].reason == Reason(cause=Cause.FEEDER, feeder="main", line=line)


def test_two_vehicles_share_what_there_is() -> None:
    plan = make_plan(problem(feeder("main", 32.0), evse("a"), evse("b")))
    assert sum(first_a(plan)) == pytest.approx(32.0, abs=0.2)
    assert min(first_a(plan)) >= 12.0


def test_vehicles_on_different_lines_do_not_compete() -> None:
    plan = make_plan(problem(feeder("main", 16.0), evse("a", L1), evse("b", L2), evse("c", L3)))
    assert first_a(plan) == [16.0, 16.0, 16.0]


def test_two_vehicles_on_one_line_do_compete() -> None:
    plan = make_plan(problem(feeder("main", 16.0), evse("a", L1), evse("b", L1), evse("c", L3)))
    a, b, c = first_a(plan)
    assert a + b == pytest.approx(16.0, abs=0.2)
    assert min(a, b) >= 6.0
    assert c == 16.0


def test_every_feeder_on_the_way_up_is_kept() -> None:
    feeders = (
        feeder("main", 30.0),
        feeder("left", 16.0, parent="main"),
        feeder("right", 25.0, parent="main"),
    )
    plan = make_plan(
        problem(
            feeders,
            evse("a", feeder="left"),
            evse("b", feeder="left"),
            evse("c", feeder="right"),
        )
    )
    a, b, c = first_a(plan)
    assert a + b <= 16.0 + 1e-6
    assert c <= 25.0
    assert a + b + c == pytest.approx(30.0, abs=0.3)


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


def test_room_of_a_silent_charger_is_not_given_away() -> None:
    asked = problem(
        feeder("main", 32.0), evse("a"), reservations=(reservation("main", THREE, 20.0),)
    )
    assert first_a(make_plan(asked)) == [12.0]
    asked = problem(
        feeder("main", 32.0), evse("a", L2), reservations=(reservation("main", L1, 20.0),)
    )
    assert first_a(make_plan(asked)) == [32.0]


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


def test_limit_that_falls_later_is_used_before() -> None:
    main = feeder("main", 32.0, slots=2)
    main.limit_a[:, 1] = 6.0
    plan = make_plan(problem(main, evse("a"), slots_s=(3600, 3600)))
    assert plan.evses[0].limits_a[0] == 32.0
    assert plan.evses[0].limits_a[1] == pytest.approx(6.0, abs=1e-3)


def test_all_committed_slots_can_be_sent_and_the_outlook_need_not() -> None:
    main = feeder("main", 13.37, slots=4)
    asked = problem(main, evse("a"), evse("b", step_a=1.0), committed=4)
    plan = make_plan(asked)
    assert plan.committed == 4
    for slot in range(4):
        assert plan.evses[1].limits_a[slot] in (0.0, *range(6, 14))
    assert list(faults(asked, plan)) == []


def test_floor_is_never_undercut_and_counts_against_the_others() -> None:
    asked = problem(feeder("main", 20.0), evse("a", wh=0.0, floor_a=6.0), evse("b"))
    plan = make_plan(asked)
    assert first_a(plan) == [6.0, 14.0]
    assert plan.evses[0].limits_a == pytest.approx((6.0, 6.0, 6.0, 6.0))


def test_overload_that_nobody_can_steer_leaves_everybody_at_the_floor() -> None:
    main = feeder("main", 20.0, uncontrolled_a=25.0)
    asked = problem(main, evse("a"), evse("b", floor_a=6.0))
    plan = make_plan(asked)
    assert first_a(plan) == [0.0, 6.0]
    assert plan.evses[1].limits_a == pytest.approx((6.0, 6.0, 6.0, 6.0))
    assert plan.evses[0].reason.feeder == "main"


def test_overload_of_one_line_stops_only_who_uses_it() -> None:
    main = feeder("main", 20.0, uncontrolled_a=[25.0, 0.0, 0.0])
    plan = make_plan(problem(main, evse("a", L1), evse("b", L2), evse("c", THREE)))
    assert first_a(plan) == [0.0, 20.0, 0.0]


def test_two_pairs_of_an_it_site_meet_on_a_line_as_vectors() -> None:
    # |x exp(i30°) + x exp(-i30°)| = 1.732 x <= 32 A: 18.475 A each, where a sum allows 16 A
    asked = problem(feeder("main", 32.0), evse("a", pair_tap(1, 2)), evse("b", pair_tap(3, 1)))
    plan = make_plan(asked)
    assert 31.0 <= current_a(asked, first_a(plan), "main", 0, 0) <= 32.0 + 1e-6
    assert sum(first_a(plan)) >= 35.0


def test_three_balanced_pairs_of_an_it_site_get_the_limit_over_root_three() -> None:
    # 32 A / 1.732 = 18.475 A, in steps of 0.1 A
    asked = problem(
        feeder("main", 32.0),
        evse("a", pair_tap(1, 2)),
        evse("b", pair_tap(2, 3)),
        evse("c", pair_tap(3, 1)),
    )
    given_a = first_a(make_plan(asked))
    assert sum(given_a) == pytest.approx(3 * 18.475, abs=1.5)
    assert min(given_a) >= 14.0


def test_vehicle_of_unknown_phases_adds_as_if_in_phase() -> None:
    asked = problem(
        feeder("main", 32.0),
        evse("a", unknown_tap((1, 2, 3))),
        reservations=(reservation("main", pair_tap(1, 2), 20.0),),
    )
    assert first_a(make_plan(asked)) == [12.0]


def late_solver(*_: object) -> None:
    raise SolverError("no optimum within 2 s")


def test_late_solver_is_replaced_by_the_heuristic_and_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planner_module, "solve", late_solver)
    plan = make_plan(problem(feeder("main", 20.0), evse("a")))
    assert (plan.method, plan.detail) == (Method.HEURISTIC, "no optimum within 2 s")
    assert first_a(plan) == [20.0]


def test_time_limit_is_the_solvers() -> None:
    asked = problem(feeder("main", 20.0), *(evse(f"e{i}") for i in range(40)))
    plan = make_plan(asked, time_limit_s=0.0)
    assert plan.method is Method.HEURISTIC
    assert plan.detail.startswith("no optimum within 0 s")
    verify(asked, plan)


def test_plan_of_the_solver_that_breaks_a_rule_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = problem(feeder("main", 20.0), evse("a"), evse("b"))

    def too_much(*_: object) -> object:
        return [[32.0] * 4, [32.0] * 4]

    def as_array(*_: object) -> object:
        return np.array(too_much())

    monkeypatch.setattr(planner_module, "solve", as_array)
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


def test_silent_chargers_beyond_the_limit_leave_nothing() -> None:
    silent = tuple(
        Reservation(key=f"r{i}", feeder="main", tap=THREE, amps=amps)
        for i, amps in enumerate(reservation("main", THREE, 32.0).amps for _ in range(2))
    )
    plan = make_plan(problem(feeder("main", 40.0), evse("a"), reservations=silent))
    assert first_a(plan) == [0.0]
    assert plan.evses[0].reason.cause is Cause.OTHERS_FIRST
