"""Resources in the planning problem: those of which enough is known, as stores."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from csms.domain.resource import (
    Battery,
    DeferrableLoad,
    Quantity,
    Resource,
    StandbySource,
    ThermalLoad,
)
from csms.domain.site import Site
from csms.service.electrics import tap_of_resource
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from smart_charging.arrays import Array
from smart_charging.flexible import Battery as PlannedBattery
from smart_charging.flexible import (
    Heat,
    Place,
    Run,
    Source,
    battery_store,
    heat_store,
    run_store,
    source_store,
)
from smart_charging.resources import Store, Switching

_INSIDE_K: Final = 0.02
"""Of the comfort band, how far within it a plan stays: it does not know what is drawn."""
_DONE_WH: Final = 1.0
_LEAST_GAIN: Final = 1.0
"""A heat pump is no worse than a rod."""


def stores_of(live: LiveSite, edges: Sequence[datetime], now: datetime) -> tuple[Store, ...]:
    """Describe the resources that can be planned.

    Args:
        live: The site.
        edges: Start of every slot, and the end of the last.
        now: The present instant.
    """
    stores = (_store(live, one, edges, now) for one in live.resources.values())
    return tuple(store for store in stores if store is not None)


def _store(
    live: LiveSite, one: LiveResource, edges: Sequence[datetime], now: datetime
) -> Store | None:
    """Describe a resource; None: it cannot be planned."""
    if not one.is_steered(now, live.site.control.reading_lives_s):
        return None
    match one.resource.kind:
        case Battery() as battery:
            return _battery_store(live, one, battery, edges, now)
        case ThermalLoad() as load:
            return _heat_store(live, one, load, edges, now)
        case DeferrableLoad() as load:
            return _run_store(live, one, load, edges, now)
        case StandbySource() as source:
            return _source_store(live, one, source, edges, now)
    return None


def _battery_store(
    live: LiveSite, one: LiveResource, battery: Battery, edges: Sequence[datetime], now: datetime
) -> Store | None:
    soc_pct = one.reading(Quantity.SOC_PCT, now, live.site.control.reading_lives_s)
    if soc_pct is None:
        return None
    key, place = one.resource.resource_id, _place(live.site, one.resource)
    return battery_store(key, place, _battery(battery, soc_pct), len(edges) - 1)


def _heat_store(
    live: LiveSite, one: LiveResource, load: ThermalLoad, edges: Sequence[datetime], now: datetime
) -> Store | None:
    now_c = one.reading(Quantity.TEMPERATURE_C, now, live.site.control.reading_lives_s)
    if now_c is None:
        return None
    key, place = one.resource.resource_id, _place(live.site, one.resource)
    switching = _switching(one, load, place, now)
    around_c = _around_c(live, load, edges, now)
    return heat_store(key, place, _heat(load, now_c, switching, around_c))


def _run_store(
    live: LiveSite,
    one: LiveResource,
    load: DeferrableLoad,
    edges: Sequence[datetime],
    now: datetime,
) -> Store | None:
    run = _run(live.site, one, load, now)
    if run is None:
        return None
    key, place = one.resource.resource_id, _place(live.site, one.resource)
    return run_store(key, place, run, _slots_s(edges))


def _source_store(
    live: LiveSite,
    one: LiveResource,
    source: StandbySource,
    edges: Sequence[datetime],
    now: datetime,
) -> Store:
    """What lines need of it is found once it is known what they carry."""
    planned = Source(
        power_w=source.power_w,
        least_w=source.least_w,
        per_kwh=source.per_kwh,
        per_start=source.per_start,
        starts_s=source.starts_s,
        min_run_s=source.min_run_s,
        runs_s=_seconds(one.on_since, now),
        relief_a=np.zeros(len(edges) - 1),
    )
    key, place = one.resource.resource_id, _place(live.site, one.resource)
    return source_store(key, place, planned, _slots_s(edges))


def _slots_s(edges: Sequence[datetime]) -> tuple[int, ...]:
    return tuple(round((end - begin).total_seconds()) for begin, end in pairwise(edges))


def _place(site: Site, resource: Resource) -> Place:
    return Place(
        feeder=resource.feeder_id,
        tap=tap_of_resource(site, resource),
        w_per_a=site.watts_per_ampere(len(resource.lines)),
    )


def _battery(battery: Battery, soc_pct: float) -> PlannedBattery:
    return PlannedBattery(
        capacity_wh=battery.capacity_wh,
        stored_wh=battery.capacity_wh * soc_pct / 100.0,
        charge_w=battery.charge_w,
        discharge_w=battery.discharge_w,
        reserve_wh=battery.reserve_wh,
        efficiency=battery.efficiency,
        wear_per_kwh=battery.wear_per_kwh,
    )


def _around_c(live: LiveSite, load: ThermalLoad, edges: Sequence[datetime], now: datetime) -> Array:
    """How warm it is around something, in the middle of each slot: [slot]."""
    if not load.is_outdoor or not live.outdoor.is_known(now):
        return np.full(len(edges) - 1, load.around_c)
    told = (live.outdoor.at(start + (end - start) / 2) for start, end in pairwise(edges))
    return np.array([load.around_c if celsius is None else celsius for celsius in told])


def _heat(load: ThermalLoad, now_c: float, switching: Switching | None, around_c: Array) -> Heat:
    slots = len(around_c)
    least_c, most_c = load.band_c
    inside_k = _INSIDE_K * (most_c - least_c)
    return Heat(
        wh_per_k=load.wh_per_k,
        w_per_k=load.w_per_k,
        now_c=now_c,
        least_c=np.full(slots, least_c + inside_k),
        most_c=np.full(slots, most_c - inside_k),
        around_c=around_c,
        drawn_w=np.full(slots, load.drawn_w),
        heater_w=load.rated_w,
        gain=np.maximum(load.gain + load.gain_per_k * (around_c - load.around_c), _LEAST_GAIN),
        switching=switching,
    )


def _switching(
    one: LiveResource, load: ThermalLoad, place: Place, now: datetime
) -> Switching | None:
    if not load.least_w:
        return None
    return Switching(
        min_a=load.least_w / place.w_per_a,
        on_s=_seconds(one.on_since, now),
        off_s=_seconds(one.off_since, now),
        min_on_s=load.min_on_s,
        min_off_s=load.min_off_s,
    )


def _run(site: Site, one: LiveResource, load: DeferrableLoad, now: datetime) -> Run | None:
    """The run that is under way or comes next, None once it is done for this time."""
    local = now.astimezone(site.timezone)
    done_by = local.replace(
        hour=load.done_by.hour, minute=load.done_by.minute, second=0, microsecond=0
    )
    if done_by <= local:
        done_by += timedelta(days=1)
    earliest = done_by.replace(hour=load.earliest.hour, minute=load.earliest.minute)
    if earliest >= done_by:
        earliest -= timedelta(days=1)
    told = one.reading(Quantity.SERVED_WH, now, site.control.reading_lives_s)
    served_wh = 0.0 if told is None else min(told, load.energy_wh)
    if load.energy_wh - served_wh < _DONE_WH:
        return None
    return Run(
        power_w=load.power_w,
        energy_wh=load.energy_wh,
        served_wh=served_wh,
        earliest_s=max(0.0, (earliest - local).total_seconds()),
        deadline_s=(done_by - local).total_seconds(),
        is_interruptible=load.is_interruptible,
        on_s=_seconds(one.on_since, now),
    )


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
