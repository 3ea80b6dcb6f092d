"""Why an EVSE has its limit, in words: no limit without a reason."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from csms.domain.identity import EvseId
from csms.domain.limits import Standing
from csms.domain.station_clock import describe_error
from csms.language.said import Said, joined
from csms.service.connector_bounds import tightest_bound
from csms.service.feeder_limits import binding_limit
from csms.service.kept_room import KeptRoom, Line
from csms.service.limit_words import RAMP_WORDS, limited_to
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.price_words import words_of_waiting
from csms.service.site_view import ReasonCode, ReasonView
from csms.service.trials import needs_proof
from smart_charging.plan import Cause, Reason

_NOTICEABLE_A: Final = 0.5
_TEXT: Final = {
    Cause.LATER: Said("Planned for later"),
    Cause.NOTHING_WANTED: Said("Has what it came for"),
    Cause.AWAY: Said("No vehicle is expected now"),
}
_CODE: Final = {
    Cause.LATER: ReasonCode.OTHERS_FIRST,
    Cause.NOTHING_WANTED: ReasonCode.NEED_MET,
    Cause.AWAY: ReasonCode.NO_VEHICLE,
}


def explain_evse(
    live: LiveSite,
    evse: LiveEvse,
    now: datetime,
    planned: Mapping[EvseId, Reason],
    rooms: Mapping[Line, KeptRoom],
) -> ReasonView:
    """Explain an EVSE's limit: first what keeps it from being steered, then the plan's reason.

    Args:
        live: The site.
        evse: The EVSE.
        now: The present instant.
        planned: The newest plan's reasons.
        rooms: What is kept on full lines for who is not connected.
    """
    reason = planned.get(evse.place.evse)
    view = (
        _unsteered(live, evse, now)
        or _unwanted(evse, now)
        or _bounded(live, evse, now, reason)
        or _held_back(live, evse, now)
        or (_planned(live, evse, reason, now, rooms) if reason else None)
        or ReasonView(code=ReasonCode.STARTING, text=Said("The first limit is on its way"))
    )
    error = live.stations[evse.place.evse.station_id].clock.error
    if error:
        return replace(
            view,
            text=Said(
                "%(why)s; its clock is %(error)s", why=view.text, error=describe_error(error)
            ),
        )
    return view


def _unsteered(live: LiveSite, evse: LiveEvse, now: datetime) -> ReasonView | None:
    """Reasons that lie with the station."""
    place, allowance = evse.place, evse.allowance
    station = live.stations[place.evse.station_id]
    if evse.is_stray:
        text = Said(
            "Charges, and is not in the site file; counted at %(amps).0f A", amps=place.max_a
        )
        return ReasonView(code=ReasonCode.NOT_IN_FILE, text=text)
    if not place.is_installed:
        return ReasonView(code=ReasonCode.NEVER_SEEN, text=Said("Planned, not installed yet"))
    if station.protocol is None:
        counted_a = allowance.now_a(now)
        text = Said("Has never connected; %(amps).0f A are kept free for it", amps=counted_a)
        return ReasonView(code=ReasonCode.NEVER_SEEN, text=text)
    if not station.is_connected:
        until = allowance.accepted.ends_at if allowance.accepted else None
        words = _away(live, evse, allowance.now_a(now))
        return ReasonView(code=ReasonCode.OFFLINE, text=words, until=until)
    return _untrusted(evse) or _unproven(live, evse)


def _away(live: LiveSite, evse: LiveEvse, counted_a: float) -> Said:
    """What is kept for a station that is not connected, why so much, and for how long."""
    station_id = evse.place.evse.station_id
    text = Said("Not connected; may draw %(amps).0f A, which are kept free for it", amps=counted_a)
    if not live.keeps_fallback(station_id):
        text = Said(
            "%(kept)s, as its make was not seen to keep its standing limit without power",
            kept=text,
        )
    if evse.allowance.standing is not Standing.HELD and live.is_guest(station_id):
        text = Said("%(kept)s until it is back or removed", kept=text)
    return text


def _untrusted(evse: LiveEvse) -> ReasonView | None:
    """Reasons that lie with what the station makes of limits."""
    place, allowance = evse.place, evse.allowance
    if allowance.is_disobeyed:
        text = Said(
            "%(words)s; counted at its rating of %(amps).0f A",
            words=evse.mistrust or Said("Draws more than it was allowed"),
            amps=place.max_a,
        )
        return ReasonView(code=ReasonCode.REFUSED, text=text)
    if allowance.standing is Standing.REFUSED:
        text = Said(
            "Refuses its standing limit (%(words)s); counted at %(amps).0f A",
            words=evse.refusal,
            amps=place.max_a,
        )
        return ReasonView(code=ReasonCode.REFUSED, text=text)
    if allowance.standing is Standing.UNKNOWN:
        return ReasonView(
            code=ReasonCode.STARTING, text=Said("Its standing limit is being installed")
        )
    return None


def _unproven(live: LiveSite, evse: LiveEvse) -> ReasonView | None:
    """Limits that wait until the station's make has shown that it keeps to them."""
    if not evse.is_occupied or not needs_proof(live, evse):
        return None
    text = Said("Waits until another of its make has shown that it keeps to limits")
    if evse.allowance.is_on_trial:
        text = Said(
            "Tried with %(least).0f A, as its make has not shown yet that it keeps to limits; "
            "counted at its rating of %(amps).0f A",
            least=evse.place.min_a,
            amps=evse.place.max_a,
        )
    return ReasonView(code=ReasonCode.STARTING, text=text)


def _unwanted(evse: LiveEvse, now: datetime) -> ReasonView | None:
    """Reasons that lie with the vehicle, and refusals of the last limit."""
    if not evse.is_occupied:
        return ReasonView(code=ReasonCode.NO_VEHICLE, text=Said("No vehicle is charging"))
    if evse.refusal:
        text = Said("The station did not take the last limit: %(words)s", words=evse.refusal)
        return ReasonView(code=ReasonCode.REFUSED, text=text)
    if evse.habits.is_content:
        text = Said("The vehicle takes nothing: it is full, or set to charge later")
        if evse.allowance.now_a(now) < evse.place.min_a:  # it cannot show what it would take
            text = Said(
                "The vehicle took nothing when it last might; it may again when there is room"
            )
        return ReasonView(code=ReasonCode.VEHICLE, text=text)
    return None


def _bounded(
    live: LiveSite, evse: LiveEvse, now: datetime, reason: Reason | None
) -> ReasonView | None:
    """Limits of the operator or of others, where the plan would give more, or can give nothing."""
    bound = tightest_bound(live, evse, now)
    if bound is None or bound.amps >= evse.place.max_a:
        return None
    if bound.amps < evse.place.min_a:
        text = Said("%(bound)s, less than a vehicle takes", bound=bound.words)
        return ReasonView(code=bound.code, text=text)
    is_it = reason is not None and reason.cause is Cause.OWN_MAXIMUM
    ceiling_a = evse.habits.ceiling_a
    if not is_it or (ceiling_a is not None and ceiling_a < bound.amps - _NOTICEABLE_A):
        return None
    return ReasonView(code=bound.code, text=bound.words)


def _held_back(live: LiveSite, evse: LiveEvse, now: datetime) -> ReasonView | None:
    """A return of many stations, after which not all may begin in the same second."""
    if evse.raise_from is None or now >= evse.raise_from:
        return None
    begins = evse.raise_from.astimezone(live.site.timezone).strftime("%H:%M:%S")
    text = Said(
        "Many have come back at once, and begin one after the other: this one at %(begins)s",
        begins=begins,
    )
    return ReasonView(code=ReasonCode.STARTING, text=text, until=evse.raise_from)


def _planned(
    live: LiveSite,
    evse: LiveEvse,
    reason: Reason,
    now: datetime,
    rooms: Mapping[Line, KeptRoom],
) -> ReasonView:
    """The plan's reason in words."""
    if reason.cause is Cause.OWN_MAXIMUM:
        code, text = _own_maximum(evse)
    elif reason.cause in (Cause.FEEDER, Cause.OTHERS_FIRST):
        code, text = _full(live, reason, now, rooms)
    elif reason.cause is Cause.LATER and (words := words_of_waiting(live, reason.until, now)):
        code, text = ReasonCode.PRICE, words
    else:
        code, text = _CODE[reason.cause], _until(live, reason, _TEXT[reason.cause])
    return ReasonView(
        code=code, text=text, feeder_id=reason.feeder, line=reason.line, until=reason.until
    )


def _full(
    live: LiveSite, reason: Reason, now: datetime, rooms: Mapping[Line, KeptRoom]
) -> tuple[ReasonCode, str]:
    """A full line, and for whom room on it is kept who is not there to be lowered."""
    name = live.site.feeder(reason.feeder).name if reason.feeder else ""
    full = Said("%(feeder)s is full on L%(line)s", feeder=name, line=reason.line)
    lowered = _lowered(live, reason, now, full)
    room = rooms.get((reason.feeder or "", reason.line or 0), KeptRoom())
    kept = room.words()
    if reason.cause is Cause.OTHERS_FIRST and (room.is_shared or not kept):
        if kept:
            full = Said("%(full)s, where %(kept)s", full=full, kept=kept)
        turn = _until(live, reason, Said("Waits for its turn"))
        return ReasonCode.OTHERS_FIRST, joined(
            [turn, _lowered(live, reason, now, full) or full], ": "
        )
    if lowered:
        return ReasonCode.FEEDER, joined([lowered, kept], "; ") if kept else lowered
    text = _until(live, reason, full)
    return ReasonCode.FEEDER, joined([text, kept], ": ") if kept else text


def _lowered(live: LiveSite, reason: Reason, now: datetime, full: str) -> str:
    """A full line, and who lowered its limit or why it rises only gradually; empty: neither."""
    if not reason.feeder or not reason.line:
        return ""
    if limit := binding_limit(live, reason.feeder, reason.line, now):
        amps = Said("%(amps)g A", amps=limit.amps[reason.line - 1])
        return joined([full, limited_to(limit, amps, live.site.timezone, now)])
    ramp = live.ramps.get(reason.feeder)
    if ramp is None or ramp.is_slack:
        return ""
    cause = RAMP_WORDS[ramp.cause]
    return Said("%(full)s, and room comes back gradually since %(cause)s", full=full, cause=cause)


def _until(live: LiveSite, reason: Reason, text: Said) -> Said:
    if not reason.until:
        return text
    until = reason.until.astimezone(live.site.timezone)
    return Said("%(text)s until %(time)s", text=text, time=until)


def _own_maximum(evse: LiveEvse) -> tuple[ReasonCode, str]:
    ceiling_a = evse.habits.ceiling_a
    if ceiling_a is not None and ceiling_a < evse.place.max_a - _NOTICEABLE_A:
        text = Said("The vehicle takes no more than %(amps).0f A just now", amps=ceiling_a)
        return ReasonCode.VEHICLE, text
    return ReasonCode.FULL_SPEED, Said("As fast as the charger can")
