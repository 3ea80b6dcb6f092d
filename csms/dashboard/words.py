"""Figures and times as the pages show them; `static/js/format.js` says the same in the browser."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.need import NeedSource
from csms.service.site_view import (
    EvseState,
    EvseView,
    FeederView,
    GuardView,
    Level,
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
    NeedSource.HISTORY: "from history",
    NeedSource.ASSUMED: "assumed",
}
NOTHING: Final = "\N{EN DASH}"
_DOT: Final = "\N{MIDDLE DOT}"
_TENTH: Final = Decimal("0.1")
_SOON: Final = timedelta(hours=20)
"""Times of day further away than this need a weekday."""


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


def energy_line(evse: EvseView, zone: ZoneInfo, now: datetime) -> str:
    """What a vehicle has got, of what it needs and by when."""
    got = None if evse.energy_wh is None else kilo(evse.energy_wh)
    if evse.need is None:
        return "" if got is None else f"{got} kWh"
    wanted, by = amps(evse.need.energy_wh / 1000), minute(evse.need.departs_at, zone, now)
    return f"{got or NOTHING} of {wanted} kWh by {by}, {SOURCE_WORDS[evse.need.source]}"


def feeder_note(feeder: FeederView) -> str:
    """What has to be said of a feeder beside its bars."""
    source = feeder.uncontrolled_source
    notes = (LEVEL_WORDS.get(feeder.level), source and f"Building load: {source}")
    return f" {_DOT} ".join(note for note in notes if note)


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
