"""Constraint family (14) of the model: how far feeders are away from what is wanted of them."""

import numpy as np

from smart_charging.arrays import Array
from smart_charging.draft import NOT_THERE, Draft
from smart_charging.feeder_power import planned_w, put_power
from smart_charging.problem import ChargingProblem
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
        put_power(draft, row_of, target.feeder)


def missed_kwh(problem: ChargingProblem, units: Units, drawn_wh: Array, store_a: Array) -> float:
    """By how much energy feeders are away from what is wanted of them.

    Args:
        problem: What is planned.
        units: Its EVSEs, or cohorts of them.
        drawn_wh: What they draw, less what they feed back: [unit, slot].
        store_a: What stores take; below 0: give: [store, slot].
    """
    hours, missed = hours_of(problem), 0.0
    for target in problem.targets:
        carried_w = planned_w(problem, units, (drawn_wh, store_a), target.feeder) + target.base_w
        away_w = np.nan_to_num(target.wanted_w - carried_w)
        away_w = np.maximum(away_w, 0.0) if target.is_least else np.abs(away_w)
        missed += float(away_w @ hours) * PER_K
    return missed
