"""From a site's state to a planning problem."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from csms.domain.limits import Standing
from csms.domain.need import Known, Need, estimate_need
from csms.service.boosted_demand import boosted
from csms.service.connector_bounds import most_a
from csms.service.electrics import feeder_inputs, near_s, tap_of, watts_per_ampere
from csms.service.feed_limits import feed_limits_of
from csms.service.feeder_limits import changes, turns, usable
from csms.service.grid_targets import targets_of
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.planned_tariff import planned_tariff
from csms.service.relief import unavoidable_loads, with_relief
from csms.service.resource_problem import stores_of
from csms.service.trials import needs_proof
from smart_charging.policy import Aim, Fairness, Policy
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse, Reservation
from smart_charging.vehicle import Demand, Outcome

_HORIZON: Final = timedelta(hours=24)
_SLOT_S: Final = 900
_SHORTEST: Final = timedelta(minutes=1)
_LEAST_EXTRA_WH: Final = 500.0
"""Whoever still charges may go on, however much it has got."""
_STEP_A: Final = 1.0
"""Whole amperes: many stations cut off the rest."""


def build_problem(live: LiveSite, now: datetime) -> ChargingProblem:
    """Describe a site at this instant as a planning problem.

    EVSEs that can be given a limit become variables; all others are reserved what they may draw.

    Args:
        live: The site.
        now: The present instant, in whole seconds.
    """
    near = near_s(live)
    edges = slot_edges(now, near, turns(live, now, now + timedelta(seconds=near)))
    lower_at = {turn - live.settled for turn in changes(live, edges[1], edges[-1])}
    edges = sorted({*edges, *(at for at in lower_at if at > edges[1])})
    slots_s = tuple(int((b - a).total_seconds()) for a, b in pairwise(edges))
    live_until = now + timedelta(seconds=live.site.control.limits_live_s)
    evses, reservations = [], []
    for evse in live.evses.values():
        if not evse.place.is_installed:
            continue
        bound_a = most_a(live, evse, now)
        if bound_a >= evse.place.min_a and can_be_steered(live, evse):
            evses.append(_evse(live, evse, now, bound_a))
        else:
            reservations.append(_reservation(live, evse, edges))
    policy = Policy(fairness=Fairness(live.site.policy.fairness), aim=Aim(live.site.policy.aim))
    stores = stores_of(live, edges, now)
    feeders = feeder_inputs(live, edges, now, frozenset(store.key for store in stores))
    unavoidable = unavoidable_loads(evses, reservations, len(slots_s))
    timing = slots_s, live.site.control.plan_every_s
    stores = with_relief(stores, feeders, unavoidable, timing, policy.risk)
    return ChargingProblem(
        starts_at=now,
        slots_s=slots_s,
        feeders=usable(live, feeders, edges),
        evses=tuple(evses),
        reservations=tuple(reservations),
        stores=stores,
        committed=sum(edge < live_until for edge in edges[:-1]),
        policy=policy,
        tariff=planned_tariff(live, edges, now),
        targets=targets_of(live, edges, now),
        feed_limits=feed_limits_of(live, edges, now, frozenset(store.key for store in stores)),
    )


def can_be_steered(live: LiveSite, evse: LiveEvse) -> bool:
    """Whether an EVSE can be given what a plan finds for it."""
    return can_be_told(live, evse) and not needs_proof(live, evse)


def can_be_told(live: LiveSite, evse: LiveEvse) -> bool:
    """Whether an EVSE can be given a limit now: its station listens, and there is a vehicle."""
    station = live.stations[evse.place.evse.station_id]
    return (
        station.is_connected
        and station.is_ready
        and evse.is_occupied
        and evse.allowance.standing is Standing.HELD
        and not evse.allowance.is_disobeyed
        and not evse.is_unlimitable
    )


def need_of(live: LiveSite, evse: LiveEvse, now: datetime) -> Need | None:
    """What the vehicle at an EVSE is planned to get, None if there is none."""
    if evse.transaction is None:
        return None
    site = live.site
    known = Known(
        assumed=site.assumed,
        zone=site.timezone,
        past=live.left_out.remembered(evse.past),
        forecast=evse.forecast,
        scheduled=live.timetable.need_of(evse.transaction, site.timezone),
    )
    return estimate_need(evse.transaction, known, now)


def slot_edges(now: datetime, near: int, cuts: Iterable[datetime] = ()) -> list[datetime]:
    """Cut the horizon: one slot for as long as measurements count, then quarters of the hour.

    Args:
        now: The present instant.
        near: For how many seconds measurements count.
        cuts: Where to cut the first slot, but for those that would leave too short a slot.
    """
    edges, near_at = [now], now + timedelta(seconds=near)
    for cut in sorted(cuts):
        if cut - edges[-1] >= _SHORTEST and near_at - cut >= _SHORTEST:
            edges.append(cut)
    edges.append(near_at)
    quarter = datetime.fromtimestamp((near_at.timestamp() // _SLOT_S + 1) * _SLOT_S, tz=now.tzinfo)
    while quarter <= now + _HORIZON:
        if quarter - edges[-1] >= _SHORTEST:
            edges.append(quarter)
        quarter += timedelta(seconds=_SLOT_S)
    return edges


def _evse(live: LiveSite, evse: LiveEvse, now: datetime, bound_a: float) -> Evse:
    place = evse.place
    since_s = (now - evse.since).total_seconds() if evse.since else 0.0
    ceiling_a = place.max_a if evse.habits.ceiling_a is None else evse.habits.ceiling_a
    max_a, w_per_a = min(bound_a, ceiling_a), watts_per_ampere(live, evse)
    demand = _demand(live, evse, now)
    if evse.is_boosted and not evse.habits.is_content:
        demand = boosted(demand, max_a * w_per_a, now)
    held = evse.allowance.accepted.at(now) if evse.allowance.accepted else None
    return Evse(
        key=str(place.evse),
        feeder=place.feeder_id,
        tap=tap_of(live, evse),
        w_per_a=w_per_a,
        max_a=max_a,
        min_a=place.min_a,
        floor_a=evse.allowance.standing_a,
        step_a=_STEP_A,
        held_a=evse.allowance.standing_a if held is None else held,
        on_s=0.0 if evse.is_paused else max(0.0, since_s),
        off_s=max(0.0, since_s) if evse.is_paused else 0.0,
        is_idle=evse.habits.is_content,
        max_periods=live.max_periods(evse),
        demand=demand,
    )


def _demand(live: LiveSite, evse: LiveEvse, now: datetime) -> Demand:
    need = need_of(live, evse, now)
    if need is None or evse.transaction is None:
        raise ValueError(f"{evse.place.evse} has no transaction to plan for")
    served_wh = evse.transaction.energy_wh
    if evse.habits.is_content:
        return Demand(energy_wh=0.0, served_wh=served_wh, departs_at=need.departs_at)
    most_wh = max((course.energy_wh for course in need.courses), default=need.energy_wh)
    beyond_wh = need.energy_wh + need.beyond_wh - max(served_wh, most_wh)
    energy_wh = max(0.0, most_wh - served_wh)
    return Demand(
        energy_wh=energy_wh,
        extra_wh=max(_LEAST_EXTRA_WH, beyond_wh),
        served_wh=served_wh,
        departs_at=max((course.departs_at for course in need.courses), default=need.departs_at),
        outcomes=_outcomes(need, served_wh) if energy_wh > 0 else (),
    )


def _outcomes(need: Need, served_wh: float) -> tuple[Outcome, ...]:
    """How the vehicle's stay may go on."""
    return tuple(
        Outcome(
            probability=course.probability,
            departs_at=course.departs_at,
            energy_wh=max(0.0, course.energy_wh - served_wh),
        )
        for course in need.courses
    )


def _reservation(live: LiveSite, evse: LiveEvse, edges: list[datetime]) -> Reservation:
    amps = np.array(evse.allowance.course_a(edges))
    if evse.allowance.is_on_trial:  # there has to be room before it can begin
        until = edges[0] + timedelta(seconds=near_s(live))
        amps[[start < until for start in edges[:-1]]] = evse.place.max_a
    return Reservation(
        key=str(evse.place.evse), feeder=evse.place.feeder_id, tap=tap_of(live, evse), amps=amps
    )
