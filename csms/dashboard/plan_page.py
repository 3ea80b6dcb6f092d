"""The page of a site's plan: connectors over time, what binds, who lacks what, and a what-if.

It is read without scripts, as a table; scripts draw it and ask what another limit would do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from csms.dashboard.page_router import page_router
from csms.dashboard.presenter import present_line
from csms.dashboard.printer import Printer
from csms.dashboard.resource_lines import resource_lines
from csms.dashboard.site_views import SiteViews
from csms.dashboard.words import (
    NOTHING,
    amps,
    is_short,
    kilo,
    minute,
    plan_line,
    short_line,
    tenths,
)
from csms.domain.identity import FeederId, SiteId
from csms.domain.limit_errors import NoWhatIfError
from csms.language.reader import say, spoken
from csms.language.said import Said
from csms.service.plan_outlook import SHORT_WH, PlannedEvse, PlannedFeeder, PlanOutlook
from csms.service.site_view import SiteView
from csms.service.what_if import LimitRange

_MAKERS: Final[Mapping[str, str]] = {
    "linear program": Said("the linear program"),
    "linear program by cohorts": Said("the linear program by cohorts"),
    "linear program from the last plan": Said("the linear program from the last plan"),
    "heuristic": Said("the heuristic"),
}
_SHOWN: Final = 4
"""So many feeders are drawn at most."""
_EXACT_PCT: Final = 0.01
"""A gap below this is none."""


class PlanOutlooks(SiteViews, Protocol):
    """Where views of sites and of their plans come from."""

    def plan_outlook(self, site_id: SiteId) -> PlanOutlook | None:
        """What the newest plan of a site has ahead, None before the first one."""
        ...


class LimitRanges(Protocol):
    """Knows which other limits can be asked about."""

    def ranges(self, site_id: SiteId) -> dict[FeederId, LimitRange]:
        """What can be asked for, by feeder.

        Raises:
            NoWhatIfError: Nothing can, just now.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """What one connector is planned to get, in words."""

    key: str
    path: str
    is_short: bool
    now: str
    most: str
    wanted: str
    expected: str
    short: str
    done: str
    leaves: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightness:
    """How much room is left at a feeder at the tightest time of the plan."""

    feeder_id: FeederId
    name: str
    binds: bool
    least: str
    at: str


def plan_router(plans: PlanOutlooks, what_if: LimitRanges, printer: Printer) -> APIRouter:
    """Build the route of the page.

    Args:
        plans: Where views of sites and of their plans come from.
        what_if: Knows which other limits can be asked about.
        printer: Prints it.
    """
    router = page_router(printer)

    @router.get("/sites/{site_id}/plan")
    async def plan(site_id: str) -> HTMLResponse:
        """The newest plan of a site."""
        view, outlook = plans.quick_view(site_id), plans.plan_outlook(site_id)
        zone = ZoneInfo(view.timezone)
        ranges, cause = _ranges(what_if, site_id)
        return printer.page(
            "plan.html",
            site=present_line(view),
            timezone=view.timezone,
            made=plan_line(view.plan, zone, view.now),
            short=short_line(view.plan),
            is_short=is_short(view.plan),
            outlook=outlook,
            facts=_facts(outlook, view, zone) if outlook else {},
            lines=_lines(outlook, view, zone) if outlook else [],
            resources=resource_lines(outlook) if outlook else [],
            is_given_back=outlook is not None and _gives(outlook),
            feeders=_feeders(outlook, view, zone) if outlook else [],
            names={feeder_id: one.name for feeder_id, one in view.feeders.items()},
            ranges=ranges,
            cause=cause,
        )

    return router


def _gives(outlook: PlanOutlook) -> bool:
    """Whether anything may give energy."""
    courses = (evse.limits_a for evse in outlook.evses.values())
    return bool(outlook.resources) or any(min(limits_a) < 0 for limits_a in courses)


def _ranges(what_if: LimitRanges, site_id: SiteId) -> tuple[Mapping[FeederId, LimitRange], str]:
    """What can be asked for, or why nothing can."""
    try:
        return what_if.ranges(site_id), ""
    except NoWhatIfError as error:
        return {}, spoken(error.cause)


def _facts(outlook: PlanOutlook, view: SiteView, zone: ZoneInfo) -> Mapping[str, str]:
    """How the plan was made."""
    gap = outlook.gap
    quality = say("not known")
    if gap is not None:
        pct = gap * 100
        quality = say("at most %(pct).2f %%", pct=pct)
        if pct < _EXACT_PCT:
            quality = say("none: it is the best there is")
    next_run = minute(outlook.next_at, zone, view.now) if outlook.next_at else NOTHING
    return {
        say("Number"): str(outlook.number),
        say("Made by"): _maker(outlook),
        say("Took"): f"{outlook.solve_s * 1000:.0f} ms",
        say("Gap to the best plan"): quality,
        say("Next run"): say("%(time)s at the latest, sooner if something happens", time=next_run),
    }


def _maker(outlook: PlanOutlook) -> str:
    maker = spoken(_MAKERS[outlook.method])
    if not outlook.detail:
        return maker
    return say("%(maker)s, because %(why)s", maker=maker, why=spoken(outlook.detail))


def _lines(outlook: PlanOutlook, view: SiteView, zone: ZoneInfo) -> list[PlannedLine]:
    """Who lacks most comes first, then who leaves first."""
    order = sorted(outlook.evses.items(), key=lambda one: (-_short_wh(one[1]), one[1].departs_at))
    return [_line(key, evse, view, zone) for key, evse in order]


def _short_wh(evse: PlannedEvse) -> float:
    return evse.short_wh if evse.short_wh >= SHORT_WH else 0.0


def _line(key: str, evse: PlannedEvse, view: SiteView, zone: ZoneInfo) -> PlannedLine:
    is_short = _short_wh(evse) > 0
    station = quote(evse.station_id, safe="")
    return PlannedLine(
        key=key,
        path=f"/sites/{quote(view.site_id, safe='')}/chargers/{station}",
        is_short=is_short,
        now=amps(evse.limits_a[0]),
        most=amps(evse.max_a),
        wanted=kilo(evse.wanted_wh),
        expected=kilo(evse.expected_wh),
        short=kilo(evse.short_wh) if is_short else NOTHING,
        done=minute(evse.done_at, zone, view.now) if evse.done_at else NOTHING,
        leaves=minute(evse.departs_at, zone, view.now),
        why=spoken(evse.why_short or evse.reason),
    )


def _feeders(outlook: PlanOutlook, view: SiteView, zone: ZoneInfo) -> list[Tightness]:
    """The feeders that bind, the tightest first; where none does, the one that feeds the site."""
    tight = sorted(outlook.feeders.items(), key=lambda one: min(one[1].headroom_a))
    binding = [one for one in tight if one[1].binds][:_SHOWN]
    return [
        _tightness(key, feeder, outlook, view, zone)
        for key, feeder in binding or list(outlook.feeders.items())[:1]
    ]


def _tightness(
    key: FeederId, feeder: PlannedFeeder, outlook: PlanOutlook, view: SiteView, zone: ZoneInfo
) -> Tightness:
    least_a = min(feeder.headroom_a)
    at = datetime.fromtimestamp(outlook.edges[feeder.headroom_a.index(least_a)], UTC)
    return Tightness(
        feeder_id=key,
        name=feeder.name,
        binds=feeder.binds,
        least=tenths(max(least_a, 0.0)),
        at=minute(at, zone, view.now),
    )
