"""What the page of forecasts says of what a site needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from csms.dashboard.demand_chart import Chart, Course, draw
from csms.dashboard.words import NOTHING, kilo, moment, percent
from csms.domain.demand import ARRIVALS, VEHICLES, DemandForecast, FullStretch, feeder_of
from csms.language.reader import say, say_count, spoken
from csms.language.said import Said
from csms.language.written import weekday
from csms.service.demand_board import Rooms, SiteDemand, full_stretches
from csms.service.demand_watch import stretch_words
from csms.service.live_site import LiveSite
from csms.service.shed_now import shed_now

_ORDER: Final = (VEHICLES, ARRIVALS)
_TITLES: Final[Mapping[str, str]] = {
    VEHICLES: Said("Power into vehicles, kW"),
    ARRIVALS: Said("Vehicles that come, in a quarter of an hour"),
}
_NAIVE: Final = Said("the baseline, quantiles of the eight same weekdays before")
_METHODS: Final[Mapping[str, str]] = {
    "like days": Said("quantiles of days that were alike"),
    "both": Said("days that were alike, half mended by trees"),
    "trees": Said("days that were alike, mended by trees"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandChart:
    """One series with its chart.

    Attributes:
        method: By what it is forecast, and when that was.
        came_out: How forecasts of it came out lately; empty: nothing is known yet.
        has_room: Whether there is a bound.
    """

    title: str
    method: str
    came_out: str
    has_room: bool
    text: str
    chart: Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandSection:
    """What is said of a site's demand.

    Attributes:
        missing: Why there is no forecast; empty: there is one.
        full: When feeders are likely full, in sentences.
        shed: How much could be shed now, in a sentence.
    """

    missing: str
    full: tuple[str, ...]
    shed: str
    charts: tuple[DemandChart, ...]


def present_demand(live: LiveSite, demand: SiteDemand, now: datetime) -> DemandSection:
    """Write what is expected of a site as the page shows it."""
    ahead, full = demand.ahead(now), full_stretches(live, demand, now)
    names = {one.feeder_id: one.name for one in live.site.feeders}
    rooms = Rooms(live, now)
    series = {name: list(some) for name, some in groupby(ahead, key=lambda one: one.series)}
    shown = [
        name for name in sorted(series, key=_place(live)) if (feeder_of(name) or "") in {"", *names}
    ]
    return DemandSection(
        missing=""
        if ahead
        else say("Nothing is forecast yet: that takes a week of the site's past."),
        full=tuple(
            say(
                "%(feeder)s is likely full %(when)s, %(load).0f of %(room).0f A",
                feeder=names[one.feeder_id],
                when=_when(live, one, now),
                load=one.load_a,
                room=one.room_a,
            )
            for one in full
        ),
        shed=_shed(live, now),
        charts=tuple(_chart(live, demand, series[name], rooms, full, now) for name in shown),
    )


def _when(live: LiveSite, one: FullStretch, now: datetime) -> str:
    zone = live.site.timezone
    is_today = one.begins_at.astimezone(zone).date() == now.astimezone(zone).date()
    day = "" if is_today else f"{weekday(one.begins_at.astimezone(zone))} "
    return f"{day}{spoken(stretch_words(live, one))}"


def _shed(live: LiveSite, now: datetime) -> str:
    found = shed_now(live, now)
    return say(
        "Of %(drawn)s kW that vehicles draw, %(shed)s kW could be shed at once, %(later)s kW of it "
        "for an hour and be made up for",
        drawn=kilo(found.drawn_w),
        shed=kilo(found.now_w),
        later=kilo(found.hour_w),
    )


def _chart(
    live: LiveSite,
    demand: SiteDemand,
    days: Sequence[DemandForecast],
    rooms: Rooms,
    full: Sequence[FullStretch],
    now: datetime,
) -> DemandChart:
    first, zone = days[0], live.site.timezone
    feeder_id = feeder_of(first.series)
    scale = 0.001 if first.series == VEHICLES else 1.0
    room = [amps for one in days for amps in rooms.of(one)] if feeder_id else []
    course = _course(days, room, scale)
    stretches = [(one.begins_at, one.ends_at) for one in full if one.feeder_id == feeder_id]
    title = _title(live, first.series)
    most = max(course.q50)
    return DemandChart(
        title=title,
        method=_method(first, zone, now),
        came_out=_came_out(demand, first.series),
        has_room=bool(room),
        text=say(
            "%(title)s: at most %(most).1f in the middle of what is expected",
            title=title,
            most=most,
        ),
        chart=draw(course, stretches, now, zone),
    )


def _course(days: Sequence[DemandForecast], room: Sequence[float], scale: float) -> Course:
    def joined(name: str) -> list[float]:
        return [value * scale for one in days for value in one.values[name]]

    return Course(
        begins_at=days[0].begins_at,
        low=joined("low"),
        high=joined("high"),
        q25=joined("q25"),
        q75=joined("q75"),
        q50=joined("q50"),
        room=room,
    )


def _place(live: LiveSite) -> Callable[[str], tuple[int, int]]:
    """Vehicles and arrivals first, then feeders as the site file has them."""
    feeders = [one.feeder_id for one in live.site.feeders]

    def place(series: str) -> tuple[int, int]:
        if series in _ORDER:
            return 0, _ORDER.index(series)
        feeder_id = feeder_of(series) or ""
        return 1, feeders.index(feeder_id) if feeder_id in feeders else len(feeders)

    return place


def _title(live: LiveSite, series: str) -> str:
    feeder_id = feeder_of(series)
    if feeder_id is None:
        return spoken(_TITLES[series])
    name = live.site.feeder(feeder_id).name
    return say("%(feeder)s, A on its most loaded line", feeder=name)


def _method(first: DemandForecast, zone: ZoneInfo, now: datetime) -> str:
    words = _NAIVE if first.is_naive else _METHODS.get(first.method, first.method)
    return say("By %(method)s; made %(at)s", method=words, at=moment(first.made_at, zone, now))


def _came_out(demand: SiteDemand, series: str) -> str:
    found = demand.calibration(series)
    if not found.days:
        return ""
    text = say_count(
        "Last day: %(held)s held of 80 %%, loss %(loss)s of the mean, the baseline's %(naive)s, "
        "bias %(bias)s",
        "Last %(n)s days: %(held)s held of 80 %%, loss %(loss)s of the mean, the baseline's "
        "%(naive)s, bias %(bias)s",
        found.days,
        held=_pct(found.coverage_pct),
        loss=_pct(found.pinball_pct),
        naive=_pct(found.naive_pinball_pct),
        bias=_pct(found.bias_pct),
    )
    if found.is_drifting:
        return say("%(figures)s; drifting: the baseline is used", figures=text)
    return text


def _pct(value: float | None) -> str:
    return NOTHING if value is None else percent(value)
