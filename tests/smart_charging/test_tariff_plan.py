"""What prices and fees make of a plan, worked out by hand.

Slots are hours unless said otherwise, vehicles hang on L1: an ampere is 230 W.
"""

from typing import Any, Final

import pytest

from smart_charging.plan import Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.tariff import DemandCharge, StepFee
from tests.smart_charging.problems import L1, after, evse, feeder, problem, tariff
from tests.smart_charging.solved import given_a

STEPS: Final = ((2_000.0, 80.0), (5_000.0, 150.0), (10_000.0, 250.0), (15_000.0, 370.0))


def car(key: str, ah: float, hours: float = 9.0, **more: Any) -> Evse:
    return evse(key, L1, wh=ah * 230.0, departs_at=after(hours), **more)


def site(
    *evses: Evse,
    prices: list[float],
    base_w: float = 0.0,
    fee: DemandCharge | StepFee | None = None,
    **more: Any,
) -> ChargingProblem:
    usual: dict[str, Any] = {"slots_s": (3600,) * len(prices), "policy": Policy(aim=Aim.CHEAP)}
    main = feeder("main", 99.0, slots=len(prices))
    return problem(main, *evses, tariff=tariff(prices, base_w, capacity=fee), **{**usual, **more})


def test_demand_charge_spreads_what_a_price_alone_would_pile_up() -> None:
    # 20 A h: 1 less per kWh does not pay for 30 more per kW
    prices = [1.0, 2.0]
    assert given_a(site(car("a", 20.0), prices=prices)) == [[20.0, 0.0]]
    fee = DemandCharge(per_kw=30.0)
    assert given_a(site(car("a", 20.0), prices=prices, fee=fee)) == [[10.0, 10.0]]


def test_power_that_the_month_has_seen_is_free() -> None:
    # 14 A are 3220 W
    fee = DemandCharge(per_kw=30.0, peak_w=3_220.0)
    assert given_a(site(car("a", 20.0), prices=[1.0, 2.0], fee=fee)) == [[14.0, 6.0]]


def test_load_of_others_counts_towards_the_peak() -> None:
    # 2300 W of others in each hour: 4 A are left below 3220 W
    fee = DemandCharge(per_kw=30.0, peak_w=3_220.0)
    asked = site(car("a", 8.0), prices=[1.0, 2.0, 3.0], base_w=2_300.0, fee=fee)
    assert given_a(asked) == [[4.0, 4.0, 0.0]]


def test_plan_stays_below_a_step_where_that_is_worth_it() -> None:
    # 5 kW are 21.739 A; the next step up to 10 kW costs 100 more, and saves 1 a kWh
    fee = StepFee(steps=STEPS, peak_today_w=4_000.0)
    assert given_a(site(car("a", 30.0), prices=[1.0, 2.0], fee=fee)) == [[21.739, 8.261]]


def test_step_that_has_been_left_anyway_is_used_up() -> None:
    fee = StepFee(steps=STEPS, peak_today_w=7_000.0)
    assert given_a(site(car("a", 30.0, max_a=40.0), prices=[1.0, 2.0], fee=fee)) == [[30.0, 0.0]]


def test_mean_of_several_days_leaves_more_room_below_a_step() -> None:
    # (4000 + 3000 + x) / 3 is 5000 at x = 8000 W, which are 34.783 A
    fee = StepFee(steps=STEPS, day_peaks_w=(4_000.0, 3_000.0), peak_today_w=3_500.0)
    one = car("a", 60.0, max_a=60.0)
    assert given_a(site(one, prices=[1.0, 2.0], fee=fee)) == [[34.783, 25.217]]


def test_promised_energy_goes_beyond_a_step() -> None:
    # 30 A in the only hour are 6.9 kW: the step costs 100, the energy is promised
    fee = StepFee(steps=STEPS, peak_today_w=4_000.0)
    assert given_a(site(car("a", 30.0, hours=1.0), prices=[1.0, 1.0], fee=fee)) == [[30.0, 0.0]]


@pytest.mark.parametrize("per_kw", [120.0, 400.0])
def test_promised_energy_goes_beyond_any_peak_that_has_to_be_paid(per_kw: float) -> None:
    fee = DemandCharge(per_kw=per_kw)
    assert given_a(site(car("a", 10.0, hours=1.0), prices=[1.0], fee=fee)) == [[10.0]]


def test_promised_energy_of_a_vehicle_that_leaves_soon_goes_beyond_a_peak() -> None:
    # within a quarter of an hour a kWh is 4 kW; the first hour is only seen from here on
    fee = DemandCharge(per_kw=50.0)
    asked = site(car("a", 2.5, hours=0.25), prices=[1.0], fee=fee, slots_s=(900,))
    assert given_a(asked) == [[10.0]]


def test_hours_and_not_slots_make_up_the_peak() -> None:
    # all 10 A h in the cheap quarter are 10 A on the average of the hour, as they are all along
    fee = DemandCharge(per_kw=30.0, peak_w=2_300.0)
    asked = site(
        car("a", 8.0, max_a=32.0),
        prices=[2.0, 1.0, 2.0, 2.0],
        fee=fee,
        slots_s=(900,) * 4,
    )
    assert given_a(asked) == [[0.0, 32.0, 0.0, 0.0]]


def test_power_fed_in_by_others_makes_drawing_free_of_a_peak() -> None:
    # 20 kW of sun: nothing that is drawn here makes a peak at the meter
    fee = DemandCharge(per_kw=30.0)
    asked = site(car("a", 40.0), prices=[1.0, 2.0], base_w=-20_000.0, fee=fee)
    assert given_a(asked) == [[32.0, 8.0]]
    plan = make_plan(asked)
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")


def test_plan_tells_its_cost_and_its_peak() -> None:
    # 21.739 and 8.261 A: 5 kWh at 1 and 1.9 kWh at 2; up to 5 kW nothing is due beyond today's
    fee = StepFee(steps=STEPS, peak_today_w=4_000.0)
    plan = make_plan(site(car("a", 30.0), prices=[1.0, 2.0], fee=fee))
    assert plan.objective is not None
    assert plan.objective.cost == pytest.approx(5.0 + 2 * 1.9, abs=0.05)
    assert plan.objective.peak_kw == pytest.approx(5.0, abs=0.03)


def test_cost_counts_the_step_that_is_left() -> None:
    fee = StepFee(steps=STEPS, peak_today_w=4_000.0)
    plan = make_plan(site(car("a", 30.0, hours=1.0), prices=[1.0, 1.0], fee=fee))
    assert plan.objective is not None
    assert plan.objective.cost == pytest.approx(6.9 + 100.0, abs=0.05)
    assert plan.objective.peak_kw == pytest.approx(6.9, abs=0.03)


def test_without_a_tariff_nothing_costs() -> None:
    plan = make_plan(problem(feeder("main", 32.0), car("a", 8.0)))
    assert plan.objective is not None
    assert plan.objective.cost == 0.0
