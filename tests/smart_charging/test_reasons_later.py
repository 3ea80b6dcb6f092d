"""Reasons in every slot, and what an ampere more would be worth: by hand, and by solving again.

Slots are hours, vehicles hang on L1: an ampere carries 0.23 kWh in each. A promised kWh is worth
100, energy is the only fairness; early in the first of n slots is worth 0.2 (1 - 1/2n) on top.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_charging.arrays import Array
from smart_charging.model import Relaxed
from smart_charging.plan import Cause, Reason, ReasonTable
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.policy import Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.taps import Transformer, pair_tap
from tests.smart_charging.examples import examples
from tests.smart_charging.generated import problems
from tests.smart_charging.oracle_currents import Draw, worst_a
from tests.smart_charging.problems import (
    L1,
    L2,
    after,
    evse,
    feeder,
    problem,
    store,
    tariff,
)
from tests.smart_charging.solved import relaxed

ENERGY = Policy(fairness=Fairness.ENERGY)


def site(limit_a: Any, *evses: Evse, slots: int = 2, **more: Any) -> ChargingProblem:
    feeders = limit_a if isinstance(limit_a, tuple) else (feeder("main", limit_a, slots=slots),)
    usual = {"slots_s": (3600,) * slots, "policy": ENERGY, **more}
    return problem(feeders, *evses, **usual)


def reasons(asked: ChargingProblem) -> ReasonTable:
    found = make_plan(asked).reasons
    assert found is not None
    return found


def causes(asked: ChargingProblem, number: int = 0) -> list[Cause]:
    """Of one EVSE, slot by slot."""
    return [reasons(asked).at(number, slot).cause for slot in range(len(asked.slots_s))]


def test_ampere_more_is_worth_the_energy_that_it_carries() -> None:
    # in the second of two hours 100 + 0.2 * 0.25 a kWh; in the first one 100 + 0.2 * 0.75, and
    # 0.3 more for an ampere between 10 and 16
    gain = relaxed(site(12.0, evse("a", L1))).gain_per_a
    assert gain[:, 1] == pytest.approx([0.23 * 100.05, 0.0, 0.0])
    assert gain[:, 0] == pytest.approx([0.23 * 100.45, 0.0, 0.0])


def test_line_that_is_not_full_has_no_gain() -> None:
    gain = relaxed(site(99.0, evse("a", L1))).gain_per_a
    assert gain.tolist() == [[0.0, 0.0]] * 3


def test_ampere_more_is_worth_what_the_vehicle_on_hold_would_gain() -> None:
    # the heavier vehicle has all that it can take; the ampere would be the lighter one's
    cars = [evse("a", L1, weight=2.0, max_a=6.0), evse("b", L1, weight=0.5)]
    gain = relaxed(site(10.0, *cars)).gain_per_a
    assert gain[0, 1] == pytest.approx(0.23 * 50.05)


def test_gain_is_that_of_the_line_and_the_slot() -> None:
    main = feeder("main", [10.0, 99.0, 99.0], slots=3)
    main.limit_a[0, 2] = 99.0
    asked = site((main,), evse("a", L1), evse("b", L2), slots=3)
    table = reasons(asked)
    assert table.at(0, 1) == Reason(
        cause=Cause.FEEDER, feeder="main", line=1, until=after(2), gain_per_a=1.0
    )
    # 100 and 0.2 * 0.5 for early
    assert table.at(0, 1).gain_per_a == pytest.approx(0.23 * 100.1)
    assert [table.at(1, slot).cause for slot in range(3)] == [Cause.OWN_MAXIMUM] * 3
    assert table.at(0, 2) == Reason(cause=Cause.OWN_MAXIMUM)


def test_dearest_of_several_feeders_on_the_way_is_named() -> None:
    # "left" is full; of the main feeder 2 A are left
    tree = (feeder("main", 20.0, slots=2), feeder("left", 8.0, "main", slots=2))
    asked = site(tree, evse("a", L1, feeder="left"), evse("b", L1, max_a=10.0))
    [found] = [reasons(asked).at(0, slot) for slot in (1,)]
    assert (found.cause, found.feeder, found.line) == (Cause.FEEDER, "left", 1)
    assert found.gain_per_a == pytest.approx(0.23 * 100.05)


def test_gain_of_the_first_slot_is_that_of_the_line_that_is_named() -> None:
    # "main" is full for "a" as well, but it is "left" that leaves it the least room; "b" is light
    tree = (feeder("main", 20.0, slots=2), feeder("left", 8.0, "main", slots=2))
    asked = site(tree, evse("a", L1, feeder="left"), evse("b", L1, weight=0.5, max_a=20.0))
    for slot in (0, 1):
        first = reasons(asked).at(0, slot)
        named = [one.key for one in asked.feeders].index(first.feeder or "")
        gain = relaxed(asked).gain_per_a[3 * named + (first.line or 0) - 1, slot]
        assert first.gain_per_a == pytest.approx(gain, rel=1e-3)


def test_reason_of_a_later_slot_is_others_first_where_nothing_is_given() -> None:
    # "a" is worth more and takes all of the first two hours
    heavy = evse("a", L1, weight=3.0, wh=20 * 230.0, departs_at=after(2))
    cars = [heavy, evse("b", L1, departs_at=after(3))]
    table = reasons(site(10.0, *cars, slots=3))
    assert [table.at(1, slot).cause for slot in range(3)] == [
        Cause.OTHERS_FIRST,
        Cause.OTHERS_FIRST,
        Cause.FEEDER,
    ]
    assert [table.at(1, slot).until for slot in range(3)] == [after(2), after(2), None]
    # an ampere more in the second hour would be "a"'s, who would leave one of the first to "b":
    # 100, 0.2 * 5/6 and 0.5 for "b"'s first amperes; "a" loses 0.2 * 5/6 - 0.2 * 3/6, and 0.4
    # for its tenth
    assert table.at(1, 1).gain_per_a == pytest.approx(0.23 * 100.2, rel=1e-5)


def test_vehicle_that_has_what_it_came_for_wants_nothing_later() -> None:
    assert causes(site(32.0, evse("a", L1, wh=20 * 230.0), slots=3)) == [
        Cause.NOTHING_WANTED,
        Cause.NOTHING_WANTED,
        Cause.NOTHING_WANTED,
    ]


def test_vehicle_that_waits_for_a_lower_price_charges_later() -> None:
    asked = site(
        99.0,
        evse("a", L1, wh=10 * 230.0),
        slots=3,
        policy=replace(ENERGY, aim=ENERGY.aim.__class__.CHEAP),
        tariff=tariff([3.0, 2.0, 1.0]),
    )
    table = reasons(asked)
    for slot in (0, 1):
        assert table.at(0, slot) == Reason(cause=Cause.LATER, until=after(2))


def test_vehicle_is_away_before_it_comes_and_after_it_has_left() -> None:
    one = evse("a", L1, arrives_at=after(1), departs_at=after(2))
    assert causes(site(99.0, one, slots=4)) == [
        Cause.AWAY,
        Cause.OWN_MAXIMUM,
        Cause.AWAY,
        Cause.AWAY,
    ]
    assert reasons(site(99.0, one, slots=4)).at(0, 0) == Reason(cause=Cause.AWAY)


def test_vehicle_that_is_there_for_a_part_of_a_slot_is_not_away() -> None:
    one = evse("a", L1, arrives_at=after(0.9), departs_at=after(1.1))
    assert Cause.AWAY not in causes(site(99.0, one, slots=2))


@pytest.mark.parametrize("departs", [0.0, -3.0])
def test_vehicle_that_should_have_left_is_away_whatever_binds(departs: float) -> None:
    cars = [evse("a", L1, departs_at=after(departs), floor_a=6.0), evse("b", L1)]
    asked = site(10.0, *cars)
    for plan in (make_plan(asked), plan_by_heuristic(asked, "late")):
        assert plan.evses[0].reason == Reason(cause=Cause.AWAY)
        assert plan.evses[0].limits_a[0] == 6.0


def test_reason_of_the_plan_is_that_of_the_first_slot() -> None:
    plan = make_plan(site(10.0, evse("a", L1), evse("b", L2, wh=0.0)))
    assert plan.reasons is not None
    for i, planned in enumerate(plan.evses):
        assert planned.reason == plan.reasons.at(i, 0)


def test_pair_behind_a_transformer_names_the_line_that_it_loads_twice() -> None:
    main = feeder("main", 20.0, slots=2, transformer=Transformer(is_delta_wye=True))
    table = reasons(site((main,), evse("a", pair_tap(1, 2))))
    for slot in (0, 1):
        assert (table.at(0, slot).feeder, table.at(0, slot).line) == ("main", 2)


def test_gain_of_an_overload_that_nobody_can_steer_is_nothing() -> None:
    # an ampere more of the limit would only make up for what is over it anyway
    main = feeder("main", 20.0, slots=2, uncontrolled_a=25.0)
    assert relaxed(site((main,), evse("a", L1))).gain_per_a.tolist() == [[0.0, 0.0]] * 3


def test_store_alone_has_a_gain_and_no_reasons() -> None:
    # a battery that has to be filled with 10 A h by the end, under 5 A
    full = store("battery", L1, 2, stored_wh=0.0, least_wh=[0.0, 2_300.0])
    table = reasons(site(10.0, slots=2, stores=(full,)))
    assert table.causes.shape == (0, 2)


@examples(60)
@given(problems(), st.randoms(use_true_random=False))
def test_gain_is_the_slope_of_the_optimum(asked: ChargingProblem, random: Any) -> None:
    found, step_a = relaxed(asked), 0.01
    lines: list[tuple[int, int, int]] = [
        (number, line, slot)
        for number, one in enumerate(asked.feeders)
        for line, slot in np.argwhere(one.limit_a - step_a > unavoidable_a(asked)[one.key]).tolist()
    ]
    full = [place for place in lines if gain_at(found, *place) > 1e-6]
    if not lines:
        return
    place = random.choice(full or lines)
    here, gain = optimum(asked), gain_at(found, *place)
    above = optimum(with_limit(asked, place, step_a))
    below = optimum(with_limit(asked, place, -step_a))
    slack = 1e-6 * max(1.0, abs(here)) + 1e-4 * gain * step_a
    # the optimum is concave in the limit, and the gain a slope between those to both sides
    assert above - here <= gain * step_a + slack
    assert here - below >= gain * step_a - slack


def gain_at(found: Relaxed, number: int, line: int, slot: int) -> float:
    return float(found.gain_per_a[3 * number + line, slot])


def optimum(asked: ChargingProblem) -> float:
    best = relaxed(asked).objective
    assert best is not None
    return best


def unavoidable_a(asked: ChargingProblem) -> dict[str, Array]:
    """What the lines carry if everybody draws the floor and all that is reserved is drawn."""
    slots = len(asked.slots_s)
    draws = [Draw(one.feeder, one.tap, np.full(slots, one.floor_a)) for one in asked.evses]
    draws += [Draw(one.feeder, one.tap, one.amps) for one in asked.reservations]
    return worst_a(asked, draws)


def with_limit(
    asked: ChargingProblem, place: tuple[int, int, int], more_a: float
) -> ChargingProblem:
    """The same problem with a higher limit of one line in one slot."""
    number, line, slot = place
    feeders = list(asked.feeders)
    limit_a = feeders[number].limit_a.copy()
    limit_a[line, slot] += more_a
    feeders[number] = replace(feeders[number], limit_a=limit_a)
    return replace(asked, feeders=tuple(feeders))
