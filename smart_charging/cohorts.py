"""Planning many vehicles at once, by cohorts of those that are alike.

Vehicles are grouped that hang alike on the large feeders, leave in the same slots and have about
the same share of their stay to charge. A linear program over the cohorts, under the large feeders'
limits only, is far smaller than one over all vehicles. It allows all that any plan could do, so its
optimum bounds every plan. `dealing` makes everybody's own limits of it.

Not known to cohorts are tapers, feeding back, and what shapes the first slot only.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, diags

from smart_charging.arrays import Flags, Indices
from smart_charging.carrying import carrying
from smart_charging.case import Case, with_stores_fixed
from smart_charging.claims import Claims
from smart_charging.currents import ancestors
from smart_charging.dealing import deal, fill, polish
from smart_charging.model import Relaxed, relax
from smart_charging.network import LINES
from smart_charging.plan import ChargingPlan
from smart_charging.policy import without_first
from smart_charging.problem import ChargingProblem
from smart_charging.units import Grouping, cohort_units

_MANY: Final = 100
"""A feeder of more EVSEs than that is large."""
_DEGREES: Final = 40
"""Into how many parts the share of the stay that it takes to charge is cut."""
_MENDED: Final = 20
"""One in so many is planned anew when the last plan is mended."""
_NOTHING: Final = 1e-9


def relax_by_cohorts(case: Case, time_limit_s: float) -> Relaxed:
    """Solve a large problem nearly.

    Its optimum is that of the cohorts, a bound for every plan; what shapes the first slot only
    (see `first`) is left out.

    Raises:
        SolverError: No optimum was found in time.
    """
    case = replace(case, weights=without_first(case.weights))
    problem, weights, claims = case.problem, case.weights, case.claims
    large = _large_rows(case)
    units = cohort_units(problem, case.network.evses, claims, _group(case, claims, large))
    bound = relax(problem, case.network, units, weights, time_limit_s)
    case = with_stores_fixed(case, bound.store_a)
    amps = fill(case, deal(case, units.of, bound.amps, ~large))
    return replace(bound, amps=polish(case, amps, bound.gain_per_a, time_limit_s))


def relax_again(case: Case, last: ChargingPlan, time_limit_s: float) -> Relaxed:
    """Begin with what everybody was given in the last plan, and mend what has changed since.

    Raises:
        SolverError: No optimum was found in time.
    """
    case = replace(case, weights=without_first(case.weights))
    carried = _carried_over(case, last)
    case = with_stores_fixed(case, carried.store_a)
    amps = fill(case, carried.amps)
    most = len(case.problem.evses) // _MENDED
    polished = polish(case, amps, carried.gain_per_a, time_limit_s, most)
    return replace(carried, amps=polished)


def _carried_over(case: Case, last: ChargingPlan) -> Relaxed:
    """The last plan on the slots of this problem, cut down to what is wanted and fits."""
    problem, units = case.problem, case.units
    at = _slots_of(last, problem)
    limits_a = {planned.key: planned.limits_a for planned in last.evses}
    nothing = (0.0,) * len(last.slots_s)
    amps = np.array([limits_a.get(evse.key, nothing) for evse in problem.evses])
    amps = np.clip(amps.reshape(-1, len(nothing))[:, at], units.least_a, units.most_a)
    amps = np.where(units.share > 0, amps, units.least_a)
    wanted_wh = (problem.columns.energy_wh + problem.columns.extra_wh)[:, None]
    before_wh = np.cumsum(amps * units.wh_per_a, axis=1) - amps * units.wh_per_a
    left_a = (wanted_wh - before_wh) / np.maximum(units.wh_per_a, _NOTHING)
    amps = np.maximum(np.minimum(amps, np.maximum(left_a, 0.0)), units.least_a)
    lines = carrying(case)
    for slot in range(amps.shape[1]):
        amps[:, slot] = np.maximum(lines.fit(amps[:, slot], slot), units.least_a[:, slot])
    lengths = np.array(problem.slots_s) / np.array(last.slots_s)[at]
    gains = np.zeros(case.network.limit_a.shape)
    if last.gain_per_a is not None and len(last.gain_per_a) == len(gains):
        gains = last.gain_per_a[:, at] * lengths
    stores = np.zeros((len(problem.stores), amps.shape[1]))
    return Relaxed(amps, gains, stores, objective=None, fee_pieces=())


def _slots_of(last: ChargingPlan, problem: ChargingProblem) -> Indices:
    """The slot of the last plan in which the middle of each slot lies: [slot]."""
    begins_s = np.cumsum(problem.slots_s) - np.array(problem.slots_s) / 2
    offset_s = (problem.starts_at - last.starts_at).total_seconds()
    found = np.searchsorted(np.cumsum(last.slots_s), begins_s + offset_s, side="right")
    return np.asarray(np.clip(found, 0, len(last.slots_s) - 1))


def _large_rows(case: Case) -> Flags:
    """The lines of feeders that feed many, and of roots: [row]."""
    feeders = case.problem.feeders
    ways = ancestors(feeders)
    count = {feeder.key: 0 for feeder in feeders}
    for evse in case.problem.evses:
        for key in ways[evse.feeder]:
            count[key] += 1
    is_large = [count[feeder.key] > _MANY or feeder.parent is None for feeder in feeders]
    return np.repeat(np.array(is_large), LINES)


def _group(case: Case, claims: Claims, large: Flags) -> Grouping:
    """Put vehicles together that are alike."""
    problem, units, columns = case.problem, case.units, case.problem.columns
    edges_s = np.cumsum(problem.slots_s)
    kinds: dict[tuple[object, ...], int] = {}
    keep = csc_matrix(diags(large.astype(float)) @ case.network.evses.known)
    also = csc_matrix(diags(large.astype(float)) @ case.network.evses.unknown)
    most_wh = (units.most_a * units.wh_per_a).sum(axis=1)
    degree = np.ceil(_DEGREES * columns.energy_wh / np.maximum(most_wh, _NOTHING)).clip(0, _DEGREES)
    leaves = np.searchsorted(edges_s, claims.departs_s, side="left")
    comes = np.searchsorted(edges_s, columns.arrives_s, side="right")
    earlier: dict[int, list[int]] = {}
    for deadline in np.flatnonzero(~claims.is_final).tolist():
        earlier.setdefault(int(claims.owner[deadline]), []).append(deadline)
    of = np.empty(len(problem.evses), dtype=int)
    for i in range(len(problem.evses)):
        lines = (_column(keep, i), _column(also, i))
        when = tuple(leaves[k] for k in (i, *earlier.get(i, [])))
        same = (degree[i], columns.urgency[i], columns.weight[i], columns.w_per_a[i], comes[i])
        key = (lines, when, same)
        of[i] = kinds.setdefault(key, len(kinds))
    deadline_of: Indices = of[claims.owner]
    names: dict[tuple[int, int], int] = {}
    for owner, deadlines in earlier.items():
        for place, deadline in enumerate(deadlines):
            name = (int(of[owner]), place)
            deadline_of[deadline] = len(kinds) + names.setdefault(name, len(names))
    return Grouping(of=of, deadline_of=deadline_of, rows=large)


def _column(matrix: csc_matrix, i: int) -> bytes:
    at = slice(matrix.indptr[i], matrix.indptr[i + 1])
    return matrix.indices[at].tobytes() + matrix.data[at].tobytes()
