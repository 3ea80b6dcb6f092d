"""Weights scaled to a problem: what is left as it is, and what is raised by how much."""

from typing import Any

import pytest

from smart_charging.policy import Aim, Fairness, Policy, Weights, weights_of
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.tariff import DemandCharge, StepFee
from smart_charging.weighing import weigh
from tests.smart_charging.problems import L1, after, evse, feeder, problem, tariff


def site(*evses: Evse, prices: list[float] | None = None, **more: Any) -> ChargingProblem:
    slots_s = more.pop("slots_s", (3600, 3600))
    capacity = more.pop("capacity", None)
    tariffs = None if prices is None else tariff(prices, capacity=capacity)
    main = feeder("main", 99.0, slots=len(slots_s))
    return problem(main, *evses, slots_s=slots_s, tariff=tariffs, **more)


def weighed(asked: ChargingProblem, aim: Aim = Aim.CHEAP) -> Weights:
    return weigh(asked, weights_of(Policy(aim=aim)))


@pytest.mark.parametrize("prices", [None, [0.0, 0.0], [0.5, 0.1], [1.0, 4.9], [-3.0, 1.0]])
def test_ordinary_prices_leave_weights_as_they_are(prices: list[float] | None) -> None:
    assert weighed(site(prices=prices)) == weights_of(Policy(aim=Aim.CHEAP))


@pytest.mark.parametrize(("dearest", "cost"), [(150.0, 5 / 150), (0.05, 10.0), (5_000.0, 1e-3)])
def test_currency_is_counted_in_an_ordinary_unit(dearest: float, cost: float) -> None:
    found = weighed(site(prices=[dearest, 0.0]))
    assert (found.cost, found.promised) == pytest.approx((cost, 100.0), rel=0.01)


def test_fee_on_power_raises_the_promise_above_it() -> None:
    # a kWh at 2 makes a kW at 30: 32, and 0.01 for the peak
    found = weighed(site(prices=[2.0, 1.0], capacity=DemandCharge(per_kw=30.0)))
    assert found.promised == pytest.approx(20 * 32.01)
    assert (found.share, found.cost) == pytest.approx((3.0 * 6.402, 1.0))


def test_hour_that_is_planned_in_part_makes_a_kwh_a_higher_peak() -> None:
    found = weighed(site(prices=[2.0], capacity=DemandCharge(per_kw=30.0), slots_s=(900,)))
    assert found.promised == pytest.approx(20 * (2 + 4 * 30.01))
    assert weighed(site(slots_s=(36,)), Aim.LEVEL).promised == pytest.approx(20 * 100.0)


def test_fee_in_steps_counts_by_whole_steps() -> None:
    # 70 more from 2 to 5 kW; then 100 more from 5 to 10
    steps = ((2_000.0, 80.0), (5_000.0, 150.0), (10_000.0, 250.0))
    found = weighed(site(prices=[1.0, 1.0], capacity=StepFee(steps=steps)))
    assert 20 * 20.0 <= found.promised <= 20 * 40.0


@pytest.mark.parametrize("aim", [Aim.EARLY, Aim.CALM])
def test_who_does_not_look_at_prices_is_left_alone(aim: Aim) -> None:
    asked = site(prices=[900.0, 1.0], capacity=DemandCharge(per_kw=30.0))
    assert weighed(asked, aim) == weights_of(Policy(aim=aim))


def test_smallest_whole_raises_the_promise_under_max_min() -> None:
    # 1 kWh of 1 + 4 + 5 that are wanted, of which "short" can reach 5 in an hour
    cars = [
        evse("little", L1, wh=1_000.0),
        evse("served", L1, wh=1_000.0, served_wh=3_000.0),
        evse("short", L1, wh=50_000.0, w_per_a=250.0, max_a=20.0, departs_at=after(1)),
    ]
    max_min = weights_of(Policy(fairness=Fairness.MAX_MIN))
    found = weigh(site(*cars), max_min)
    assert found.promised == pytest.approx(10 * max_min.promised)
    assert found.least_share == max_min.least_share
    assert weigh(site(), max_min) == max_min
