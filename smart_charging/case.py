"""A problem, laid out for planning; and a part of one, with the rest as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.claims import Claims, claims_of
from smart_charging.columns import seconds_until
from smart_charging.network import Incidence, Loads, Network, lay_out
from smart_charging.policy import Weights, weights_of
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse
from smart_charging.units import Units, single_units
from smart_charging.weighing import weigh


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A problem with its lines, its weights, and every EVSE for itself."""

    problem: ChargingProblem
    network: Network
    weights: Weights
    claims: Claims
    units: Units

    def seconds_until(self, instant: datetime) -> float:
        """Seconds from the problem's start to an instant."""
        return seconds_until(instant, self.problem.starts_at)


def lay_out_case(problem: ChargingProblem, weights: Weights | None = None) -> Case:
    """Lay out a problem.

    Args:
        problem: What to plan.
        weights: What the objective gives, if that is not what the problem's policy says.
    """
    loads = Loads(problem.evses, problem.stores, problem.reservations)
    network = lay_out(problem.feeders, loads, len(problem.slots_s), problem.policy.risk)
    weights = weights or weigh(problem, weights_of(problem.policy))
    return _case(problem, network, weights)


def with_stores_fixed(case: Case, store_a: Array) -> Case:
    """The same, with stores that do what they are planned to; what they give makes no room."""
    if not case.problem.stores:
        return case
    rest = case.network.beside(case.network.stores, np.maximum(store_a, 0.0))
    return replace(case, problem=replace(case.problem, stores=()), network=rest)


def part_of(case: Case, some: Indices, amps: Array) -> Case:
    """The problem of some EVSEs, while all others draw what they are given.

    Args:
        case: The whole, without stores.
        some: Which EVSEs.
        amps: What everybody draws: [evse, slot].
    """
    problem, network = case.problem, case.network
    others = np.setdiff1d(np.arange(len(problem.evses)), some)
    loads = network.evses
    part = replace(problem, evses=_picked(problem.evses, some))
    rest = network.beside(Incidence(loads.known[:, others], loads.unknown[:, others]), amps[others])
    rest = replace(rest, evses=Incidence(loads.known[:, some], loads.unknown[:, some]))
    return _case(part, rest, case.weights)


def _case(problem: ChargingProblem, network: Network, weights: Weights) -> Case:
    claims = claims_of(problem, weights)
    units = single_units(problem, network.evses, claims)
    return Case(problem=problem, network=network, weights=weights, claims=claims, units=units)


def _picked(items: Sequence[Evse], some: Indices) -> tuple[Evse, ...]:
    return tuple(items[i] for i in some.tolist())
