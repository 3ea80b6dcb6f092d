"""What a plan is worth: by hand, and the same as the linear program says of its own optimum."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from smart_charging.case import lay_out_case
from smart_charging.model import Relaxed
from smart_charging.objective import Judge, Limits
from smart_charging.plan import Method, Objective
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.policy import Aim, Fairness, Policy, Weights
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.tariff import DemandCharge
from smart_charging.vehicle import Discharge, Outcome
from smart_charging.worth import worth_per_kwh
from tests.smart_charging.examples import examples
from tests.smart_charging.generated import problems
from tests.smart_charging.problems import (
    L1,
    after,
    evse,
    feeder,
    problem,
    store,
    tariff,
)
from tests.smart_charging.solved import judged, relaxed

PLAIN = Weights(promised=100.0, extra=10.0, early=0.0, even=0.0, turn=0.0)
"""Nothing but energy."""


def site(*evses: Evse, slots: int = 2, **more: Any) -> ChargingProblem:
    """Slots of an hour; an ampere on L1 carries 0.23 kWh in each."""
    usual = {"slots_s": (3600,) * slots, "policy": Policy(fairness=Fairness.ENERGY), **more}
    return problem(feeder("main", 99.0, slots=slots), *evses, **usual)


def worth(
    asked: ChargingProblem,
    *rows: tuple[float, ...],
    weights: Weights = PLAIN,
    store_a: Any = None,
) -> Objective:
    """What limits made by hand are worth."""
    slots = len(asked.slots_s)
    taken_a = np.zeros((len(asked.stores), slots)) if store_a is None else np.array(store_a)
    by_hand = Relaxed(
        amps=np.array(rows, dtype=float).reshape(-1, slots),
        gain_per_a=np.zeros((3, slots)),
        store_a=taken_a,
        objective=None,
        fee_pieces=asked.tariff.capacity.pieces(1e6)
        if asked.tariff and asked.tariff.capacity
        else (),
    )
    return judged(asked, by_hand, weights)


def car(key: str = "a", ah: float = 10.0, **more: Any) -> Evse:
    return evse(key, L1, wh=ah * 230.0, **more)


def test_promised_energy_is_counted_up_to_what_is_wanted() -> None:
    asked = site(car(ah=10.0), car("b", ah=20.0, weight=2.0))
    found = worth(asked, (4.0, 2.0), (32.0, 0.0))
    assert found.promised == pytest.approx(0.23 * (6 * 100 + 20 * 200))
    assert found.total == pytest.approx(found.promised)
    assert (found.extra, found.cost, found.bound, found.gap) == (0.0, 0.0, None, None)


def test_limits_that_are_asked_about_again_are_judged_beside_what_is_asked_then() -> None:
    case = lay_out_case(site(car(ah=10.0)), PLAIN)
    judge = Judge(case.problem, case.units, case.weights)
    whole, half = (Limits(np.array([[a, 0.0]]), np.zeros((0, 2))) for a in (10.0, 5.0))

    assert judge.judge(whole, 230.0).gap == pytest.approx(0.0)
    assert judge.judge(whole, 460.0).gap == pytest.approx(0.5)
    assert judge.judge(half, 460.0).gap == pytest.approx(0.75)
    assert judge.judge(half, 460.0) is judge.judge(half, 460.0)


def test_energy_beyond_the_promise_is_told_apart() -> None:
    found = worth(site(car(ah=10.0, extra_wh=5 * 230.0)), (12.0, 1.0))
    assert found.promised == pytest.approx(0.23 * 10 * 100)
    assert found.extra == pytest.approx(0.23 * 3 * 10)
    assert found.total == pytest.approx(0.23 * 1030)


def test_energy_given_while_nobody_is_there_is_worth_nothing() -> None:
    found = worth(site(car(ah=10.0, departs_at=after(1.5))), (0.0, 16.0))
    assert found.promised == pytest.approx(0.23 * 8 * 100)


def test_shares_are_worth_more_the_smaller_they_are() -> None:
    # quarters of 8 A h: 3 on top for the first one, 2, 1 and nothing for the others
    weights = Weights(promised=100.0, share=3.0, early=0.0, even=0.0, turn=0.0)
    asked = site(car(ah=8.0))
    assert worth(asked, (3.0, 0.0), weights=weights).total == pytest.approx(
        0.23 * (300 + 2 * 3 + 1 * 2)
    )
    served = site(car(ah=3.0, served_wh=5 * 230.0))
    assert worth(served, (2.0, 0.0), weights=weights).total == pytest.approx(
        0.23 * (200 + 1 * 1 + 1 * 0)
    )


def test_smallest_share_counts_for_all() -> None:
    # a has 6 of 8, b 3 of 12 A h: a quarter of the 20 A h that are wanted altogether
    weights = Weights(promised=100.0, least_share=10.0, early=0.0, even=0.0, turn=0.0)
    asked = site(car(ah=8.0), car("b", ah=12.0))
    found = worth(asked, (6.0, 0.0), (1.0, 2.0), weights=weights)
    assert found.total == pytest.approx(0.23 * (900 + 10.0 * 20 * 0.25))


def test_early_energy_is_worth_more_in_a_straight_line() -> None:
    asked = problem(feeder("main", 99.0, slots=3), car(ah=99.0), slots_s=(3600, 7200, 3600))
    weights = Weights(promised=0.0, early=2.0)
    # in the middle of the slots 3.5, 2 and 0.5 of 4 hours are left
    assert worth_per_kwh(asked, weights) == pytest.approx([1.75, 1.0, 0.25])


def test_prices_are_taken_off() -> None:
    asked = site(car(), slots=2, tariff=tariff([3.0, -1.0]))
    weights = Weights(promised=0.0, early=0.0, cost=0.5)
    assert worth_per_kwh(asked, weights) == pytest.approx([-1.5, 0.5])


def test_cost_is_told_in_currency_whatever_its_weight() -> None:
    asked = site(
        car(ah=50.0), tariff=tariff([3.0, 1.0], 1_000.0, capacity=DemandCharge(per_kw=2.0))
    )
    # 10 A are 2.3 kW, 20 A are 4.6: 5.6 with what others draw
    found = worth(asked, (10.0, 20.0))
    assert found.peak_kw == pytest.approx(5.6)
    assert found.cost == pytest.approx(2.3 * 3 + 4.6 * 1 + 5.6 * 2.0)
    assert found.total == pytest.approx(100 * 6.9)
    dear = Weights(promised=0.0, extra=0.0, early=0.0, even=0.0, turn=0.0, cost=1.0, peak=0.1)
    assert worth(asked, (10.0, 20.0), weights=dear).total == pytest.approx(-22.7 - 0.56)


def test_stores_cost_what_they_draw_and_earn_what_they_give() -> None:
    asked = site(stores=(store("battery", L1, 2),), tariff=tariff([1.0, 3.0]))
    found = worth(asked, store_a=[[10.0, -8.0]])
    assert found.cost == pytest.approx(2.3 - 3 * 1.84)
    assert found.peak_kw == pytest.approx(2.3)


def test_energy_fed_back_is_taken_off_with_its_losses() -> None:
    back = Discharge(max_a=10.0, available_wh=9_999.0, efficiency=0.8)
    found = worth(site(car(ah=10.0, discharge=back)), (-4.0, 12.0))
    # 12 in, 5 out
    assert found.promised == pytest.approx(0.23 * 7 * 100)


def test_chances_weigh_what_is_needed() -> None:
    may_be = (
        Outcome(probability=0.4, departs_at=after(1), energy_wh=10 * 230.0),
        Outcome(probability=0.6, departs_at=after(2), energy_wh=6 * 230.0),
    )
    asked = site(car(ah=10.0, departs_at=after(2), outcomes=may_be))
    # 4 A h by the first hour, 9 by the second, of which 6 are needed then
    assert worth(asked, (4.0, 5.0)).total == pytest.approx(0.23 * 100 * (0.4 * 4 + 0.6 * 6))


def test_first_amperes_of_the_first_slot_are_worth_more() -> None:
    # 5 up to 6 A, 4 up to 10, 3 up to 16
    weights = Weights(promised=0.0, extra=0.0, early=0.0, turn=0.0, even=5.0)
    asked = site(car(ah=99.0))
    assert worth(asked, (12.0, 30.0), weights=weights).total == pytest.approx(
        0.23 * (6 * 5 + 4 * 4 + 2 * 3)
    )


def test_gap_is_the_share_of_the_bound_that_is_missing() -> None:
    usual = {"promised": 0.0, "extra": 0.0, "cost": 0.0, "peak_kw": 0.0}
    assert Objective(**usual, total=90.0, bound=100.0).gap == pytest.approx(0.1)
    assert Objective(**usual, total=100.1, bound=100.0).gap == 0.0
    assert Objective(**usual, total=-6.0, bound=-4.0).gap == pytest.approx(0.5)
    assert Objective(**usual, total=0.0, bound=0.0).gap == 0.0


@examples(150)
@given(problems())
def test_programs_optimum_is_worth_what_the_program_says(asked: ChargingProblem) -> None:
    found = relaxed(asked)
    total = judged(asked, found).total
    assert total == pytest.approx(found.objective, rel=1e-6, abs=1e-5)


@examples(60)
@given(problems())
def test_no_plan_is_worth_more_than_the_bound(asked: ChargingProblem) -> None:
    plan = make_plan(hungry(asked))
    assert plan.objective is not None
    if plan.method is Method.LINEAR_PROGRAM:
        assert plan.objective.bound is not None
        slack = 1e-6 * max(1.0, abs(plan.objective.bound))
        assert plan.objective.total <= plan.objective.bound + slack
        assert plan.objective.gap is not None
        assert plan.objective.gap >= 0.0


@examples(40)
@given(problems(without=("stores", "fees")))
def test_plan_of_the_heuristic_is_not_worth_more_than_the_programs_bound(
    asked: ChargingProblem,
) -> None:
    asked = hungry(asked)
    bound, plan = relaxed(asked).objective, plan_by_heuristic(asked, "late")
    assert plan.objective is not None
    assert bound is not None
    assert plan.objective.bound is None
    assert plan.objective.total <= bound + 1e-6 * max(1.0, abs(bound))


def hungry(asked: ChargingProblem) -> ChargingProblem:
    """The same vehicles, of which each is certain to need more than it can get."""
    evses = [
        replace(one, demand=replace(one.demand, energy_wh=1e6, outcomes=())) for one in asked.evses
    ]
    return replace(asked, evses=tuple(evses))


def test_minimum_beyond_the_need_is_worth_no_more_than_the_bound() -> None:
    # 1 A h is missing, and 6 A for an hour the least that can be given
    plan = make_plan(site(car(ah=1.0), slots=1))
    assert plan.evses[0].limits_a == (6.0,)
    assert plan.objective is not None
    assert plan.objective.bound is not None
    assert plan.objective.total <= plan.objective.bound * (1 + 1e-6)


def test_what_a_store_misses_costs_the_plan_as_much_as_the_program() -> None:
    # 1 kWh less than it should hold, and no way to charge it
    empty = store("battery", L1, 2, stored_wh=0.0, least_wh=1_000.0, charge_a=0.0)
    asked = site(stores=(empty,))
    found = relaxed(asked)
    assert judged(asked, found).total == pytest.approx(found.objective, rel=1e-6)


def test_program_does_not_charge_and_feed_back_at_once() -> None:
    # the first amperes of the first slot are worth more, whatever is fed back beside them
    back = Discharge(max_a=16.0, available_wh=4_000.0)
    asked = site(car(ah=99.0, discharge=back), slots=1, policy=Policy(aim=Aim.CHEAP))
    asked = replace(asked, tariff=tariff([0.5]))
    found = relaxed(asked)
    assert judged(asked, found).total == pytest.approx(found.objective, rel=1e-6)


def test_energy_until_a_deadline_is_never_below_nothing() -> None:
    back = Discharge(max_a=10.0, available_wh=9_999.0)
    case = lay_out_case(site(car(discharge=back)))
    judge = Judge(case.problem, case.units, case.weights)
    assert judge.until_wh(np.array([[-4.0, 0.0]])).tolist() == [0.0]
    limits = Limits(np.array([[-4.0, 0.0]]), np.zeros((0, 2)))
    assert judge.judge(limits, None).promised == 0.0
