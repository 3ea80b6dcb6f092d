"""From limits to a plan: what they lead to, and why they are what they are."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.case import Case
from smart_charging.committing import Committed
from smart_charging.model import Relaxed
from smart_charging.objective import Limits, judge_of
from smart_charging.plan import ChargingPlan, EvsePlan, Method, ReasonTable, StorePlan
from smart_charging.reasons import Outcome, explain

_MISSED_WH: Final = 1.0
"""Less than this is not missed."""


def count(
    case: Case, relaxed: Relaxed, committed: Committed, method: Method, detail: str
) -> ChargingPlan:
    """Write down a plan.

    Args:
        case: What is planned.
        relaxed: What the linear program said.
        committed: The limits.
        method: How they were made.
        detail: Why the heuristic was used, if it was.
    """
    problem, limits_a = case.problem, committed.limits_a
    judge = judge_of(problem, case.units, case.weights)
    outcome = Outcome(
        limits_a=limits_a,
        usable_a=committed.usable_a,
        wh_per_a=case.units.wh_per_a,
        gain_per_a=relaxed.gain_per_a,
        first=committed.first,
    )
    reasons = explain(problem, case.network, outcome)
    limits = Limits(limits_a, committed.store_a)
    return ChargingPlan(
        starts_at=problem.starts_at,
        slots_s=problem.slots_s,
        evses=tuple(_evse_plans(case, limits_a, judge.until_wh(limits_a), reasons)),
        stores=tuple(
            StorePlan(key=store.key, amps=tuple(amps))
            for store, amps in zip(problem.stores, committed.store_a.tolist(), strict=True)
        ),
        committed=problem.committed,
        method=method,
        detail=detail,
        objective=judge.judge(limits, relaxed.objective, relaxed.fee_pieces),
        reasons=reasons,
        gain_per_a=relaxed.gain_per_a,
        basis=relaxed.basis,
    )


def _evse_plans(
    case: Case, limits_a: Array, until_wh: Array, reasons: ReasonTable
) -> Iterator[EvsePlan]:
    evses, columns = case.problem.evses, case.problem.columns
    final_wh = until_wh[: len(evses)]
    short_wh = np.maximum(columns.energy_wh - final_wh, 0.0)
    expected_wh = np.minimum(final_wh, columns.energy_wh + columns.extra_wh)
    risk = np.where(short_wh > _MISSED_WH, 1.0, 0.0)
    _weigh_outcomes(case, until_wh, expected_wh, risk)
    figures = np.column_stack([expected_wh, short_wh, risk]).tolist()
    table = zip(evses, limits_a.tolist(), figures, reasons.of_slot(0), strict=True)
    for evse, row, (expected, short, chance), reason in table:
        yield EvsePlan(
            key=evse.key,
            limits_a=tuple(row),
            expected_wh=expected,
            short_wh=short,
            risk=chance,
            reason=reason,
        )


def _weigh_outcomes(case: Case, until_wh: Array, expected_wh: Array, risk: Array) -> None:
    """Where a stay is uncertain: the mean energy, and how often some is missing."""
    chances = case.claims.chances
    if not len(chances.owner):
        return
    count, wh = len(expected_wh), until_wh[chances.deadline]
    got_wh = np.minimum(chances.energy_wh, wh)
    is_missed = chances.energy_wh - wh > _MISSED_WH
    some = np.unique(chances.owner)
    for figures, values in ((expected_wh, got_wh), (risk, is_missed)):
        mean = np.bincount(chances.owner, chances.probability * values, count)
        figures[some] = mean[some]
