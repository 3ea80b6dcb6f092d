"""What the program and the judge of a plan have in common: prices, hours, wholes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Store
from smart_charging.tariff import Piece
from smart_charging.units import S_PER_H, Units, energy_per_a, presence_of

PER_K: Final = 1e-3
_MISSING: Final = 2.0
_RELIEF: Final = 4.0
"""Times what promised energy is worth."""


def worth_per_kwh(problem: ChargingProblem, weights: Weights) -> Array:
    """What a kWh that a vehicle draws is worth beside what it is there for: [slot].

    It is better early than late, and it costs what its energy costs.
    """
    return weights.early * (1.0 - lateness(problem)) - cost_per_kwh(problem, weights)


@lru_cache(maxsize=1)
def hurry_of(problem: ChargingProblem, weights: Weights) -> Array:
    """How much of `early` counts for each vehicle: all for one that charges all along: [evse]."""
    columns = problem.columns
    if not weights.hurry:
        return np.ones(len(problem.evses))
    reachable_wh = columns.max_a * energy_per_a(problem, presence_of(problem)).sum(axis=1)
    share = np.ones(len(reachable_wh))
    np.divide(columns.energy_wh, reachable_wh, out=share, where=reachable_wh > columns.energy_wh)
    hurry: Array = 1.0 - weights.hurry * (1.0 - share)
    hurry.flags.writeable = False
    return hurry


def cost_per_kwh(problem: ChargingProblem, weights: Weights) -> Array:
    """What a kWh at the meter takes off, and gives where it is fed back: [slot]."""
    if problem.tariff is None:
        return np.zeros(len(problem.slots_s))
    cost: Array = weights.cost * problem.tariff.per_kwh
    return cost


@lru_cache(maxsize=1)
def lateness(problem: ChargingProblem) -> Array:
    """How late the middle of each slot is: 0 at the beginning, 1 at the end: [slot]."""
    hours = hours_of(problem)
    late: Array = (np.cumsum(hours) - hours / 2) / hours.sum()
    late.flags.writeable = False
    return late


def may_feed(problem: ChargingProblem) -> Array:
    """1 in the slots in which anything may be fed back, 0 where that has a price: [slot].

    Where a price is below 0, taking and giving at once would be paid for, which nothing can do.
    """
    tariff = problem.tariff
    if tariff is None:
        return np.ones(len(problem.slots_s))
    lowest = tariff.per_kwh - tariff.lost_per_kwh
    return np.where(lowest < 0, 0.0, 1.0)


@lru_cache(maxsize=1)
def hours_of(problem: ChargingProblem) -> Array:
    """Length of each slot: [slot]."""
    hours: Array = np.array(problem.slots_s, dtype=float) / S_PER_H
    hours.flags.writeable = False
    return hours


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


def dearest_per_wh(units: Units) -> Array:
    """What the most valuable piece of each deadline is worth, 0 where it has none: [deadline]."""
    dearest = np.zeros(len(units.owner))
    np.maximum.at(dearest, units.deadline, units.value_per_wh)
    return dearest


def wear_weight(store: Store, weights: Weights) -> float:
    """What a unit of currency counts that a store costs in wear, or a source in fuel.

    Fuel is not burnt for the sake of a low peak alone.
    """
    return weights.cost if store.standby is None else max(weights.cost, weights.peak)


def missing_per_wh(weights: Weights) -> float:
    """What a Wh costs that a store holds too little at the end of a slot: above any promise."""
    return _MISSING * weights.promised * PER_K


def relief_per_wh(weights: Weights) -> float:
    """What a Wh is worth that takes load off a line which carries too much whatever is planned."""
    return _RELIEF * weights.promised * PER_K
