"""Constraint families (7) to (9) of the model: what holds energy over time."""

from typing import Final

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.draft import NOT_THERE, Draft, Flow
from smart_charging.network import Incidence
from smart_charging.objective import PER_K

_MISSING: Final = 2.0
"""Times what promised energy is worth."""


def add_tapers(draft: Draft) -> None:
    """(7): a battery takes less the less is missing to full.

    In the middle of a slot missing_u - e_u,t-1 - w x_ut dt / 2 is missing.
    """
    for i, evse in enumerate(draft.problem.evses):
        if evse.taper is None or draft.units.count != len(draft.problem.evses):
            continue
        slots = np.flatnonzero(draft.x[i] != NOT_THERE)
        if not len(slots):
            continue
        wh = draft.units.wh_per_a[i, slots]
        x, energy = draft.x[i, slots], _energy_columns(draft, len(slots))
        _link(draft, energy, [(x, wh)], start_wh=0.0)
        slope = evse.max_a / evse.taper.begins_wh
        least_a = draft.units.least_a[i, slots]
        forced = least_a * (1 - slope * wh / 2) + slope * np.cumsum(least_a * wh)
        upper = np.maximum(slope * evse.taper.missing_wh, forced)
        rows = draft.rows.add(-np.inf, upper, len(slots))
        draft.rows.put(rows, x, 1.0 + slope * wh / 2)
        draft.rows.put(rows[1:], energy[:-1], slope)


def add_discharges(draft: Draft) -> None:
    """(8): a vehicle that feeds back never goes below what it can be without."""
    evses, units = draft.problem.evses, draft.units
    feeders = [i for i, evse in enumerate(evses) if evse.discharge and evse.discharge.max_a > 0]
    if not feeders or units.count != len(evses):
        return
    at = np.array(feeders)
    discharges = [evse.discharge for evse in (evses[i] for i in feeders) if evse.discharge]
    is_there = units.is_there[at]
    max_a = np.array([discharge.max_a for discharge in discharges])
    fed = np.full(is_there.shape, NOT_THERE)
    kw_per_a = units.wh_per_a[at] / draft.hours * PER_K
    fed[is_there] = draft.columns.add(
        -draft.gain(kw_per_a)[is_there],
        0.0,
        np.broadcast_to(max_a[:, None], is_there.shape)[is_there],
    )
    for k, (i, discharge) in enumerate(zip(feeders, discharges, strict=True)):
        slots = np.flatnonzero(is_there[k])
        if not len(slots):
            continue
        wh = units.wh_per_a[i, slots]
        energy = draft.columns.add(np.zeros(len(slots)), -discharge.available_wh, np.inf)
        flows = [(draft.x[i, slots], wh), (fed[k, slots], -wh / discharge.efficiency)]
        _link(draft, energy, flows, start_wh=0.0)
    draft.fed_back.append((at, fed))
    loads = Incidence(units.loads.known[:, at], units.loads.unknown[:, at])
    zeros = np.zeros(is_there.shape)
    draft.fed.append(
        Flow(
            loads=loads,
            columns=fed,
            least_a=zeros,
            most_a=max_a[:, None] * is_there,
            kw_per_a=kw_per_a,
        )
    )


def add_stores(draft: Draft) -> None:
    """(9): batteries and heat stay between the least and the most that they should hold.

    What is missing to the least, as where it cannot be had in time, outweighs promised energy.
    """
    stores = draft.problem.stores
    if not stores:
        return
    slots = len(draft.problem.slots_s)
    kw_per_a = np.array([[store.w_per_a * PER_K] for store in stores]) * np.ones(slots)
    takes_a = np.array([[store.charge_a] for store in stores]) * np.ones(slots)
    gives_a = np.array([[store.discharge_a] for store in stores]) * np.ones(slots)
    taken = draft.columns.add(draft.gain(kw_per_a), 0.0, takes_a)
    given = draft.columns.add(-draft.gain(kw_per_a), 0.0, gives_a)
    draft.stored.append((taken, given))
    for k, store in enumerate(stores):
        drain_wh = store.drain_w * draft.hours
        left_wh = store.stored_wh - np.cumsum(drain_wh)
        energy = draft.columns.add(np.zeros(slots), -np.inf, np.maximum(store.most_wh, left_wh))
        worth = np.full(slots, -_MISSING * draft.weights.promised * PER_K)
        missing = draft.columns.add(worth, 0.0, np.inf)
        enough = draft.rows.add(store.least_wh, np.inf, slots)
        draft.rows.put(enough, energy, 1.0)
        draft.rows.put(enough, missing, 1.0)
        wh = store.w_per_a * draft.hours
        flows = [(taken[k], wh * store.efficiency), (given[k], -wh / store.efficiency)]
        _link(draft, energy, flows, start_wh=store.stored_wh, drain_wh=drain_wh)
    loads, zeros = draft.network.stores, np.zeros((len(stores), slots))
    draft.drawn.append(
        Flow(loads=loads, columns=taken, least_a=zeros, most_a=takes_a, kw_per_a=kw_per_a)
    )
    draft.fed.append(
        Flow(loads=loads, columns=given, least_a=zeros, most_a=gives_a, kw_per_a=kw_per_a)
    )


def _energy_columns(draft: Draft, slots: int) -> Indices:
    return draft.columns.add(np.zeros(slots), -np.inf, np.inf)


def _link(
    draft: Draft,
    energy: Indices,
    flows: list[tuple[Indices, Array]],
    *,
    start_wh: float,
    drain_wh: Array | None = None,
) -> None:
    """Energy at the end of a slot is that of the slot before plus what flows in."""
    change = np.zeros(len(energy)) if drain_wh is None else -drain_wh
    change[0] += start_wh
    rows = draft.rows.add(change, change, len(energy))
    draft.rows.put(rows, energy, 1.0)
    draft.rows.put(rows[1:], energy[:-1], -1.0)
    for columns, wh in flows:
        draft.rows.put(rows, columns, -wh)
