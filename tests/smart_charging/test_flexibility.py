"""What a feeder can shed and take, in cases that can be worked out by hand.

A vehicle of 32 A on three phases draws 22 080 W; slots are quarters of an hour.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from smart_charging.flexibility import Envelope, find_envelope
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan, plan_by_heuristic
from smart_charging.policy import Aim, Policy
from smart_charging.problem import ChargingProblem
from tests.smart_charging.problems import (
    L1,
    after,
    evse,
    feeder,
    problem,
    reservation,
    store,
    tariff,
)

QUARTER, HALF, HOUR = 900, 1800, 3600
SLOTS = 8


def asked_for(*evses: Any, limit_a: float = 40.0, **more: Any) -> ChargingProblem:
    """Two hours at a feeder of 40 A."""
    return problem(feeder("main", limit_a, slots=SLOTS), *evses, slots_s=(QUARTER,) * SLOTS, **more)


def envelope(
    asked: ChargingProblem,
    *durations_s: float,
    key: str = "main",
    by: Callable[[ChargingProblem], ChargingPlan] = make_plan,
) -> tuple[Envelope, int]:
    """What is found, and how many plans that took."""
    search = find_envelope(asked, make_plan(asked), key, durations_s)
    wanted, count = next(search), 1
    while True:
        try:
            wanted = search.send(by(wanted))
        except StopIteration as done:
            found: Envelope = done.value
            return found, count
        count += 1


def changes(offers: Sequence[Any]) -> list[int]:
    return [round(one.change_w, -1) for one in offers]


def test_who_has_time_can_wait_and_charges_afterwards() -> None:
    asked = asked_for(evse("a", wh=11_040.0, departs_at=after(2)))
    found, count = envelope(asked, QUARTER, HALF, HOUR)
    assert changes(found.shed) == [-22_080, -22_080, -11_040]  # it would be full after half an hour
    assert [one.limit_a for one in found.shed] == [(0.0, 0.0, 0.0)] * 3
    assert [round(one.rebound_wh, -1) for one in found.shed] == [5_520, 11_040, 11_040]
    assert found.shed[1].rebound_w == pytest.approx(22_080, abs=50)
    assert [round(one.lost_wh) for one in found.shed] == [0, 0, 0]
    assert count == 4


def test_what_was_promised_bounds_what_can_be_shed_for_long() -> None:
    """33 120 Wh are an hour and a half at 32 A; for an hour it has to keep to 16 A."""
    asked = asked_for(evse("a", wh=33_120.0, departs_at=after(2)))
    found, _ = envelope(asked, QUARTER, HALF, HOUR)
    assert changes(found.shed) == [-22_080, -22_080, -11_040]
    assert found.shed[2].limit_a == pytest.approx((16.0, 16.0, 16.0), abs=0.01)
    assert found.shed[2].rebound_wh == pytest.approx(11_040, abs=60)


def test_for_as_long_as_it_stays_it_can_only_be_spread() -> None:
    """11 040 Wh in two hours are 8 A all the time."""
    asked = asked_for(evse("a", wh=11_040.0, departs_at=after(2)))
    found, _ = envelope(asked, 2 * HOUR)
    assert changes(found.shed) == [0]
    assert found.shed[0].limit_a == pytest.approx((8.0, 8.0, 8.0), abs=0.01)


def test_who_needs_all_that_there_is_has_nothing_to_shed() -> None:
    asked = asked_for(evse("a", wh=44_160.0, departs_at=after(2)))
    found, _ = envelope(asked, QUARTER, HOUR)
    assert changes(found.shed) == [0, 0]
    assert found.shed[0].limit_a == pytest.approx((32.0, 32.0, 32.0), abs=0.01)


def test_who_goes_short_already_is_not_made_to_lack_more() -> None:
    asked = asked_for(evse("a", wh=60_000.0, departs_at=after(2)))
    found, _ = envelope(asked, QUARTER)
    assert changes(found.shed) == [0]


def test_nobody_is_lowered_below_the_fallback_and_what_is_reserved_stays() -> None:
    vehicle = evse("a", wh=11_040.0, departs_at=after(2), floor_a=6.0)
    asked = asked_for(vehicle, reservations=(reservation("main", L1, 4.0, SLOTS),))
    found, _ = envelope(asked, QUARTER)
    assert found.shed[0].limit_a == pytest.approx((10.0, 6.0, 6.0), abs=0.01)
    assert found.shed[0].power_w == pytest.approx(6 * 690, abs=10)


def test_only_what_hangs_below_the_feeder_counts() -> None:
    feeders = tuple(
        feeder(key, 63.0, parent, slots=SLOTS)
        for key, parent in (("main", None), ("left", "main"), ("right", "main"))
    )
    vehicles = [
        evse(key, feeder=key, wh=5_520.0, departs_at=after(2), max_a=16.0)
        for key in ("left", "right")
    ]
    asked = problem(feeders, *vehicles, slots_s=(QUARTER,) * SLOTS)
    assert changes(envelope(asked, QUARTER, key="left")[0].shed) == [-11_040]
    assert changes(envelope(asked, QUARTER, key="main")[0].shed) == [-22_080]


def test_what_waits_for_a_low_price_can_be_taken_now_and_that_costs_something() -> None:
    """By price it charges in the last half hour of the two; at once costs 3 more per kWh."""
    prices = tariff([4.0] * 6 + [1.0] * 2)
    vehicle = evse("a", wh=11_040.0, departs_at=after(2))
    asked = asked_for(vehicle, policy=Policy(aim=Aim.CHEAP), tariff=prices)
    found, _ = envelope(asked, HALF, HOUR)
    assert changes(found.absorb) == [22_080, 11_040]
    assert found.absorb[0].rebound_wh == pytest.approx(-11_040, abs=20)
    assert found.absorb[0].limit_a is None
    assert changes(found.shed) == [0, 0]


def test_who_takes_all_as_early_as_can_be_has_no_more_to_take() -> None:
    found, _ = envelope(asked_for(evse("a", wh=11_040.0, departs_at=after(2))), QUARTER)
    assert changes(found.absorb) == [0]


def test_a_plan_that_no_solver_made_proves_nothing() -> None:
    asked = asked_for(evse("a", wh=11_040.0, departs_at=after(2)))
    found, _ = envelope(asked, QUARTER, by=lambda one: plan_by_heuristic(one, "late"))
    assert changes(found.shed) == [0]


def test_site_without_vehicles_can_do_nothing() -> None:
    found, count = envelope(asked_for(), QUARTER)
    assert (changes(found.shed), changes(found.absorb), count) == ([0], [0], 2)
    assert replace(found.shed[0], cost=None).base_w == 0.0


def test_a_battery_that_charges_can_wait_as_well() -> None:
    """By price it takes 10 A for the first two slots, and holds no more; it can take them later."""
    prices = tariff([1.0] * 8)
    battery = store("cellar", slots=SLOTS, least_wh=[5_000.0] * 7 + [8_450.0], charge_a=10.0)
    asked = asked_for(policy=Policy(aim=Aim.EARLY), tariff=prices, stores=(battery,))
    base = make_plan(asked)
    found, _ = envelope(asked, QUARTER)
    taken_w = base.stores[0].amps[0] * 690
    assert found.shed[0].base_w == pytest.approx(taken_w, abs=1)
    assert found.shed[0].power_w == pytest.approx(0.0, abs=1)
