"""No limit without a reason, and the reason that matters most is the one that is told."""

from dataclasses import replace
from typing import Any, Final

import pytest

from csms.domain.limits import Standing
from csms.domain.station import ConnectorStatus
from csms.domain.vehicle import VehicleHabits
from csms.service.live_site import LiveEvse, LiveSite
from csms.service.reason_text import explain_evse
from csms.service.site_view import ReasonCode, ReasonView
from smart_charging.problem import Cause, Reason
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, hold, plug_in

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
    return explain_evse(live, evse, NOON, {evse.place.evse: planned} if planned else {})


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


def test_every_cause_of_a_plan_has_words(live: LiveSite) -> None:
    for cause in Cause:
        reason = Reason(cause=cause, feeder="intake", line=1)
        assert why(live, reason).text


def test_vehicle_that_takes_less_than_the_charger_gives_is_the_reason(live: LiveSite) -> None:
    evse(live).habits = VehicleHabits(ceiling_a=18.4)
    at_most = (ReasonCode.VEHICLE, "The vehicle takes no more than 18 A just now")
    assert told(live, Reason(cause=Cause.OWN_MAXIMUM)) == at_most


def test_vehicle_that_wants_nothing_is_the_reason(live: LiveSite) -> None:
    evse(live).habits = VehicleHabits(is_content=True)
    text = "The vehicle takes nothing: it is full, or set to charge later"
    assert told(live) == (ReasonCode.VEHICLE, text)


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
