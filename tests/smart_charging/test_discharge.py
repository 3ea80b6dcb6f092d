"""Vehicles that feed back, solved by hand: which way the energy goes, and how far.

Slots are hours, vehicles hang on L1: an ampere carries 230 Wh in each.
"""

from dataclasses import replace
from typing import Any

import pytest

from smart_charging.plan import Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import Transformer, pair_tap
from smart_charging.tariff import DemandCharge
from smart_charging.vehicle import Discharge
from tests.smart_charging import oracle
from tests.smart_charging.problems import L1, after, evse, feeder, first_a, problem, tariff
from tests.smart_charging.solved import given_a

CHEAP, LEVEL = Policy(aim=Aim.CHEAP), Policy(aim=Aim.LEVEL)


def car(key: str = "a", *, ah: float = 4.0, spare_ah: float = 10.0, **more: Any) -> Evse:
    """A vehicle that wants `ah` more and may be without `spare_ah` on the way, without losses."""
    spare = {"max_a": 10.0, "available_wh": spare_ah * 230.0, "efficiency": 1.0}
    discharge = Discharge(**{**spare, **more.pop("feeding", {})})
    return evse(key, L1, wh=ah * 230.0, departs_at=after(9), discharge=discharge, **more)


def site(
    *evses: Evse, prices: list[float], limit_a: float = 99.0, policy: Policy = CHEAP, **more: Any
) -> ChargingProblem:
    main = feeder("main", limit_a, slots=len(prices), **more)
    slots_s = (3600,) * len(prices)
    return problem(main, *evses, slots_s=slots_s, policy=policy, tariff=tariff(prices))


def test_vehicle_feeds_back_at_the_dear_hour_and_charges_at_the_cheap_one() -> None:
    # it feeds back its 10 A h for 9 each, and has them again and 4 more before it leaves
    assert given_a(site(car(), prices=[9.0, 1.0])) == [[-10.0, 14.0]]


def test_vehicle_charges_before_the_dear_hour_what_it_feeds_back_then() -> None:
    # in the end it has 4 A h more, wherever they come from
    assert given_a(site(car(), prices=[1.0, 9.0])) == [[14.0, -10.0]]


def test_equal_prices_are_no_reason_to_feed_back() -> None:
    [row] = given_a(site(car(), prices=[2.0, 2.0, 2.0]))
    assert min(row) == 0.0
    assert sum(row) == pytest.approx(4.0)


def test_losses_are_paid_only_by_a_price_that_is_high_enough() -> None:
    # an ampere hour fed back takes 1/0.8 = 1.25 out of the battery
    lossy = car(spare_ah=12.5, feeding={"efficiency": 0.8})
    assert given_a(site(lossy, prices=[1.2, 1.0])) == [[0.0, 4.0]]
    assert given_a(site(lossy, prices=[1.4, 1.0])) == [[-10.0, 16.5]]


def test_battery_is_never_below_what_may_be_taken() -> None:
    assert given_a(site(car(spare_ah=3.0), prices=[9.0, 8.0, 1.0])) == [[-3.0, 0.0, 7.0]]


def test_what_has_been_charged_before_may_be_fed_back_as_well() -> None:
    # 20 A h are fed back, of which 3 were to spare; 4 are missing then, and 3
    asked = site(car(spare_ah=3.0), prices=[1.0, 9.0, 8.0, 0.5])
    assert given_a(asked) == [[17.0, -10.0, -10.0, 7.0]]


def test_vehicle_that_may_be_without_nothing_only_shifts_its_charging() -> None:
    assert given_a(site(car(spare_ah=0.0), prices=[9.0, 1.0])) == [[0.0, 4.0]]


def test_feeding_back_is_kept_to_its_own_maximum() -> None:
    strong = car(spare_ah=40.0, feeding={"max_a": 7.0})
    assert given_a(site(strong, prices=[9.0, 8.0, 1.0])) == [[-7.0, -7.0, 18.0]]


def test_feeding_back_never_makes_room_for_others() -> None:
    other = evse("b", L1, wh=99_000.0, departs_at=after(1))
    rows = given_a(site(car(), other, prices=[9.0, 1.0], limit_a=16.0))
    assert rows == [[-10.0, 14.0], [16.0, 0.0]]


def test_feeding_back_keeps_the_limits_as_well() -> None:
    [row] = given_a(site(car(), prices=[9.0, 1.0, 1.0], limit_a=6.0))
    assert row[0] == -6.0
    assert sum(row) == pytest.approx(4.0)


def test_early_vehicles_do_not_feed_back() -> None:
    asked = site(car(), prices=[9.0, 1.0], policy=Policy(aim=Aim.EARLY))
    assert given_a(asked) == [[4.0, 0.0]]


def test_level_feeds_back_at_the_peak_of_others() -> None:
    # 6.9 kW of others in the first hour, 2.3 in the second: 6.9 - 0.23 x meets 2.3 + 0.92 + 0.23 x
    # at x = 8
    asked = site(car(), prices=[1.0, 1.0], policy=LEVEL)
    assert asked.tariff is not None
    asked.tariff.base_w[:] = [6_900.0, 2_300.0]
    assert given_a(asked) == [[-8.0, 12.0]]


def test_fee_on_power_is_a_reason_to_feed_back() -> None:
    prices = tariff([1.0, 1.0], capacity=DemandCharge(per_kw=20.0))
    prices.base_w[:] = [6_900.0, 2_300.0]
    asked = replace(site(car(spare_ah=5.0), prices=[1.0, 1.0]), tariff=prices)
    assert given_a(asked) == [[-5.0, 9.0]]


@pytest.mark.parametrize("prices", [[9.0, 1.0], [1.0, 9.0, 1.0, 9.0], [1.0, 1.0]])
def test_plan_with_a_vehicle_that_feeds_back_is_the_programs(prices: list[float]) -> None:
    plan = make_plan(site(car(), car("b", ah=10.0), prices=prices, limit_a=30.0))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert [one.short_wh for one in plan.evses] == pytest.approx([0.0, 0.0], abs=30.0)


def test_rounding_the_first_slots_leaves_the_reserve_alone() -> None:
    # 10.2 A are charged first, of which 10 can be sent; all of it is fed back at once
    one = car(ah=0.0, spare_ah=0.0, feeding={"max_a": 32.0}, step_a=0.5)
    plan = make_plan(site(one, prices=[1.0, 9.0, 1.0], limit_a=10.2))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")


def test_rounding_many_slots_leaves_the_reserve_alone() -> None:
    one = car(ah=0.0, spare_ah=0.0, feeding={"max_a": 32.0}, step_a=0.5)
    asked = replace(site(one, prices=[1.0, 9.0, 1.0], limit_a=10.2), committed=3)
    plan = make_plan(asked)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert plan.evses[0].limits_a == pytest.approx((10.0, -10.0, 0.0), abs=1e-3)


def test_committed_slot_charges_what_is_fed_back_later() -> None:
    # 4 A h are wanted, and 10 are charged at 1 to be sold for 9
    plan = make_plan(site(car(spare_ah=0.0), prices=[1.0, 9.0]))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert plan.evses[0].limits_a == pytest.approx((14.0, -10.0), abs=1e-3)


def test_vehicle_that_wants_nothing_may_leave_with_what_it_can_be_without() -> None:
    one = car(ah=0.0, spare_ah=3.0)
    assert given_a(site(one, prices=[1.0, 9.0], limit_a=2.0)) == [[-1.0, -2.0]]


def test_vehicle_that_wants_something_is_not_left_with_less_than_it_came_with() -> None:
    # nothing can be charged any more, and 100 for a promised kWh is more than the price
    gone = evse("a", L1, wh=230.0, departs_at=after(1), max_a=0.0, discharge=car().discharge)
    assert given_a(site(gone, prices=[9.0])) == [[0.0]]


def test_nothing_is_fed_back_while_the_price_is_below_nothing() -> None:
    lossy = car(ah=0.0, feeding={"efficiency": 0.8})
    assert given_a(site(lossy, prices=[-1.0, -2.0])) == [[0.0, 0.0]]


def test_floor_is_not_fed_back_as_if_it_had_not_been_drawn() -> None:
    # 6 A are drawn in any case: what is fed back takes them off first, with losses on all of it
    one = car(ah=0.0, spare_ah=0.0, feeding={"efficiency": 0.8}, floor_a=6.0)
    [row] = given_a(site(one, prices=[9.0]))
    assert row == [pytest.approx(6.0 - 0.8 * 6.0)]


def test_vehicle_that_leaves_within_a_slot_feeds_back_while_it_is_there() -> None:
    # it stays for half of the third hour: 10 A take 5 A h out of the battery
    base = car(spare_ah=5.0)
    gone = evse("a", L1, wh=0.0, departs_at=after(2.5), discharge=base.discharge)
    plan = make_plan(site(gone, prices=[1.0, 1.0, 9.0]))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")


def test_load_of_others_does_not_hinder_feeding_back() -> None:
    # 4 A of 10 are drawn by others: what is fed back at 8 A comes to 4 A at the meter
    one = car(spare_ah=8.0, feeding={"max_a": 8.0})
    plan = make_plan(site(one, prices=[9.0, 1.0, 1.0], limit_a=10.0, uncontrolled_a=4.0))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert plan.evses[0].limits_a[0] == pytest.approx(-8.0, abs=1e-3)


def test_current_fed_back_and_current_drawn_share_a_line_behind_a_transformer() -> None:
    # on L1 of the primary side they lie 60 degrees apart, as one of two pairs that are 120 degrees
    # apart is turned round: beside 10 A drawn, 15 A leave room for x² + 10 x = 125, x = 7.247
    discharge = Discharge(max_a=10.0, available_wh=4_600.0, efficiency=1.0)
    feeding = evse("a", pair_tap(1, 2), w_per_a=230.0, wh=0.0, discharge=discharge)
    drawing = evse("b", pair_tap(2, 3), w_per_a=230.0, wh=99_000.0, max_a=10.0)
    main = feeder("main", [15.0, 99.0, 99.0], slots=1, transformer=Transformer(is_delta_wye=True))
    asked = problem(main, feeding, drawing, slots_s=(3600,), policy=CHEAP, tariff=tariff([9.0]))
    plan = make_plan(asked)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert first_a(plan) == [pytest.approx(-7.247, abs=0.05), 10.0]
    assert oracle.current_a(asked, first_a(plan), "main", 0, 0) <= 15.0 + 1e-6


def test_promised_energy_comes_before_what_is_fed_back_on_the_same_line() -> None:
    discharge = Discharge(max_a=10.0, available_wh=4_600.0, efficiency=1.0)
    feeding = evse("a", pair_tap(1, 2), w_per_a=230.0, wh=0.0, discharge=discharge)
    drawing = evse("b", pair_tap(2, 3), w_per_a=230.0, wh=99_000.0)
    main = feeder("main", [10.0, 99.0, 99.0], slots=1, transformer=Transformer(is_delta_wye=True))
    asked = problem(main, feeding, drawing, slots_s=(3600,), policy=CHEAP, tariff=tariff([9.0]))
    assert given_a(asked) == [[pytest.approx(0.0, abs=1e-3)], [pytest.approx(10.0, abs=0.03)]]
