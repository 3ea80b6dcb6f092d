"""From a site's view to the words and bar lengths that the first state of a page is printed with.

Bar lengths are SVG lengths in percent. `static/js` keeps them up to date afterwards.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from csms.dashboard.connector_list import EVERYTHING, ConnectorList, Wanted, list_connectors
from csms.dashboard.open_alerts import count_alerts
from csms.dashboard.words import (
    STATE_WORDS,
    amps,
    day_and_second,
    feeder_note,
    guard_last,
    is_short,
    kilo,
    limit_line,
    limit_words,
    plan_line,
    reserved_line,
    second,
    share,
    short_line,
    tenths,
)
from csms.language.reader import say, spoken
from csms.service.site_view import (
    EvseState,
    FeederView,
    FigureView,
    GuardEventView,
    Level,
    SiteView,
)

LIMIT_PCT: Final = 90.0
"""Where a feeder's limit stands on its bars: what lies beyond it must be seen."""
BLANK_FIGURE: Final = FigureView(key="", title="", today="", month="")
_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_ALIKE_A: Final = 0.5
"""Lines that have this much more room than the fullest one bind just the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBar:
    """One line of a feeder.

    Attributes:
        level: The feeder's level where this line is what binds, else ok.
    """

    number: int
    level: Level
    load: str
    free: str
    text: str
    uncontrolled_length: str
    load_length: str
    allowed_length: str


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit on a feeder.

    Attributes:
        can_be_lifted: False: what a profile says is its grid company's to change.
    """

    text: str
    can_be_lifted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeederRow:
    """One feeder with those below it."""

    feeder_id: str
    name: str
    level: Level
    limit: str
    note: str
    limits: tuple[LimitRow, ...]
    lines: tuple[LineBar, ...]
    children: tuple["FeederRow", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A state with the number of connectors in it; `start` and `length` lie on the bar of all.

    Attributes:
        is_wanted: Only those of this state, and of others that are wanted, are listed.
    """

    state: EvseState
    word: str
    count: int
    start: str
    length: str
    is_wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLine:
    """Something that the guard of the limits did; `datetime` is for programs."""

    kind: str = ""
    datetime: str = ""
    at: str = ""
    title: str = ""
    text: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """What the page of a site is printed with."""

    site_id: str
    name: str
    timezone: str
    time: str
    rate: str
    level: Level
    headline: str
    power: str
    energy_today: str
    plan: str
    reserved: str
    short: str
    is_short: bool
    chips: tuple[Chip, ...]
    feeders: tuple[FeederRow, ...]
    connectors: ConnectorList
    banner: str
    banner_level: Level
    guard: tuple[GuardLine, ...]
    guard_last: str
    figures: tuple[FigureView, ...]
    path: str
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """A site in the list of sites, and on its pages.

    Attributes:
        alerts: What is wrong just now, counted.
    """

    site_id: str
    name: str
    level: Level
    headline: str
    path: str
    alerts: int


def present_site(view: SiteView, wanted: Wanted = EVERYTHING) -> SitePage:
    """Write a site's view as its page shows it, with the connectors that are wanted."""
    zone = ZoneInfo(view.timezone)
    return SitePage(
        site_id=view.site_id,
        name=view.name,
        timezone=view.timezone,
        time=second(view.now, zone),
        rate=""
        if view.clock_rate == 1
        else say("%(rate)s time", rate=f"{view.clock_rate:.0f}{_TIMES}"),
        level=view.level,
        headline=spoken(view.headline),
        power=kilo(view.power_w),
        energy_today=kilo(view.energy_today_wh),
        plan=plan_line(view.plan, zone, view.now),
        reserved=reserved_line(view.plan, zone, view.now),
        short=short_line(view.plan),
        is_short=is_short(view.plan),
        chips=_chips(view, wanted),
        feeders=_feeders_below(view, zone),
        connectors=list_connectors(view, wanted, zone),
        banner=spoken(view.guard.banner or ""),
        banner_level=view.guard.level,
        guard=tuple(_guard_line(event, zone) for event in view.guard.events),
        guard_last=guard_last(view.guard, zone),
        figures=view.figures,
        path=site_path(view.site_id),
        alerts=count_alerts(view),
    )


def present_line(view: SiteView) -> SiteLine:
    """Write a site's view as the list of sites shows it."""
    return SiteLine(
        site_id=view.site_id,
        name=view.name,
        level=view.level,
        headline=spoken(view.headline),
        path=site_path(view.site_id),
        alerts=count_alerts(view),
    )


def site_path(site_id: str) -> str:
    """Where the page of a site is; the same under the API's prefix."""
    return f"/sites/{quote(site_id, safe='')}"


def _chips(view: SiteView, wanted: Wanted) -> tuple[Chip, ...]:
    chips, before = [], 0
    for state, word in STATE_WORDS.items():
        count = view.counts.get(state, 0)
        start, length = share(before, len(view.evses)), share(count, len(view.evses))
        chips.append(
            Chip(
                state=state,
                word=spoken(word),
                count=count,
                start=start,
                length=length,
                is_wanted=state in wanted.states,
            )
        )
        before += count
    return tuple(chips)


def _feeders_below(
    view: SiteView, zone: ZoneInfo, parent_id: str | None = None
) -> tuple[FeederRow, ...]:
    return tuple(
        FeederRow(
            feeder_id=feeder_id,
            name=feeder.name,
            level=feeder.level,
            limit=limit_words(feeder.limit_a),
            note=feeder_note(feeder),
            limits=tuple(
                LimitRow(limit_line(limit, zone, view.now), can_be_lifted=not limit.by)
                for limit in feeder.imposed
            ),
            lines=_line_bars(feeder),
            children=_feeders_below(view, zone, feeder_id),
        )
        for feeder_id, feeder in view.feeders.items()
        if feeder.parent_id == parent_id
    )


def _line_bars(feeder: FeederView) -> tuple[LineBar, ...]:
    columns = zip(feeder.limit_a, feeder.load_a, feeder.allowed_a, strict=True)
    rooms_a = [limit_a - max(load_a, allowed_a) for limit_a, load_a, allowed_a in columns]
    binds = [room_a <= min(rooms_a) + _ALIKE_A for room_a in rooms_a]
    return tuple(_line_bar(feeder, line, does_bind=binds[line]) for line in range(3))


def _line_bar(feeder: FeederView, line: int, *, does_bind: bool) -> LineBar:
    limit_a, load_a = feeder.limit_a[line], feeder.load_a[line]
    load, free = tenths(load_a), tenths(feeder.headroom_a[line])
    uncontrolled_a = feeder.uncontrolled_a[line]
    text = say(
        "L%(line)s: %(load)s A drawn of %(limit)s A, %(free)s A not given out",
        line=line + 1,
        load=load,
        limit=amps(limit_a),
        free=free,
    )
    if feeder.uncontrolled_source is not None:
        building = tenths(uncontrolled_a)
        text = say("%(line)s; building load %(amps)s A", line=text, amps=building)
    return LineBar(
        number=line + 1,
        level=feeder.level if does_bind else Level.OK,
        load=load,
        free=free,
        text=text,
        uncontrolled_length=share(uncontrolled_a, limit_a, LIMIT_PCT),
        load_length=share(load_a, limit_a, LIMIT_PCT),
        allowed_length=share(feeder.allowed_a[line], limit_a, LIMIT_PCT),
    )


def _guard_line(event: GuardEventView, zone: ZoneInfo) -> GuardLine:
    return GuardLine(
        kind=event.kind,
        datetime=event.at.isoformat(),
        at=day_and_second(event.at, zone),
        title=spoken(event.title),
        text=spoken(event.text),
        cause=spoken(event.cause),
    )
