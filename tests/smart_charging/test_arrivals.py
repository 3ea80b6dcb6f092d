"""Room for vehicles that are still to come, weighed by hand.

Slots are hours; all hang on three lines, an ampere carries 690 Wh in each. Four hours; the third
one is cheapest, then the fourth.
"""

import numpy as np
import pytest

from smart_charging.arrivals import (
    Arrivals,
    Gate,
    by_hours,
    gains_by_reserve,
    reserved_wh,
    with_arrivals,
    without_arrivals,
)
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.tariff import Tariff
from tests.smart_charging.problems import after, evse, feeder, problem

AH = 690.0
GATE = Gate(feeder="main", w_per_a=AH)
PRICES = (2.0, 2.0, 1.0, 1.5)


def site(wanted_ah: float, limit_a: float = 10.0, leaves: float = 4) -> ChargingProblem:
    """A vehicle that is there, of a site that aims at what is cheap."""
    car = evse("there", wh=wanted_ah * AH, departs_at=after(leaves), min_a=0.0)
    tariff = Tariff(per_kwh=np.array(PRICES), base_w=np.zeros(4))
    main = feeder("main", limit_a)
    cheap = Policy(aim=Aim.CHEAP)
    return problem(main, car, slots_s=(3600,) * 4, policy=cheap, tariff=tariff)


def coming(count: float, ah: float, hours: float = 2, leaves: float = 4) -> Arrivals:
    return Arrivals(
        arrives_at=after(hours),
        departs_at=after(leaves),
        count=count,
        energy_wh=ah * AH,
        power_w=10 * AH,
    )


def planned(asked: ChargingProblem, *expected: Arrivals) -> ChargingPlan:
    return make_plan(with_arrivals(asked, expected, GATE))


def hours_a(plan: ChargingPlan) -> tuple[float, ...]:
    return tuple(round(a, 1) for a in plan.evses[0].limits_a)


def test_whoever_can_wait_waits_for_the_cheapest_hour_where_nobody_is_expected() -> None:
    assert hours_a(planned(site(10)))[2] == 10.0


def test_whoever_is_there_charges_before_those_come_who_need_the_cheap_hours() -> None:
    plan = planned(site(10), coming(20.0, 1.0))
    assert sum(hours_a(plan)[:2]) == pytest.approx(10.0, abs=0.2)
    assert reserved_wh(plan) == pytest.approx(20 * AH, rel=0.1)


def test_nothing_is_kept_for_whoever_hardly_comes() -> None:
    asked = with_arrivals(site(10), [coming(0.05, 20.0)], GATE)
    assert [one.key for one in asked.evses] == ["there"]


def test_nobody_who_is_there_gets_less_for_it() -> None:
    full = planned(site(40), coming(20.0, 2.0))
    assert full.evses[0].expected_wh == pytest.approx(40 * AH)
    assert reserved_wh(full) == pytest.approx(0.0, abs=1.0)


def test_those_who_come_before_what_is_sent_is_over_are_expected_after_it() -> None:
    asked = with_arrivals(site(10), [coming(5.0, 1.0, hours=0.5)], GATE)
    assert asked.evses[1].demand.arrives_at == after(1)
    gone = with_arrivals(site(10), [coming(5.0, 1.0, hours=0.25, leaves=0.75)], GATE)
    assert len(gone.evses) == 1


def test_how_many_come_is_as_likely_as_by_chance() -> None:
    [unit] = with_arrivals(site(10), [coming(2.0, 1.0)], GATE).evses[1:]
    chances = {round(one.energy_wh / AH): one.probability for one in unit.demand.outcomes}
    assert chances == {0: 0.2, 1: 0.2, 2: 0.2, 3: 0.2, 4: 0.2}  # 10, 30, 50, 70, 90 % of Poisson(2)


def test_plan_is_told_of_those_who_are_there() -> None:
    plan = planned(site(10), coming(20.0, 1.0))
    assert [one.key for one in without_arrivals(plan).evses] == ["there"]


def test_hours_gather_who_is_expected() -> None:
    quarters = [coming(0.5, 2.0, hours=1.1 + q / 4, leaves=9.1 + q / 4) for q in range(4)]
    nobody = coming(0.0, 9.0, hours=1.2)
    [one] = by_hours([*quarters, nobody, coming(1.0, 1.0, hours=5)], after(1), after(5))
    assert (one.arrives_at, one.departs_at) == (after(1.5), after(9.5))
    assert (one.count, one.energy_wh) == (2.0, 2.0 * AH)


@pytest.mark.parametrize(
    ("policy", "gains"),
    [
        (Policy(aim=Aim.LEVEL), True),
        (Policy(aim=Aim.CHEAP), False),
        (Policy(aim=Aim.EARLY), False),
        (Policy(aim=Aim.LEVEL, fairness=Fairness.MAX_MIN), False),
    ],
)
def test_room_is_kept_where_charging_is_spread(policy: Policy, *, gains: bool) -> None:
    assert gains_by_reserve(policy) is gains
