"""Figures and times as the pages show them; `static/js/format.js` says the same in the browser."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.need import NeedSource
from csms.service.limit_words import PARTY_WORDS
from csms.service.site_view import (
    EvseState,
    EvseView,
    FeederView,
    GuardView,
    ImposedView,
    Level,
    LineAmps,
    NeedView,
    PlanView,
)

STATE_WORDS: Final[Mapping[EvseState, str]] = {
    EvseState.FAULTED: "Faulted",
    EvseState.OFFLINE: "Offline",
    EvseState.CHARGING: "Charging",
    EvseState.PAUSED: "Paused",
    EvseState.WAITING: "Waiting",
    EvseState.PREPARING: "Preparing",
    EvseState.FINISHING: "Finishing",
    EvseState.RESERVED: "Reserved",
    EvseState.AVAILABLE: "Available",
    EvseState.UNAVAILABLE: "Unavailable",
    EvseState.NEVER_SEEN: "Never seen",
}
"""In the order of the attention that they need."""
LEVEL_WORDS: Final[Mapping[Level, str]] = {
    Level.OVERCOMMITTED: "More may be drawn than the limit",
    Level.OVER: "Over its limit",
}
"""Of feeders that need attention."""
SOURCE_WORDS: Final[Mapping[NeedSource, str]] = {
    NeedSource.STATED: "stated",
    NeedSource.TIMETABLE: "by timetable",
    NeedSource.FORECAST: "forecast",
    NeedSource.HISTORY: "from history",
    NeedSource.ASSUMED: "assumed",
}
NOTHING: Final = "\N{EN DASH}"
_GRADUALLY: Final = "Room comes back gradually"
_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_DOT: Final = "\N{MIDDLE DOT}"
_TENTH: Final = Decimal("0.1")
_SOON: Final = timedelta(hours=20)
"""Times of day further away than this need a weekday."""
_THIS_WEEK: Final = timedelta(days=6)
"""Instants further away than this need a date."""


def tenths(value: float) -> str:
    """Write a figure with one decimal, halves away from zero as browsers do."""
    rounded = Decimal(value).quantize(_TENTH, ROUND_HALF_UP)
    return str(rounded or abs(rounded)).replace("-", "\N{MINUS SIGN}")


def kilo(value: float) -> str:
    """Write W as kW, or Wh as kWh."""
    return tenths(value / 1000)


def amps(value: float) -> str:
    """Write a limit: a decimal only where there is one."""
    return tenths(value).removesuffix(".0")


def second(at: datetime, zone: ZoneInfo) -> str:
    """Write a time of day with its seconds."""
    return at.astimezone(zone).strftime("%H:%M:%S")


def day_and_second(at: datetime, zone: ZoneInfo) -> str:
    """Write a day, and a time of it with its seconds."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def guard_last(guard: GuardView, zone: ZoneInfo) -> str:
    """What the guard of the limits did last."""
    if not guard.events:
        return ""
    last = guard.events[0]
    return f"Last: {last.title}, {day_and_second(last.at, zone)}"


def minute(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Write a time of day, with the weekday where it is not near."""
    pattern = "%H:%M" if at - now < _SOON else "%a %H:%M"
    return at.astimezone(zone).strftime(pattern)


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Write an instant that may be far away: with the date where a weekday would not tell it."""
    if at - now < _THIS_WEEK:
        return minute(at, zone, now)
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def energy_line(evse: EvseView, zone: ZoneInfo, now: datetime) -> str:
    """What a vehicle has got, of what it needs and by when."""
    got = None if evse.energy_wh is None else kilo(evse.energy_wh)
    if evse.need is None:
        return "" if got is None else f"{got} kWh"
    wanted, by = amps(evse.need.energy_wh / 1000), minute(evse.need.departs_at, zone, now)
    return f"{got or NOTHING} of {wanted} kWh by {by}, {SOURCE_WORDS[evse.need.source]}"


def known_from(need: NeedView, zone: ZoneInfo, now: datetime) -> str:
    """Where a need is known from, and how far it is sure."""
    energy, departs = need.energy_between_wh, need.departs_between
    parts = [
        energy and f"{kilo(energy[0])} to {kilo(energy[1])} kWh",
        departs and f"leaves {minute(departs[0], zone, now)} to {minute(departs[1], zone, now)}",
    ]
    spread = f" {_DOT} ".join(part for part in parts if part)
    source = SOURCE_WORDS[need.source]
    if need.energy_source and need.departure_source:
        energy_source, departs_source = need.energy_source, need.departure_source
        source = f"energy {SOURCE_WORDS[energy_source]}, departure {SOURCE_WORDS[departs_source]}"
    return f"{source}, eight in ten: {spread}" if spread else source


def feeder_note(feeder: FeederView) -> str:
    """What has to be said of a feeder beside its bars."""
    source = feeder.uncontrolled_source
    rising = feeder.rising_a and f"{_GRADUALLY}: up to {amps(min(feeder.rising_a))} A now"
    notes = (LEVEL_WORDS.get(feeder.level), rising, source and f"Building load: {source}")
    return f" {_DOT} ".join(note for note in notes if note)


def limit_words(limit_a: LineAmps) -> str:
    """Write a limit by line, once where all are the same."""
    figures = [amps(line_a) for line_a in limit_a]
    return f"3 {_TIMES} {figures[0]} A" if len(set(figures)) == 1 else f"{' / '.join(figures)} A"


def limit_line(limit: ImposedView, zone: ZoneInfo, now: datetime) -> str:
    """By whom a feeder is limited, to what, until when and why."""
    begins = f" from {moment(limit.from_at, zone, now)}" if limit.from_at > now else ""
    until_at = limit.until_at
    ends = f"until {moment(until_at, zone, now)}" if until_at else "until it is lifted"
    why = f": {limit.words}" if limit.words else ""
    amperes, party = limit_words(limit.amps), limit.by or PARTY_WORDS[limit.party]
    return f"Limited to {amperes} by {party}{begins} {ends}{why}"


def plan_line(plan: PlanView | None, zone: ZoneInfo, now: datetime) -> str:
    """When and how the newest plan was made, and when the next is due."""
    if plan is None:
        return "The first plan is being made"
    made_at, next_at = second(plan.made_at, zone), minute(plan.next_at, zone, now)
    if plan.is_heuristic:
        return f"Planned {made_at} by the fallback rule because {plan.detail}, next at {next_at}"
    return f"Planned {made_at} by the optimiser in {plan.solve_ms:.0f} ms, next at {next_at}"


def short_line(plan: PlanView | None) -> str:
    """What will be short by the newest plan."""
    if plan is None:
        return "No plan yet"
    short, expected = kilo(plan.short_wh), kilo(plan.expected_wh)
    if short == "0.0":
        return "Everyone gets what they need"
    return f"{short} kWh short, {expected} kWh planned"
