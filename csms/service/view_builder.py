"""From a live site to what people see of it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from csms.domain.identity import EvseId, FeederId
from csms.domain.site import PhaseAmps
from csms.language.said import Said, joined
from csms.service.charging_control import SiteController
from csms.service.electrics import by_line
from csms.service.evse_glances import Glance, Glances
from csms.service.evse_view import rounded
from csms.service.feeder_limits import imposed_on
from csms.service.figure_words import figures_now
from csms.service.grid_guard import present_books
from csms.service.guard_words import banner, view_event
from csms.service.live_site import LiveSite
from csms.service.measured_flows import (
    carried_load,
    is_uncontrolled_measured,
    measured_uncontrolled,
)
from csms.service.price_words import price_figures
from csms.service.reserve import Reserve
from csms.service.resource_words import resource_figures
from csms.service.site_view import (
    EvseState,
    FeederView,
    GuardView,
    ImposedView,
    Level,
    PlanView,
    ReservedView,
    SiteView,
)
from smart_charging.plan import Method

_SOURCE: Final = {True: "measured", False: "reckoned", None: None}
_SEVERITY: Final = {level: i for i, level in enumerate(Level)}
_MOST_BLOCKS: Final = 6
"""Of grid companies' profiles, so many are shown: what holds, and what comes next."""
_TIGHT_SHARE: Final = 0.9
_TOLERANCE_A: Final = 0.05
_HARDLY_ANY: Final = 0.5
"""So few vehicles are told as none."""


def build_view(
    controller: SiteController, now: datetime, clock_rate: float, glances: Glances
) -> SiteView:
    """Build the view of a site.

    Args:
        controller: The site's controller.
        now: The present instant.
        clock_rate: Seconds of the site's clock per second of the reader's.
        glances: Looks at its EVSEs.
    """
    live = controller.live
    seen = glances.look(live, controller.newest, now)
    feeders = _feeder_views(live, now, seen)
    evses = {one.name: one.view for one in seen.values()}
    counts = Counter(view.state for view in evses.values())
    power_w = sum(view.power_w or 0.0 for view in evses.values())
    return SiteView(
        site_id=live.site.site_id,
        name=live.site.name,
        timezone=str(live.site.timezone),
        now=now,
        clock_rate=clock_rate,
        level=max((view.level for view in feeders.values()), key=lambda level: _SEVERITY[level]),
        headline=_headline(counts, feeders, power_w),
        power_w=power_w,
        energy_today_wh=live.tally.energy_today_wh(now),
        counts=dict(counts),
        plan=_plan_view(controller),
        feeders=feeders,
        evses=evses,
        guard=_guard_view(live, now),
        figures=(
            *price_figures(live, now),
            *figures_now(live.tally, now),
            *resource_figures(live, now),
        ),
    )


def _guard_view(live: LiveSite, now: datetime) -> GuardView:
    guard = live.guard
    level = Level.OVERCOMMITTED if guard.cut else Level.OK
    return GuardView(
        banner=banner(live, now),
        level=Level.OVER if guard.overloads else level,
        events=tuple(view_event(live.site, event) for event in guard.recent),
    )


def _feeder_views(
    live: LiveSite, now: datetime, seen: Mapping[EvseId, Glance]
) -> dict[str, FeederView]:
    places = [(live.evses[key].place, glance) for key, glance in seen.items()]
    allowed = [
        (place.feeder_id, glance.tap, glance.allowed_a)
        for place, glance in places
        if place.is_installed
    ]
    drawn = [(place.feeder_id, *part) for place, glance in places for part in glance.drawn]
    books, loads = present_books(live, now, allowed), carried_load(live, now, drawn)
    uncontrolled = measured_uncontrolled(live, now)
    views = {}
    for feeder in live.site.feeders:
        key = feeder.feeder_id
        limit_a, allowed_a = by_line(books.limit_a[key]), by_line(books.allowed_a[key])
        usable_a = by_line(books.usable_a[key])
        views[key] = FeederView(
            name=feeder.name,
            parent_id=feeder.parent_id,
            limit_a=rounded(limit_a),
            load_a=rounded(loads[key]),
            uncontrolled_a=rounded(uncontrolled[key]),
            allowed_a=rounded(allowed_a),
            headroom_a=rounded(_minus(limit_a, allowed_a)),
            level=_level(limit_a, allowed_a, loads[key]),
            uncontrolled_source=_SOURCE[is_uncontrolled_measured(live, key, now)],
            rising_a=rounded(usable_a) if usable_a != limit_a else None,
            imposed=_imposed_views(live, key, now),
        )
    return views


def _imposed_views(live: LiveSite, feeder_id: FeederId, now: datetime) -> tuple[ImposedView, ...]:
    left = [one for one in imposed_on(live, feeder_id) if not one.until_at or one.until_at > now]
    profile = sorted((one for one in left if one.by), key=lambda one: one.from_at)
    shown = [one for one in left if not one.by] + profile[:_MOST_BLOCKS]
    return tuple(
        ImposedView(
            party=one.party,
            amps=one.amps,
            from_at=one.from_at,
            until_at=one.until_at,
            words=one.words,
            by=one.by,
        )
        for one in shown
    )


def _level(limit_a: PhaseAmps, allowed_a: PhaseAmps, load_a: PhaseAmps) -> Level:
    lines = list(zip(limit_a, allowed_a, load_a, strict=True))
    if any(load > limit + _TOLERANCE_A for limit, _, load in lines):
        return Level.OVER
    if any(allowed > limit + _TOLERANCE_A for limit, allowed, _ in lines):
        return Level.OVERCOMMITTED
    if any(allowed >= limit * _TIGHT_SHARE for limit, allowed, _ in lines):
        return Level.TIGHT
    return Level.OK


def _plan_view(controller: SiteController) -> PlanView | None:
    newest = controller.newest
    if newest is None or controller.next_at is None:
        return None
    plan = newest.plan
    return PlanView(
        made_at=newest.made_at,
        is_heuristic=plan.method is Method.HEURISTIC,
        detail=plan.detail,
        solve_ms=round(newest.solve_s * 1000),
        next_at=controller.next_at,
        expected_wh=round(sum(planned.expected_wh for planned in plan.evses)),
        short_wh=round(sum(planned.short_wh for planned in plan.evses)),
        reserved=_reserved_view(newest.reserve),
    )


def _reserved_view(reserve: Reserve | None) -> ReservedView | None:
    if reserve is None or reserve.count < _HARDLY_ANY:
        return None
    return ReservedView(
        vehicles=round(reserve.count),
        until_at=reserve.until_at,
        energy_wh=round(reserve.energy_wh),
    )


def _headline(
    counts: Mapping[EvseState, int], feeders: Mapping[str, FeederView], power_w: float
) -> str:
    total = sum(counts.values())
    if not total:
        return Said("No charger has come yet")
    charging, paused = counts.get(EvseState.CHARGING, 0), counts.get(EvseState.PAUSED, 0)
    text = Said(
        "%(charging)s of %(total)s connectors charging with %(power).1f kW",
        charging=charging,
        total=total,
        power=power_w / 1000,
    )
    if paused:
        text = Said("%(charging)s, %(paused)s waiting for their turn", charging=text, paused=paused)
    worst = max(feeders.values(), key=lambda view: _SEVERITY[view.level])
    return joined([text, _verdict(worst)], ". ")


def _verdict(feeder: FeederView) -> str:
    """How the fullest feeder stands."""
    match feeder.level:
        case Level.OVER:
            return Said("%(feeder)s is over its limit", feeder=feeder.name)
        case Level.OVERCOMMITTED:
            least_a = min(feeder.headroom_a)
            limit_a = feeder.limit_a[feeder.headroom_a.index(least_a)]
            return Said(
                "%(feeder)s is overcommitted: %(drawable).0f of %(limit)g A may be drawn",
                feeder=feeder.name,
                drawable=limit_a - least_a,
                limit=limit_a,
            )
        case Level.TIGHT:
            return Said("%(feeder)s is given out to the full", feeder=feeder.name)
        case Level.OK:
            return Said("All have room")


def _minus(one: PhaseAmps, other: PhaseAmps) -> PhaseAmps:
    return (one[0] - other[0], one[1] - other[1], one[2] - other[2])
