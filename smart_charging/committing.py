"""From what the linear program gives to limits that can be sent, and an outlook that fits them."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.case import Case, with_stores_fixed
from smart_charging.dealing import fill
from smart_charging.draws import draws_of, taper_slope
from smart_charging.errors import SolverError
from smart_charging.feeding import fed_within
from smart_charging.model import Relaxed, relax, solve_whole
from smart_charging.objective import Limits, judge_of, metered_w
from smart_charging.occupancy import Occupancy, paths_of
from smart_charging.problem import ChargingProblem
from smart_charging.rounding import Rounding, Wish
from smart_charging.switching import keep_stores
from smart_charging.tariff import hour_shares

_SHY: Final = 1.0 - 1e-6
"""The solver may exceed a limit by its tolerance; slots that are only an outlook keep below."""
_MOST_RESOLVED: Final = 150
"""Up to this many EVSEs the outlook is planned again after rounding."""
_MOST_WHOLE: Final = 20
"""Up to this many EVSEs the committed slots are solved exactly where rounding loses much."""
_MOST_LOST: Final = 0.002
"""Of what the program could do at most, as a share of all that is at stake."""
_LITTLE_LOST: Final = 0.001
"""The same, up to which an outlook is only filled up and not planned again."""
_NOTHING_LOST: Final = 1e-5
"""The same where every EVSE counts: planning again would gain no more than that."""
_MOVED_A: Final = 1e-3
_MOVED_W: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Committed:
    """Limits, exact in the committed slots.

    Attributes:
        limits_a: [evse, slot]
        usable_a: What each vehicle could use in the first slot: [evse].
        first: What the feeders carry in the first slot.
        store_a: [store, slot]
    """

    limits_a: Array
    usable_a: Array
    first: Occupancy
    store_a: Array


def commit(case: Case, relaxed: Relaxed, time_limit_s: float) -> Committed:
    """Round the committed slots; plan the rest again around them, and better, where that pays."""
    committed, problem = _commit(case, relaxed, time_limit_s), case.problem
    if not problem.feed_limits:
        return committed
    limits_a, store_a = fed_within(problem, committed.limits_a, committed.store_a)
    if not (store_a == committed.store_a).all():
        store_a = keep_stores(problem, limits_a, store_a, decided=problem.committed)
    return replace(committed, limits_a=limits_a, store_a=store_a)


def _commit(case: Case, relaxed: Relaxed, time_limit_s: float) -> Committed:
    committed = round_committed(case, relaxed)
    if len(case.problem.evses) > _MOST_RESOLVED or relaxed.objective is None:
        return committed
    if not _has_moved(case, relaxed, committed):
        return committed
    committed = _settle(case, relaxed, committed, time_limit_s)
    if len(case.problem.evses) > _MOST_WHOLE or _lost(case, relaxed, committed) <= _MOST_LOST:
        return committed
    try:
        whole = solve_whole(case, time_limit_s)
    except SolverError:
        return committed
    better = _settle(case, whole, round_committed(case, whole), time_limit_s)
    return min(committed, better, key=lambda one: _lost(case, relaxed, one))


def round_committed(case: Case, relaxed: Relaxed) -> Committed:
    """Round slot by slot; whoever has what it came for, and is to feed back, gets nothing more."""
    problem, columns = case.problem, case.problem.columns
    wanted_a, wh_per_a = relaxed.amps, case.units.wh_per_a
    limits_a = np.maximum(wanted_a * _SHY, np.minimum(wanted_a, columns.floor_a[:, None]))
    left_wh = columns.energy_wh + columns.extra_wh
    fed_a = np.maximum(-wanted_a, 0.0)
    if fed_a.any():
        left_wh = left_wh + draws_of(problem, case.units, wanted_a).taken_wh.sum(axis=1)
    store_a = keep_stores(problem, _unavoidable_a(case, limits_a), relaxed.store_a)
    rounding = Rounding(problem, paths_of(problem, case.network, store_a, fed_a))
    usable_a: list[Array] = []
    occupancies: list[Occupancy] = []
    for slot in range(problem.committed):
        usable_a.append(_usable_a(problem, left_wh, wh_per_a[:, slot]))
        _taper(problem, usable_a[slot], limits_a[:, :slot], wh_per_a[:, : slot + 1])
        most_a, most_w = usable_a[slot], np.inf
        if relaxed.objective is not None and not case.weights.is_eager:
            most_a = np.minimum(most_a, rounding.next_above(wanted_a[:, slot]))
            most_w = _most_w(case, Limits(limits_a, store_a), slot)
        wish = Wish(given_a=wanted_a[:, slot], most_a=most_a, most_w=most_w)
        rounded_a, occupancy = rounding.slot(slot, wish)
        feeds_back = wanted_a[:, slot] < 0
        limits_a[:, slot] = np.where(feeds_back, wanted_a[:, slot], rounded_a)
        drawn_wh = np.maximum(limits_a[:, slot], 0.0) * wh_per_a[:, slot]
        left_wh = np.maximum(left_wh - drawn_wh, 0.0)
        occupancies.append(occupancy)
    _keep_reserves(problem, limits_a, wh_per_a)
    return Committed(limits_a, usable_a[0], occupancies[0], store_a)


def _unavoidable_a(case: Case, limits_a: Array) -> Array:
    """What cannot be taken from vehicles for stores: floors, and what is planned for later."""
    beside_a = limits_a.copy()
    beside_a[:, : case.problem.committed] = case.problem.columns.floor_a[:, None]
    return beside_a


def _keep_reserves(problem: ChargingProblem, limits_a: Array, wh_per_a: Array) -> None:
    """Lower what is fed back where less has been charged before, by rounding, than was planned."""
    for i, evse in enumerate(problem.evses):
        if evse.discharge is None or not (limits_a[i] < 0).any():
            continue
        spare_wh = evse.discharge.available_wh
        for slot in np.flatnonzero(wh_per_a[i] > 0):
            wh = wh_per_a[i, slot]
            if limits_a[i, slot] < 0:
                most_a = max(spare_wh, 0.0) * evse.discharge.efficiency / wh
                limits_a[i, slot] = max(limits_a[i, slot], -most_a) + 0.0
            flow_a = limits_a[i, slot]
            spare_wh += wh * (flow_a if flow_a > 0 else flow_a / evse.discharge.efficiency)


def _has_moved(case: Case, relaxed: Relaxed, committed: Committed) -> bool:
    """Whether rounding has made anything of the committed slots that the program did not say."""
    count = case.problem.committed
    moved_a = np.abs(committed.limits_a[:, :count] - relaxed.amps[:, :count])
    switched_a = np.abs(committed.store_a[:, :count] - relaxed.store_a[:, :count])
    return bool((moved_a >= _MOVED_A).any() or (switched_a >= _MOVED_A).any())


def _settle(case: Case, relaxed: Relaxed, committed: Committed, time_limit_s: float) -> Committed:
    """Plan the slots after the committed ones again, unless something is fed back in these."""
    count = case.problem.committed
    fixed_a = committed.limits_a[:, :count]
    if (fixed_a < 0).any() or not _has_moved(case, relaxed, committed):
        return committed
    if _lost(case, relaxed, committed) <= _NOTHING_LOST:
        return committed
    units = case.units
    least_a, most_a = units.least_a.copy(), units.most_a.copy()
    least_a[:, :count] = most_a[:, :count] = fixed_a
    decided_a = committed.store_a[:, :count]
    fixed = replace(units, least_a=least_a, most_a=most_a, decided_a=decided_a)
    filled = _fill_up(replace(case, units=fixed), committed)
    is_few = len(case.problem.evses) <= _MOST_WHOLE
    if _lost(case, relaxed, filled) <= (_NOTHING_LOST if is_few else _LITTLE_LOST):
        return filled
    try:
        again = relax(case.problem, case.network, fixed, case.weights, time_limit_s, relaxed.basis)
    except SolverError:
        return committed
    limits_a = np.maximum(again.amps * _SHY, np.minimum(again.amps, units.least_a))
    limits_a[:, :count] = fixed_a
    store_a = np.concatenate([committed.store_a[:, :count], again.store_a[:, count:]], axis=1)
    store_a = keep_stores(case.problem, limits_a, store_a, decided=count)
    return replace(committed, limits_a=limits_a, store_a=store_a)


def _fill_up(case: Case, committed: Committed) -> Committed:
    """Give those who lack energy after rounding what room there is in the outlook."""
    stores_fixed = with_stores_fixed(case, committed.store_a)
    return replace(committed, limits_a=fill(stores_fixed, committed.limits_a))


def _lost(case: Case, relaxed: Relaxed, committed: Committed) -> float:
    """How far below the program's own optimum limits are, as a share of all that is at stake."""
    units, bound = case.units, relaxed.objective or 0.0
    judge = judge_of(case.problem, units, case.weights)
    limits = Limits(committed.limits_a, committed.store_a)
    worth = judge.judge(limits, bound, relaxed.fee_pieces)
    at_stake = float((units.size_wh * units.value_per_wh).sum())
    return (bound - worth.total) / max(at_stake, 1e-9)


def _most_w(case: Case, limits: Limits, slot: int) -> float:
    """How much power vehicles may be given in a slot before the fee on power rises.

    The highest hour, with the slots before as they are rounded and those after as they are planned,
    is left below the next peak from which on the fee is higher.
    """
    problem, tariff = case.problem, case.problem.tariff
    if tariff is None or tariff.capacity is None:
        return np.inf
    peaks_w = metered_w(problem, case.units, limits)
    shares = hour_shares(problem.slots_s, problem.starts_at)
    hours_w = shares @ peaks_w
    above = [w for w in tariff.capacity.thresholds_w(np.inf) if w >= hours_w.max() - _MOVED_W]
    if not above:
        return np.inf
    touches = shares[:, slot] > 0
    more_w = ((above[0] - hours_w[touches]) / shares[touches, slot]).min()
    drawn_w = np.maximum(limits.amps[:, slot], 0.0) @ problem.columns.w_per_a
    return float(drawn_w + max(more_w, 0.0))


def _usable_a(problem: ChargingProblem, left_wh: Array, wh_per_a: Array) -> Array:
    """The most that each vehicle can use in a slot: its rate, or what it still lacks."""
    columns = problem.columns
    with np.errstate(divide="ignore", invalid="ignore"):
        needed_a = np.where(wh_per_a > 0, left_wh / wh_per_a, 0.0)
    wants_more = (left_wh > 0) & (wh_per_a > 0)
    least_a = np.minimum(columns.least_a, columns.max_a)
    usable: Array = np.where(wants_more, np.clip(needed_a, least_a, columns.max_a), 0.0)
    return usable


def _taper(problem: ChargingProblem, usable_a: Array, before_a: Array, wh_per_a: Array) -> None:
    """Lower what can be used to what filling batteries take after the slots before."""
    for i, evse in enumerate(problem.evses):
        if evse.taper is None or usable_a[i] <= 0:
            continue
        slope, wh = taper_slope(evse), wh_per_a[i, -1]
        missing_wh = evse.taper.missing_wh - float(np.maximum(before_a[i], 0.0) @ wh_per_a[i, :-1])
        takes_a = slope * missing_wh / (1.0 + slope * wh / 2)
        least_a = min(float(problem.columns.least_a[i]), evse.max_a)
        usable_a[i] = min(usable_a[i], max(takes_a, least_a)) if takes_a > 0 else 0.0
