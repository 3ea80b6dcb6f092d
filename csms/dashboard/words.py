"""Figures and times as the pages show them; `static/js/format.js` says the same in the browser."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.need import NeedSource
from csms.language.languages import CUSTOMS, Customs, localised
from csms.language.reader import language_now, say, say_count, spoken
from csms.language.said import Said
from csms.language.written import day_and_minute, figure, weekday, written_day
from csms.service.limit_words import PARTY_WORDS
from csms.service.site_view import (
    EvseState,
    EvseView,
    FeederView,
    GuardView,
    ImposedView,
    Level,
    LineAmps,
    PlanView,
)

STATE_WORDS: Final[Mapping[EvseState, str]] = {
    EvseState.FAULTED: Said("Faulted"),
    EvseState.OFFLINE: Said("Offline"),
    EvseState.CHARGING: Said("Charging"),
    EvseState.PAUSED: Said("Paused"),
    EvseState.WAITING: Said("Waiting"),
    EvseState.PREPARING: Said("Preparing"),
    EvseState.FINISHING: Said("Finishing"),
    EvseState.RESERVED: Said("Reserved"),
    EvseState.AVAILABLE: Said("Available"),
    EvseState.UNAVAILABLE: Said("Unavailable"),
    EvseState.NEVER_SEEN: Said("Never seen"),
}
"""In the order of the attention that they need."""
LEVEL_WORDS: Final[Mapping[Level, str]] = {
    Level.OVERCOMMITTED: Said("More may be drawn than the limit"),
    Level.OVER: Said("Over its limit"),
}
"""Of feeders that need attention."""
SOURCE_WORDS: Final[Mapping[NeedSource, str]] = {
    NeedSource.STATED: Said("stated"),
    NeedSource.TIMETABLE: Said("by timetable"),
    NeedSource.FORECAST: Said("forecast"),
    NeedSource.HISTORY: Said("from history"),
    NeedSource.ASSUMED: Said("assumed"),
}
NOTHING: Final = "\N{EN DASH}"
_LOAD_WORDS: Final = {"measured": Said("measured"), "reckoned": Said("reckoned")}
_NOTICEABLE_WH: Final = 50
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
    return localised(str(rounded or abs(rounded)), language_now())


def kilo(value: float) -> str:
    """Write W as kW, or Wh as kWh."""
    return tenths(value / 1000)


def amps(value: float) -> str:
    """Write a limit: a decimal only where there is one."""
    return tenths(value).removesuffix(f"{_customs().decimal}0")


def whole(value: float) -> str:
    """Write a figure without decimals, in groups of three digits."""
    return figure(value, ",.0f")


def money(amount: float) -> str:
    """Write an amount of money, without its unit."""
    return figure(amount, ",.2f")


def percent(value: float) -> str:
    """Write a share that is given in percent."""
    return figure(value, ".0f") + " %"


def share(part: float, whole: float, full_pct: float = 100.0) -> str:
    """A part as an SVG length; never more than all there is."""
    of_all = part / whole if whole else 0.0
    return f"{min(max(of_all * full_pct, 0.0), 100.0):.1f}%"


def second(at: datetime, zone: ZoneInfo) -> str:
    """Write a time of day with its seconds."""
    return f"{at.astimezone(zone):%H:%M:%S}"


def day_and_second(at: datetime, zone: ZoneInfo) -> str:
    """Write a day, and a time of it with its seconds."""
    return f"{written_day(at.astimezone(zone))} {second(at, zone)}"


def day_and_thousandth(at: datetime, zone: ZoneInfo) -> str:
    """Write a day, and a time of it with its thousandths."""
    return f"{day_and_second(at, zone)}{_customs().decimal}{at.microsecond // 1000:03}"


def guard_last(guard: GuardView, zone: ZoneInfo) -> str:
    """What the guard of the limits did last."""
    if not guard.events:
        return ""
    last = guard.events[0]
    return say("Last: %(what)s, %(at)s", what=last.title, at=day_and_second(last.at, zone))


def minute(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Write a time of day, with the weekday where it is not near."""
    local = at.astimezone(zone)
    time = local.strftime(_customs().minute)
    return time if at - now < _SOON else f"{weekday(local)} {time}"


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Write an instant that may be far away: with the date where a weekday would not tell it."""
    return minute(at, zone, now) if at - now < _THIS_WEEK else day_and_minute(at, zone)


def energy_line(evse: EvseView, zone: ZoneInfo, now: datetime) -> str:
    """What a vehicle has got, of what it needs and by when."""
    got = None if evse.energy_wh is None else kilo(evse.energy_wh)
    if evse.need is None:
        return "" if got is None else f"{got} kWh"
    return say(
        "%(got)s of %(wanted)s kWh by %(time)s, %(source)s",
        got=got or NOTHING,
        wanted=amps(evse.need.energy_wh / 1000),
        time=minute(evse.need.departs_at, zone, now),
        source=SOURCE_WORDS[evse.need.source],
    )


def feeder_note(feeder: FeederView) -> str:
    """What has to be said of a feeder beside its bars."""
    notes = (
        spoken(LEVEL_WORDS.get(feeder.level, "")),
        feeder.rising_a
        and say("Room comes back gradually: up to %(amps)s A now", amps=amps(min(feeder.rising_a))),
        feeder.uncontrolled_source
        and say("Building load: %(source)s", source=_LOAD_WORDS[feeder.uncontrolled_source]),
    )
    return f" {_DOT} ".join(note for note in notes if note)


def limit_words(limit_a: LineAmps) -> str:
    """Write a limit by line, once where all are the same."""
    figures = [amps(line_a) for line_a in limit_a]
    return f"3 {_TIMES} {figures[0]} A" if len(set(figures)) == 1 else f"{' / '.join(figures)} A"


def limit_line(limit: ImposedView, zone: ZoneInfo, now: datetime) -> str:
    """By whom a feeder is limited, to what, until when and why."""
    until_at = limit.until_at
    ends = say("until %(time)s", time=moment(until_at, zone, now)) if until_at else None
    span = ends or say("until it is lifted")
    if limit.from_at > now:
        begins = moment(limit.from_at, zone, now)
        span = say("from %(begins)s %(span)s", begins=begins, span=span)
    text = say(
        "Limited to %(amps)s by %(party)s %(span)s",
        amps=limit_words(limit.amps),
        party=limit.by or PARTY_WORDS[limit.party],
        span=span,
    )
    return f"{text}: {limit.words}" if limit.words else text


def plan_line(plan: PlanView | None, zone: ZoneInfo, now: datetime) -> str:
    """When and how the newest plan was made, and when the next is due."""
    if plan is None:
        return say("The first plan is being made")
    made, ahead = second(plan.made_at, zone), minute(plan.next_at, zone, now)
    if plan.is_heuristic:
        return say(
            "Planned %(made)s by the fallback rule because %(why)s, next at %(next)s",
            made=made,
            why=plan.detail,
            next=ahead,
        )
    return say(
        "Planned %(made)s by the optimiser in %(ms)s ms, next at %(next)s",
        made=made,
        ms=f"{plan.solve_ms:.0f}",
        next=ahead,
    )


def is_short(plan: PlanView | None) -> bool:
    """Whether somebody will get noticeably less than needed."""
    return plan is not None and abs(plan.short_wh) >= _NOTICEABLE_WH


def reserved_line(plan: PlanView | None, zone: ZoneInfo, now: datetime) -> str:
    """For whom the newest plan keeps room; empty: for nobody."""
    if plan is None or plan.reserved is None:
        return ""
    return say_count(
        "Reserved: %(n)s vehicle expected until %(until)s, %(kwh)s kWh",
        "Reserved: %(n)s vehicles expected until %(until)s, %(kwh)s kWh",
        plan.reserved.vehicles,
        until=minute(plan.reserved.until_at, zone, now),
        kwh=kilo(plan.reserved.energy_wh),
    )


def short_line(plan: PlanView | None) -> str:
    """What will be short by the newest plan."""
    if plan is None:
        return say("No plan yet")
    if not is_short(plan):
        return say("Everyone gets what they need")
    return say(
        "%(short)s kWh short, %(planned)s kWh planned",
        short=kilo(plan.short_wh),
        planned=kilo(plan.expected_wh),
    )


def _customs() -> Customs:
    return CUSTOMS[language_now()]
