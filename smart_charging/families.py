"""Constraint families (2) to (6) and (12): energy, first slot, modules, peak, max-min, sales."""

from typing import Final

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.basis import Kind, places_from_last
from smart_charging.draft import NOT_THERE, Draft, Flow
from smart_charging.draws import forced_wh
from smart_charging.first import first_pieces, has_pieces
from smart_charging.tariff import hour_shares
from smart_charging.units import S_PER_H
from smart_charging.worth import PER_K, base_kw, fee_pieces, wholes_of

_NOTHING_WH: Final = 1e-6
_MOST_PIECES: Final = 256
"""So many pieces of a deadline have names of their own."""


def add_currents(draft: Draft) -> None:
    """The units' amperes in every slot in which they are there."""
    units = draft.units
    kw_per_a = _kw_per_a(draft)
    is_there = units.is_there
    least_a, most_a = units.least_a, np.maximum(units.most_a, units.least_a)
    draft.x = np.full(is_there.shape, NOT_THERE)
    unit, slot = np.nonzero(is_there)
    draft.x[is_there] = draft.columns.add(
        draft.gain(kw_per_a)[is_there],
        least_a[is_there],
        most_a[is_there],
        names=draft.names(Kind.CURRENT, unit, slot),
    )
    draft.drawn.append(
        Flow(
            loads=units.loads,
            columns=draft.x,
            least_a=units.least_a,
            most_a=np.clip(_carrying_all_a(draft), least_a, most_a),
            kw_per_a=kw_per_a,
        )
    )


def _carrying_all_a(draft: Draft) -> Array:
    """Amperes that carry in one slot all that (2) lets a unit have at all: [unit, slot].

    A vehicle that feeds back may have more in between.
    """
    units, evses = draft.units, draft.problem.evses
    most_wh = units.most_wh + forced_wh(units)
    feeds_back = [units.of[i] for i, evse in enumerate(evses) if evse.discharge is not None]
    most_wh[feeds_back] = np.inf
    amps: Array = np.full(units.wh_per_a.shape, np.inf)
    np.divide(most_wh[:, None], units.wh_per_a, out=amps, where=units.wh_per_a > 0)
    return amps


def add_energy(draft: Draft) -> None:
    """(2): energy before each deadline is at least what its pieces take.

    What is given beyond the last deadline's pieces, for a floor or because more is needed if the
    vehicle leaves earlier, loses what earliness gives at most.
    """
    units, columns, rows = draft.units, draft.columns, draft.rows
    count = len(units.owner)
    place = _places(draft)
    piece = places_from_last(units.deadline) + _MOST_PIECES * place[units.deadline]
    piece_names = draft.names(Kind.PIECE, units.owner[units.deadline], piece)
    draft.pieces = columns.add(units.value_per_wh, 0.0, units.size_wh, names=piece_names)
    upper = np.where(units.is_final, 0.0, np.inf)
    need_names = draft.names(Kind.NEED, units.owner, place)
    draft.needs = needs = rows.add(0.0, upper, count, names=need_names)
    draft.below = np.full(count, NOT_THERE)
    wh = units.wh_per_a[units.owner] * units.before
    x = draft.x[units.owner]
    deadline, slot = np.nonzero((wh > 0) & (x != NOT_THERE))
    rows.put(needs[deadline], x[deadline, slot], wh[deadline, slot])
    rows.put(needs[units.deadline], draft.pieces, -1.0)
    final = np.flatnonzero(units.is_final)
    owner = units.owner[final]
    most_wh = (units.most_wh + forced_wh(units))[owner]
    most_wh -= np.bincount(units.deadline, units.size_wh, count)[final]
    some = np.flatnonzero(most_wh > _NOTHING_WH)
    worth = np.full(len(some), -draft.weights.early * PER_K)
    names = draft.names(Kind.BEYOND, owner[some], 0)
    beyond = columns.add(worth, 0.0, most_wh[some], names=names)
    rows.put(needs[final[some]], beyond, -1.0)


def _places(draft: Draft) -> Indices:
    """Which of its unit's deadlines each one is, counted from the last: [deadline]."""
    units = draft.units
    return np.where(units.is_final, 0, 1 + places_from_last(units.owner))


def add_first(draft: Draft) -> None:
    """(3): the first slot's amperes in pieces, the first ones worth more than the last ones."""
    units, problem = draft.units, draft.problem
    if not has_pieces(draft.weights) or units.count != len(problem.evses):
        return
    widths, values = first_pieces(problem, draft.weights, units)
    i = np.flatnonzero(draft.x[:, 0] != NOT_THERE)
    worth = values[i] * units.wh_per_a[i, :1] * PER_K
    names = draft.names(Kind.FIRST, i[:, None], np.arange(widths.shape[1]))
    pieces = draft.columns.add(worth, 0.0, widths[i], names=names)
    floor_a = problem.columns.floor_a[i]
    rows = draft.rows.add(floor_a, floor_a, len(i), names=draft.names(Kind.FIRST, i, 0))
    draft.rows.put(rows, draft.x[i, 0], 1.0)
    draft.rows.put(rows[:, None], pieces, -1.0)


def add_modules(draft: Draft) -> None:
    """(4): outlets that share a power module."""
    if draft.units.count != len(draft.problem.evses):
        return
    columns = draft.problem.columns
    evse_of: dict[str, list[int]] = {module.key: [] for module in draft.problem.modules}
    for i, evse in enumerate(draft.problem.evses):
        if evse.module is not None:
            evse_of[evse.module].append(i)
    slots = len(draft.problem.slots_s)
    for module in draft.problem.modules:
        members = np.array(evse_of[module.key], dtype=int)
        floors_w = float((columns.w_per_a * columns.floor_a)[members].sum())
        rows = draft.rows.add(-np.inf, max(module.max_w, floors_w), slots)
        member, slot = np.nonzero(draft.x[members] != NOT_THERE)
        at = draft.x[members][member, slot]
        draft.rows.put(rows[slot], at, columns.w_per_a[members[member]])


def add_peak(draft: Draft) -> None:
    """(5): the highest hourly power, and what it costs."""
    problem, weights, tariff = draft.problem, draft.weights, draft.problem.tariff
    if not weights.peak and not (weights.cost and tariff and tariff.capacity):
        return
    shares = hour_shares(problem.slots_s, problem.starts_at)
    least_kw = shares @ base_kw(problem)
    most_kw = least_kw.max() + sum(float(_most_kw(flow).max()) for flow in draft.drawn)
    most_kw = max(most_kw, 0.0)  # what is fed in elsewhere may be more than all that is drawn
    draft.fee_pieces = fee_pieces(problem, most_kw)
    prices = np.array([piece.per_kw for piece in draft.fee_pieces])
    widths_kw = np.array([piece.width_w for piece in draft.fee_pieces]) * PER_K
    peak = draft.columns.add(-weights.peak - weights.cost * prices, 0.0, widths_kw)
    hours = draft.rows.add(least_kw, np.inf, len(shares))
    draft.rows.put(hours[:, None], peak[None, :], 1.0)
    for sign, flows in ((-1.0, draft.drawn), (1.0, draft.fed)):
        for flow in flows:
            load, slot = np.nonzero(flow.columns != NOT_THERE)
            hour, at = np.nonzero(shares[:, slot] > 0)
            amount = shares[hour, slot[at]] * flow.kw_per_a[load[at], slot[at]]
            draft.rows.put(hours[hour], flow.columns[load[at], slot[at]], sign * amount)


def add_sales(draft: Draft) -> None:
    """(12): what leaves the site, of what is drawn less what is fed back and what the sun gives."""
    problem, tariff = draft.problem, draft.problem.tariff
    if tariff is None or not draft.weights.cost or not tariff.lost_per_kwh.any():
        return
    slots = len(problem.slots_s)
    sold = draft.columns.add(-draft.weights.cost * tariff.lost_per_kwh * draft.hours, 0.0, np.inf)
    rows = draft.rows.add(-base_kw(problem), np.inf, slots)
    draft.rows.put(rows, sold, 1.0)
    for sign, flows in ((1.0, draft.drawn), (-1.0, draft.fed)):
        for flow in flows:
            load, slot = np.nonzero(flow.columns != NOT_THERE)
            amount = sign * flow.kw_per_a[load, slot]
            draft.rows.put(rows[slot], flow.columns[load, slot], amount)


def add_max_min(draft: Draft) -> None:
    """(6): nobody's share of what it can be served is below the smallest share of all."""
    if not draft.weights.least_share:
        return
    units, wholes = draft.units, wholes_of(draft.problem, draft.units)
    worth = draft.weights.least_share * wholes.whole_wh.sum() * PER_K
    least = draft.columns.add(np.array([worth]), 0.0, 1.0)
    wanting = np.flatnonzero(wholes.is_wanting)
    rows = draft.rows.add(-wholes.served_wh[wanting], np.inf, len(wanting))
    row_of = np.full(units.count, NOT_THERE)
    row_of[wanting] = rows
    draft.rows.put(rows, np.broadcast_to(least, rows.shape), -wholes.whole_wh[wanting])
    owner = units.owner[units.deadline]
    counts = (units.value_per_wh > draft.weights.extra * PER_K) & (row_of[owner] != NOT_THERE)
    draft.rows.put(row_of[owner[counts]], draft.pieces[counts], 1.0)
    less = np.flatnonzero((draft.below != NOT_THERE) & (row_of[units.owner] != NOT_THERE))
    draft.rows.put(row_of[units.owner[less]], draft.below[less], -1.0)


def _kw_per_a(draft: Draft) -> Array:
    """Power of an ampere, averaged over the slot: [unit, slot]."""
    slots_s = np.array(draft.problem.slots_s, dtype=float)
    power: Array = draft.units.wh_per_a * S_PER_H / slots_s * PER_K
    return power


def _most_kw(flow: Flow) -> Array:
    most: Array = (flow.most_a * flow.kw_per_a).sum(axis=0)
    return most
