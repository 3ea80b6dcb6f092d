"""From a site's view to the words and bar lengths that the first state of a page is printed with.

Bar lengths are SVG lengths in percent. `static/js` keeps them up to date afterwards.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from csms.dashboard.open_alerts import count_alerts
from csms.dashboard.words import (
    NOTHING,
    STATE_WORDS,
    amps,
    day_and_second,
    energy_line,
    feeder_note,
    guard_last,
    is_short,
    kilo,
    limit_line,
    limit_words,
    plan_line,
    reserved_line,
    second,
    short_line,
    tenths,
)
from csms.language.reader import say, spoken
from csms.service.site_view import (
    EvseState,
    EvseView,
    FeederView,
    FigureView,
    GuardEventView,
    Level,
    SiteView,
)

LIMIT_PCT: Final = 90.0
"""Where a feeder's limit stands on its bars: what lies beyond it must be seen."""
BLANK_FIGURE: Final = FigureView(key="", title="", today="", month="")
AT_REST: Final = frozenset(
    {EvseState.AVAILABLE, EvseState.RESERVED, EvseState.UNAVAILABLE, EvseState.NEVER_SEEN}
)
"""Nobody waits at a connector in one of these states: its tile is small."""
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
class Tile:
    """One connector."""

    key: str = ""
    name: str = ""
    state: EvseState = EvseState.AVAILABLE
    word: str = ""
    power: str = ""
    current: str = ""
    current_length: str = "0%"
    limit_length: str = "0%"
    energy: str = ""
    reason: str = ""

    @property
    def is_at_rest(self) -> bool:
        """Whether nobody waits here."""
        return self.state in AT_REST


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A state with the number of connectors in it; `start` and `length` lie on the bar of all."""

    state: EvseState
    word: str
    count: int
    start: str
    length: str


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
    tiles: tuple[Tile, ...]
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


def present_site(view: SiteView) -> SitePage:
    """Write a site's view as its page shows it."""
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
        chips=_chips(view),
        feeders=_feeders_below(view, zone),
        tiles=_tiles(view, zone),
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


def _chips(view: SiteView) -> tuple[Chip, ...]:
    chips, before = [], 0
    for state, word in STATE_WORDS.items():
        count = view.counts.get(state, 0)
        start, length = _share(before, len(view.evses)), _share(count, len(view.evses))
        chips.append(Chip(state=state, word=spoken(word), count=count, start=start, length=length))
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
        uncontrolled_length=_share(uncontrolled_a, limit_a, LIMIT_PCT),
        load_length=_share(load_a, limit_a, LIMIT_PCT),
        allowed_length=_share(feeder.allowed_a[line], limit_a, LIMIT_PCT),
    )


def _tiles(view: SiteView, zone: ZoneInfo) -> tuple[Tile, ...]:
    numbers = Counter(evse.station_id for evse in view.evses.values())
    return tuple(
        Tile(
            key=key,
            name=f"{evse.station_id}/{evse.number}"
            if numbers[evse.station_id] > 1
            else evse.station_id,
            state=evse.state,
            word=spoken(STATE_WORDS[evse.state]),
            power=NOTHING if evse.power_w is None else kilo(evse.power_w),
            current=_current(evse),
            current_length=_share(max(evse.current_a or (0.0,)), evse.max_a),
            limit_length=_share(evse.limit_a, evse.max_a),
            energy=energy_line(evse, zone, view.now),
            reason=spoken(evse.reason.text),
        )
        for key, evse in view.evses.items()
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


def _current(evse: EvseView) -> str:
    measured = NOTHING if evse.current_a is None else tenths(max(evse.current_a))
    return say("%(amps)s of %(limit)s A", amps=measured, limit=amps(evse.limit_a))


def _share(part: float, whole: float, full_pct: float = 100.0) -> str:
    """A part as an SVG length; never more than all there is."""
    share = part / whole if whole else 0.0
    return f"{min(max(share * full_pct, 0.0), 100.0):.1f}%"
