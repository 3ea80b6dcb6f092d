"""What the newest plan has ahead: every connector, slot by slot, what binds, and who lacks what."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from csms.domain.identity import FeederId, StationId
from csms.domain.resource import ResourceId
from csms.language.said import Said, joined
from csms.service.charging_control import PlanMade, parse_evse
from csms.service.live_site import LiveSite
from csms.service.planned_resources import PlannedResource, planned_resources
from csms.service.price_words import price_course
from csms.service.site_view import SiteView
from smart_charging.currents import line_currents
from smart_charging.plan import CAUSES, Cause, ChargingPlan
from smart_charging.planned_loads import planned_loads
from smart_charging.resources import Evse
from smart_charging.what_if import delivery

SHORT_WH: Final = 50.0
"""Less than that is missing from nobody."""
_BINDS_A: Final = 0.5
"""A line with less room than this binds."""
_FULL: Final = tuple(CAUSES.index(cause) for cause in (Cause.FEEDER, Cause.OTHERS_FIRST))
"""Causes that are a full line's, as tables of reasons have them."""
_LINES: Final = 3
_S_PER_H: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvse:
    """What one connector is planned to get.

    Attributes:
        limits_a: Per line, slot by slot; exact at the beginning, an outlook later. Below 0: its
            vehicle feeds back.
        wanted_wh: What its vehicle still needs.
        expected_wh: What it gets by its departure, on the mean over what may happen.
        short_wh: What it then lacks.
        risk: The probability that it lacks something.
        done_at: When it has what it needs; None: it does not get it before it leaves.
        reason: Why it has the limit that it has now.
        why_short: Why it lacks something; empty: it does not.
    """

    station_id: StationId
    number: int
    feeder_id: FeederId
    max_a: float
    limits_a: tuple[float, ...]
    wanted_wh: float
    expected_wh: float
    short_wh: float
    risk: float
    departs_at: datetime
    done_at: datetime | None
    reason: str
    why_short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFeeder:
    """What a feeder is planned to carry, on the line of each slot that has the least room.

    Attributes:
        limit_a: Of that line: [slot].
        headroom_a: What is left of it: [slot].
        binds: Whether there is ever none left.
    """

    name: str
    limit_a: tuple[float, ...]
    headroom_a: tuple[float, ...]
    binds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceOutlook:
    """What counts as the price of a kWh: one entry per change, None where it is not known.

    Attributes:
        t: Seconds since 1970.
        is_assumed: Whether it is that of a day before.
    """

    unit: str
    t: tuple[float, ...]
    per_kwh: tuple[float | None, ...]
    is_assumed: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOutlook:
    """The newest plan of a site.

    Attributes:
        method: Who made it: a linear program, or the heuristic.
        detail: Why it was the heuristic; empty: it was not.
        gap: How far it may be from the best plan there is, as a share; None: not known.
        edges: Starts of all slots, and the end of the last one, in seconds since 1970.
        evses: By `station/number`, those with a vehicle.
        prices: None: there are none.
        resources: Batteries, sun, heat, loads that can wait, sources that stand by.
    """

    number: int
    made_at: datetime
    next_at: datetime | None
    method: str
    detail: str
    solve_s: float
    gap: float | None
    edges: tuple[float, ...]
    evses: dict[str, PlannedEvse]
    feeders: dict[FeederId, PlannedFeeder]
    prices: PriceOutlook | None
    resources: dict[ResourceId, PlannedResource] = field(default_factory=dict)


def plan_outlook(live: LiveSite, newest: PlanMade, view: SiteView) -> PlanOutlook:
    """Tell what the newest plan of a site has ahead.

    Args:
        live: The site.
        newest: Its newest plan.
        view: The site's view, which knows the reasons of the present limits.
    """
    plan = newest.plan
    return PlanOutlook(
        number=newest.number,
        made_at=newest.made_at,
        next_at=view.plan.next_at if view.plan else None,
        method=plan.method,
        detail=plan.detail,
        solve_s=round(newest.solve_s, 3),
        gap=plan.objective.gap if plan.objective else None,
        edges=tuple(edge.timestamp() for edge in plan.edges),
        evses=_evses(live, newest, view),
        feeders=_feeders(live, newest),
        prices=_prices(live, plan),
        resources=planned_resources(live, newest),
    )


def _prices(live: LiveSite, plan: ChargingPlan) -> PriceOutlook | None:
    course = price_course(live, plan.edges[0], plan.edges[-1])
    if course is None:
        return None
    return PriceOutlook(
        unit=course["unit"],
        t=tuple(course["t"]),
        per_kwh=tuple(course["per_kwh"]),
        is_assumed=tuple(course["is_assumed"]),
    )


def _evses(live: LiveSite, newest: PlanMade, view: SiteView) -> dict[str, PlannedEvse]:
    problem, plan = newest.problem, newest.plan
    found = {}
    for row, (evse, planned) in enumerate(zip(problem.evses, plan.evses, strict=True)):
        evse_id, shown = parse_evse(evse.key), view.evses.get(evse.key)
        if shown is None:
            continue  # its guest has gone meanwhile
        is_short = planned.short_wh >= SHORT_WH
        found[evse.key] = PlannedEvse(
            station_id=evse_id.station_id,
            number=evse_id.number,
            feeder_id=evse.feeder,
            max_a=evse.max_a,
            limits_a=tuple(round(limit_a, 1) for limit_a in planned.limits_a),
            wanted_wh=round(evse.demand.energy_wh),
            expected_wh=round(planned.expected_wh),
            short_wh=round(planned.short_wh),
            risk=round(planned.risk, 3),
            departs_at=evse.demand.departs_at,
            done_at=delivery(problem, evse, planned).done_at,
            reason=shown.reason.text,
            why_short=_why_short(live, plan, row, evse) if is_short else "",
        )
    return found


def _feeders(live: LiveSite, newest: PlanMade) -> dict[FeederId, PlannedFeeder]:
    problem = newest.problem
    carried_a = line_currents(problem.feeders, planned_loads(problem, newest.plan))
    names = {feeder.feeder_id: feeder.name for feeder in live.site.feeders}
    slots = np.arange(len(problem.slots_s))
    found = {}
    for feeder in problem.feeders:
        room_a = feeder.limit_a - carried_a[feeder.key]
        worst = np.argmin(room_a, axis=0)
        found[feeder.key] = PlannedFeeder(
            name=names.get(feeder.key, feeder.key),
            limit_a=tuple(feeder.limit_a[worst, slots].round(1).tolist()),
            headroom_a=tuple(room_a[worst, slots].round(1).tolist()),
            binds=bool((room_a < _BINDS_A).any()),
        )
    return found


def _why_short(live: LiveSite, plan: ChargingPlan, row: int, evse: Evse) -> str:
    """What keeps a vehicle from what it needs for the longest part of the time that it stays."""
    stays_s = max(0.0, (evse.demand.departs_at - plan.starts_at).total_seconds())
    lines_s = _full_lines(plan, row, stays_s)
    if not lines_s:
        needed_w = evse.demand.energy_wh * _S_PER_H / max(stays_s, 1.0)
        return Said(
            "The time is too short: it needs %(needed).1f kW all the time until it leaves, and can "
            "take %(most).1f kW",
            needed=needed_w / 1000,
            most=evse.max_a * evse.w_per_a / 1000,
        )
    feeders_s: defaultdict[FeederId, float] = defaultdict(float)
    for (feeder_id, _), held_s in lines_s.items():
        feeders_s[feeder_id] += held_s
    feeder_id, full_s = max(feeders_s.items(), key=lambda one: one[1])
    lines = [line for name, line in lines_s if name == feeder_id]
    where: str = live.site.feeder(feeder_id).name
    if len(lines) == 1:
        where = joined([where, f"L{lines[0]}"], " ")
    return Said(
        "%(line)s is full for %(full)s of the %(stays)s it stays",
        line=where,
        full=_length(full_s),
        stays=_length(stays_s),
    )


def _full_lines(plan: ChargingPlan, row: int, stays_s: float) -> dict[tuple[FeederId, int], float]:
    """For how many seconds of a vehicle's stay a full line holds it: by feeder and line."""
    table = plan.reasons
    if table is None:
        return {}
    ends_s = np.minimum(np.cumsum(plan.slots_s), stays_s)
    within_s = np.diff(ends_s, prepend=0.0)
    is_full = np.isin(table.causes[row], _FULL) & (within_s > 0)
    lines_s = np.bincount(table.rows[row][is_full], within_s[is_full])
    return {
        (table.feeders[line // _LINES], line % _LINES + 1): float(lines_s[line])
        for line in np.flatnonzero(lines_s).tolist()
    }


def _length(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    words: list[str] = [Said("%(n)s h", n=hours)] if hours else []
    if minutes or not hours:
        words.append(Said("%(n)s min", n=minutes))
    return joined(words, " ")
