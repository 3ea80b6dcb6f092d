"""Constraint family (14) of the model: how far feeders are away from what is wanted of them."""

from collections.abc import Iterator

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.draft import NOT_THERE, Draft
from smart_charging.problem import ChargingProblem
from smart_charging.target import Target
from smart_charging.units import Units
from smart_charging.worth import PER_K, hours_of


def add_targets(draft: Draft) -> None:
    """(14): what a feeder carries more or less than is wanted of it."""
    for target in draft.problem.targets:
        slots = np.flatnonzero(~np.isnan(target.wanted_w))
        row_of = np.full(len(target.wanted_w), NOT_THERE)
        gap_kw = (target.wanted_w - target.base_w)[slots] * PER_K
        most_kw = np.full(len(slots), np.inf) if target.is_least else gap_kw
        row_of[slots] = rows = draft.rows.add(gap_kw, most_kw, len(slots))
        worth = -draft.weights.optimum * draft.hours[slots]
        draft.rows.put(rows, draft.columns.add(worth, 0.0, np.inf), 1.0)
        if not target.is_least:
            draft.rows.put(rows, draft.columns.add(worth, 0.0, np.inf), -1.0)
        for columns, kw_per_a in _flows(draft, target):
            there = (columns != NOT_THERE) & (kw_per_a != 0) & (row_of != NOT_THERE)
            load, slot = np.nonzero(there)
            draft.rows.put(row_of[slot], columns[load, slot], kw_per_a[load, slot])


def missed_kwh(problem: ChargingProblem, units: Units, drawn_wh: Array, store_a: Array) -> float:
    """By how much energy feeders are away from what is wanted of them.

    Args:
        problem: What is planned.
        units: Its EVSEs, or cohorts of them.
        drawn_wh: What they draw, less what they feed back: [unit, slot].
        store_a: What stores take; below 0: give: [store, slot].
    """
    hours, missed = hours_of(problem), 0.0
    w_per_a = np.array([store.w_per_a for store in problem.stores])
    for target in problem.targets:
        below, stores = _below(problem, units, target.feeder)
        carried_w = below @ drawn_wh / hours + (stores * w_per_a) @ store_a + target.base_w
        away_w = np.nan_to_num(target.wanted_w - carried_w)
        away_w = np.maximum(away_w, 0.0) if target.is_least else np.abs(away_w)
        missed += float(away_w @ hours) * PER_K
    return missed


def _flows(draft: Draft, target: Target) -> Iterator[tuple[Indices, Array]]:
    """Columns of all that is planned below a feeder, and their power: ([load, slot], [load, slot]).

    What is fed back is below 0.
    """
    units = draft.units
    below, stores = _below(draft.problem, units, target.feeder)
    unit_kw = units.wh_per_a / draft.hours * PER_K * below[:, None]
    yield draft.x, unit_kw
    for evses, columns in draft.fed_back:
        yield columns, -unit_kw[evses]
    w_per_a = np.array([store.w_per_a for store in draft.problem.stores])
    for taken, given in draft.stored:
        store_kw = np.repeat((stores * w_per_a * PER_K)[:, None], taken.shape[1], axis=1)
        yield taken, store_kw
        yield given, -store_kw


def _below(problem: ChargingProblem, units: Units, feeder: str) -> tuple[Array, Array]:
    """Which share of each unit's EVSEs hangs below a feeder, and which stores do."""
    below = {feeder}
    for one in problem.feeders:  # parents come before their children
        if one.parent in below:
            below.add(one.key)
    evses = np.array([evse.feeder in below for evse in problem.evses], dtype=float)
    members = np.bincount(units.of, minlength=units.count)
    share = np.bincount(units.of, evses, units.count) / np.maximum(members, 1)
    stores = np.array([store.feeder in below for store in problem.stores], dtype=float)
    return share, stores
