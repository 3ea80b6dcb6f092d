"""No limit without a reason, and the reason that matters most is the one that is told."""

from dataclasses import replace
from typing import Any, Final

import pytest

from csms.domain.altered import altered
from csms.domain.identity import EvseId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.limits import Standing
from csms.domain.ramp import RampCause
from csms.domain.station import ConnectorStatus
from csms.domain.vehicle import VehicleHabits
from csms.service.kept_room import kept_rooms
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.ramping import begin_ramps
from csms.service.reason_text import explain_evse
from csms.service.site_view import ReasonCode, ReasonView
from smart_charging.plan import Cause, Reason
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, hold, plug_in, transaction

FULL: Final = Reason(cause=Cause.FEEDER, feeder="level-1", line=2, until=after(600))


@pytest.fixture
def live() -> LiveSite:
    """A station that charges as planned: whatever a test breaks is the reason."""
    site = LiveSite(small_site(place("G-01", "level-1", 6.0)))
    connect(site, "G-01")
    hold(plug_in(site, "G-01"), 16.0)
    return site


def why(live: LiveSite, planned: Reason | None = FULL) -> ReasonView:
    evse = evse_of(live, "G-01")
    reasons = {evse.place.evse: planned} if planned else {}
    return explain_evse(live, evse, NOON, reasons, kept_rooms(live, NOON))


def told(live: LiveSite, planned: Reason | None = FULL) -> tuple[ReasonCode, str]:
    reason = why(live, planned)
    return reason.code, reason.text


def evse(live: LiveSite) -> LiveEvse:
    return evse_of(live, "G-01")


def test_binding_feeder_is_named_with_its_line_and_until_when_in_local_time(
    live: LiveSite,
) -> None:
    assert why(live) == ReasonView(
        code=ReasonCode.FEEDER,
        text="Level 1 is full on L2 until 23:00",
        feeder_id="level-1",
        line=2,
        until=after(600),
    )


@pytest.mark.parametrize(
    ("reason", "code", "text"),
    [
        (replace(FULL, until=None), ReasonCode.FEEDER, "Level 1 is full on L2"),
        (
            replace(FULL, cause=Cause.OTHERS_FIRST),
            ReasonCode.OTHERS_FIRST,
            "Waits for its turn until 23:00: Level 1 is full on L2",
        ),
        (
            Reason(cause=Cause.LATER, until=after(600)),
            ReasonCode.OTHERS_FIRST,
            "Planned for later until 23:00",
        ),
        (Reason(cause=Cause.NOTHING_WANTED), ReasonCode.NEED_MET, "Has what it came for"),
        (Reason(cause=Cause.OWN_MAXIMUM), ReasonCode.FULL_SPEED, "As fast as the charger can"),
    ],
)
def test_plans_reason_in_words(live: LiveSite, reason: Reason, code: ReasonCode, text: str) -> None:
    assert told(live, reason) == (code, text)


def beside(*absent: str, amps: float = 32.0) -> LiveSite:
    """A station that is connected, and others on its level that are gone and may draw so much."""
    places = (place(name, "level-1", 0.0) for name in ("G-01", *absent))
    site = LiveSite(small_site(*places))
    connect(site, "G-01", *absent)
    plug_in(site, "G-01")
    for number, name in enumerate(absent, start=2):
        hold(plug_in(site, name, number=number), amps)
        site.station_disconnected(name)
    return site


def test_room_that_is_kept_for_a_station_that_is_gone_is_named_with_it() -> None:
    text = "Level 1 is full on L2 until 23:00: 32 A are kept for G-50, which is not connected"
    assert told(beside("G-50")) == (ReasonCode.FEEDER, text)


def test_nobody_waits_for_a_turn_where_only_those_who_are_gone_have_room() -> None:
    waiting = replace(FULL, cause=Cause.OTHERS_FIRST, feeder="intake", until=None)
    text = "Intake is full on L2: 32 A are kept for G-50, which is not connected"
    assert told(beside("G-50"), waiting) == (ReasonCode.FEEDER, text)


def test_room_that_is_kept_is_told_beside_the_turns_of_others() -> None:
    site = beside("G-50", amps=16.0)
    hold(evse_of(site, "G-01"), 6.0)
    waiting = replace(FULL, cause=Cause.OTHERS_FIRST)
    code, text = told(site, waiting)
    assert code is ReasonCode.OTHERS_FIRST
    assert text == (
        "Waits for its turn until 23:00: Level 1 is full on L2, where 16 A are kept for G-50, "
        "which is not connected"
    )


def test_room_that_is_kept_elsewhere_is_not_the_reason() -> None:
    assert told(beside("G-50"), replace(FULL, feeder="level-2"))[1] == (
        "Level 2 is full on L2 until 23:00"
    )


@pytest.mark.parametrize(
    ("absent", "kept"),
    [
        (("B", "C"), "64 A are kept for B and C, which are not connected"),
        (("B", "C", "D", "E"), "128 A are kept for B, C and 2 more, which are not connected"),
    ],
)
def test_no_more_than_two_stations_that_are_gone_are_named(
    absent: tuple[str, ...], kept: str
) -> None:
    assert told(beside(*absent))[1] == f"Level 1 is full on L2 until 23:00: {kept}"


def test_guest_that_went_before_it_was_set_up_is_waited_for_until_it_is_removed(
    live: LiveSite,
) -> None:
    live.add_place(place("visitor", "level-1", 0.0))
    live.station_connected("visitor", "1.6", NOON)
    live.station_disconnected("visitor")
    visitor = evse_of(live, "visitor")
    assert explain_evse(live, visitor, NOON, {}, {}) == ReasonView(
        code=ReasonCode.OFFLINE,
        text="Not connected; may draw 32 A, which are kept free for it until it is back or removed",
    )


def test_every_cause_of_a_plan_has_words(live: LiveSite) -> None:
    for cause in Cause:
        reason = Reason(cause=cause, feeder="intake", line=1)
        assert why(live, reason).text


def limited(live: LiveSite, amps: float, **more: Any) -> LiveSite:
    """The same site, whose level somebody limits."""
    fields: dict[str, Any] = {"party": LimitParty.GRID_COMPANY, "from_at": NOON, **more}
    limit = ImposedLimit(feeder_id="level-1", amps=(40.0, amps, 40.0), **fields)
    live.imposed["level-1", limit.party] = (limit,)
    return live


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            {"until_at": after(450), "words": "transformer is hot"},
            "limited to 20 A by the grid company until 20:30: transformer is hot",
        ),
        ({"party": LimitParty.OPERATOR}, "limited to 20 A by the operator until it is lifted"),
        (
            {"until_at": after(48 * 60)},
            "limited to 20 A by the grid company until 16 Jan 13:00",
        ),
    ],
)
def test_who_has_limited_the_feeder_that_binds_is_told(
    live: LiveSite, more: dict[str, Any], text: str
) -> None:
    assert told(limited(live, 20.0, **more)) == (
        ReasonCode.FEEDER,
        f"Level 1 is full on L2, {text}",
    )


@pytest.mark.parametrize(
    ("amps", "more"),
    [(40.0, {}), (20.0, {"from_at": after(5)}), (20.0, {"until_at": NOON})],
)
def test_a_limit_that_does_not_bind_is_not_the_reason(
    live: LiveSite, amps: float, more: dict[str, Any]
) -> None:
    assert told(limited(live, amps, **more))[1] == "Level 1 is full on L2 until 23:00"


def test_the_lowest_of_two_limits_is_the_reason(live: LiveSite) -> None:
    limited(live, 20.0)
    limited(live, 16.5, party=LimitParty.OPERATOR)
    assert told(live)[1] == (
        "Level 1 is full on L2, limited to 16.5 A by the operator until it is lifted"
    )


def test_a_turn_is_waited_for_below_a_limit_too(live: LiveSite) -> None:
    waiting = replace(FULL, cause=Cause.OTHERS_FIRST)
    code, text = told(limited(live, 20.0, until_at=after(450)), waiting)
    assert code is ReasonCode.OTHERS_FIRST
    assert text == (
        "Waits for its turn until 23:00: Level 1 is full on L2, limited to 20 A by the grid "
        "company until 20:30"
    )


def test_room_that_comes_back_gradually_is_told(live: LiveSite) -> None:
    begin_ramps(live, ("level-1",), RampCause.START, NOON)
    assert told(live)[1] == (
        "Level 1 is full on L2, and room comes back gradually since the server started"
    )


def test_vehicle_that_begins_after_others_says_when(live: LiveSite) -> None:
    evse(live).return_delay_s = 40
    assert told(live)[1] == "Level 1 is full on L2 until 23:00"
    assert evse(live).hold_back(NOON) == 40
    assert why(live) == ReasonView(
        code=ReasonCode.STARTING,
        text="Many have come back at once, and begin one after the other: this one at 13:00:40",
        until=after(40 / 60),
    )


def test_vehicle_that_takes_less_than_the_charger_gives_is_the_reason(live: LiveSite) -> None:
    evse(live).habits = VehicleHabits(ceiling_a=18.4)
    at_most = (ReasonCode.VEHICLE, "The vehicle takes no more than 18 A just now")
    assert told(live, Reason(cause=Cause.OWN_MAXIMUM)) == at_most


def test_vehicle_that_wants_nothing_is_the_reason(live: LiveSite) -> None:
    evse(live).habits = VehicleHabits(is_content=True)
    text = "The vehicle takes nothing: it is full, or set to charge later"
    assert told(live) == (ReasonCode.VEHICLE, text)


def test_what_a_vehicle_would_take_is_not_known_while_it_may_take_nothing() -> None:
    site = LiveSite(small_site(place("G-01", "level-1", 0.0)))
    connect(site, "G-01")
    hold(plug_in(site, "G-01"), 0.0)
    evse_of(site, "G-01").habits = VehicleHabits(is_content=True)
    text = "The vehicle took nothing when it last might; it may again when there is room"
    assert told(site) == (ReasonCode.VEHICLE, text)


def test_limit_that_the_station_did_not_take_is_told(live: LiveSite) -> None:
    evse(live).refusal = "no answer within 30 s"
    text = "The station did not take the last limit: no answer within 30 s"
    assert told(live) == (ReasonCode.REFUSED, text)


def test_empty_connector_says_so(live: LiveSite) -> None:
    evse(live).status = ConnectorStatus.AVAILABLE
    assert told(live) == (ReasonCode.NO_VEHICLE, "No vehicle is charging")


def test_before_the_first_plan_the_limit_is_on_its_way(live: LiveSite) -> None:
    assert told(live, None) == (ReasonCode.STARTING, "The first limit is on its way")


def test_fallback_that_is_not_sure_is_the_reason(live: LiveSite) -> None:
    evse(live).allowance = evse(live).allowance.restanding(Standing.UNKNOWN)
    assert told(live) == (ReasonCode.STARTING, "Its standing limit is being installed")


def test_station_that_refuses_its_fallback_is_counted_at_its_rating(live: LiveSite) -> None:
    evse(live).allowance = evse(live).allowance.restanding(Standing.REFUSED)
    evse(live).refusal = "InvalidStackLevel"
    text = "Refuses its standing limit (InvalidStackLevel); counted at 32 A"
    assert told(live) == (ReasonCode.REFUSED, text)


def test_station_that_ignores_its_limit_is_counted_at_its_rating(live: LiveSite) -> None:
    evse(live).allowance = replace(evse(live).allowance, is_disobeyed=True)
    text = "Draws more than it was allowed; counted at its rating of 32 A"
    assert told(live) == (ReasonCode.REFUSED, text)


def test_lost_station_is_counted_at_what_it_may_draw_until_its_limit_lapses(
    live: LiveSite,
) -> None:
    live.station_disconnected("G-01")
    assert why(live) == ReasonView(
        code=ReasonCode.OFFLINE,
        text="Not connected; may draw 16 A, which are kept free for it",
        until=after(15),
    )
    evse(live).allowance = evse(live).allowance.lapsed(after(15))
    assert why(live) == ReasonView(
        code=ReasonCode.OFFLINE, text="Not connected; may draw 6 A, which are kept free for it"
    )


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Has never connected; 32 A are kept free for it"),
        ({"is_installed": False}, "Planned, not installed yet"),
    ],
)
def test_station_that_never_came_says_what_is_kept_for_it(
    fields: dict[str, Any], text: str
) -> None:
    site = LiveSite(small_site(replace(place("G-01", "level-1", 6.0), **fields)))
    assert told(site) == (ReasonCode.NEVER_SEEN, text)


def test_vehicle_at_an_evse_that_the_file_does_not_know_is_told_of(live: LiveSite) -> None:
    at_two = altered(transaction("G-01", number=9), evse=EvseId("G-01", 2))
    live.transaction_changed(at_two, NOON)
    found = live.evses[EvseId("G-01", 2)]
    reason = explain_evse(live, found, NOON, {}, kept_rooms(live, NOON))
    text = "Charges, and is not in the site file; counted at 32 A"
    assert reason == ReasonView(code=ReasonCode.NOT_IN_FILE, text=text)


def test_wrong_clock_is_told_with_every_reason(live: LiveSite) -> None:
    live.clock_seen("G-01", after(61), NOON)
    text = "Level 1 is full on L2 until 23:00; its clock is 61 min fast"
    assert told(live) == (ReasonCode.FEEDER, text)
