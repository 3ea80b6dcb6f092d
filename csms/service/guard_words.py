"""What the guard has noted, in words: for the page, for files, and for whoever asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from csms.domain.errors import UnknownFeederError
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId
from csms.domain.site import Site
from csms.service.guard_record import Overload
from csms.service.live_site import LiveSite
from csms.service.site_view import GuardEventView

KIND_WORDS: Final[Mapping[GuardEventKind, str]] = {
    GuardEventKind.OVER_LIMIT: "Over the limit",
    GuardEventKind.CUT: "Limits cut",
    GuardEventKind.RESTORED: "Limits given back",
    GuardEventKind.LIMIT_IMPOSED: "Feeder limited",
    GuardEventKind.LIMIT_LIFTED: "Feeder no longer limited",
    GuardEventKind.GRID_SILENT: "Grid company silent",
    GuardEventKind.GRID_BACK: "Grid company back",
    GuardEventKind.METER_STALE: "Meter silent",
    GuardEventKind.METER_BACK: "Meter back",
    GuardEventKind.METER_REFUSED: "Meter's reading refused",
    GuardEventKind.BROKER_LOST: "MQTT broker lost",
    GuardEventKind.BROKER_BACK: "MQTT broker back",
    GuardEventKind.PRICES_SILENT: "Prices missing",
    GuardEventKind.PRICES_BACK: "Prices back",
    GuardEventKind.RETURN: "Many came back at once",
    GuardEventKind.UNSTEERABLE: "Cannot be steered",
    GuardEventKind.CAPACITY: "Likely full",
    GuardEventKind.DEMAND_DRIFT: "Demand forecasts drift",
    GuardEventKind.DEMAND_HOLDS: "Demand forecasts hold again",
    GuardEventKind.FORECASTS_DRIFT: "Forecasts drift",
    GuardEventKind.FORECASTS_HOLD: "Forecasts hold again",
}
_UNITS: Final = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def describe(site: Site, event: GuardEvent) -> str:
    """Say where something was, how much of what was allowed, and for how long."""
    parts = (
        event.station_id or _line_words(site, event.feeder_id, event.line),
        _figures(event),
        f"for {lasting(event.lasted_s)}" if event.lasted_s else "",
    )
    return ", ".join(part for part in parts if part)


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
    return f"{where}: limits have been cut since {since}, and are not given back yet"


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
    others = len(overloads) - 1
    more = f"; {others} more {'line is' if others == 1 else 'lines are'} over" if others else ""
    figures = f"{_amps(worst.amps)} A of {_amps(worst.limit_a)} A"
    return f"{where} carries {figures} for {lasted}: {worst.cause}{more}"


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
        return "" if event.limit_a is None else f"limit {_amps(event.limit_a)} A"
    if event.limit_a is None:
        return f"{_amps(event.amps)} A"
    return f"{_amps(event.amps)} A of {_amps(event.limit_a)} A"


def _amps(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
