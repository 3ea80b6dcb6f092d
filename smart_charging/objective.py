"""What a plan is worth, reckoned from its limits alone (see `model` for the objective)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.first import first_pieces, has_pieces
from smart_charging.plan import Objective
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.tariff import Piece, hour_shares
from smart_charging.units import S_PER_H, Units

PER_K: Final = 1e-3


def worth_per_kwh(problem: ChargingProblem, weights: Weights) -> Array:
    """What a kWh is worth in each slot beside what it is there for: [slot].

    It is better early than late, and it costs what its energy costs.
    """
    hours = hours_of(problem)
    middle_h = np.cumsum(hours) - hours / 2
    worth: Array = weights.early * (1.0 - middle_h / hours.sum())
    if problem.tariff is not None:
        worth = worth - weights.cost * problem.tariff.per_kwh
    return worth


def hours_of(problem: ChargingProblem) -> Array:
    """Length of each slot: [slot]."""
    return np.array(problem.slots_s, dtype=float) / S_PER_H


def fee_pieces(problem: ChargingProblem, most_kw: float) -> tuple[Piece, ...]:
    """What the highest hourly power costs, up to a power: the convex hull of the fee."""
    tariff = problem.tariff
    if tariff is None or tariff.capacity is None:
        return (Piece(width_w=most_kw / PER_K, per_kw=0.0),)
    return tariff.capacity.pieces(most_kw / PER_K)


def base_kw(problem: ChargingProblem) -> Array:
    """Power of all that is not planned: [slot]."""
    tariff = problem.tariff
    return np.zeros(len(problem.slots_s)) if tariff is None else tariff.base_w * PER_K


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """What is judged.

    Attributes:
        amps: [unit, slot]
        store_kw: What all stores draw together: [slot].
    """

    amps: Array
    store_kw: Array

    @staticmethod
    def of(problem: ChargingProblem, amps: Array, store_a: Array) -> "Limits":
        """Limits of vehicles, and what stores take (below 0: give)."""
        kw_per_a = np.array([store.w_per_a for store in problem.stores]) * PER_K
        return Limits(amps, (kw_per_a[:, None] * store_a).sum(axis=0))


class Judge:
    """Reckons what limits are worth.

    Args:
        problem: What is planned.
        units: Its EVSEs, or cohorts of them.
        weights: What the objective gives.
        pieces: What the highest hourly power costs.
    """

    def __init__(
        self, problem: ChargingProblem, units: Units, weights: Weights, pieces: Sequence[Piece]
    ) -> None:
        self._problem = problem
        self._units = units
        self._weights = weights
        self._pieces = pieces
        self._order = np.lexsort((-units.value_per_wh, units.deadline))

    def until_wh(self, amps: Array) -> Array:
        """Energy before each deadline: [deadline]."""
        units = self._units
        wh = self._drawn_wh(amps)[units.owner] * units.before
        until: Array = np.maximum(wh.sum(axis=1), 0.0)
        return until

    def pieces_wh(self, until_wh: Array) -> Array:
        """Fill each deadline's pieces, the most valuable first: [piece]."""
        units, order = self._units, self._order
        sizes, deadlines = units.size_wh[order], units.deadline[order]
        starts = np.cumsum(sizes) - sizes
        is_first = np.diff(deadlines, prepend=-1) != 0
        within = starts - np.maximum.accumulate(np.where(is_first, starts, 0.0))
        filled = np.empty(len(order))
        filled[order] = np.clip(until_wh[deadlines] - within, 0.0, sizes)
        return filled

    def judge(self, limits: Limits, bound: float | None) -> Objective:
        """Add up all aims."""
        problem, weights, units = self._problem, self._weights, self._units
        filled = self.pieces_wh(self.until_wh(limits.amps))
        worth = filled * units.value_per_wh
        is_extra = units.value_per_wh <= weights.extra * PER_K
        kw = self._drawn_wh(limits.amps).sum(axis=0) * PER_K / hours_of(problem) + limits.store_kw
        hourly = hour_shares(problem.slots_s, problem.starts_at) @ (kw + base_kw(problem))
        peak_kw = max(0.0, float(hourly.max()))
        total = float(worth.sum() + (worth_per_kwh(problem, weights) * kw) @ hours_of(problem))
        total += self._first(limits.amps) + self._least_share(filled, limits.amps)
        total -= weights.peak * peak_kw + weights.cost * self._hull(peak_kw)
        tariff = problem.tariff
        cost = float((tariff.per_kwh * kw) @ hours_of(problem)) if tariff else 0.0
        if tariff is not None and tariff.capacity is not None:
            cost += tariff.capacity.added_fee(peak_kw / PER_K)
        return Objective(
            promised=float(worth[~is_extra].sum()),
            extra=float(worth[is_extra].sum()),
            cost=cost,
            peak_kw=peak_kw,
            total=total,
            bound=bound,
        )

    def _drawn_wh(self, amps: Array) -> Array:
        """Energy into the vehicles, less what they feed back and lose by it: [unit, slot]."""
        evses = self._problem.evses
        drawn = amps * self._units.wh_per_a
        for i, evse in enumerate(evses if len(evses) == len(amps) else ()):
            if evse.discharge is not None:
                drawn[i] = np.where(drawn[i] < 0, drawn[i] / evse.discharge.efficiency, drawn[i])
        return drawn

    def _first(self, amps: Array) -> float:
        """What the first slot's amperes are worth piece by piece, the dearest first."""
        problem, units = self._problem, self._units
        if not has_pieces(self._weights) or units.count != len(problem.evses):
            return 0.0
        widths, values = first_pieces(problem, self._weights, units.most_a[:, 0])
        order = np.argsort(-values, axis=1, kind="stable")
        widths = np.take_along_axis(widths, order, axis=1)
        values = np.take_along_axis(values, order, axis=1)
        begins = np.cumsum(widths, axis=1) - widths
        above_a = amps[:, 0] - problem.columns.floor_a
        filled = np.clip(above_a[:, None] - begins, 0.0, widths)
        return float((filled * values).sum(axis=1) @ units.wh_per_a[:, 0]) * PER_K

    def _least_share(self, filled: Array, amps: Array) -> float:
        """What the smallest share of all is worth."""
        if not self._weights.least_share:
            return 0.0
        wholes = wholes_of(self._problem, self._units)
        if not wholes.is_wanting.any():
            return self._weights.least_share * float(wholes.whole_wh.sum()) * PER_K
        promised = self._units.value_per_wh > self._weights.extra * PER_K
        owner = self._units.owner[self._units.deadline]
        got_wh = wholes.served_wh + np.bincount(owner, filled * promised, len(amps))
        share = got_wh[wholes.is_wanting] / wholes.whole_wh[wholes.is_wanting]
        least = min(1.0, float(share.min()))
        return self._weights.least_share * float(wholes.whole_wh.sum()) * PER_K * least

    def _hull(self, peak_kw: float) -> float:
        left_kw, cost = peak_kw, 0.0
        for piece in self._pieces:
            part_kw = min(left_kw, piece.width_w * PER_K)
            cost += part_kw * piece.per_kw
            left_kw -= part_kw
        return cost


@dataclass(frozen=True, slots=True, eq=False)
class Wholes:
    """What a unit's share is a share of: what it has got, and what it can still be served."""

    served_wh: Array
    whole_wh: Array
    is_wanting: Array


def wholes_of(problem: ChargingProblem, units: Units) -> Wholes:
    """Reckon the wholes for max-min fairness: [unit]."""
    columns = problem.columns
    reachable_wh = (units.most_a * units.wh_per_a).sum(axis=1)
    energy_wh = np.bincount(units.of, columns.energy_wh, units.count).astype(float)
    served_wh = np.bincount(units.of, columns.served_wh, units.count).astype(float)
    wanted_wh = np.minimum(energy_wh, reachable_wh)
    return Wholes(served_wh=served_wh, whole_wh=served_wh + wanted_wh, is_wanting=wanted_wh > 0)
