"""What stations can do: shared power, limits that have to stay, levels, vehicles that never wake.

Worked out by hand for the program, the rounding and the whole plan.
"""

from typing import Any

import numpy as np
import pytest

from smart_charging.case import lay_out_case
from smart_charging.occupancy import paths_of
from smart_charging.plan import Cause, Method
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, PowerModule
from smart_charging.rounding import Rounding, Wish
from smart_charging.tariff import DemandCharge
from tests.smart_charging.problems import L1, after, evse, feeder, first_a, problem, tariff
from tests.smart_charging.solved import given_a, round_slot

HOUR = (3600,)


def dc(key: str, **more: Any) -> Evse:
    """An outlet of a DC charger: 500 W for each ampere that it draws from the grid."""
    usual = {"wh": 99_000.0, "w_per_a": 500.0, "max_a": 100.0, "module": "m", **more}
    return evse(key, **usual)


def charger(max_w: float, *outlets: Evse, limit_a: float = 500.0, **more: Any) -> ChargingProblem:
    modules = (PowerModule(key="m", max_w=max_w),)
    main = feeder("main", limit_a, slots=1)
    return problem(main, *outlets, slots_s=HOUR, modules=modules, **more)


def test_outlets_share_the_power_of_their_module() -> None:
    # 50 kW are 100 A
    asked = charger(50_000.0, dc("a"), dc("b"))
    [[a], [b]] = given_a(asked)
    assert a + b == pytest.approx(100.0)
    assert sum(first_a(make_plan(asked))) == pytest.approx(100.0, abs=0.2)
    assert sum(first_a(plan_by_heuristic(asked, "late"))) == pytest.approx(100.0, abs=0.2)


def test_outlet_beside_the_module_is_not_held_by_it() -> None:
    asked = charger(20_000.0, dc("a"), dc("b", module=None))
    assert given_a(asked) == [[40.0], [100.0]]
    assert first_a(make_plan(asked)) == [40.0, 100.0]


def test_feeder_may_hold_outlets_below_what_the_module_gives() -> None:
    asked = charger(50_000.0, dc("a"), limit_a=60.0)
    assert given_a(asked) == [[60.0]]


def test_module_that_gives_less_than_the_floors_gives_the_floors() -> None:
    asked = charger(2_000.0, dc("a", floor_a=6.0), dc("b"))
    assert given_a(asked) == [[6.0], [0.0]]
    assert first_a(make_plan(asked)) == [6.0, 0.0]


def test_module_without_power_pauses_its_outlets() -> None:
    plan = make_plan(charger(0.0, dc("a"), dc("b", module=None)))
    assert first_a(plan) == [0.0, 100.0]


def test_minimum_of_one_outlet_alone_fits_under_the_module() -> None:
    # 6 A are 3 kW: there is power for one of them, and 1.9 kW more
    asked = charger(4_900.0, dc("a"), dc("b"))
    assert sorted(first_a(make_plan(asked))) == [0.0, 9.8]


def test_limit_may_not_rise_before_its_time() -> None:
    # 16 A until 1800 s are over: the first two quarters
    one = evse("a", L1, held_a=16.0, on_s=60.0, steady_s=1000.0)
    asked = problem(feeder("main", 32.0), one)
    assert given_a(asked) == [[16.0, 16.0, 32.0, 32.0]]
    for plan in (make_plan(asked), plan_by_heuristic(asked, "late")):
        assert plan.evses[0].limits_a[0] == 16.0
        assert "rises before" not in plan.detail


@pytest.mark.parametrize("is_idle", [False, True])
def test_paused_vehicle_stays_paused_while_its_limit_may_not_rise(*, is_idle: bool) -> None:
    one = evse("a", L1, held_a=0.0, steady_s=600.0, is_idle=is_idle)
    other = evse("b", L1)
    plan = make_plan(problem(feeder("main", 20.0), one, other))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert first_a(plan) == [0.0, 20.0]


def test_limit_that_may_not_rise_may_fall() -> None:
    one = evse("a", L1, held_a=16.0, on_s=60.0, steady_s=1000.0)
    plan = make_plan(problem(feeder("main", 10.0), one))
    assert (plan.method, first_a(plan)) == (Method.LINEAR_PROGRAM, [10.0])


def test_limit_that_may_not_rise_is_never_below_its_floor() -> None:
    one = evse("a", L1, held_a=0.0, steady_s=1000.0, floor_a=7.0)
    plan = make_plan(problem(feeder("main", 32.0), one))
    assert (plan.method, first_a(plan)) == (Method.LINEAR_PROGRAM, [7.0])


def test_room_that_may_not_be_used_yet_goes_to_others() -> None:
    one = evse("a", L1, held_a=6.0, on_s=60.0, steady_s=1000.0)
    plan = make_plan(problem(feeder("main", 32.0), one, evse("b", L1, held_a=6.0)))
    assert (plan.method, first_a(plan)) == (Method.LINEAR_PROGRAM, [6.0, 26.0])


def test_vehicle_that_would_not_wake_keeps_its_minimum() -> None:
    # only one fits; the other has waited for its turn
    sleepy = evse("a", L1, held_a=6.0, on_s=9000.0, can_pause=False)
    waiting = evse("b", L1, off_s=9000.0)
    asked = problem(feeder("main", 11.0), sleepy, waiting)
    for plan in (make_plan(asked), plan_by_heuristic(asked, "late")):
        assert first_a(plan) == [11.0, 0.0]
    awake = evse("a", L1, held_a=6.0, on_s=9000.0)
    assert first_a(make_plan(problem(feeder("main", 11.0), awake, waiting))) == [0.0, 11.0]


def test_vehicle_that_would_not_wake_has_no_claim_before_it_charges() -> None:
    sleepy = evse("a", L1, can_pause=False)
    waiting = evse("b", L1, off_s=9000.0)
    asked = problem(feeder("main", 11.0), sleepy, waiting)
    assert first_a(make_plan(asked)) == [0.0, 11.0]


def test_vehicle_that_would_not_wake_is_paused_where_nothing_fits() -> None:
    sleepy = evse("a", L1, held_a=6.0, on_s=9000.0, can_pause=False)
    plan = make_plan(problem(feeder("main", 5.0), sleepy))
    assert first_a(plan) == [0.0]
    assert plan.evses[0].reason.cause is Cause.OTHERS_FIRST


LEVELS = (6.0, 10.0, 16.0, 32.0)


@pytest.mark.parametrize(
    ("wanted_a", "limit_a"),
    [(32.0, 32.0), (31.9, 16.0), (16.0, 16.0), (15.9999999999, 16.0), (9.9, 6.0), (6.0, 6.0)],
)
def test_limit_is_the_next_lower_level(wanted_a: float, limit_a: float) -> None:
    asked = problem(feeder("main", 63.0), evse("a", levels_a=LEVELS))
    assert round_slot(asked, 0, [wanted_a], [wanted_a])[0] == [limit_a]


def test_wish_below_the_lowest_level_is_raised_to_it_where_there_is_room() -> None:
    one = evse("a", levels_a=(8.0, 16.0))
    assert round_slot(problem(feeder("main", 63.0), one), 0, [7.0], [8.0])[0] == [8.0]
    assert round_slot(problem(feeder("main", 7.9), one), 0, [7.0], [8.0])[0] == [0.0]


@pytest.mark.parametrize("levels_a", [(4.0,), (4.0, 99.0)])
def test_station_without_a_level_that_fits_is_paused(levels_a: tuple[float, ...]) -> None:
    asked = problem(feeder("main", 63.0), evse("a", levels_a=levels_a))
    for plan in (make_plan(asked), plan_by_heuristic(asked, "late")):
        assert first_a(plan) == [0.0]


@pytest.mark.parametrize(("levels_a", "limit_a"), [((10.0, 40.0), 10.0), ((33.0, 40.0), 0.0)])
def test_level_above_the_maximum_is_not_given(levels_a: tuple[float, ...], limit_a: float) -> None:
    asked = problem(feeder("main", 63.0), evse("a", levels_a=levels_a))
    plan = make_plan(asked)
    assert (plan.method, first_a(plan)) == (Method.LINEAR_PROGRAM, [limit_a])
    assert first_a(plan_by_heuristic(asked, "late")) == [limit_a]


def test_what_a_level_leaves_over_lifts_another_to_its_next_one() -> None:
    # 13 A each: both go down to 10, and the six amperes that are left lift one to 16
    pair = [evse("a", levels_a=LEVELS), evse("b", levels_a=LEVELS)]
    asked = problem(feeder("main", 26.0), *pair)
    assert sorted(round_slot(asked, 0, [13.0, 13.0], [32.0, 32.0])[0]) == [10.0, 16.0]


@pytest.mark.parametrize("step_a", [1.5, 2.0, 4.0])
def test_what_a_coarse_step_leaves_over_lifts_another_by_one(step_a: float) -> None:
    # just less than two steps above 12 A for both of them
    pair = [evse("a", step_a=step_a), evse("b", step_a=step_a)]
    asked = problem(feeder("main", 24.0 + step_a), *pair)
    wanted_a = 12.0 + step_a / 2
    limits_a, _ = round_slot(asked, 0, [wanted_a, wanted_a], [32.0, 32.0])
    assert sorted(limits_a) == [12.0, 12.0 + step_a]


def test_rest_is_handed_out_below_the_power_that_has_no_fee() -> None:
    # both go down to 12 A; one more ampere of the two fits below 25 A for both
    pair = [evse("a", L1, step_a=1.0), evse("b", L1, step_a=1.0)]
    prices = tariff([1.0] * 4, capacity=DemandCharge(per_kw=9.0))
    asked = problem(feeder("main", 63.0), *pair, tariff=prices)
    rounding = Rounding(asked, paths_of(asked, lay_out_case(asked).network))
    wish = Wish(np.array([12.5, 12.5]), np.array([13.0, 13.0]), most_w=25 * 230.0)
    assert sorted(rounding.slot(0, wish)[0].tolist()) == [12.0, 13.0]


def test_equal_vehicles_with_levels_fill_the_line_in_a_plan() -> None:
    pair = [evse("a", levels_a=LEVELS), evse("b", levels_a=LEVELS)]
    plan = make_plan(problem(feeder("main", 26.0), *pair))
    assert sorted(first_a(plan)) == [10.0, 16.0]


def test_profile_of_many_periods_is_another_matter() -> None:
    # how many periods a station takes is for whoever writes the profile
    one = evse("a", L1, wh=999_999.0, departs_at=after(9), max_periods=1)
    assert first_a(make_plan(problem(feeder("main", 20.0), one))) == [20.0]
