"""What the guard has noted, in words: for the page, for files, and for whoever asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from csms.domain.errors import UnknownFeederError
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId
from csms.domain.site import Site
from csms.language.said import Said, joined
from csms.service.guard_record import Overload
from csms.service.live_site import LiveSite
from csms.service.site_view import GuardEventView

KIND_WORDS: Final[Mapping[GuardEventKind, str]] = {
    GuardEventKind.OVER_LIMIT: Said("Over the limit"),
    GuardEventKind.CUT: Said("Limits cut"),
    GuardEventKind.RESTORED: Said("Limits given back"),
    GuardEventKind.LIMIT_IMPOSED: Said("Feeder limited"),
    GuardEventKind.FED_CUT: Said("Too much fed in"),
    GuardEventKind.LIMIT_LIFTED: Said("Feeder no longer limited"),
    GuardEventKind.GRID_SILENT: Said("Grid company silent"),
    GuardEventKind.GRID_BACK: Said("Grid company back"),
    GuardEventKind.METER_STALE: Said("Meter silent"),
    GuardEventKind.METER_BACK: Said("Meter back"),
    GuardEventKind.METER_REFUSED: Said("Meter's reading refused"),
    GuardEventKind.BROKER_LOST: Said("MQTT broker lost"),
    GuardEventKind.BROKER_BACK: Said("MQTT broker back"),
    GuardEventKind.PRICES_SILENT: Said("Prices missing"),
    GuardEventKind.PRICES_BACK: Said("Prices back"),
    GuardEventKind.RETURN: Said("Many came back at once"),
    GuardEventKind.UNSTEERABLE: Said("Cannot be steered"),
    GuardEventKind.CAPACITY: Said("Likely full"),
    GuardEventKind.DEMAND_DRIFT: Said("Demand forecasts drift"),
    GuardEventKind.DEMAND_HOLDS: Said("Demand forecasts hold again"),
    GuardEventKind.FORECASTS_DRIFT: Said("Forecasts drift"),
    GuardEventKind.FORECASTS_HOLD: Said("Forecasts hold again"),
}
_UNITS: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def describe(site: Site, event: GuardEvent) -> str:
    """Say where something was, how much of what was allowed, and for how long."""
    parts = (
        event.station_id or _line_words(site, event.feeder_id, event.line),
        _figures(event),
        Said("for %(time)s", time=lasting(event.lasted_s)) if event.lasted_s else "",
    )
    return joined([part for part in parts if part])


def view_event(site: Site, event: GuardEvent) -> GuardEventView:
    """Write an event as people see it."""
    return GuardEventView(
        kind=event.kind,
        at=event.at,
        title=KIND_WORDS[event.kind],
        text=describe(site, event),
        cause=event.cause,
    )


def banner(live: LiveSite, now: datetime) -> str | None:
    """What is wrong just now: the worst overload by the meters, or a cut; None: nothing is."""
    guard = live.guard
    if guard.overloads:
        return _overload_words(live.site, list(guard.overloads.values()), now)
    if guard.cut is None:
        return None
    where = _line_words(live.site, guard.cut.feeder_id, guard.cut.line)
    since = guard.cut.at.astimezone(live.site.timezone).strftime("%H:%M:%S")
    return Said(
        "%(where)s: limits have been cut since %(since)s, and are not given back yet",
        where=where,
        since=since,
    )


def lasting(seconds: float) -> str:
    """Write a duration in its two largest units."""
    left = round(seconds)
    counts: list[tuple[int, str]] = []
    for size, name in _UNITS:
        count, left = divmod(left, size)
        if count or counts:
            counts.append((count, name))
    words = [f"{count} {name}" for count, name in counts[:2] if count]
    return " ".join(words) or "0 s"


def _overload_words(site: Site, overloads: list[Overload], now: datetime) -> str:
    worst = max(overloads, key=lambda one: one.amps - one.limit_a)
    where = _line_words(site, worst.feeder_id, worst.line)
    lasted = lasting((now - worst.since).total_seconds())
    text = Said(
        "%(where)s carries %(amps)s A of %(limit)s A for %(time)s: %(cause)s",
        where=where,
        amps=_amps(worst.amps),
        limit=_amps(worst.limit_a),
        time=lasted,
        cause=worst.cause,
    )
    if len(overloads) == 1:
        return text
    return Said.of(
        "%(text)s; %(n)s more line is over",
        "%(text)s; %(n)s more lines are over",
        len(overloads) - 1,
        text=text,
    )


def _line_words(site: Site, feeder_id: FeederId | None, line: int | None) -> str:
    """A feeder, which the site file may not know any more, and its line."""
    if feeder_id is None:
        return ""
    try:
        name = site.feeder(feeder_id).name
    except UnknownFeederError:
        name = feeder_id
    return f"{name} L{line}" if line else name


def _figures(event: GuardEvent) -> str:
    if event.amps is None:
        return "" if event.limit_a is None else Said("limit %(amps)s A", amps=_amps(event.limit_a))
    if event.limit_a is None:
        return Said("%(amps)s A", amps=_amps(event.amps))
    return Said("%(amps)s A of %(limit)s A", amps=_amps(event.amps), limit=_amps(event.limit_a))


def _amps(value: float) -> str:
    return (
        Said("%(amps).0f", amps=value)
        if f"{value:.1f}".endswith(".0")
        else Said("%(amps).1f", amps=value)
    )
