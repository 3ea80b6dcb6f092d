"""From a live site to what people see of it."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from csms.domain.identity import EvseId, FeederId, StationId
from csms.domain.security import SecurityProfile
from csms.domain.site import PhaseAmps
from csms.domain.station import ChargingState, ConnectorStatus
from csms.language.said import Said, joined
from csms.service.charging_control import PlanMade, SiteController, parse_evse
from csms.service.closing import RULE_WORDS
from csms.service.connector_bounds import operator_limit
from csms.service.electrics import by_line
from csms.service.feeder_limits import imposed_on
from csms.service.figure_words import figures_now
from csms.service.grid_guard import keep_books
from csms.service.guard_words import banner, view_event
from csms.service.kept_room import kept_rooms
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.measured_flows import (
    is_uncontrolled_measured,
    measured_load,
    measured_uncontrolled,
)
from csms.service.price_words import price_figures
from csms.service.problem_builder import need_of
from csms.service.readings import line_amps
from csms.service.reason_text import explain_evse
from csms.service.reserve import Reserve
from csms.service.resource_words import resource_figures
from csms.service.site_view import (
    ConnectorLimitView,
    EvseState,
    EvseView,
    FeederView,
    GuardView,
    ImposedView,
    Level,
    NeedView,
    PlanView,
    ReasonView,
    ReservedView,
    SiteView,
)
from smart_charging.plan import Method, Reason

ProfileOf: TypeAlias = Callable[[StationId], SecurityProfile]
"""Tells the lowest security profile that a station is let in with."""

_SOURCE: Final = {True: "measured", False: "reckoned", None: None}
_SEVERITY: Final = {level: i for i, level in enumerate(Level)}
_MOST_BLOCKS: Final = 6
"""Of grid companies' profiles, so many are shown: what holds, and what comes next."""
_TIGHT_SHARE: Final = 0.9
_TOLERANCE_A: Final = 0.05
_IN_USE_A: Final = 0.5
_HARDLY_ANY: Final = 0.5
"""So few vehicles are told as none."""
_STATE: Final[Mapping[ConnectorStatus | None, EvseState]] = {
    None: EvseState.AVAILABLE,
    ConnectorStatus.AVAILABLE: EvseState.AVAILABLE,
    ConnectorStatus.OCCUPIED: EvseState.PREPARING,
    ConnectorStatus.RESERVED: EvseState.RESERVED,
    ConnectorStatus.UNAVAILABLE: EvseState.UNAVAILABLE,
    ConnectorStatus.FAULTED: EvseState.FAULTED,
}


def build_view(
    controller: SiteController, now: datetime, clock_rate: float, profile_of: ProfileOf
) -> SiteView:
    """Build the view of a site.

    Args:
        controller: The site's controller.
        now: The present instant.
        clock_rate: Seconds of the site's clock per second of the reader's.
        profile_of: The lowest security profile of a station.
    """
    live = controller.live
    feeders = _feeder_views(live, now)
    reasons, rooms = _planned_reasons(controller.newest), kept_rooms(live, now)
    evses = {
        str(key): _evse_view(
            live,
            evse,
            now,
            explain_evse(live, evse, now, reasons, rooms),
            int(profile_of(key.station_id)),
        )
        for key, evse in live.evses.items()
    }
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


def _feeder_views(live: LiveSite, now: datetime) -> dict[str, FeederView]:
    books = keep_books(live, now)
    loads, uncontrolled = measured_load(live, now), measured_uncontrolled(live, now)
    views = {}
    for feeder in live.site.feeders:
        key = feeder.feeder_id
        limit_a, allowed_a = by_line(books.limit_a[key]), by_line(books.allowed_a[key])
        usable_a = by_line(books.usable_a[key])
        views[key] = FeederView(
            name=feeder.name,
            parent_id=feeder.parent_id,
            limit_a=_rounded(limit_a),
            load_a=_rounded(loads[key]),
            uncontrolled_a=_rounded(uncontrolled[key]),
            allowed_a=_rounded(allowed_a),
            headroom_a=_rounded(_minus(limit_a, allowed_a)),
            level=_level(limit_a, allowed_a, loads[key]),
            uncontrolled_source=_SOURCE[is_uncontrolled_measured(live, key, now)],
            rising_a=_rounded(usable_a) if usable_a != limit_a else None,
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


def _evse_view(
    live: LiveSite, evse: LiveEvse, now: datetime, reason: ReasonView, profile: int
) -> EvseView:
    place, transaction, reading = evse.place, evse.transaction, evse.reading
    station = live.stations[place.evse.station_id]
    token = transaction.id_token if transaction else None
    amps = line_amps(live.site, evse)
    return EvseView(
        station_id=place.evse.station_id,
        number=place.evse.number,
        feeder_id=place.feeder_id,
        lines=place.lines,
        protocol=station.protocol,
        security_profile=profile,
        waiting=station.waiting,
        state=_state(live, evse, now),
        power_w=_power_w(evse) if station.is_connected else None,
        current_a=_rounded(amps) if amps else None,
        limit_a=round(evse.allowance.now_a(now), 1),
        fallback_a=round(_silent_a(live, evse), 1),
        fallback_from=evse.allowance.falls_to_standing_at(now),
        max_a=round(place.max_a, 1),
        energy_wh=round(transaction.energy_wh) if transaction else None,
        soc_pct=reading.soc_pct if reading else None,
        id_token=token.masked if token else None,
        since=transaction.started_at if transaction else None,
        need=_need_view(live, evse, now),
        closed=_closed_words(evse),
        reason=reason,
        operator_limit=_limit_view(evse, now),
        is_boosted=evse.is_boosted,
    )


def _limit_view(evse: LiveEvse, now: datetime) -> ConnectorLimitView | None:
    limit = operator_limit(evse, now)
    if limit is None:
        return None
    return ConnectorLimitView(amps=limit.amps, until_at=limit.until_at, words=limit.words)


def _silent_a(live: LiveSite, evse: LiveEvse) -> float:
    """What it draws at most if nobody talks to it: it may be without power, and come up again."""
    is_kept = live.keeps_fallback(evse.place.evse.station_id)
    return evse.allowance.standing_a if is_kept else evse.place.max_a


def _state(live: LiveSite, evse: LiveEvse, now: datetime) -> EvseState:
    station = live.stations[evse.place.evse.station_id]
    if not station.is_connected:
        return EvseState.NEVER_SEEN if station.protocol is None else EvseState.OFFLINE
    if evse.status in (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE):
        return _STATE[evse.status]
    if not evse.is_occupied:
        is_over = evse.charging_state is ChargingState.IDLE
        is_left = evse.status is ConnectorStatus.OCCUPIED and is_over
        return EvseState.FINISHING if is_left else _STATE[evse.status]
    drawn_a = max(evse.reading.current_a) if evse.reading and evse.reading.current_a else 0.0
    if drawn_a > _IN_USE_A:
        return EvseState.CHARGING
    if evse.habits.is_content:
        return EvseState.WAITING
    is_paused = evse.allowance.now_a(now) < evse.place.min_a
    return EvseState.PAUSED if is_paused else EvseState.CHARGING


def _power_w(evse: LiveEvse) -> float | None:
    if evse.reading is None or evse.reading.power_w is None:
        return 0.0 if evse.transaction is None else None
    return round(evse.reading.power_w)


def _need_view(live: LiveSite, evse: LiveEvse, now: datetime) -> NeedView | None:
    need = need_of(live, evse, now)
    if need is None:
        return None
    energy_wh = need.energy_between_wh
    is_mixed = need.energy_source is not need.departure_source
    return NeedView(
        energy_wh=round(need.energy_wh),
        departs_at=need.departs_at,
        source=need.source,
        energy_source=need.energy_source if is_mixed else None,
        departure_source=need.departure_source if is_mixed else None,
        energy_between_wh=energy_wh and (round(energy_wh[0]), round(energy_wh[1])),
        departs_between=need.departs_between,
    )


def _closed_words(evse: LiveEvse) -> str | None:
    if evse.closed is None or evse.closed.closing is None:
        return None
    words = RULE_WORDS[evse.closed.closing]
    return f"{evse.closed.energy_wh / 1000:.1f} kWh, closed here: {words}"


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


def _planned_reasons(newest: PlanMade | None) -> dict[EvseId, Reason]:
    if newest is None:
        return {}
    return {parse_evse(planned.key): planned.reason for planned in newest.plan.evses}


def _headline(
    counts: Mapping[EvseState, int], feeders: Mapping[str, FeederView], power_w: float
) -> str:
    total = sum(counts.values())
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


def _rounded(amps: PhaseAmps) -> PhaseAmps:
    return (round(amps[0], 1), round(amps[1], 1), round(amps[2], 1))
