"""The verifier on lines and feeders: what is a hair beyond a limit is named, what fits passes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from smart_charging.errors import PlanViolation
from smart_charging.plan import ChargingPlan
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Reservation
from smart_charging.taps import pair_tap, unknown_tap, wye_tap
from smart_charging.verify import verify
from tests.smart_charging.problems import L1, L2, L3, evse, feeder, plan_of, problem

P12, P23, P31 = pair_tap(1, 2), pair_tap(2, 3), pair_tap(3, 1)


def violations(asked: ChargingProblem, *limits_a: tuple[float, ...]) -> list[str]:
    """What is found in a plan of these limits."""
    return found_in(asked, plan_of(asked, *limits_a))


def found_in(asked: ChargingProblem, plan: ChargingPlan) -> list[str]:
    try:
        verify(asked, plan)
    except PlanViolation as error:
        return list(error.violations)
    return []


def always(limit_a: float, slots: int = 4) -> tuple[float, ...]:
    return (limit_a,) * slots


@pytest.mark.parametrize("slot", [0, 1, 2, 3])
@pytest.mark.parametrize(("line", "tap"), [(1, L1), (2, L2), (3, L3)])
def test_overload_of_one_line_in_one_slot_is_named(line: int, tap: Any, slot: int) -> None:
    asked = problem(feeder("main", 20.0), evse("a", tap))
    limits_a = [20.0] * 4
    limits_a[slot] = 21.0
    assert violations(asked, tuple(limits_a)) == [
        f"main L{line} carries 21.000 A in slot {slot}, 1.000 A too much"
    ]


@pytest.mark.parametrize("slot", [0, 3])
@pytest.mark.parametrize("line", [1, 2, 3])
def test_limit_of_one_line_may_fall_in_one_slot_only(line: int, slot: int) -> None:
    main = feeder("main", 32.0)
    asked = problem(main, evse("a"))
    assert violations(asked, always(16.0)) == []
    main.limit_a[line - 1, slot] = 15.5
    assert violations(asked, always(16.0)) == [
        f"main L{line} carries 16.000 A in slot {slot}, 0.500 A too much"
    ]


def test_evses_of_one_line_add_up() -> None:
    asked = problem(feeder("main", 20.0), evse("a", L1), evse("b", L1), evse("c", L2))
    assert violations(asked, always(10.0), always(10.0), always(20.0)) == []
    assert violations(asked, (10.1, 10, 10, 10), always(10.0), always(20.0)) == [
        "main L1 carries 20.100 A in slot 0, 0.100 A too much"
    ]


@pytest.mark.parametrize(
    ("main_a", "left_a", "named"), [(20.0, 32.0, "main"), (32.0, 20.0, "left")]
)
def test_every_feeder_on_the_way_up_counts(main_a: float, left_a: float, named: str) -> None:
    feeders = (feeder("main", main_a), feeder("left", left_a, parent="main"))
    asked = problem(feeders, evse("a", L3, feeder="left"))
    assert violations(asked, always(20.0)) == []
    assert violations(asked, (20.0, 24.5, 20.0, 20.0)) == [
        f"{named} L3 carries 24.500 A in slot 1, 4.500 A too much"
    ]


def test_feeder_beside_does_not_count() -> None:
    feeders = (
        feeder("main", 63.0),
        feeder("left", 32.0, parent="main"),
        feeder("right", 10.0, parent="main"),
    )
    assert violations(problem(feeders, evse("a", feeder="left")), always(32.0)) == []


def test_uncontrolled_load_of_the_feeder_and_of_those_below_counts() -> None:
    feeders = (
        feeder("main", 30.0, uncontrolled_a=[0.0, 4.0, 0.0]),
        feeder("left", 63.0, parent="main", uncontrolled_a=[0.0, 6.0, 0.0]),
    )
    asked = problem(feeders, evse("a"))
    assert violations(asked, always(20.0)) == []
    assert violations(asked, (20.0, 20.0, 20.5, 20.0)) == [
        "main L2 carries 30.500 A in slot 2, 0.500 A too much"
    ]


def test_reserved_current_counts_in_its_own_slots() -> None:
    silent = Reservation(key="silent", feeder="main", tap=L1, amps=np.array([0.0, 16.0, 0.0, 0.0]))
    asked = problem(feeder("main", 32.0), evse("a"), reservations=(silent,))
    assert violations(asked, (32.0, 16.0, 32.0, 32.0)) == []
    assert violations(asked, (32.0, 16.1, 32.0, 32.0)) == [
        "main L1 carries 32.100 A in slot 1, 0.100 A too much"
    ]


def test_plan_at_the_limit_passes_and_only_rounding_error_beyond_it() -> None:
    asked = problem(feeder("main", 20.0), evse("a", L1, step_a=1e-7))
    assert violations(asked, always(20.0)) == []
    assert violations(asked, (20.0000009, 20.0, 20.0, 20.0)) == []
    assert violations(asked, (20.000002, 20.0, 20.0, 20.0)) == [
        "main L1 carries 20.000 A in slot 0, 0.000 A too much"
    ]


def test_pair_of_an_it_site_loads_both_of_its_lines() -> None:
    main = feeder("main", [20.0, 32.0, 0.0])
    asked = problem(main, evse("a", P12))
    assert violations(asked, always(20.0)) == []
    assert violations(asked, (20.0, 20.0, 20.0, 20.2)) == [
        "main L1 carries 20.200 A in slot 3, 0.200 A too much"
    ]
    main.limit_a[1, 0] = 19.0
    assert violations(asked, always(20.0)) == [
        "main L2 carries 20.000 A in slot 0, 1.000 A too much"
    ]


def test_triangle_of_pairs_loads_all_three_lines() -> None:
    asked = problem(feeder("main", 32.0), evse("a", P12), evse("b", P23), evse("c", P31))
    assert violations(asked, *(always(18.4),) * 3) == []
    assert violations(asked, *((18.5, 18.4, 18.4, 18.4),) * 3) == [
        f"main L{line} carries 32.043 A in slot 0, 0.043 A too much" for line in (1, 2, 3)
    ]


def test_reserved_pair_and_three_phase_load_meet_as_vectors() -> None:
    # |10 + 16 at 30 degrees| = 25.162 A
    silent = Reservation(key="silent", feeder="main", tap=P23, amps=np.full(4, 16.0))
    for limit_a, expected in (
        (25.17, []),
        (
            25.15,
            [
                f"main L{i} carries 25.162 A in slot {t}, 0.012 A too much"
                for i in (2, 3)
                for t in range(4)
            ],
        ),
    ):
        asked = problem(feeder("main", limit_a), evse("a"), reservations=(silent,))
        assert violations(asked, always(10.0)) == expected


def test_vehicle_of_unknown_phases_adds_to_the_vector_sum() -> None:
    # 18.475 A * sqrt 3 is just 32 A; six amperes of any angle on top
    asked = problem(
        feeder("main", 38.0), evse("a", P12), evse("b", P31), evse("c", unknown_tap((1, 2, 3)))
    )
    assert violations(asked, always(18.4), always(18.4), always(6.1)) == []
    assert violations(asked, always(18.4), always(18.4), (6.2, 6.1, 6.1, 6.1)) == [
        "main L1 carries 38.070 A in slot 0, 0.070 A too much"
    ]


def test_nothing_may_be_added_to_an_overload_that_nobody_can_steer() -> None:
    main = feeder("main", 20.0, uncontrolled_a=[25.0, 0.0, 0.0])
    asked = problem(main, evse("a", L1), evse("b", L1, floor_a=6.0), evse("c", L2))
    assert violations(asked, always(0.0), always(6.0), always(20.0)) == []
    assert violations(asked, always(0.0), (6.0, 6.0, 7.0, 6.0), always(20.0)) == [
        "main L1 carries 32.000 A in slot 2, 1.000 A too much"
    ]
    assert violations(asked, (6.0, 0.0, 0.0, 0.0), always(6.0), always(20.0)) == [
        "main L1 carries 37.000 A in slot 0, 6.000 A too much"
    ]


def test_silent_chargers_over_the_limit_leave_nothing_to_add() -> None:
    silent = Reservation(key="silent", feeder="main", tap=wye_tap((1, 2)), amps=np.full(4, 32.0))
    asked = problem(feeder("main", 20.0), evse("a"), reservations=(silent,))
    assert violations(asked, always(0.0)) == []
    assert violations(asked, (0.0, 6.0, 0.0, 0.0)) == [
        "main L1 carries 38.000 A in slot 1, 6.000 A too much",
        "main L2 carries 38.000 A in slot 1, 6.000 A too much",
    ]


def test_plan_of_another_time_is_refused() -> None:
    asked = problem(feeder("main", 32.0), evse("a"))
    plan = plan_of(asked, always(16.0))
    other = ["the plan has other slots than the problem"]
    later = asked.starts_at + timedelta(seconds=1)
    assert found_in(asked, plan) == []
    assert found_in(asked, replace(plan, starts_at=later)) == other
    assert found_in(asked, replace(plan, slots_s=(900, 900, 900))) == other
    assert found_in(asked, replace(plan, slots_s=(900, 900, 900, 901))) == other
