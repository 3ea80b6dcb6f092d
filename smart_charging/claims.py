"""What every vehicle wants, as pieces of energy with a value and a deadline.

Certain demand is cut into quarters of the whole, so that the smallest shares can be served first;
what may be taken beyond comes last. Uncertain demand, outcomes (p_k, d_k, E_k), is worth

    sum_k p_k min(E_k, energy by d_k),

which for each d is a piece up to each E, worth the probability that the vehicle leaves at d and
needs more than what lies below the piece.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.columns import seconds_until
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.sparse import is_another, running_sums

_SHARES: Final = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_BONUS: Final = np.array([1.0, 2 / 3, 1 / 3, 0.0])
_CLASS_FACTOR: Final = 20.0
_LIGHT: Final = 0.1
_LIGHTEST: Final = 1e-4
"""Of the heaviest of a class: less counts as that much."""
WH_PER_KWH: Final = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """What may be of vehicles whose demand is uncertain: an entry for each of their outcomes.

    Attributes:
        owner: Whose it is.
        deadline: Index of the deadline that is its departure.
        energy_wh: What is then needed.
        probability: How likely it is.
    """

    owner: Indices
    deadline: Indices
    energy_wh: Array
    probability: Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Claims:
    """Pieces of energy, each with a value and an instant by which it has to be there.

    Attributes:
        deadline: Index of the deadline, by piece.
        size_wh: By piece.
        value_per_wh: By piece.
        owner: Whose vehicle's, by deadline. The first ones are the vehicles' last instants, in
            the order of the EVSEs; possible earlier departures follow.
        departs_s: By deadline.
        is_final: Whether it is its owner's last instant, by deadline.
        most_wh: The most that any of its deadlines asks for, by EVSE.
        chances: What the pieces of uncertain vehicles were made of.
    """

    deadline: Indices
    size_wh: Array
    value_per_wh: Array
    owner: Indices
    departs_s: Array
    is_final: Flags
    most_wh: Array
    chances: Chances


def claims_of(problem: ChargingProblem, weights: Weights) -> Claims:
    """Write down what every vehicle wants."""
    columns, count = problem.columns, len(problem.evses)
    promised = class_values(problem, weights)
    outcomes = _outcomes(problem)
    sizes, values = _certain(problem, weights, promised)
    sizes[outcomes.owner, : len(_BONUS)] = 0.0
    is_new = outcomes.is_new & (outcomes.departs_s < columns.departs_s[outcomes.owner])
    owner = np.concatenate([np.arange(count), outcomes.owner[is_new]])
    earlier = np.where(
        outcomes.departs_s < columns.departs_s[outcomes.owner],
        count - 1 + np.cumsum(is_new),
        outcomes.owner,
    )
    deadline = np.concatenate([np.repeat(np.arange(count), sizes.shape[1]), earlier])
    size_wh = np.concatenate([sizes.ravel(), outcomes.size_wh])
    value = np.concatenate([values.ravel(), promised[outcomes.owner] * outcomes.needed])
    is_wanted, most_wh = size_wh > 0, np.zeros(count)
    np.maximum.at(most_wh, owner, np.bincount(deadline, size_wh, len(owner)))
    return Claims(
        deadline=deadline[is_wanted],
        size_wh=size_wh[is_wanted],
        value_per_wh=value[is_wanted] / WH_PER_KWH,
        owner=owner,
        departs_s=np.concatenate([columns.departs_s, outcomes.departs_s[is_new]]),
        is_final=np.arange(len(owner)) < count,
        most_wh=most_wh,
        chances=Chances(outcomes.owner, earlier, outcomes.energy_wh, outcomes.probability),
    )


def class_values(problem: ChargingProblem, weights: Weights) -> Array:
    """What a promised kWh is worth to each vehicle: a class outranks all lower ones.

    The lightest vehicle of a class (of those with a weight) is worth 20 times the heaviest one of
    the class below; the lightest of all no less than a tenth of an ordinary one.
    """
    columns = problem.columns
    worth, above = np.zeros(len(columns.weight)), 0.0
    for urgency in np.unique(columns.urgency):
        members = (columns.urgency == urgency) & (columns.weight > 0)
        if not members.any():
            continue
        weight = np.maximum(columns.weight[members], _LIGHTEST * columns.weight[members].max())
        raised = max(above / weight.min(), _LIGHT / weight.min(), 1.0)
        worth[members] = weights.promised * raised * weight
        above = _CLASS_FACTOR * raised * float(weight.max())
    return worth


def _certain(problem: ChargingProblem, weights: Weights, promised: Array) -> tuple[Array, Array]:
    """Quarters of the promised energy, and what lies beyond: [evse, piece]."""
    columns = problem.columns
    whole_wh = columns.served_wh + columns.energy_wh
    edges_wh = np.maximum(np.outer(whole_wh, _SHARES), columns.served_wh[:, None])
    bonus = np.outer(columns.weight, weights.share * _BONUS)
    extra = np.full(len(whole_wh), weights.extra)
    return (
        np.column_stack([np.diff(edges_wh, axis=1), columns.extra_wh]),
        np.column_stack([promised[:, None] + bonus, extra]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Outcomes:
    """Pieces of energy of all vehicles whose demand is uncertain, by vehicle and departure.

    Attributes:
        owner: [piece]
        departs_s: [piece]
        is_new: Whether it is the first piece of a departure: [piece].
        size_wh: [piece]
        needed: How likely the vehicle leaves then and needs more than the pieces below: [piece].
        energy_wh: Up to where the piece goes: [piece].
        probability: That just so much is needed then: [piece].
    """

    owner: Indices
    departs_s: Array
    is_new: Flags
    size_wh: Array
    needed: Array
    energy_wh: Array
    probability: Array


def _outcomes(problem: ChargingProblem) -> _Outcomes:
    """For each possible departure of each vehicle a piece up to each energy."""
    table = [
        (i, seconds_until(one.departs_at, problem.starts_at), one.energy_wh, one.probability)
        for i, evse in enumerate(problem.evses)
        for one in evse.demand.outcomes
    ]
    owners, departs_s, energy_wh, probability = np.array(sorted(table)).reshape(-1, 4).T
    owner = owners.astype(int)
    is_new = is_another(owner) | is_another(departs_s)
    lower_wh = np.where(is_new, 0.0, np.roll(energy_wh, 1))
    is_last = np.roll(is_new, -1)[::-1]
    needed = running_sums(probability[::-1], is_last)[::-1]
    size_wh = energy_wh - lower_wh
    return _Outcomes(owner, departs_s, is_new, size_wh, needed, energy_wh, probability)
