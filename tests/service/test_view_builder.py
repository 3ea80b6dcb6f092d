"""What people see of a site, figure by figure."""

from dataclasses import replace
from typing import Any

import pytest

from csms.domain.altered import altered
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.limits import Standing
from csms.domain.need import NeedSource
from csms.domain.ramp import RampCause
from csms.domain.security import SecurityProfile
from csms.domain.station import ChargingState, ConnectorStatus
from csms.domain.transaction import ClosingRule, StatedNeed
from csms.domain.vehicle import VehicleHabits
from csms.service.charging_control import PlanMade, SiteController
from csms.service.evse_glances import Glances
from csms.service.guard_record import Overload
from csms.service.live_site import LiveSite
from csms.service.planner import InlinePlanner
from csms.service.problem_builder import build_problem
from csms.service.ramping import begin_ramps
from csms.service.site_view import (
    EvseState,
    FeederView,
    GuardView,
    ImposedView,
    Level,
    NeedView,
    PlanView,
    ReasonCode,
    SiteView,
)
from csms.service.view_builder import build_view
from smart_charging.plan import Cause, ChargingPlan, EvsePlan, Method, Reason
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, FakeClock, FakeGateway, after
from tests.service.sites import connect, draw, evse_of, hold, plug_in, transaction, with_meter


def profile_of(_station_id: str) -> SecurityProfile:
    return SecurityProfile.TLS_PASSWORD


def never_stored() -> Any:
    raise AssertionError("a view is made without the database")


def controller_of(live: LiveSite) -> SiteController:
    return SiteController(live, FakeGateway(), InlinePlanner(1.0), never_stored, FakeClock())


def viewed(live: LiveSite) -> SiteView:
    return build_view(controller_of(live), NOON, 60.0, Glances(profile_of))


@pytest.fixture
def live() -> LiveSite:
    """Two chargers of 32 A on a level of 40 A each; the first one charges with 16 A."""
    site = LiveSite(small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 0.0)))
    connect(site, "G-01", "G-02")
    hold(plug_in(site, "G-01"), 16.0)
    draw(evse_of(site, "G-01"), 15.0, 15.0, 15.0, power_w=10_360.4)
    return site


def test_charging_connector_is_shown_with_all_that_is_known(live: LiveSite) -> None:
    evse = evse_of(live, "G-01")
    assert evse.transaction is not None
    need = StatedNeed(energy_wh=9_000.0, departs_at=after(300))
    evse.transaction = altered(evse.transaction, energy_wh=4_321.6, need=need)
    assert evse.reading is not None
    evse.reading = altered(evse.reading, soc_pct=61.0)
    view = viewed(live).evses["G-01/1"]
    assert (view.station_id, view.number, view.feeder_id) == ("G-01", 1, "level-1")
    assert (view.lines, view.protocol, view.state) == ((1, 2, 3), "2.0.1", EvseState.CHARGING)
    assert (view.power_w, view.current_a) == (10_360, (15.0, 15.0, 15.0))
    assert (view.limit_a, view.fallback_a, view.max_a) == (16.0, 6.0, 32.0)
    assert (view.energy_wh, view.soc_pct) == (4_322, 61.0)
    assert (view.id_token, view.since) == ("04…C4", NOON)
    assert view.need == NeedView(energy_wh=9_000, departs_at=after(300), source=NeedSource.STATED)
    assert view.reason.code is ReasonCode.STARTING


def test_need_that_is_known_from_two_sources_names_both(live: LiveSite) -> None:
    evse = evse_of(live, "G-01")
    assert evse.transaction is not None
    need = StatedNeed(energy_wh=9_000.0)
    evse.transaction = altered(evse.transaction, need=need)
    shown = viewed(live).evses["G-01/1"].need
    assert shown is not None
    assert (shown.source, shown.energy_source, shown.departure_source) == (
        NeedSource.ASSUMED,
        NeedSource.STATED,
        NeedSource.ASSUMED,
    )


def test_free_connector_is_shown_with_its_fallback(live: LiveSite) -> None:
    view = viewed(live).evses["G-02/1"]
    assert (view.state, view.power_w, view.current_a) == (EvseState.AVAILABLE, 0.0, None)
    assert (view.limit_a, view.fallback_a) == (0.0, 0.0)
    assert (view.energy_wh, view.id_token, view.since, view.need) == (None, None, None, None)
    assert view.reason.code is ReasonCode.NO_VEHICLE


def state_of(live: LiveSite, station_id: str = "G-01") -> EvseState:
    return viewed(live).evses[f"{station_id}/1"].state


def test_connector_that_we_hold_at_zero_is_paused(live: LiveSite) -> None:
    evse = evse_of(live, "G-01")
    evse.allowance = replace(evse.allowance.transaction_ended(), fallback_a=0.0)
    hold(evse, 0.0)
    draw(evse, 0.0, 0.0, 0.0)
    assert state_of(live) is EvseState.PAUSED


def test_vehicle_that_takes_nothing_although_it_may_is_waiting(live: LiveSite) -> None:
    evse = evse_of(live, "G-01")
    draw(evse, 0.2, 0.0, 0.0)
    evse.habits = VehicleHabits(is_content=True)
    assert state_of(live) is EvseState.WAITING


def test_vehicle_that_draws_is_charging_whatever_was_believed(live: LiveSite) -> None:
    evse_of(live, "G-01").habits = VehicleHabits(is_content=True)
    assert state_of(live) is EvseState.CHARGING


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (ConnectorStatus.AVAILABLE, EvseState.AVAILABLE),
        (ConnectorStatus.OCCUPIED, EvseState.PREPARING),
        (ConnectorStatus.RESERVED, EvseState.RESERVED),
        (ConnectorStatus.UNAVAILABLE, EvseState.UNAVAILABLE),
        (ConnectorStatus.FAULTED, EvseState.FAULTED),
        (None, EvseState.AVAILABLE),
    ],
)
def test_state_without_a_transaction_is_the_connectors(
    live: LiveSite, status: ConnectorStatus | None, state: EvseState
) -> None:
    evse_of(live, "G-02").status = status
    assert state_of(live, "G-02") is state


def test_fault_outranks_a_transaction(live: LiveSite) -> None:
    evse_of(live, "G-01").status = ConnectorStatus.FAULTED
    assert state_of(live) is EvseState.FAULTED


def test_vehicle_that_stays_after_its_transaction_is_finishing(live: LiveSite) -> None:
    evse = evse_of(live, "G-02")
    evse.status, evse.charging_state = ConnectorStatus.OCCUPIED, ChargingState.IDLE
    assert state_of(live, "G-02") is EvseState.FINISHING


def test_station_that_is_gone_is_offline_and_its_power_unknown(live: LiveSite) -> None:
    live.station_disconnected("G-01")
    view = viewed(live).evses["G-01/1"]
    assert (view.state, view.power_w) == (EvseState.OFFLINE, None)
    assert view.limit_a == 16.0


def test_station_that_never_came_is_shown_so() -> None:
    live = LiveSite(small_site(place("G-01", "level-1", 6.0)))
    assert state_of(live) is EvseState.NEVER_SEEN


def test_feeder_shows_what_it_carries_and_what_it_may_carry(live: LiveSite) -> None:
    views = viewed(live).feeders
    assert list(views) == ["intake", "level-1", "level-2"]
    assert views["level-1"] == FeederView(
        name="Level 1",
        parent_id="intake",
        limit_a=(40.0, 40.0, 40.0),
        load_a=(15.0, 15.0, 15.0),
        uncontrolled_a=(0.0, 0.0, 0.0),
        allowed_a=(16.0, 16.0, 16.0),
        headroom_a=(24.0, 24.0, 24.0),
        level=Level.OK,
        uncontrolled_source=None,
    )
    assert views["intake"].allowed_a == (16.0, 16.0, 16.0)


def test_feeder_shows_what_others_limit_it_to_now_or_later(live: LiveSite) -> None:
    for party, from_at, until_at in (
        (LimitParty.GRID_COMPANY, after(60), None),
        (LimitParty.OPERATOR, after(-60), after(30)),
    ):
        limit = ImposedLimit(
            feeder_id="level-1",
            party=party,
            amps=(20.0, 20.0, 16.5),
            from_at=from_at,
            until_at=until_at,
            words="work on the cable",
        )
        live.imposed["level-1", party] = (limit,)
    view = viewed(live).feeders["level-1"]
    assert (view.limit_a, view.headroom_a) == ((20.0, 20.0, 16.5), (4.0, 4.0, 0.5))
    assert view.imposed == (
        ImposedView(
            party=LimitParty.OPERATOR,
            amps=(20.0, 20.0, 16.5),
            from_at=after(-60),
            until_at=after(30),
            words="work on the cable",
        ),
        ImposedView(
            party=LimitParty.GRID_COMPANY,
            amps=(20.0, 20.0, 16.5),
            from_at=after(60),
            until_at=None,
            words="work on the cable",
        ),
    )


def test_feeder_whose_room_comes_back_gradually_shows_how_far_that_is(live: LiveSite) -> None:
    begin_ramps(live, ("level-1",), RampCause.LIMIT_OVER, after(-1.5))
    views = viewed(live).feeders
    assert views["level-1"].limit_a == (40.0, 40.0, 40.0)
    assert views["level-1"].rising_a == (18.0, 18.0, 18.0)  # 6 A, and 8 A a minute
    assert views["intake"].rising_a is None


def test_charger_of_which_nothing_is_sure_is_allowed_its_rating(live: LiveSite) -> None:
    evse = evse_of(live, "G-02")
    evse.allowance = evse.allowance.restanding(Standing.UNKNOWN)
    assert viewed(live).feeders["level-2"].allowed_a == (32.0, 32.0, 32.0)


def test_feeder_of_which_nine_tenths_are_given_out_is_tight(live: LiveSite) -> None:
    hold(evse_of(live, "G-01"), 35.9)  # counted at the 32 A of its hardware
    assert viewed(live).feeders["level-1"].level is Level.OK
    hold(evse_of(live, "G-01"), 16.0)
    live.site = replace(
        live.site,
        feeders=tuple(
            replace(one, limit=flat(17.7)) if one.feeder_id == "level-1" else one
            for one in live.site.feeders
        ),
    )
    view = viewed(live)
    assert view.feeders["level-1"].level is Level.TIGHT
    assert view.level is Level.TIGHT
    assert (
        view.headline == "1 of 2 connectors charging with 10.4 kW. Level 1 is given out to the full"
    )


def test_feeder_of_which_more_may_be_drawn_than_its_limit_is_overcommitted(
    live: LiveSite,
) -> None:
    evse = evse_of(live, "G-02")
    evse.place = replace(evse.place, feeder_id="level-1")
    evse.allowance = evse.allowance.restanding(Standing.UNKNOWN)
    view = viewed(live)
    assert view.feeders["level-1"].headroom_a == (-8.0, -8.0, -8.0)
    assert view.feeders["level-1"].level is Level.OVERCOMMITTED
    assert view.feeders["intake"].level is Level.OK
    assert view.level is Level.OVERCOMMITTED
    assert view.headline == (
        "1 of 2 connectors charging with 10.4 kW. Level 1 is overcommitted: 48 of 40 A may be drawn"
    )


def test_feeder_that_is_given_out_to_its_limit_is_not_overcommitted(live: LiveSite) -> None:
    evse = evse_of(live, "G-02")
    evse.place = replace(evse.place, feeder_id="level-1")
    hold(evse, 24.0)
    assert viewed(live).feeders["level-1"].level is Level.TIGHT


def test_limit_that_is_exceeded_is_worse_than_one_that_might_be(live: LiveSite) -> None:
    evse = evse_of(live, "G-02")
    evse.allowance = evse.allowance.restanding(Standing.UNKNOWN)
    evse.place = replace(evse.place, feeder_id="level-1")
    draw(evse_of(live, "G-01"), 15.0, 40.1, 15.0, power_w=0.0, at=after(1))
    assert viewed(live).level is Level.OVER


def test_feeder_that_carries_more_than_its_limit_is_over_and_said_first(live: LiveSite) -> None:
    draw(evse_of(live, "G-01"), 15.0, 40.1, 15.0, power_w=0.0, at=after(1))
    view = viewed(live)
    assert view.feeders["level-1"].level is Level.OVER
    assert view.level is Level.OVER
    assert view.headline == "1 of 2 connectors charging with 0.0 kW. Level 1 is over its limit"


def test_uncontrolled_load_says_whether_it_is_measured() -> None:
    live = LiveSite(with_meter(small_site(place("G-01", "level-1", 0.0)), flat(30.0), step_a=6.0))
    connect(live, "G-01")
    view = viewed(live).feeders["intake"]
    assert (view.uncontrolled_source, view.uncontrolled_a) == ("reckoned", (30.0, 30.0, 30.0))
    assert view.load_a == (30.0, 30.0, 30.0)
    live.read_feeder("intake", NOON, (4.0, 5.0, 6.0))
    view = viewed(live).feeders["intake"]
    assert (view.uncontrolled_source, view.uncontrolled_a) == ("measured", (4.0, 5.0, 6.0))
    assert (view.load_a, view.allowed_a) == ((4.0, 5.0, 6.0), (10.0, 11.0, 12.0))


def test_site_is_summed_up(live: LiveSite) -> None:
    live.tally.count(transaction("G-09", number=99, energy_wh=12_345.0), NOON)
    view = viewed(live)
    assert (view.site_id, view.name, view.timezone) == ("fjordgata", "Fjordgata", "Europe/Oslo")
    assert (view.now, view.clock_rate, view.level) == (NOON, 60.0, Level.OK)
    assert (view.power_w, view.energy_today_wh) == (10_360, 12_345.0)
    assert view.counts == {EvseState.CHARGING: 1, EvseState.AVAILABLE: 1}
    assert view.headline == "1 of 2 connectors charging with 10.4 kW. All have room"
    assert view.plan is None


def test_those_who_wait_for_their_turn_are_counted_in_the_headline(live: LiveSite) -> None:
    evse = plug_in(live, "G-02", number=2)
    hold(evse, 0.0)
    headline = viewed(live).headline
    assert headline == (
        "1 of 2 connectors charging with 10.4 kW, 1 waiting for their turn. All have room"
    )


def test_newest_plan_is_shown_with_its_reasons(live: LiveSite) -> None:
    reason = Reason(cause=Cause.FEEDER, feeder="level-1", line=1)
    planned = EvsePlan(
        key="G-01/1", limits_a=(16.0,), expected_wh=9_000.4, short_wh=99.6, reason=reason
    )
    plan = ChargingPlan(
        starts_at=NOON,
        slots_s=(900,),
        evses=(planned,),
        committed=1,
        method=Method.HEURISTIC,
        detail="the solver was late",
    )
    controller = controller_of(live)
    controller.newest = PlanMade(
        number=1, made_at=NOON, solve_s=0.0123, problem=build_problem(live, NOON), plan=plan
    )
    controller.next_at = after(5)
    view = build_view(controller, NOON, 1.0, Glances(profile_of))
    assert view.plan == PlanView(
        made_at=NOON,
        is_heuristic=True,
        detail="the solver was late",
        solve_ms=12,
        next_at=after(5),
        expected_wh=9_000,
        short_wh=100,
    )
    assert view.evses["G-01/1"].reason.text == "Level 1 is full on L1"


def test_security_profile_and_waiting_commands_of_the_station_are_shown() -> None:
    live = LiveSite(small_site(place("G-01", "level-1", 6.0)))
    live.stations["G-01"].waiting = 2
    view = viewed(live).evses["G-01/1"]
    assert (view.security_profile, view.waiting) == (2, 2)


def test_transaction_that_a_rule_has_closed_is_told_until_the_next_begins() -> None:
    live = LiveSite(small_site(place("G-01", "level-1", 6.0)))
    connect(live, "G-01")
    plug_in(live, "G-01")
    running = evse_of(live, "G-01").transaction
    assert running is not None
    closed = altered(
        running, ended_at=after(5), energy_wh=5_300.0, closing=ClosingRule.FREE_AFTER_BOOT
    )
    live.transaction_changed(closed, after(9))
    words = "5.3 kWh, closed here: its station has booted, and the connector is free"
    assert viewed(live).evses["G-01/1"].closed == words
    live.transaction_changed(altered(closed, closing=None), after(10))
    assert viewed(live).evses["G-01/1"].closed is None


def test_connector_says_until_when_it_may_draw_more_if_it_falls_silent(live: LiveSite) -> None:
    views = viewed(live).evses
    assert (views["G-01/1"].fallback_a, views["G-01/1"].fallback_from) == (6.0, after(15))
    assert (views["G-02/1"].fallback_a, views["G-02/1"].fallback_from) == (0.0, None)


def test_site_at_rest_has_nothing_of_the_guard_to_show(live: LiveSite) -> None:
    assert viewed(live).guard == GuardView(banner=None, level=Level.OK, events=())


def test_what_the_guard_does_is_shown_in_words(live: LiveSite) -> None:
    live.guard.note(GuardEvent(kind=GuardEventKind.RETURN, at=after(-2), cause="12 came back"))
    live.guard.note(
        GuardEvent(
            kind=GuardEventKind.CUT,
            at=after(-1),
            cause="Too much",
            feeder_id="level-1",
            line=3,
            amps=44.0,
            limit_a=40.0,
        )
    )
    live.guard.cut = live.guard.recent[0]
    guard = viewed(live).guard
    assert guard.banner == (
        "Level 1 L3: limits have been cut since 12:59:00, and are not given back yet"
    )
    assert guard.level is Level.OVERCOMMITTED
    assert [(one.at, one.title, one.text, one.cause) for one in guard.events] == [
        (after(-1), "Limits cut", "Level 1 L3, 44 A of 40 A", "Too much"),
        (after(-2), "Many came back at once", "", "12 came back"),
    ]


def test_overload_by_the_meters_is_shown_before_a_cut(live: LiveSite) -> None:
    live.guard.cut = GuardEvent(kind=GuardEventKind.CUT, at=NOON, cause="Too much")
    live.guard.overloads["level-1", 2] = Overload(
        feeder_id="level-1", line=2, amps=44.0, limit_a=40.0, since=after(-0.2), cause="A test"
    )
    guard = viewed(live).guard
    assert guard.banner == "Level 1 L2 carries 44 A of 40 A for 12 s: A test"
    assert guard.level is Level.OVER


def test_station_that_was_not_seen_to_keep_its_fallback_draws_its_rating_if_it_goes_silent(
    live: LiveSite,
) -> None:
    evse = evse_of(live, "G-01")
    evse.place = replace(evse.place, keeps_fallback=None)
    assert viewed(live).evses["G-01/1"].fallback_a == 32.0
