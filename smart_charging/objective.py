"""What a plan is worth, reckoned from its limits alone (see `model` for the objective)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import is_not

import numpy as np

from smart_charging.aiming import missed_kwh
from smart_charging.arrays import Array
from smart_charging.draws import Draws, draws_of
from smart_charging.feeding import overfed_wh
from smart_charging.first import dearest_first, first_pieces, has_pieces
from smart_charging.holding import stored_wh
from smart_charging.plan import Objective
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.standby import relieved_wh
from smart_charging.tariff import Piece, hour_shares
from smart_charging.units import Units
from smart_charging.worth import (
    PER_K,
    base_kw,
    cost_per_kwh,
    dearest_per_wh,
    hours_of,
    hurry_of,
    lateness,
    missing_per_wh,
    relief_per_wh,
    wear_weight,
    wholes_of,
)


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What is judged.

    Attributes:
        amps: Below 0: fed back: [unit, slot].
        store_a: What each store takes; below 0: gives: [store, slot].
    """

    amps: Array
    store_a: Array


def metered_w(problem: ChargingProblem, units: Units, limits: Limits) -> Array:
    """Power at the meter under limits, with all that is not planned: [slot]."""
    kwh = _metered_kwh(problem, draws_of(problem, units, limits.amps), limits.store_a)
    power: Array = (kwh / hours_of(problem) + base_kw(problem)) / PER_K
    return power


def _metered_kwh(problem: ChargingProblem, draws: Draws, store_a: Array) -> Array:
    """What everything planned draws, less what is fed back: [slot]."""
    stores_kw = np.array([store.w_per_a for store in problem.stores]) * PER_K
    kwh: Array = (draws.drawn_wh - draws.fed_wh).sum(axis=0) * PER_K
    return kwh + stores_kw @ store_a * hours_of(problem)


class Judge:
    """Reckons what limits are worth.

    Args:
        problem: What is planned.
        units: Its EVSEs, or cohorts of them.
        weights: What the objective gives.
    """

    def __init__(self, problem: ChargingProblem, units: Units, weights: Weights) -> None:
        self._problem = problem
        self._units = units
        self._weights = weights
        self._seen: tuple[Array, Draws] | None = None
        self._judged: tuple[tuple[object, ...], Objective] | None = None

    def until_wh(self, amps: Array) -> Array:
        """Energy that is in the vehicles before each deadline, never below 0: [deadline]."""
        return np.maximum(self._net_until_wh(self._draws(amps)), 0.0)

    def pieces_wh(self, until_wh: Array) -> Array:
        """Fill each deadline's pieces, the most valuable first: [piece]."""
        units = self._units
        filled: Array = np.clip(until_wh[units.deadline] - self._within_wh, 0.0, units.size_wh)
        return filled

    @cached_property
    def _within_wh(self) -> Array:
        """Where each piece begins within its deadline's energy: [piece]."""
        units = self._units
        order = np.lexsort((-units.value_per_wh, units.deadline))
        sizes, deadlines = units.size_wh[order], units.deadline[order]
        starts = np.cumsum(sizes) - sizes
        is_first = np.diff(deadlines, prepend=-1) != 0
        within = np.empty(len(order))
        within[order] = starts - np.maximum.accumulate(np.where(is_first, starts, 0.0))
        return within

    def judge(
        self, limits: Limits, bound: float | None, fee_pieces: Sequence[Piece] = ()
    ) -> Objective:
        """Add up all aims; the same limits are often asked about twice.

        Args:
            limits: What is judged.
            bound: No limits are worth more than this; None where that is not known.
            fee_pieces: What the highest hourly power costs.
        """
        asked = limits.amps, limits.store_a, bound, fee_pieces
        if self._judged is None or any(map(is_not, self._judged[0], asked)):
            self._judged = asked, self._judge(limits, bound, fee_pieces)
        return self._judged[1]

    def _judge(self, limits: Limits, bound: float | None, fee_pieces: Sequence[Piece]) -> Objective:
        problem, weights, units = self._problem, self._weights, self._units
        draws = self._draws(limits.amps)
        until_wh = self._net_until_wh(draws)
        filled = self.pieces_wh(np.maximum(until_wh, 0.0))
        worth = filled * units.value_per_wh
        is_extra = units.value_per_wh <= weights.extra * PER_K
        kwh = _metered_kwh(problem, draws, limits.store_a)
        peak_kw = self._peak_kw(kwh)
        total = float(worth.sum() + np.minimum(until_wh, 0.0) @ dearest_per_wh(units))
        total -= float(kwh @ cost_per_kwh(problem, weights))
        total -= weights.peak * peak_kw + weights.cost * _hull(peak_kw, fee_pieces)
        total -= weights.cost * self._lost_on_sales(kwh)
        total -= weights.optimum * self._missed_kwh(draws, limits.store_a)
        total -= missing_per_wh(weights) * self._overfed_wh(draws, limits.store_a)
        total += self._early(draws, until_wh, filled) + self._stores(limits.store_a)
        total += self._first(draws) + self._least_share(filled, until_wh)
        return Objective(
            promised=float(worth[~is_extra].sum()),
            extra=float(worth[is_extra].sum()),
            cost=self._cost(kwh, peak_kw),
            peak_kw=peak_kw,
            total=total,
            bound=bound,
        )

    def _missed_kwh(self, draws: Draws, store_a: Array) -> float:
        """By how much energy feeders are away from what is wanted of them."""
        if not self._problem.targets:
            return 0.0
        net_wh = draws.drawn_wh - draws.fed_wh
        return missed_kwh(self._problem, self._units, net_wh, store_a)

    def _overfed_wh(self, draws: Draws, store_a: Array) -> float:
        """How much energy feeders feed in beyond what they may."""
        if not self._problem.feed_limits:
            return 0.0
        return overfed_wh(self._problem, self._units, draws.drawn_wh - draws.fed_wh, store_a)

    def _draws(self, amps: Array) -> Draws:
        """What is drawn under limits, which are often asked about twice."""
        if self._seen is None or self._seen[0] is not amps:
            self._seen = amps, draws_of(self._problem, self._units, amps)
        return self._seen[1]

    def _net_until_wh(self, draws: Draws) -> Array:
        """What has come in before each deadline, less what has gone out: [deadline]."""
        units = self._units
        until: Array = (draws.net_wh[units.owner] * units.before).sum(axis=1)
        return until

    def _peak_kw(self, kwh: Array) -> float:
        problem = self._problem
        kw = kwh / hours_of(problem) + base_kw(problem)
        return max(0.0, float((self._hours @ kw).max()))

    @cached_property
    def _hours(self) -> Array:
        """The share of each slot in each clock hour: [hour, slot]."""
        return hour_shares(self._problem.slots_s, self._problem.starts_at)

    def _cost(self, kwh: Array, peak_kw: float) -> float:
        """What it costs, in currency."""
        tariff = self._problem.tariff
        if tariff is None:
            return 0.0
        cost = float(tariff.per_kwh @ kwh) + self._lost_on_sales(kwh)
        cost -= self._lost_on_sales(np.zeros(len(kwh)))
        return (
            cost if tariff.capacity is None else cost + tariff.capacity.added_fee(peak_kw / PER_K)
        )

    def _lost_on_sales(self, kwh: Array) -> float:
        """How much less is earned than if a kWh that leaves the site brought its price."""
        tariff, hours = self._problem.tariff, hours_of(self._problem)
        if tariff is None:
            return 0.0
        sold_kwh = np.maximum(-kwh - base_kw(self._problem) * hours, 0.0)
        return float(tariff.lost_per_kwh @ sold_kwh)

    def _early(self, draws: Draws, until_wh: Array, filled: Array) -> float:
        """What energy is worth that is needed and stays, for coming early."""
        units, count = self._units, self._units.count
        final = np.flatnonzero(units.is_final)
        is_of_final = units.is_final[units.deadline]
        needed_wh = np.bincount(units.deadline, filled * is_of_final, len(units.owner))[final]
        beyond_wh = np.maximum(until_wh[final] - needed_wh, 0.0).sum() if count else 0.0
        drawn_wh = draws.drawn_wh
        if self._weights.hurry and count == len(self._problem.evses):
            drawn_wh = drawn_wh * hurry_of(self._problem, self._weights)[:, None]
        earlier_wh = drawn_wh.sum(axis=0) @ (1.0 - lateness(self._problem))
        lost_wh = beyond_wh + draws.taken_wh.sum()
        return self._weights.early * float(earlier_wh - lost_wh) * PER_K

    def _stores(self, store_a: Array) -> float:
        """What stores take off: what they take late, what they hold too little, and wear.

        Sources that stand by give relief, and take off what they give for nothing.
        """
        problem, weights = self._problem, self._weights
        if not problem.stores:
            return 0.0
        w_per_a = np.array([store.w_per_a for store in problem.stores])
        taken_wh = w_per_a @ np.maximum(store_a, 0.0) * hours_of(problem)
        least_wh = np.array([store.least_wh for store in problem.stores])
        missing_wh = np.maximum(least_wh - stored_wh(problem, store_a), 0.0).sum()
        late_wh = float(taken_wh @ lateness(problem))
        worn_per_a = w_per_a * np.array(
            [wear_weight(store, weights) * store.wear_per_kwh for store in problem.stores]
        )
        worn = float(worn_per_a @ np.maximum(-store_a, 0.0) @ hours_of(problem)) * PER_K
        missed = missing_per_wh(weights) * float(missing_wh)
        stand_by = np.array([store.standby is not None for store in problem.stores])
        idle_wh = float(w_per_a * stand_by @ np.maximum(-store_a, 0.0) @ hours_of(problem))
        relieved = relief_per_wh(weights) * relieved_wh(problem, store_a)
        early = weights.early * (late_wh + idle_wh) * PER_K
        return relieved - early - worn - missed

    def _first(self, draws: Draws) -> float:
        """What the first slot's amperes are worth piece by piece, the dearest first."""
        problem, units = self._problem, self._units
        if not has_pieces(self._weights) or units.count != len(problem.evses):
            return 0.0
        widths, values, dearest = self._pieces
        lost = draws.taken_wh.sum(axis=1) @ dearest
        begins = np.cumsum(widths, axis=1) - widths
        wh_per_a = units.wh_per_a[:, :1]
        drawn_a = draws.drawn_wh[:, :1] / np.where(wh_per_a > 0, wh_per_a, 1.0)
        above_a = drawn_a - problem.columns.floor_a[:, None]
        filled = np.clip(above_a - begins, 0.0, widths)
        return float((filled * values * wh_per_a).sum() - lost) * PER_K

    @cached_property
    def _pieces(self) -> tuple[Array, Array, Array]:
        """Widths and values of the first slot's pieces, the dearest first, and what that is."""
        widths, values = first_pieces(self._problem, self._weights, self._units)
        order = np.argsort(-values, axis=1, kind="stable")
        return (
            np.take_along_axis(widths, order, axis=1),
            np.take_along_axis(values, order, axis=1),
            dearest_first(widths, values),
        )

    def _least_share(self, filled: Array, until_wh: Array) -> float:
        """What the smallest share of all is worth."""
        if not self._weights.least_share:
            return 0.0
        wholes = wholes_of(self._problem, self._units)
        if not wholes.is_wanting.any():
            return self._weights.least_share * float(wholes.whole_wh.sum()) * PER_K
        promised = self._units.value_per_wh > self._weights.extra * PER_K
        owner = self._units.owner[self._units.deadline]
        got_wh = wholes.served_wh + np.bincount(owner, filled * promised, self._units.count)
        np.add.at(got_wh, self._units.owner, np.minimum(until_wh, 0.0))
        share = got_wh[wholes.is_wanting] / wholes.whole_wh[wholes.is_wanting]
        least = min(1.0, float(share.min()))
        return self._weights.least_share * float(wholes.whole_wh.sum()) * PER_K * least


@lru_cache(maxsize=1)
def judge_of(problem: ChargingProblem, units: Units, weights: Weights) -> Judge:
    """The judge of a problem, who is asked several times while it is planned."""
    return Judge(problem, units, weights)


def _hull(peak_kw: float, pieces: Sequence[Piece]) -> float:
    left_kw, cost = peak_kw, 0.0
    for piece in pieces:
        part_kw = min(left_kw, piece.width_w * PER_K)
        cost += part_kw * piece.per_kw
        left_kw -= part_kw
    return cost
