"""Batteries that take less the fuller they are, solved by hand.

The vehicle on L1 takes 32 A until 7360 Wh are missing and then less: as much as 32 A for each
7360 Wh that are missing in the middle of a slot. An ampere carries 230 Wh in an hour.
"""

from typing import Any

import pytest

from smart_charging.plan import Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.vehicle import Taper
from tests.smart_charging.problems import L1, after, evse, feeder, problem, tariff
from tests.smart_charging.solved import given_a

CHEAP = Policy(aim=Aim.CHEAP)


def car(missing_ah: float, **more: Any) -> Evse:
    """It wants all that is missing to full."""
    taper = Taper(begins_wh=7360.0, missing_wh=missing_ah * 230.0)
    return evse("a", L1, **{"wh": missing_ah * 230.0, "taper": taper, **more})


def site(*evses: Evse, slots: int, limit_a: float = 99.0, **more: Any) -> ChargingProblem:
    main = feeder("main", limit_a, slots=slots)
    return problem(main, *evses, slots_s=(3600,) * slots, **more)


def test_current_falls_as_the_battery_fills() -> None:
    # 16 A h are missing. x amperes leave 16 - x/2 in the middle of the hour, of which a 32nd of
    # 32 A may flow: x = 16 - x/2 = 10.667; then 5.333 are missing, and so on by thirds
    assert given_a(site(car(16.0), slots=3)) == [[10.667, 3.556, 1.185]]


def test_battery_that_is_far_from_full_takes_its_maximum() -> None:
    # 80 A h are missing: 64 in the middle of the first hour; 32 in that of the second; then 16
    assert given_a(site(car(80.0), slots=3)) == [[32.0, 32.0, 10.667]]


def test_battery_that_is_full_takes_nothing() -> None:
    assert given_a(site(car(0.0, wh=2_000.0), slots=2)) == [[0.0, 0.0]]


def test_short_slots_follow_the_curve() -> None:
    # quarters of an hour carry x/4: x = 16 - x/8 = 14.222, then 12.444 are missing: 11.062
    asked = problem(feeder("main", 99.0, slots=2), car(16.0), slots_s=(900, 900))
    [row] = given_a(asked)
    assert row == pytest.approx([14.222, 11.062], abs=2e-3)


def test_plan_begins_before_the_cheapest_hour_what_would_not_fit_into_it() -> None:
    # 13 A h of 16 by the end of the second hour, which is cheaper: at most 16 - x1 are missing
    # then, of which two thirds can be had. x1 + 2/3 (16 - x1) = 13 gives x1 = 7
    one = car(16.0, wh=13.0 * 230.0, departs_at=after(2))
    prices = tariff([2.0, 1.0])
    assert given_a(site(one, slots=2, policy=CHEAP, tariff=prices)) == [[7.0, 6.0]]
    steady = evse("a", L1, wh=13.0 * 230.0, departs_at=after(2))
    assert given_a(site(steady, slots=2, policy=CHEAP, tariff=prices)) == [[0.0, 13.0]]


def test_room_that_a_filling_battery_cannot_use_goes_to_others() -> None:
    other = evse("b", L1, wh=99_000.0)
    rows = given_a(site(car(16.0, weight=2.0), other, slots=2, limit_a=32.0))
    assert rows == [[10.667, 3.556], [21.333, 28.444]]


def test_floor_is_given_though_the_battery_is_full() -> None:
    # what it is allowed anyway cannot be taken back
    [row] = given_a(site(car(1.0, floor_a=6.0), slots=3))
    assert row == pytest.approx([6.0] * 3)


def test_plan_with_a_tapering_battery_is_the_programs() -> None:
    plan = make_plan(site(car(16.0), slots=3))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    # each hour carries two thirds of what is missing, the first one a step less
    assert plan.evses[0].expected_wh == pytest.approx(230.0 * 16 * 26 / 27, rel=0.01)


def test_what_a_filling_battery_cannot_take_is_given_to_others_when_rounding() -> None:
    # the first limit is what the battery takes, in steps, and not all that there is
    other = evse("b", L1, wh=99_000.0)
    plan = make_plan(site(car(16.0, weight=2.0), other, slots=2, limit_a=32.0))
    assert plan.method is Method.LINEAR_PROGRAM
    assert [one.limits_a[0] for one in plan.evses] == pytest.approx([10.667, 21.333], abs=0.15)
