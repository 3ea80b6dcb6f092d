"""From a site to a problem: who can be steered, what is reserved for the others."""

from dataclasses import replace
from datetime import time as day_time
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from csms.domain.altered import altered
from csms.domain.limits import Standing
from csms.domain.site import AmpereSchedule, Window
from csms.domain.station import ConnectorStatus
from csms.domain.transaction import StatedNeed
from csms.domain.vehicle import VehicleHabits
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.problem_builder import build_problem, can_be_steered, need_of, slot_edges
from smart_charging.resources import Evse
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, draw, evse_of, hold, plug_in
from tests.service.test_forecasts import forecast


@pytest.fixture
def live() -> LiveSite:
    """A charges with a fallback of 6 A; B stands beside it, free."""
    site = LiveSite(small_site(place("A", "level-1", 6.0), place("B", "level-2", 6.0)))
    connect(site, "A", "B")
    plug_in(site, "A")
    return site


def only(live: LiveSite, minutes: float = 0.0) -> Evse:
    [evse] = build_problem(live, after(minutes)).evses
    return evse


def test_horizon_is_one_near_slot_then_quarters_of_the_hour_for_a_day() -> None:
    edges = slot_edges(after(2), 360)
    assert edges[:4] == [after(2), after(8), after(15), after(30)]
    assert edges[-1] == after(24 * 60)
    assert {b - a for a, b in pairwise(edges[2:])} == {timedelta(minutes=15)}


def test_slot_is_never_shorter_than_a_minute() -> None:
    assert slot_edges(after(8.5), 360)[:3] == [after(8.5), after(14.5), after(30)]
    assert slot_edges(after(8), 360)[:3] == [after(8), after(14), after(15)]


def test_charging_vehicle_is_planned_and_the_other_charger_keeps_its_fallback(
    live: LiveSite,
) -> None:
    problem = build_problem(live, NOON)
    assert [evse.key for evse in problem.evses] == ["A/1"]
    [reserved] = problem.reservations
    assert (reserved.key, reserved.feeder) == ("B/1", "level-2")
    assert np.unique(reserved.amps).tolist() == [6.0]
    assert problem.starts_at == NOON
    assert problem.committed == 2  # 6 minutes and the rest of the quarter: limits live for 15


def break_it(live: LiveSite, how: str) -> None:
    evse = evse_of(live, "A")
    match how:
        case "offline":
            live.station_disconnected("A")
        case "not set up":
            live.stations["A"].is_ready = False
        case "no transaction":
            evse.transaction = None
        case "vehicle gone":
            evse.status = ConnectorStatus.AVAILABLE
        case "fallback not sure":
            evse.allowance = evse.allowance.restanding(Standing.UNKNOWN)
        case "fallback refused":
            evse.allowance = evse.allowance.restanding(Standing.REFUSED)
        case "disobeyed":
            evse.allowance = replace(evse.allowance, is_disobeyed=True)


@pytest.mark.parametrize(
    ("how", "first_a", "last_a"),
    [
        ("offline", 16.0, 6.0),
        ("not set up", 16.0, 6.0),
        ("no transaction", 16.0, 6.0),
        ("vehicle gone", 16.0, 6.0),
        ("fallback not sure", 32.0, 32.0),
        ("fallback refused", 32.0, 32.0),
        ("disobeyed", 32.0, 32.0),
    ],
)
def test_charger_that_cannot_be_steered_is_reserved_the_highest_that_it_may_draw(
    live: LiveSite, how: str, first_a: float, last_a: float
) -> None:
    hold(evse_of(live, "A"), 16.0)
    break_it(live, how)
    assert not can_be_steered(live, evse_of(live, "A"))
    problem = build_problem(live, NOON)
    assert problem.evses == ()
    amps = problem.reservations[0].amps
    assert (amps[0], amps[-1]) == (first_a, last_a)  # its limit lapses meanwhile


def test_charger_that_is_only_planned_is_left_out() -> None:
    live = LiveSite(small_site(place("A", "level-1", 6.0, is_installed=False)))
    problem = build_problem(live, NOON)
    assert (problem.evses, problem.reservations) == ((), ())


def test_vehicle_is_described_by_what_is_known_of_it(live: LiveSite) -> None:
    evse = evse_of(live, "A")
    hold(evse, 16.0)
    evse.is_paused, evse.since = False, after(-5)
    evse.habits = VehicleHabits(line_count=1, ceiling_a=20.0)
    described = only(live)
    assert (described.feeder, described.w_per_a) == ("level-1", 230.0)
    assert described.tap.phasors == (1, 0, 0)
    assert (described.min_a, described.max_a, described.floor_a) == (6.0, 20.0, 6.0)
    assert (described.held_a, described.on_s, described.off_s) == (16.0, 300.0, 0.0)
    assert not described.is_idle


def test_vehicle_without_a_limit_is_held_at_its_fallback(live: LiveSite) -> None:
    described = only(live, minutes=1)
    assert (described.held_a, described.on_s, described.off_s) == (6.0, 0.0, 60.0)
    assert described.max_a == 32.0


def charged(live: LiveSite, got_wh: float, **need: Any) -> LiveEvse:
    evse = evse_of(live, "A")
    assert evse.transaction is not None
    evse.transaction = altered(evse.transaction, energy_wh=got_wh, need=StatedNeed(**need))
    return evse


def test_demand_is_what_is_missing_of_the_stated_need(live: LiveSite) -> None:
    charged(live, 4_000.0, energy_wh=10_000.0, departs_at=after(300))
    demand = only(live).demand
    assert (demand.energy_wh, demand.served_wh) == (6_000.0, 4_000.0)
    assert demand.extra_wh == 1_000.0  # a tenth beyond what was stated
    assert demand.departs_at == after(300)


def test_what_is_told_may_be_more_than_is_taken_and_what_is_assumed_is_the_middle(
    live: LiveSite,
) -> None:
    charged(live, 4_000.0, energy_wh=10_000.0, departs_at=after(300))
    told = [(one.probability, one.energy_wh) for one in only(live).demand.outcomes]
    assert told == [(0.35, 0.0), (0.25, 2_500.0), (0.4, 6_000.0)]
    charged(live, 4_000.0)
    demand = only(live).demand
    assert (demand.energy_wh, demand.outcomes) == (11_000.0, ())


def test_vehicle_that_has_got_more_than_it_needs_may_go_on_a_little(live: LiveSite) -> None:
    charged(live, 30_000.0, energy_wh=10_000.0, departs_at=after(300))
    demand = only(live).demand
    assert (demand.energy_wh, demand.extra_wh) == (0.0, 500.0)


def test_vehicle_that_wants_nothing_is_idle_and_has_no_demand(live: LiveSite) -> None:
    evse = charged(live, 4_000.0, energy_wh=10_000.0)
    evse.habits = VehicleHabits(is_content=True)
    described = only(live)
    assert described.is_idle
    assert (described.demand.energy_wh, described.demand.extra_wh) == (0.0, 0.0)


def test_need_of_nobody_is_none(live: LiveSite) -> None:
    assert need_of(live, evse_of(live, "B"), NOON) is None
    draw(evse_of(live, "A"), 16.0, 16.0, 16.0)
    assert need_of(live, evse_of(live, "A"), NOON) is not None


def test_a_limit_that_falls_is_kept_to_as_long_before_as_vehicles_take_to_follow() -> None:
    lower = Window(
        weekdays=frozenset(range(7)),
        from_time=day_time(14, 0),  # in Oslo: an hour after noon in UTC
        to_time=day_time(15, 0),
        amps=(20.0, 20.0, 20.0),
    )
    site = small_site(intake=AmpereSchedule((63.0, 63.0, 63.0), (lower,)))
    problem = build_problem(LiveSite(site), NOON)
    edges = np.cumsum((0, *problem.slots_s))
    before, at = list(edges).index(3594), list(edges).index(3600)
    assert problem.feeders[0].limit_a[0, before - 1 : at + 1].tolist() == [63.0, 20.0, 20.0]
    after_s = list(edges).index(7200)
    assert problem.feeders[0].limit_a[0, after_s - 1 : after_s + 1].tolist() == [20.0, 63.0]


def test_what_is_forecast_is_planned_with_all_that_may_come(live: LiveSite) -> None:
    """5 h and 12 kWh, give or take: five departures with three energies, the largest of all in
    the place of what would be certain.
    """
    evse = charged(live, 2_000.0)
    evse.forecast = forecast(NOON, 5, 12)
    demand = only(live).demand
    assert len(demand.outcomes) == 15
    assert sum(one.probability for one in demand.outcomes) == pytest.approx(1.0)
    assert demand.departs_at == max(one.departs_at for one in demand.outcomes)
    assert demand.departs_at == pytest.approx(after(5.5 * 60), abs=timedelta(seconds=1))
    assert demand.energy_wh == max(one.energy_wh for one in demand.outcomes)
    # 2 kWh are more than 1.85 % take; five sixths of the others: 83.6 %, which 12.946 kWh are
    assert demand.energy_wh == pytest.approx(10_945.7, abs=0.1)
