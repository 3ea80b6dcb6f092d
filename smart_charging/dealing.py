"""From cohorts to their members: everybody's own amperes, nearly as good as the cohorts' together.

Slot by slot, a cohort's amperes are dealt out to its members: who has the longest still to charge
comes first, as far as the small feeders carry it. For members that leave together this serves
whatever can be served. Who then lacks energy gets what room is left, in the slots that are worth
most. Where most is lost, the vehicles of a feeder are planned once more by themselves, by the exact
program, while everybody else keeps what they have.
"""

from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.carrying import carrying
from smart_charging.case import Case, part_of
from smart_charging.model import relax
from smart_charging.units import S_PER_H
from smart_charging.worth import PER_K, worth_per_kwh

MOST_POLISHED: Final = 2400
_BISECTIONS: Final = 24
_NOTHING: Final = 1e-9


def deal(case: Case, of: Indices, cohort_a: Array, small: Flags) -> Array:
    """Deal out each cohort's amperes to its members, slot by slot.

    What a member has still to charge is counted in seconds at full current. In each slot all are
    brought down to one level, from the top, until the cohort's amperes are dealt out.

    Args:
        case: The problem.
        of: The cohort of each EVSE.
        cohort_a: [cohort, slot]
        small: The lines that the cohorts do not know: [row].

    Returns:
        Amperes: [evse, slot].
    """
    problem, units, columns = case.problem, case.units, case.problem.columns
    slots_s, lines = np.array(problem.slots_s, dtype=float), carrying(case, small)
    rate_w = columns.w_per_a * np.maximum(columns.max_a, _NOTHING)
    left_s = (columns.energy_wh + columns.extra_wh) / rate_w * S_PER_H
    top_a, most_share = np.maximum(columns.max_a, _NOTHING), np.zeros(cohort_a.shape)
    np.maximum.at(most_share, of, units.share)
    amps = np.repeat(columns.floor_a[:, None], len(slots_s), axis=1)
    for slot, slot_s in enumerate(slots_s):
        there_s = units.share[:, slot] * slot_s
        some = np.flatnonzero((there_s > 0) & (left_s > 0))
        if not len(some):
            continue
        total_as = cohort_a[:, slot] * most_share[:, slot] * slot_s
        taken_s = _levelled(left_s[some], there_s[some], top_a[some], of[some], total_as)
        dealt = np.zeros(len(of))
        dealt[some] = top_a[some] * taken_s / there_s[some]
        dealt = np.minimum(dealt, units.most_a[:, slot])
        dealt = lines.fit(np.maximum(dealt, columns.floor_a), slot)
        amps[some, slot] = np.maximum(dealt, columns.floor_a)[some]
        left_s[some] -= amps[some, slot] / top_a[some] * there_s[some]
    return amps


def fill(case: Case, amps: Array) -> Array:
    """Give those who lack energy what room there is, in the slots that are worth most.

    What is fed back makes no room.
    """
    units = case.units
    lines, amps = carrying(case), amps.copy()
    lacking_wh = _lacking_wh(case, amps)
    can_take = (units.wh_per_a > _NOTHING) & (units.most_a > amps)
    can_take &= lines.has_room(np.maximum(amps, 0.0))
    for slot in np.argsort(-worth_per_kwh(case.problem, case.weights), kind="stable"):
        wh, some = units.wh_per_a[:, slot], np.flatnonzero(can_take[:, slot])
        some = some[lacking_wh[some] > _NOTHING]
        if not len(some):
            continue
        more = np.zeros(len(wh))
        more[some] = np.minimum(
            np.maximum(units.most_a[some, slot] - amps[some, slot], 0.0),
            lacking_wh[some] / wh[some],
        )
        more = lines.fit_beside(more, np.maximum(amps[:, slot], 0.0), slot)
        amps[:, slot] += more
        lacking_wh -= more * wh
    return amps


def polish(
    case: Case, amps: Array, gain_per_a: Array, time_limit_s: float, most: int = MOST_POLISHED
) -> Array:
    """Plan those once more who lose most, with all who share their feeder.

    Args:
        case: The problem.
        amps: What everybody has: [evse, slot].
        gain_per_a: What an ampere of each line is worth to the cohorts: [row, slot].
        time_limit_s: Give up after that.
        most: How many EVSEs are planned again at the most.
    """
    regret = _regret(case, amps, gain_per_a)
    some = _who(case, regret, most)
    if not len(some):
        return amps
    part = part_of(case, some, amps)
    again = relax(part.problem, part.network, part.units, part.weights, time_limit_s)
    polished = amps.copy()
    polished[some] = again.amps
    return polished


def _who(case: Case, regret: Array, most: int) -> Indices:
    """Those at the feeders whose vehicles lose most."""
    _, feeder = np.unique([evse.feeder for evse in case.problem.evses], return_inverse=True)
    loss, size = np.bincount(feeder, regret), np.bincount(feeder)
    order = np.argsort(-loss / size, kind="stable")
    chosen = order[(np.cumsum(size[order]) <= most) & (loss[order] > _NOTHING)]
    return np.flatnonzero(np.isin(feeder, chosen))


def _regret(case: Case, amps: Array, gain_per_a: Array) -> Array:
    """What each vehicle loses against its own best, if lines cost what they are worth: [evse].

    Its best is to take its energy in the slots in which an ampere is worth most for what it
    carries and what it costs others.
    """
    units, loads = case.units, case.network.evses
    wh = np.maximum(units.wh_per_a, _NOTHING)
    price = np.asarray(abs(loads.known).T @ gain_per_a + loads.unknown.T @ gain_per_a)
    worth = worth_per_kwh(case.problem, case.weights) * PER_K - price / wh
    order = np.argsort(np.where(units.wh_per_a > 0, -worth, np.inf), axis=1, kind="stable")
    ceilings_wh = np.take_along_axis(units.most_a * units.wh_per_a, order, axis=1)
    before_wh = np.cumsum(ceilings_wh, axis=1) - ceilings_wh
    wanted_wh = np.minimum(case.problem.columns.energy_wh, ceilings_wh.sum(axis=1))[:, None]
    best_wh = np.clip(wanted_wh - before_wh, 0.0, ceilings_wh)
    best = best_wh * np.take_along_axis(worth, order, axis=1)
    actual = amps * units.wh_per_a * worth
    lacking = _lacking_wh(case, amps) * case.weights.promised * PER_K
    regret: Array = best.sum(axis=1) - actual.sum(axis=1) + lacking
    return regret


def _lacking_wh(case: Case, amps: Array) -> Array:
    """What is missing of what each vehicle could get: [evse]."""
    units = case.units
    reachable_wh = (units.most_a * units.wh_per_a).sum(axis=1)
    got_wh = (amps * units.wh_per_a).sum(axis=1)
    missing: Array = np.minimum(case.problem.columns.energy_wh, reachable_wh) - got_wh
    return np.maximum(missing, 0.0)


def _levelled(left_s: Array, there_s: Array, top_a: Array, of: Indices, total_as: Array) -> Array:
    """Seconds at full current that each takes, so that each cohort takes its total."""
    count = len(total_as)
    low, high = np.zeros(count), np.zeros(count)
    np.maximum.at(high, of, left_s)
    for _ in range(_BISECTIONS):
        level = (low + high) / 2
        taken_s = np.clip(left_s - level[of], 0.0, there_s)
        is_too_much = np.bincount(of, top_a * taken_s, count) > total_as
        low, high = np.where(is_too_much, level, low), np.where(is_too_much, high, level)
    return np.asarray(np.clip(left_s - high[of], 0.0, there_s))
