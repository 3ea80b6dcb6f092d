"""Why an EVSE has its limit, in words: no limit without a reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from csms.domain.identity import EvseId
from csms.domain.limits import Standing
from csms.service.live_site import LiveEvse, LiveSite
from csms.service.site_view import ReasonCode, ReasonView
from smart_charging.problem import Cause, Reason

_NOTICEABLE_A: Final = 0.5
_CODE: Final = {
    Cause.FEEDER: ReasonCode.FEEDER,
    Cause.OTHERS_FIRST: ReasonCode.OTHERS_FIRST,
    Cause.LATER: ReasonCode.OTHERS_FIRST,
    Cause.NOTHING_WANTED: ReasonCode.NEED_MET,
}


def explain_evse(
    live: LiveSite, evse: LiveEvse, now: datetime, planned: Mapping[EvseId, Reason]
) -> ReasonView:
    """Explain an EVSE's limit: first what keeps it from being steered, then the plan's reason.

    Args:
        live: The site.
        evse: The EVSE.
        now: The present instant.
        planned: The newest plan's reasons.
    """
    reason = planned.get(evse.place.evse)
    return (
        _unsteered(live, evse, now)
        or _unwanted(evse)
        or (_planned(live, evse, reason) if reason else None)
        or ReasonView(code=ReasonCode.STARTING, text="The first limit is on its way")
    )


def _unsteered(live: LiveSite, evse: LiveEvse, now: datetime) -> ReasonView | None:
    """Reasons that lie with the station."""
    place, allowance = evse.place, evse.allowance
    station = live.stations[place.evse.station_id]
    counted_a = allowance.now_a(now)
    if not place.is_installed:
        return ReasonView(code=ReasonCode.NEVER_SEEN, text="Planned, not installed yet")
    if station.protocol is None:
        text = f"Has never connected; {counted_a:.0f} A are kept free for it"
        return ReasonView(code=ReasonCode.NEVER_SEEN, text=text)
    if not station.is_connected:
        text = f"Not connected; may draw {counted_a:.0f} A, which are kept free for it"
        until = allowance.accepted.ends_at if allowance.accepted else None
        return ReasonView(code=ReasonCode.OFFLINE, text=text, until=until)
    return _untrusted(evse)


def _untrusted(evse: LiveEvse) -> ReasonView | None:
    """Reasons that lie with what the station makes of limits."""
    place, allowance = evse.place, evse.allowance
    if allowance.is_disobeyed:
        text = f"Draws more than it was allowed; counted at its rating of {place.max_a:.0f} A"
        return ReasonView(code=ReasonCode.REFUSED, text=text)
    if allowance.standing is Standing.REFUSED:
        text = f"Refuses its standing limit ({evse.refusal}); counted at {place.max_a:.0f} A"
        return ReasonView(code=ReasonCode.REFUSED, text=text)
    if allowance.standing is Standing.UNKNOWN:
        return ReasonView(code=ReasonCode.STARTING, text="Its standing limit is being installed")
    return None


def _unwanted(evse: LiveEvse) -> ReasonView | None:
    """Reasons that lie with the vehicle, and refusals of the last limit."""
    if not evse.is_occupied:
        return ReasonView(code=ReasonCode.NO_VEHICLE, text="No vehicle is charging")
    if evse.refusal:
        text = f"The station did not take the last limit: {evse.refusal}"
        return ReasonView(code=ReasonCode.REFUSED, text=text)
    if evse.habits.is_content:
        text = "The vehicle takes nothing: it is full, or set to charge later"
        return ReasonView(code=ReasonCode.VEHICLE, text=text)
    return None


def _planned(live: LiveSite, evse: LiveEvse, reason: Reason) -> ReasonView:
    """The plan's reason in words."""
    until = f" until {_time(live, reason.until)}" if reason.until else ""
    name = live.site.feeder(reason.feeder).name if reason.feeder else ""
    texts = {
        Cause.FEEDER: f"{name} is full on L{reason.line}{until}",
        Cause.OTHERS_FIRST: f"Waits for its turn{until}: {name} is full on L{reason.line}",
        Cause.LATER: f"Planned for later{until}",
        Cause.NOTHING_WANTED: "Has what it came for",
    }
    if reason.cause is Cause.OWN_MAXIMUM:
        code, text = _own_maximum(evse)
    else:
        code, text = _CODE[reason.cause], texts[reason.cause]
    return ReasonView(
        code=code, text=text, feeder_id=reason.feeder, line=reason.line, until=reason.until
    )


def _own_maximum(evse: LiveEvse) -> tuple[ReasonCode, str]:
    ceiling_a = evse.habits.ceiling_a
    if ceiling_a is not None and ceiling_a < evse.place.max_a - _NOTICEABLE_A:
        return ReasonCode.VEHICLE, f"The vehicle takes no more than {ceiling_a:.0f} A just now"
    return ReasonCode.FULL_SPEED, "As fast as the charger can"


def _time(live: LiveSite, instant: datetime) -> str:
    return instant.astimezone(live.site.timezone).strftime("%H:%M")
