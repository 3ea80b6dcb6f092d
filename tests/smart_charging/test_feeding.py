"""What a feeder may feed in, solved by hand, and kept in any problem.

Slots are hours, everything hangs on L1: an ampere carries 230 Wh in each.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging.errors import PlanViolation, ProblemError
from smart_charging.feed_limit import FeedLimit, share_on_line
from smart_charging.feeding import beyond_w
from smart_charging.plan import ChargingPlan, Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.taps import pair_tap, unknown_tap
from smart_charging.verify import verify
from tests.smart_charging.examples import examples
from tests.smart_charging.generated import problems
from tests.smart_charging.problems import (
    L1,
    L2,
    THREE,
    after,
    evse,
    feeder,
    plan_of,
    problem,
    store,
    tariff,
)
from tests.smart_charging.solved import judged, relaxed

AH = 230.0
FREE = float("inf")
HOUSE_AND_SUN_A = (3.0, -3.0, -3.0, 3.0)
"""The house draws 3 A, the sun gives 6 A in the second and the third hour."""


def limit(*most_a: float, **more: Any) -> FeedLimit:
    base_w = np.array(more.pop("base_a", HOUSE_AND_SUN_A)) * AH
    return FeedLimit(
        **{"feeder": "main", "most_w": np.array(most_a) * AH, "base_w": base_w, **more}
    )


def the_day(*limits: FeedLimit) -> ChargingProblem:
    battery = store(
        "battery",
        L1,
        charge_a=5.0,
        discharge_a=5.0,
        stored_wh=1 * AH,
        least_wh=1 * AH,
        most_wh=11 * AH,
        wear_per_kwh=1.0,
    )
    prices = tariff([1.0, 3.0, 8.0, 6.0])
    return problem(
        feeder("main", 23.0),
        slots_s=(3600,) * 4,
        stores=(battery,),
        policy=Policy(aim=Aim.CHEAP),
        tariff=replace(prices, base_w=np.array(HOUSE_AND_SUN_A) * AH),
        feed_limits=limits,
    )


def given_by(plan: ChargingPlan) -> list[float]:
    return [round(amps, 3) + 0.0 for amps in plan.stores[0].amps]


def planned(asked: ChargingProblem) -> list[float]:
    plan = make_plan(asked)
    verify(asked, plan)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    return given_by(plan)


def test_day_of_a_battery_and_the_sun_that_may_feed_in_anything() -> None:
    """Four hours cost 1, 3, 8 and 6 for a kWh, and what is fed in earns as much.

    5 A either way, no losses, a kWh given costs 1 in wear: a unit bought for 1 or 3 and sold for 8
    or 6 brings at least 6 - 3 - 1 = 2. So it buys all it can in two hours and sells it in two.
    """
    assert planned(the_day()) == [5.0, 5.0, -5.0, -5.0]


def test_day_of_a_battery_and_the_sun_that_may_feed_in_four_amperes() -> None:
    """The optimum, derived by hand.

    In the third hour the sun feeds in 6 - 3 = 3 A by itself, so 4 - 3 = 1 A is left to the battery.
    In the last hour the house takes 3 A, so it could give 4 + 3 = 7 A, and gives its 5. It sells 6
    in all, and buys these where they cost least: 5 in the first hour at 1, and 1 in the second at
    3, which sold for 6 still brings 6 - 3 - 1 = 2.
    """
    assert planned(the_day(limit(4.0, 4.0, 4.0, 4.0))) == [5.0, 1.0, -1.0, -5.0]


def test_day_on_which_the_sun_alone_gives_more_than_may_be_fed_in() -> None:
    """The optimum, derived by hand.

    2 A may be fed in, and the sun feeds in 3 A in the second and the third hour: the battery has
    to take 1 A in each, although that is sold for 8 in the third hour without it: what is fed in
    too much comes before cost. In the last hour it gives its 5 A (2 + 3 = 5 may be given), of which
    1 + 1 have come in by then; the other 3 are bought at 1, in the first hour.
    """
    assert planned(the_day(limit(2.0, 2.0, 2.0, 2.0))) == [3.0, 1.0, 1.0, -5.0]


def test_limit_of_some_hours_leaves_the_others_as_they_were() -> None:
    """Nothing may be fed in in the last hour: there it gives the 3 A of the house, and no more.

    It sells 5 + 3 = 8, and buys 5 at 1 and 3 at 3.
    """
    assert planned(the_day(limit(FREE, FREE, FREE, 0.0))) == [5.0, 3.0, -5.0, -3.0]


def test_lowest_of_several_limits_counts() -> None:
    """1 A may be given in the third hour and 3 A in the last one: 4 in all, bought at 1.

    Of the first hour's 5 A one is left: sold for 3 in the second hour it brings 3 - 1 - 1 = 1, and
    there 4 - 3 = 1 A may be given as well.
    """
    limits = (limit(4.0, 4.0, 4.0, 4.0), limit(FREE, FREE, FREE, 0.0))
    assert planned(the_day(*limits)) == [5.0, -1.0, -1.0, -3.0]


def test_limit_of_another_line_does_not_bind() -> None:
    assert planned(the_day(limit(0.0, 0.0, 0.0, 0.0, line=2, base_a=(0.0,) * 4)))[2] == -5.0
    assert planned(the_day(limit(4.0, 4.0, 4.0, 4.0, line=1)))[2] == -1.0


def test_limit_of_a_feeder_counts_what_hangs_below_it() -> None:
    day = the_day()
    below = replace(
        day,
        feeders=(*day.feeders, feeder("panel", 23.0, parent="main"), feeder("roof", 23.0, "main")),
        stores=(replace(day.stores[0], feeder="panel"),),
    )
    on_main = replace(below, feed_limits=(limit(4.0, 4.0, 4.0, 4.0),))
    beside = replace(below, feed_limits=(replace(on_main.feed_limits[0], feeder="roof"),))
    assert planned(on_main) == [5.0, 1.0, -1.0, -5.0]
    assert planned(beside) == [5.0, 5.0, -5.0, -5.0]


def test_battery_may_give_what_a_vehicle_takes() -> None:
    """Nothing may be fed in, and the house draws nothing: it gives the car its 6 A, and no more."""
    battery = store("battery", L1, charge_a=0.0, discharge_a=16.0, stored_wh=9_000.0)
    asked = problem(
        feeder("main", 23.0),
        evse("car", L1, 6 * AH, departs_at=after(1), max_a=6.0),
        slots_s=(3600,) * 4,
        stores=(battery,),
        policy=Policy(aim=Aim.CHEAP),
        tariff=tariff([5.0] * 4),
        feed_limits=(limit(0.0, 0.0, 0.0, 0.0, base_a=(0.0,) * 4),),
    )
    assert planned(asked) == [-6.0, 0.0, 0.0, 0.0]


def test_what_is_rounded_off_a_vehicle_is_not_fed_in() -> None:
    """The car gets 7 A in whole amperes where the program would have it take 7.5."""
    battery = store("battery", L1, charge_a=0.0, discharge_a=16.0, stored_wh=9_000.0)
    asked = problem(
        feeder("main", 7.5),
        evse("car", L1, 30 * AH, departs_at=after(4), max_a=16.0, step_a=1.0),
        slots_s=(3600,) * 4,
        stores=(battery,),
        policy=Policy(aim=Aim.CHEAP),
        tariff=tariff([5.0] * 4),
        feed_limits=(limit(0.0, 0.0, 0.0, 0.0, base_a=(0.0,) * 4),),
    )
    plan = make_plan(asked)
    verify(asked, plan)
    assert plan.detail == ""
    assert plan.evses[0].limits_a[0] == 7.0
    assert plan.stores[0].amps[0] == pytest.approx(-7.0, abs=0.01)


def test_plan_that_gives_while_too_much_is_fed_in_is_refused() -> None:
    asked = the_day(limit(4.0, 4.0, 4.0, 4.0))
    plan = plan_of(asked, store_a=[(5.0, 1.0, -1.2, -4.8)])
    with pytest.raises(PlanViolation) as caught:
        verify(asked, plan)
    assert caught.value.violations == (
        "main feeds in 46 W too much in slot 2, while 276 W are given by plan",
    )


def test_what_the_sun_feeds_in_too_much_is_no_fault_of_the_plan() -> None:
    asked = the_day(limit(2.0, 2.0, 2.0, 2.0))
    verify(asked, plan_of(asked, store_a=[(0.0, 0.0, 0.0, 0.0)]))


def test_what_the_program_finds_is_worth_what_it_says() -> None:
    asked = the_day(limit(2.0, 2.0, 0.0, 2.0))
    found = relaxed(asked)
    assert judged(asked, found).total == pytest.approx(found.objective, rel=1e-6)


@pytest.mark.parametrize(
    ("tap", "line", "share"),
    [
        (THREE, None, 1.0),
        (THREE, 2, 1 / 3),
        (L2, 2, 1.0),
        (L2, 1, 0.0),
        (pair_tap(1, 2), 1, 0.5),
        (pair_tap(1, 2), 3, 0.0),
        (unknown_tap((1, 2)), 1, 0.0),
        (unknown_tap((1, 2)), None, 1.0),
    ],
)
def test_power_on_a_line_is_that_in_phase_with_its_voltage(
    tap: Any, line: int | None, share: float
) -> None:
    assert share_on_line(tap, line) == pytest.approx(share)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"feeder": "attic"}, "no feeder is called 'attic'"),
        ({"most_w": np.zeros(3)}, r"most_w: expected the shape \(4,\), got \(3,\)"),
        ({"most_w": np.array([1.0, -1.0, 0.0, 0.0])}, "expected 0 W or more"),
        ({"base_w": np.full(4, np.nan)}, "base_w: expected finite numbers"),
        ({"line": 4}, "expected 1, 2 or 3, got 4"),
    ],
)
def test_limit_that_contradicts_itself_is_refused(change: dict[str, Any], cause: str) -> None:
    with pytest.raises(ProblemError, match=cause):
        the_day(replace(limit(4.0, 4.0, 4.0, 4.0), **change))


@examples(60)
@given(problems(), st.data())
def test_whatever_the_problem_nothing_gives_by_plan_where_more_is_fed_in_than_may_be(
    asked: ChargingProblem, data: st.DataObject
) -> None:
    slots = len(asked.slots_s)
    watts = st.sampled_from([0.0, 500.0, 3_000.0, FREE])
    base = st.sampled_from([-9_000.0, -1_000.0, 0.0, 2_000.0])
    limits = tuple(
        FeedLimit(
            feeder=one.key,
            most_w=np.array(data.draw(st.lists(watts, min_size=slots, max_size=slots))),
            base_w=np.array(data.draw(st.lists(base, min_size=slots, max_size=slots))),
            line=data.draw(st.sampled_from([None, None, 1, 3])),
        )
        for one in asked.feeders[:2]
    )
    limited = replace(asked, feed_limits=limits)
    plan = make_plan(limited, time_limit_s=60.0)
    assert "feeds in" not in plan.detail
    limits_a = np.array([one.limits_a for one in plan.evses]).reshape(-1, slots)
    store_a = np.array([one.amps for one in plan.stores]).reshape(-1, slots)
    free = np.array([store.standby is None for store in asked.stores], dtype=bool)
    for one in limits:
        over_w = beyond_w(limited, one, limits_a, store_a)
        if one.line is None and one.feeder == asked.feeders[0].key:
            gives = (store_a[free] < -0.1).any(axis=0) & (over_w > 5.0)
            below_root = all(two.parent is not None for two in asked.feeders[1:])
            assert not (gives.any() and below_root)
