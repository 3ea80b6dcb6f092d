"""Stays that may end early and needs that may be smaller, weighed by hand.

Slots are hours, vehicles hang on L1: an ampere carries 230 Wh in each. The objective gives 100 for
a promised kWh.
"""

from typing import Any

import pytest

from smart_charging.plan import EvsePlan, Method
from smart_charging.planner import make_plan
from smart_charging.policy import Fairness, Policy, Weights
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.vehicle import Outcome
from tests.smart_charging.problems import L1, after, evse, feeder, problem
from tests.smart_charging.solved import given_a, relaxed

AH = 230.0
"""Watt-hours of an ampere for an hour."""
ENERGY = Policy(fairness=Fairness.ENERGY)
PROMISED = Weights(promised=100.0, extra=0.0, early=0.0, even=0.0, turn=0.0)
"""Nothing but promised energy."""


def may(probability: float, hours: float, ah: float) -> Outcome:
    return Outcome(probability=probability, departs_at=after(hours), energy_wh=ah * AH)


def car(key: str, ah: float, hours: float, *outcomes: Outcome, **more: Any) -> Evse:
    return evse(key, L1, wh=ah * AH, departs_at=after(hours), outcomes=outcomes, **more)


def site(limit_a: float, *evses: Evse, slots: int = 1) -> ChargingProblem:
    main = feeder("main", limit_a, slots=slots)
    return problem(main, *evses, slots_s=(3600,) * slots, policy=ENERGY)


def test_whoever_may_leave_early_is_served_first() -> None:
    # 16 A h for each in two hours: in either order all get all, unless "maybe" leaves after one
    sure = car("sure", 16.0, 2)
    maybe = car("maybe", 16.0, 2, may(0.8, 2, 16.0), may(0.2, 1, 16.0))
    asked = site(16.0, sure, maybe, slots=2)
    assert given_a(asked) == [[0.0, 16.0], [16.0, 0.0]]
    # 100 a kWh, for 3.68 kWh each
    assert relaxed(asked, PROMISED).objective == pytest.approx(2 * 368.0)


def test_early_departure_counts_as_often_as_it_happens() -> None:
    # One can have its 16 A h in the first hour, the other has them only if it stays for the second:
    # "likely" with 30 %, "rarely" with 70 %
    likely = car("likely", 16.0, 2, may(0.3, 2, 16.0), may(0.7, 1, 16.0))
    rarely = car("rarely", 16.0, 2, may(0.7, 2, 16.0), may(0.3, 1, 16.0))
    asked = site(16.0, rarely, likely, slots=2)
    assert given_a(asked, PROMISED) == [[0.0, 16.0], [16.0, 0.0]]
    assert relaxed(asked, PROMISED).objective == pytest.approx(368.0 * (1.0 + 0.7))


def test_energy_that_is_needed_for_sure_comes_before_what_may_be_needed() -> None:
    # "unsure" needs 4 A h for sure and 12 more with 30 %; "light" is worth half of a kWh
    unsure = car("unsure", 16.0, 1, may(0.7, 1, 4.0), may(0.3, 1, 16.0))
    light = car("light", 8.0, 1, weight=0.5)
    asked = site(10.0, light, unsure)
    assert given_a(asked, PROMISED) == [[6.0], [4.0]]
    assert given_a(site(14.0, light, unsure), PROMISED) == [[8.0], [6.0]]
    # 4 A h at 100 and 6 A h at 50 of 0.23 kWh each
    assert relaxed(asked, PROMISED).objective == pytest.approx(0.23 * (4 * 100 + 6 * 50))


def test_pieces_between_many_needs_are_worth_the_chance_that_more_is_needed() -> None:
    # beyond 2 A h with 90 %, beyond 6 with 50 %, beyond 10 with 10 %; others at 80, 40 and 20 %
    unsure = car(
        "unsure", 16.0, 1, may(0.1, 1, 2.0), may(0.4, 1, 6.0), may(0.4, 1, 10.0), may(0.1, 1, 16.0)
    )
    for weight, expected in ((0.95, 2.0), (0.8, 6.0), (0.4, 10.0), (0.2, 10.0), (0.05, 16.0)):
        other = car("other", 32.0, 1, weight=weight)
        asked = site(20.0, other, unsure)
        assert given_a(asked, PROMISED) == [[20.0 - expected], [expected]], weight


def test_energy_that_is_needed_only_if_the_vehicle_leaves_early_is_given_before() -> None:
    # 10 A h with 60 % if it leaves after an hour, 4 A h if it stays
    maybe = car("maybe", 10.0, 3, may(0.6, 1, 10.0), may(0.4, 3, 4.0))
    assert given_a(site(16.0, maybe, slots=3), PROMISED)[0][0] == 10.0


def test_vehicle_that_never_stays_to_its_last_instant_is_served_all_the_same() -> None:
    maybe = car("maybe", 16.0, 3, may(0.5, 1, 10.0), may(0.5, 2, 16.0))
    [row] = given_a(site(16.0, maybe, slots=3), PROMISED)
    assert row[0] >= 10.0
    assert row[0] + row[1] == pytest.approx(16.0)


def test_energy_beyond_the_promise_is_given_on_top_of_what_may_be_needed() -> None:
    unsure = car("unsure", 10.0, 1, may(0.5, 1, 4.0), may(0.5, 1, 10.0), extra_wh=5.0 * AH)
    assert given_a(site(12.0, unsure)) == [[12.0]]
    assert given_a(site(32.0, unsure)) == [[15.0]]


def test_certain_outcome_is_the_same_as_none() -> None:
    plain, certain = car("a", 10.0, 2), car("a", 10.0, 2, may(1.0, 2, 10.0))
    other = car("b", 20.0, 2)
    for one in (plain, certain):
        found = relaxed(site(16.0, one, other, slots=2), PROMISED)
        assert found.objective == pytest.approx(0.23 * 100 * (10 + 20))
        assert found.amps.sum(axis=1) == pytest.approx([10.0, 20.0])


def planned(one: Evse, *limits_a: float) -> EvsePlan:
    """The plan of a vehicle alone under a feeder of these limits."""
    main = feeder("main", 99.0, slots=len(limits_a))
    main.limit_a[:] = limits_a
    asked = problem(main, one, slots_s=(3600,) * len(limits_a), policy=ENERGY)
    plan = make_plan(asked)
    assert plan.method is Method.LINEAR_PROGRAM
    assert plan.evses[0].limits_a == pytest.approx(limits_a, abs=1e-3)
    return plan.evses[0]


def test_plan_tells_the_mean_energy_and_how_often_some_is_missing() -> None:
    # 10 A h by the first hour, 16 by the second
    one = car("a", 20.0, 2, may(0.5, 2, 20.0), may(0.3, 2, 12.0), may(0.2, 1, 20.0))
    found = planned(one, 10.0, 6.0)
    assert found.expected_wh == pytest.approx((0.5 * 16 + 0.3 * 12 + 0.2 * 10) * AH, abs=0.5)
    assert found.risk == pytest.approx(0.7)
    assert found.short_wh == pytest.approx(4.0 * AH, abs=0.5)


def test_certain_stay_is_short_for_sure_or_not_at_all() -> None:
    assert planned(car("a", 20.0, 2), 10.0, 6.0).risk == 1.0
    assert planned(car("a", 16.0, 2), 10.0, 6.0).risk == 0.0
