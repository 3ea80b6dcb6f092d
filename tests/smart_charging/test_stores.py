"""Batteries and heat beside the vehicles, solved by hand.

Slots are hours, everything hangs on L1: an ampere carries 230 Wh in each.
"""

from typing import Any

import pytest

from smart_charging.plan import Method
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, Store
from smart_charging.tariff import DemandCharge
from smart_charging.verify import verify
from tests.smart_charging import oracle
from tests.smart_charging.problems import L1, after, evse, feeder, problem, store, tariff
from tests.smart_charging.solved import given_a, relaxed, stored_a

AH = 230.0
CHEAP = Policy(aim=Aim.CHEAP)


def battery(slots: int, **more: Any) -> Store:
    """10 A either way, 20 A h, empty; 10 % are lost on each way."""
    usual = {"charge_a": 10.0, "discharge_a": 10.0, "stored_wh": 0.0, "most_wh": 20 * AH}
    return store("battery", L1, slots, **{**usual, "efficiency": 0.9, **more})


def boiler(slots: int, **more: Any) -> Store:
    """10 A, 20 A h of which 4 are left, and 4 A h are drawn from it each hour."""
    usual = {"charge_a": 10.0, "discharge_a": 0.0, "stored_wh": 4 * AH, "most_wh": 20 * AH}
    return store("boiler", L1, slots, **{**usual, "drain_w": 4 * AH, **more})


def site(
    *stores: Store, prices: list[float], evses: tuple[Evse, ...] = (), **more: Any
) -> ChargingProblem:
    usual = {"limit_a": 99.0, "policy": CHEAP, "tariff": tariff(prices), **more}
    main = feeder("main", usual.pop("limit_a"), slots=len(prices))
    return problem(main, *evses, slots_s=(3600,) * len(prices), stores=stores, **usual)


def test_battery_buys_when_it_is_cheap_and_sells_when_it_is_dear() -> None:
    # 10 A h become 9 in the battery and 8.1 on the way out
    assert stored_a(site(battery(2), prices=[1.0, 3.0])) == [[10.0, -8.1]]


def test_battery_day() -> None:
    # two cheap nights fill it to 18 A h, the dearest hour takes 10 of 20 A it could give, which
    # are 11.11 A h inside, and the next dearest the rest: 6.889 * 0.9 = 6.2 A
    prices = [1.0, 1.0, 4.0, 9.0, 2.0]
    assert stored_a(site(battery(5), prices=prices)) == [[10.0, 10.0, -6.2, -10.0, 0.0]]


def test_battery_day_without_room_for_more() -> None:
    # 20 A h hold what 22.222 A h bring: 10 A twice, and 2.222 A in the dearest of the cheap hours
    prices = [1.0, 1.0, 1.5, 9.0, 8.0]
    assert stored_a(site(battery(5), prices=prices)) == [[10.0, 10.0, 2.222, -10.0, -8.0]]


@pytest.mark.parametrize(("dear", "expected"), [(1.2, 0.0), (1.23, 0.0), (1.3, 10.0)])
def test_losses_have_to_be_earned(dear: float, expected: float) -> None:
    # 0.81 of what is bought comes back: worth it from 1/0.81 = 1.235 times the price on, and a
    # little more for the peak
    [[bought, _]] = stored_a(site(battery(2), prices=[1.0, dear]))
    assert bought == expected


def test_heat_day() -> None:
    # what is left covers the dear first hour; the second one warms up for three
    assert stored_a(site(boiler(4), prices=[3.0, 0.5, 2.0, 1.0])) == [[0.0, 10.0, 0.0, 2.0]]


def test_heat_is_kept_at_its_least() -> None:
    # at least 3 A h at the end of each hour: 3 more are needed at once
    assert stored_a(site(boiler(2, least_wh=3 * AH), prices=[3.0, 1.0])) == [[3.0, 4.0]]


def test_heat_cannot_be_sold() -> None:
    assert stored_a(site(boiler(2, drain_w=0.0), prices=[9.0, 1.0])) == [[0.0, 0.0]]


def test_battery_evens_out_the_peak_of_others() -> None:
    # 2.3 and 6.9 kW: without losses 10 A make both 4.6 kW
    asked = site(battery(2, efficiency=1.0), prices=[1.0, 1.0], policy=Policy(aim=Aim.LEVEL))
    assert asked.tariff is not None
    asked.tariff.base_w[:] = [2_300.0, 6_900.0]
    assert stored_a(asked) == [[10.0, -10.0]]


def test_battery_saves_a_fee_on_power() -> None:
    # a kW less is worth more than all that is lost on the way
    asked = site(
        battery(2),
        prices=[1.0, 1.0],
        tariff=tariff([1.0, 1.0], capacity=DemandCharge(per_kw=50.0)),
    )
    assert asked.tariff is not None
    asked.tariff.base_w[:] = [0.0, 2_300.0]
    # x in and 0.81 x out meet where 230 x = 2300 - 0.81 * 230 x
    [row] = stored_a(asked)
    assert row == pytest.approx([10 / 1.81, -8.1 / 1.81], abs=2e-3)


def test_store_leaves_the_line_to_promised_energy() -> None:
    one = evse("a", L1, wh=16 * AH, departs_at=after(1))
    asked = site(battery(2), prices=[1.0, 9.0], evses=(one,), limit_a=20.0)
    assert given_a(asked) == [[16.0, 0.0]]
    assert stored_a(asked) == [[4.0, -3.24]]


def test_what_a_store_gives_back_makes_no_room() -> None:
    one = evse("a", L1, wh=99_000.0, departs_at=after(1))
    full = battery(1, stored_wh=20 * AH)
    assert given_a(site(full, prices=[9.0], evses=(one,), limit_a=20.0)) == [[20.0]]


def test_limit_of_the_feeder_holds_for_what_is_given_back() -> None:
    full = battery(1, stored_wh=20 * AH)
    assert stored_a(site(full, prices=[9.0], limit_a=7.0)) == [[-7.0]]


def test_price_below_zero_does_not_burn_energy_on_the_way_in_and_out() -> None:
    # it is full; taking 10 A and giving 8.1 A at once would be paid for, and cannot be
    full = battery(1, stored_wh=20 * AH)
    found = relaxed(site(full, prices=[-1.0]))
    assert found.store_a.tolist() == [[pytest.approx(0.0, abs=1e-6)]]
    plan = make_plan(site(full, prices=[-1.0]))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")


def test_plan_keeps_room_for_what_a_store_takes() -> None:
    # the boiler needs 4 A in the first hour, the vehicle could use all 20
    one = evse("a", L1, wh=99_000.0, departs_at=after(9))
    asked = site(boiler(2, stored_wh=0.0), prices=[1.0, 1.0], evses=(one,), limit_a=20.0)
    plan = make_plan(asked)
    verify(asked, plan)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    assert plan.evses[0].limits_a[0] == pytest.approx(16.0, abs=0.2)
    assert plan.stores[0].amps[0] == pytest.approx(4.0, abs=0.2)
    assert plan.stores[0].key == "boiler"


def test_heuristic_keeps_a_store_within_its_bounds() -> None:
    one = evse("a", L1, wh=99_000.0, departs_at=after(9))
    asked = site(boiler(3), prices=[1.0] * 3, evses=(one,), limit_a=20.0)
    plan = plan_by_heuristic(asked, "the solver was late")
    verify(asked, plan)
    assert list(oracle.faults(asked, plan)) == []


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"stored_wh": 0.0, "least_wh": 12 * AH}, id="cannot be filled in time"),
        pytest.param({"stored_wh": 30 * AH}, id="holds more than it may"),
        pytest.param({"charge_a": 0.0}, id="runs empty"),
        pytest.param({"charge_a": 3.0}, id="runs empty later"),
    ],
)
def test_store_that_nobody_can_keep_within_its_bounds_stops_nobody_else(
    more: dict[str, Any],
) -> None:
    one = evse("a", L1, wh=10 * AH, departs_at=after(9))
    asked = site(boiler(3, **more), prices=[1.0] * 3, evses=(one,), limit_a=20.0)
    for plan in (make_plan(asked), plan_by_heuristic(asked, "the solver was late")):
        assert plan.evses[0].limits_a[0] >= 6.0


def test_store_on_a_line_that_is_full_without_it_stops_nobody_else() -> None:
    main = feeder("main", 20.0, slots=2, uncontrolled_a=[25.0, 0.0, 0.0])
    one = evse("a", wh=99_000.0, tap=L1)
    asked = problem(main, one, slots_s=(3600,) * 2, stores=(boiler(2, stored_wh=0.0),))
    assert make_plan(asked).evses[0].limits_a == (0.0, 0.0)


@pytest.mark.parametrize("aim", [Aim.EARLY, Aim.CALM])
def test_battery_rests_where_nothing_is_gained_by_it(aim: Aim) -> None:
    asked = site(battery(2), prices=[1.0, 3.0], policy=Policy(aim=aim))
    assert stored_a(asked) == [[0.0, 0.0]]
