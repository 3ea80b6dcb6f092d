"""What every vehicle wants, as pieces of energy with a value and a deadline.

Certain demand is cut into quarters of the whole, so that the smallest shares can be served first;
what may be taken beyond comes last. Uncertain demand, outcomes (p_k, d_k, E_k), is worth

    sum_k p_k min(E_k, energy by d_k),

which for each d is a piece up to each E, worth the probability that the vehicle leaves at d and
needs more than what lies below the piece.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.columns import seconds_until
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse

_SHARES: Final = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
_BONUS: Final = np.array([1.0, 2 / 3, 1 / 3, 0.0])
_CLASS_FACTOR: Final = 20.0
_LIGHT: Final = 0.1
_LIGHTEST: Final = 1e-4
"""Of the heaviest of a class: less counts as that much."""
WH_PER_KWH: Final = 1000.0


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
    """

    deadline: Indices
    size_wh: Array
    value_per_wh: Array
    owner: Indices
    departs_s: Array
    is_final: Flags
    most_wh: Array


def claims_of(problem: ChargingProblem, weights: Weights) -> Claims:
    """Write down what every vehicle wants."""
    columns, count = problem.columns, len(problem.evses)
    promised = class_values(problem, weights)
    is_certain = np.array([not evse.demand.outcomes for evse in problem.evses], dtype=bool)
    sizes, values = _certain(problem, weights, promised)
    sizes[~is_certain, : len(_BONUS)] = 0.0
    deadlines = [np.repeat(np.arange(count), sizes.shape[1])]
    pieces = [np.column_stack([sizes.ravel(), values.ravel()])]
    owners, departs_s = list(range(count)), columns.departs_s.tolist()
    for i in np.flatnonzero(~is_certain).tolist():
        for leaves_s, uncertain in _uncertain(problem, problem.evses[i], promised[i]):
            is_final = leaves_s >= columns.departs_s[i]
            deadlines.append(np.full(len(uncertain), i if is_final else len(owners)))
            pieces.append(uncertain)
            if not is_final:
                owners.append(i)
                departs_s.append(leaves_s)
    deadline, piece = np.concatenate(deadlines), np.concatenate(pieces)
    is_wanted = piece[:, 0] > 0
    owner, most_wh = np.array(owners, dtype=int), np.zeros(count)
    np.maximum.at(most_wh, owner, np.bincount(deadline, piece[:, 0], len(owner)))
    return Claims(
        deadline=deadline[is_wanted],
        size_wh=piece[is_wanted, 0],
        value_per_wh=piece[is_wanted, 1] / WH_PER_KWH,
        owner=owner,
        departs_s=np.array(departs_s, dtype=float),
        is_final=np.arange(len(owners)) < count,
        most_wh=most_wh,
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


def _uncertain(
    problem: ChargingProblem, evse: Evse, promised: float
) -> Iterator[tuple[float, Array]]:
    """For each possible departure its pieces: [piece, (size, value)]."""
    outcomes = evse.demand.outcomes
    for departs_at in sorted({outcome.departs_at for outcome in outcomes}):
        some = sorted((o.energy_wh, o.probability) for o in outcomes if o.departs_at == departs_at)
        energies_wh = np.array([0.0, *(energy_wh for energy_wh, _ in some)])
        chances = np.cumsum([chance for _, chance in reversed(some)])[::-1]
        pieces = np.column_stack([np.diff(energies_wh), promised * chances])
        yield seconds_until(departs_at, problem.starts_at), pieces
