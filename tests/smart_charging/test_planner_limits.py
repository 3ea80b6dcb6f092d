"""Limits of feeders in plans that can be worked out by hand."""

import pytest

from smart_charging.plan import Cause, Reason
from smart_charging.planner import make_plan
from smart_charging.resources import Reservation
from smart_charging.taps import pair_tap, unknown_tap
from tests.smart_charging.oracle import current_a
from tests.smart_charging.problems import (
    L1,
    L2,
    L3,
    THREE,
    evse,
    feeder,
    first_a,
    problem,
    reservation,
)


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


def test_room_of_a_silent_charger_is_not_given_away() -> None:
    asked = problem(
        feeder("main", 32.0), evse("a"), reservations=(reservation("main", THREE, 20.0),)
    )
    assert first_a(make_plan(asked)) == [12.0]
    asked = problem(
        feeder("main", 32.0), evse("a", L2), reservations=(reservation("main", L1, 20.0),)
    )
    assert first_a(make_plan(asked)) == [32.0]


def test_limit_that_falls_later_is_used_before() -> None:
    main = feeder("main", 32.0, slots=2)
    main.limit_a[:, 1] = 6.0
    plan = make_plan(problem(main, evse("a"), slots_s=(3600, 3600)))
    assert plan.evses[0].limits_a[0] == 32.0
    assert plan.evses[0].limits_a[1] == pytest.approx(6.0, abs=1e-3)


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


def test_silent_chargers_beyond_the_limit_leave_nothing() -> None:
    silent = tuple(
        Reservation(key=f"r{i}", feeder="main", tap=THREE, amps=amps)
        for i, amps in enumerate(reservation("main", THREE, 32.0).amps for _ in range(2))
    )
    plan = make_plan(problem(feeder("main", 40.0), evse("a"), reservations=silent))
    assert first_a(plan) == [0.0]
    assert plan.evses[0].reason.cause is Cause.OTHERS_FIRST


def test_a_branch_that_is_over_its_limit_anyway_holds_nobody_else_down() -> None:
    feeders = (
        feeder("main", 60.0),
        feeder("left", 10.0, parent="main", uncontrolled_a=20.0),
        feeder("right", 25.0, parent="main"),
    )
    plan = make_plan(
        problem(feeders, evse("a", feeder="left", floor_a=6.0), evse("b", feeder="right"))
    )
    assert first_a(plan) == [6.0, 25.0]
