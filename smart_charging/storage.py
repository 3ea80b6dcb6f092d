"""Constraint families (7) to (9) of the model: what holds energy over time."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.draft import NOT_THERE, Draft, Flow
from smart_charging.draws import taper_bounds, taper_slope
from smart_charging.first import dearest_first, first_pieces, has_pieces
from smart_charging.holding import dynamics_of, may_give, may_take
from smart_charging.network import Incidence
from smart_charging.resources import Store
from smart_charging.standby import add_relief
from smart_charging.vehicle import Discharge
from smart_charging.worth import (
    PER_K,
    dearest_per_wh,
    lateness,
    may_feed,
    missing_per_wh,
    wear_weight,
)

_DUST_WH: Final = 1e-6
"""Rounding error of what is decided already."""


def add_tapers(draft: Draft) -> None:
    """(7): a battery takes less the less is missing to full.

    In the middle of a slot missing_u - e_u,t-1 - w x_ut dt / 2 is missing.
    """
    units = draft.units
    for i, evse in enumerate(draft.problem.evses):
        if evse.taper is None or units.count != len(draft.problem.evses):
            continue
        slots = np.flatnonzero(draft.x[i] != NOT_THERE)
        if not len(slots):
            continue
        wh, x = units.wh_per_a[i, slots], draft.x[i, slots]
        energy = _energy_columns(draft, len(slots))
        _link(draft, energy, [(x, wh)], start_wh=0.0)
        bounds, factors = taper_bounds(evse, wh, units.least_a[i, slots])
        rows = draft.rows.add(-np.inf, bounds, len(slots))
        draft.rows.put(rows, x, factors)
        draft.rows.put(rows[1:], energy[:-1], taper_slope(evse))


def add_discharges(draft: Draft) -> None:
    """(8): a vehicle that feeds back never goes below what it can be without.

    What it feeds back is taken off what it has got by each of its deadlines, and loses what being
    early or first gives at most: so going round in circles never earns anything but its price.
    """
    evses, units = draft.problem.evses, draft.units
    feeders = [i for i, evse in enumerate(evses) if evse.discharge and evse.discharge.max_a > 0]
    if not feeders or units.count != len(evses):
        return
    at = np.array(feeders)
    discharges = [evse.discharge for evse in (evses[i] for i in feeders) if evse.discharge]
    wh = units.wh_per_a[at]
    taken_wh = wh / np.array([[discharge.efficiency] for discharge in discharges])
    fed, most_a = _feeding_columns(draft, at, discharges, taken_wh)
    for k, (i, discharge) in enumerate(zip(feeders, discharges, strict=True)):
        slots = np.flatnonzero(fed[k] != NOT_THERE)
        if len(slots):
            energy = draft.columns.add(np.zeros(len(slots)), -discharge.available_wh, np.inf)
            flows = [(draft.x[i, slots], wh[k, slots]), (fed[k, slots], -taken_wh[k, slots])]
            _link(draft, energy, flows, start_wh=0.0)
            _take_off(draft, i, discharge, (slots, fed[k, slots], taken_wh[k, slots]))
    draft.fed_back.append((at, fed))
    draft.fed.append(
        Flow(
            loads=Incidence(units.loads.known[:, at], units.loads.unknown[:, at]),
            columns=fed,
            least_a=np.zeros(fed.shape),
            most_a=most_a,
            kw_per_a=wh / draft.hours * PER_K,
        )
    )


def _feeding_columns(
    draft: Draft, at: Indices, discharges: Sequence[Discharge], taken_wh: Array
) -> tuple[Indices, Array]:
    """What some EVSEs may feed back: columns, and the most of each: [evse, slot].

    A floor is drawn in any case, so it is fed back as well before anything else is.
    """
    units, weights = draft.units, draft.weights
    is_there = units.is_there[at]
    max_a = np.array([[discharge.max_a] for discharge in discharges]) + units.least_a[at]
    is_open = is_there & (units.most_a[at] > units.least_a[at])
    most_a = max_a * is_open * may_feed(draft.problem)
    worth = draft.cost(units.wh_per_a[at] / draft.hours * PER_K)
    lost = np.full((len(at), 1), weights.early)
    if has_pieces(weights):
        pieces = first_pieces(draft.problem, weights, units)
        lost += dearest_first(*pieces)[at, None]
    worth = worth - lost * taken_wh * PER_K
    fed = np.full(is_there.shape, NOT_THERE)
    fed[is_there] = draft.columns.add(worth[is_there], 0.0, most_a[is_there])
    return fed, most_a


def _take_off(
    draft: Draft, i: int, discharge: Discharge, fed: tuple[Indices, Indices, Array]
) -> None:
    """Take what a vehicle feeds back off its rows of (2).

    If it is left with less than it came with, that costs what promised energy would: a vehicle
    that wants none may be left with as little as it can be without.
    """
    slots, columns, taken_wh = fed
    own = np.flatnonzero(draft.units.owner == i)
    rows, before = draft.needs[own], draft.units.before[own][:, slots]
    draft.rows.put(rows[:, None], columns, -taken_wh * before)
    worth = -dearest_per_wh(draft.units)[own]
    draft.below[own] = draft.columns.add(worth, 0.0, discharge.available_wh)
    draft.rows.put(rows, draft.below[own], 1.0)


def add_stores(draft: Draft) -> None:
    """(9): batteries and heat stay between the least and the most that they should hold.

    What is missing to the least, as where it cannot be had in time, outweighs promised energy.
    Taking is never worth anything of itself, and better early than late; and nor is what a source
    gives that stands by.
    """
    stores = draft.problem.stores
    if not stores:
        return
    slots = len(draft.problem.slots_s)
    kw_per_a = np.array([[store.w_per_a * PER_K] for store in stores]) * np.ones(slots)
    takes_a = np.array([store.charge_a * may_take(store, draft.problem) for store in stores])
    gives_a = np.array([store.discharge_a * may_give(store, draft.problem) for store in stores])
    late = draft.weights.early * lateness(draft.problem) * kw_per_a * draft.hours
    worn = np.array([[wear_weight(one, draft.weights) * one.wear_per_kwh] for one in stores])
    (least_a, most_a), (least_given_a, most_given_a) = _fixed(draft, takes_a, gives_a)
    taken = draft.columns.add(-draft.cost(kw_per_a) - late, least_a, most_a)
    stands_by = np.array([[store.standby is not None] for store in stores])
    worn = worn + draft.weights.early * stands_by
    gain = draft.cost(kw_per_a) - worn * kw_per_a * draft.hours
    given = draft.columns.add(gain, least_given_a, most_given_a)
    draft.stored.append((taken, given))
    for k, store in enumerate(stores):
        _add_store(draft, store, taken[k], given[k])
        add_relief(draft, store, given[k])
    loads = draft.network.stores
    draft.drawn.append(
        Flow(loads=loads, columns=taken, least_a=least_a, most_a=most_a, kw_per_a=kw_per_a)
    )
    draft.fed.append(
        Flow(
            loads=loads,
            columns=given,
            least_a=least_given_a,
            most_a=most_given_a,
            kw_per_a=kw_per_a,
        )
    )


def _fixed(
    draft: Draft, takes_a: Array, gives_a: Array
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """The least and the most that stores take, and that they give: what is decided is both."""
    least_a, least_given_a = np.zeros(takes_a.shape), np.zeros(gives_a.shape)
    if draft.units.decided_a is not None:
        some = slice(0, draft.units.decided_a.shape[1])
        least_a[:, some] = takes_a[:, some] = np.maximum(draft.units.decided_a, 0.0)
        least_given_a[:, some] = gives_a[:, some] = np.maximum(-draft.units.decided_a, 0.0)
    return (least_a, takes_a), (least_given_a, gives_a)


def _add_store(draft: Draft, store: Store, taken: Indices, given: Indices) -> None:
    """What a store holds, and what it misses."""
    slots, does = len(taken), dynamics_of(store, draft.hours)
    decided_a, before_a = np.zeros(slots), draft.units.decided_a
    if before_a is not None:
        decided_a[: before_a.shape[1]] = before_a[draft.problem.stores.index(store)]
    most_wh = np.maximum(store.most_wh, does.course_wh(store.stored_wh, decided_a) + _DUST_WH)
    energy = draft.columns.add(np.zeros(slots), -np.inf, most_wh)
    missing = draft.columns.add(np.full(slots, -missing_per_wh(draft.weights)), 0.0, np.inf)
    enough = draft.rows.add(store.least_wh, np.inf, slots)
    draft.rows.put(enough, energy, 1.0)
    draft.rows.put(enough, missing, 1.0)
    change_wh = -does.drain_wh
    change_wh[0] += does.keeps[0] * store.stored_wh
    rows = draft.rows.add(change_wh, change_wh, slots)
    draft.rows.put(rows, energy, 1.0)
    draft.rows.put(rows[1:], energy[:-1], -does.keeps[1:])
    draft.rows.put(rows, taken, -does.taken_wh)
    draft.rows.put(rows, given, does.given_wh)


def _energy_columns(draft: Draft, slots: int) -> Indices:
    return draft.columns.add(np.zeros(slots), -np.inf, np.inf)


def _link(
    draft: Draft,
    energy: Indices,
    flows: list[tuple[Indices, Array]],
    *,
    start_wh: float,
) -> None:
    """Energy at the end of a slot is that of the slot before plus what flows in."""
    change = np.zeros(len(energy))
    change[0] += start_wh
    rows = draft.rows.add(change, change, len(energy))
    draft.rows.put(rows, energy, 1.0)
    draft.rows.put(rows[1:], energy[:-1], -1.0)
    for columns, wh in flows:
        draft.rows.put(rows, columns, -wh)
