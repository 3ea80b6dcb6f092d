"""The order of a site's aims, in programs and plans that can be worked out by hand.

Slots are hours, vehicles hang on L1: an ampere carries 230 Wh in each.
"""

from typing import Any

import pytest

from smart_charging.plan import Method
from smart_charging.planner import make_plan
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from tests.smart_charging.problems import L1, THREE, after, evse, feeder, problem, tariff
from tests.smart_charging.solved import given_a, judged, relaxed

HOUR_S = 3600


def site(
    limit_a: float, *evses: Evse, policy: Policy, slots: int = 1, **more: Any
) -> ChargingProblem:
    """One feeder in slots of an hour."""
    main = feeder("main", limit_a, slots=slots)
    return problem(main, *evses, slots_s=(HOUR_S,) * slots, policy=policy, **more)


def car(key: str, amps: float, hours: float, **more: Any) -> Evse:
    """A vehicle that wants so many amperes for an hour, and leaves after some hours."""
    return evse(key, L1, wh=amps * 230.0, departs_at=after(hours), **more)


def of(fairness: Fairness = Fairness.PROPORTIONAL, aim: Aim = Aim.EARLY) -> Policy:
    return Policy(fairness=fairness, aim=aim)


@pytest.mark.parametrize("aim", Aim)
@pytest.mark.parametrize("fairness", Fairness)
def test_promised_energy_comes_before_anything_else(fairness: Fairness, aim: Aim) -> None:
    # only the first hour is left for "soon"; prices, peaks and shares all speak against it
    soon, late = car("soon", 16.0, 1), car("late", 16.0, 2, served_wh=0.0)
    prices = tariff([50.0, 0.0], base_w=9_000.0)
    asked = site(16.0, late, soon, policy=of(fairness, aim), slots=2, tariff=prices)
    assert given_a(asked) == [[0.0, 16.0], [16.0, 0.0]]


@pytest.mark.parametrize("fairness", Fairness)
def test_more_energy_beats_fairer_shares(fairness: Fairness) -> None:
    # an ampere carries three times as much into "three", although "one" goes without any
    three, one = evse("three", THREE, wh=50_000.0), car("one", 99.0, 9, served_wh=0.0)
    assert given_a(site(16.0, one, three, policy=of(fairness))) == [[0.0], [16.0]]


def test_more_energy_beats_the_share_of_one_that_wants_little() -> None:
    # 16 A on three phases are 11 kWh, and 11.65 A of it with 1 kWh for "little" are 9 kWh
    three, little = evse("three", THREE, wh=50_000.0), evse("little", L1, wh=1_000.0)
    policy = of(Fairness.MAX_MIN)
    assert given_a(site(16.0, little, three, policy=policy)) == [[0.0], [16.0]]


@pytest.mark.parametrize("aim", Aim)
@pytest.mark.parametrize("fairness", Fairness)
def test_higher_class_of_urgency_is_served_before_all_lower_ones(
    fairness: Fairness, aim: Aim
) -> None:
    cars = [
        car("low", 16.0, 1, weight=3.0, off_s=9_000.0),
        car("high", 10.0, 1, urgency=7, served_wh=9_000.0),
        car("middle", 16.0, 1, urgency=2, weight=0.5),
    ]
    assert given_a(site(16.0, *cars, policy=of(fairness, aim))) == [[0.0], [10.0], [6.0]]


@pytest.mark.parametrize("weight", [10.0, 25.0, 1000.0])
def test_no_weight_lifts_a_vehicle_above_a_higher_class(weight: float) -> None:
    cars = [car("heavy", 16.0, 1, weight=weight), car("urgent", 16.0, 1, urgency=1)]
    assert given_a(site(16.0, *cars, policy=of())) == [[0.0], [16.0]]


def test_each_of_many_classes_is_served_before_the_next() -> None:
    cars = [car(f"{urgency}", 6.0, 1, urgency=urgency) for urgency in range(8)]
    assert given_a(site(15.0, *cars, policy=of())) == [
        *([[0.0]] * 5),
        *([3.0], [6.0], [6.0]),
    ]


def test_weight_tells_the_importance_within_a_class() -> None:
    cars = [car("a", 16.0, 1), car("b", 16.0, 1, weight=1.2), car("c", 16.0, 1, weight=1.1)]
    assert given_a(site(20.0, *cars, policy=of())) == [[0.0], [16.0], [4.0]]


def test_vehicle_of_no_weight_gets_what_nobody_else_wants() -> None:
    cars = [car("none", 16.0, 1, weight=0.0), car("one", 12.0, 1)]
    assert given_a(site(16.0, *cars, policy=of())) == [[4.0], [12.0]]


def test_fairness_of_energy_asks_for_nobodys_share() -> None:
    # equal energy either way; what was served does not count
    cars = [car("much", 8.0, 1, served_wh=50_000.0), car("little", 8.0, 1)]
    assert given_a(site(12.0, *cars, policy=of(Fairness.ENERGY))) == [[6.0], [6.0]]


def test_proportional_serves_the_smallest_shares_first() -> None:
    # "behind" is at 10 % of 20 A h, "ahead" at 60 % of 30: behind has 8 A h to 50 %, and of the
    # other 8 the third quarters of both, 5 and 4.5 A h, are worth alike; ahead wants 12 in all
    behind = car("behind", 18.0, 4, served_wh=2 * 230.0)
    ahead = car("ahead", 12.0, 4, served_wh=18 * 230.0)
    for fairness, expected in ((Fairness.PROPORTIONAL, 11.5), (Fairness.ENERGY, 4.0)):
        asked = site(4.0, ahead, behind, policy=of(fairness), slots=4)
        [ahead_a, behind_a] = given_a(asked)
        assert sum(ahead_a) + sum(behind_a) == pytest.approx(16.0)
        assert sum(behind_a) >= expected - 1e-3, fairness


def test_small_share_is_served_first_in_a_single_slot_too() -> None:
    # at 0 % of 20 A h, and at 51 % of 20
    behind, ahead = car("behind", 20.0, 1), car("ahead", 9.8, 1, served_wh=10.2 * 230.0)
    [[ahead_a], [behind_a]] = given_a(site(16.0, ahead, behind, policy=of()))
    # behind's first three quarters are 15 A, and ahead is above three quarters with 4.8 A
    assert behind_a >= 10.0
    assert ahead_a <= 6.0


def test_max_min_raises_the_smallest_share_before_any_other() -> None:
    # wholes of 10, 20 and 40 A h of which 0, 4 and 30 are served; 12 A h are to be had.
    # Filled from below: a 4, b 4 + 4 = 8 are 40 % each, c has 75 %; that takes 8 A h. The other
    # 4 raise both to 4 + 4/3, 8 + 8/3: 53 %.
    cars = [
        car("a", 10.0, 2),
        car("b", 16.0, 2, served_wh=4 * 230.0),
        car("c", 10.0, 2, served_wh=30 * 230.0),
    ]
    rows = given_a(site(6.0, *cars, policy=of(Fairness.MAX_MIN), slots=2))
    assert [sum(row) for row in rows] == pytest.approx([16 / 3, 20 / 3, 0.0], abs=2e-3)


def test_max_min_counts_only_what_can_be_reached() -> None:
    # "short" can get no more than 6 A h before it leaves; with them its share is 100 %
    cars = [car("short", 60.0, 1, max_a=6.0), car("long", 12.0, 2)]
    rows = given_a(site(6.0, *cars, policy=of(Fairness.MAX_MIN), slots=2))
    # 12 A h: half of what each can reach is 3 + 6 A h, then 2/3: 4 + 8
    assert [sum(row) for row in rows] == pytest.approx([4.0, 8.0], abs=2e-3)


def test_cheap_waits_for_the_low_price() -> None:
    asked = site(
        32.0, car("a", 20.0, 3), policy=of(aim=Aim.CHEAP), slots=3, tariff=tariff([1.0, 3.0, 0.5])
    )
    assert given_a(asked) == [[0.0, 0.0, 20.0]]


def test_cheap_fills_the_lowest_prices_first_and_keeps_the_promise() -> None:
    asked = site(
        8.0, car("a", 20.0, 3), policy=of(aim=Aim.CHEAP), slots=3, tariff=tariff([1.0, 3.0, 0.5])
    )
    assert given_a(asked) == [[8.0, 4.0, 8.0]]


@pytest.mark.parametrize("price", [1.0, 20.0, 99.0])
def test_cheap_pays_any_price_for_promised_energy_and_none_for_more(price: float) -> None:
    asked = site(
        32.0,
        car("a", 10.0, 1, extra_wh=2_300.0),
        policy=of(aim=Aim.CHEAP),
        tariff=tariff([price]),
    )
    assert given_a(asked) == [[10.0]]


@pytest.mark.parametrize("price", [150.0, 5_000.0])
def test_cheap_keeps_the_promise_in_any_currency(price: float) -> None:
    # 150 won or 150 øre a kWh are an ordinary price
    asked = site(32.0, car("a", 10.0, 1), policy=of(aim=Aim.CHEAP), tariff=tariff([price]))
    assert given_a(asked) == [[10.0]]


@pytest.mark.parametrize("aim", [Aim.EARLY, Aim.CALM, Aim.READY])
def test_early_does_not_look_at_prices(aim: Aim) -> None:
    asked = site(
        32.0, car("a", 20.0, 3), policy=of(aim=aim), slots=3, tariff=tariff([9.0, 1.0, 0.5])
    )
    assert given_a(asked) == [[20.0, 0.0, 0.0]]


def test_price_below_zero_is_taken_before_all_others() -> None:
    asked = site(
        32.0, car("a", 20.0, 3), policy=of(aim=Aim.CHEAP), slots=3, tariff=tariff([0.0, -0.2, 0.1])
    )
    assert given_a(asked) == [[0.0, 20.0, 0.0]]


@pytest.mark.parametrize("prices", [None, tariff([1.0, 3.0, 0.5])])
def test_level_spreads_the_load_whatever_the_prices(prices: Any) -> None:
    asked = site(32.0, car("a", 18.0, 3), policy=of(aim=Aim.LEVEL), slots=3, tariff=prices)
    assert given_a(asked) == [[6.0, 6.0, 6.0]]


def test_level_fills_the_valleys_of_all_other_load() -> None:
    # 1, 4 and 1 kW of others: 9.2 kWh of which 13.043 A are 3 kW fill the outer hours up to 4 kW,
    # and a third of what is then left goes on top of each
    prices = tariff([1.0] * 3)
    prices.base_w[:] = [1_000.0, 4_000.0, 1_000.0]
    asked = site(32.0, car("a", 40.0, 3), policy=of(aim=Aim.LEVEL), slots=3, tariff=prices)
    # all in all 9.2 + 6 = 15.2 kWh in three hours: 5.0667 kW in each
    watts = [4_066.667, 1_066.667, 4_066.667]
    [row] = given_a(asked)
    assert row == pytest.approx([one / 230.0 for one in watts], abs=2e-3)


def test_level_keeps_the_promise_all_the_same() -> None:
    asked = site(32.0, car("a", 32.0, 1), policy=of(aim=Aim.LEVEL), slots=3)
    assert given_a(asked) == [[32.0, 0.0, 0.0]]


def test_calm_leaves_a_limit_where_it_is() -> None:
    # both lack the same; early on, equal shares would be 10 and 10
    cars = [
        car("a", 60.0, 9, held_a=14.0, on_s=7_200.0),
        car("b", 60.0, 9, held_a=6.0, on_s=7_200.0),
    ]
    assert given_a(site(20.0, *cars, policy=of(aim=Aim.CALM))) == [[14.0], [6.0]]
    assert given_a(site(20.0, *cars, policy=of(aim=Aim.EARLY))) == [[10.0], [10.0]]


def test_calm_gives_up_a_limit_for_promised_energy() -> None:
    cars = [car("holds", 40.0, 9, held_a=16.0, on_s=60.0), car("soon", 12.0, 1)]
    rows = given_a(site(16.0, *cars, policy=of(aim=Aim.CALM), slots=4))
    assert [row[0] for row in rows] == [4.0, 12.0]


def test_ready_serves_first_whoever_can_wait_least() -> None:
    # of the 96 A h that either could take in its stay "long" wants 30 and "short" 6: all get all
    cars = [car("short", 6.0, 3), car("long", 30.0, 3)]
    ready = site(16.0, *cars, policy=of(Fairness.ENERGY, Aim.READY), slots=3)
    assert given_a(ready) == [[0.0, 2.0, 4.0], [16.0, 14.0, 0.0]]
    # 0.2 a kWh in the first of three slots over the last, in the middle of the slots 5/6, 1/2, 1/6;
    # for "long" 1 - 0.5 (1 - 30/96) of it, for "short" 1 - 0.5 (1 - 6/96); promised are 36 A h
    found = judged(ready, relaxed(ready))
    long, short = 0.65625 * (16 * 5 / 6 + 14 / 2), 0.53125 * (2 / 2 + 4 / 6)
    assert found.total == pytest.approx(36 * 23.0 + 0.2 * 0.23 * (long + short))
    assert found.bound == pytest.approx(found.total)


def test_ready_leaves_the_promise_first() -> None:
    # "short" leaves after an hour, and is not made to wait for "long"
    cars = [car("short", 6.0, 1), car("long", 30.0, 3)]
    ready = site(16.0, *cars, policy=of(Fairness.ENERGY, Aim.READY), slots=3)
    assert given_a(ready) == [[6.0, 0.0, 0.0], [10.0, 16.0, 4.0]]


@pytest.mark.parametrize("aim", Aim)
@pytest.mark.parametrize("fairness", Fairness)
def test_plan_of_every_policy_is_the_programs(fairness: Fairness, aim: Aim) -> None:
    cars = [car("a", 40.0, 3), car("b", 30.0, 2, served_wh=999.0), car("c", 10.0, 1)]
    prices = tariff([1.0, 3.0, 0.5])
    plan = make_plan(site(32.0, *cars, policy=of(fairness, aim), slots=3, tariff=prices))
    assert (plan.method, plan.detail) == (Method.LINEAR_PROGRAM, "")
    # 80 A h are wanted, and there is room for all of them in time
    assert [one.short_wh for one in plan.evses] == pytest.approx([0.0] * 3, abs=30.0)
