"""What a linear program plans: vehicles one by one, or cohorts of vehicles that are alike.

A cohort's amperes are its members' together. What it may do is all that its members could do
together and more, so that a program over cohorts bounds every plan for its members.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix, diags

from smart_charging.arrays import Array, Flags, Indices
from smart_charging.claims import Claims
from smart_charging.network import Incidence
from smart_charging.problem import ChargingProblem

S_PER_H: Final = 3600.0
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """What is planned.

    Attributes:
        of: The unit of each EVSE: [evse].
        loads: What an ampere of each unit puts on each line: [row, unit].
        least_a: [unit, slot]
        most_a: [unit, slot]
        share: The share of each slot in which the unit is there: [unit, slot].
        wh_per_a: Energy that an ampere carries while the unit is there: [unit, slot].
        owner: Whose deadline it is: [deadline].
        before: The share of `wh_per_a` that lies before each deadline: [deadline, slot].
        is_final: Whether the deadline is its unit's last instant: [deadline].
        most_wh: The most that any of its deadlines asks for: [unit].
        deadline: By when each piece of energy has to be there: [piece].
        size_wh: [piece]
        value_per_wh: [piece]
        decided_a: What stores take in the first slots, if that is decided; below 0: give:
            [store, slot].
    """

    of: Indices
    loads: Incidence
    least_a: Array
    most_a: Array
    share: Array
    wh_per_a: Array
    owner: Indices
    before: Array
    is_final: Flags
    most_wh: Array
    deadline: Indices
    size_wh: Array
    value_per_wh: Array
    decided_a: Array | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.share)

    @property
    def is_there(self) -> Flags:
        """[unit, slot]."""
        return np.asarray(self.share > 0)


def presence(problem: ChargingProblem, owner: Indices, departs_s: Array) -> Array:
    """The share of each slot in which vehicles are there before they leave: [departure, slot].

    Args:
        problem: Whose.
        owner: Index of the EVSE, by departure.
        departs_s: By departure.
    """
    slots_s = np.array(problem.slots_s, dtype=float)
    starts_s = np.cumsum(slots_s) - slots_s
    arrives_s = problem.columns.arrives_s[owner]
    before = np.clip((departs_s[:, None] - starts_s) / slots_s, 0.0, 1.0)
    after = np.clip((arrives_s[:, None] - starts_s) / slots_s, 0.0, 1.0)
    share: Array = np.maximum(before - after, 0.0)
    return share


def presence_of(problem: ChargingProblem) -> Array:
    """The share of each slot in which each vehicle is there: [evse, slot]."""
    return presence(problem, np.arange(len(problem.evses)), problem.columns.departs_s)


def energy_per_a(problem: ChargingProblem, share: Array) -> Array:
    """Energy that an ampere carries in each slot while the vehicle is there, Wh: [evse, slot]."""
    hours = np.array(problem.slots_s, dtype=float) / S_PER_H
    energy: Array = problem.columns.w_per_a[:, None] * share * hours
    return energy


def single_units(problem: ChargingProblem, loads: Incidence, claims: Claims) -> Units:
    """Every EVSE for itself."""
    columns = problem.columns
    share = presence_of(problem)
    until = presence(problem, claims.owner, claims.departs_s)
    whole = share[claims.owner]
    return Units(
        of=np.arange(len(problem.evses)),
        loads=loads,
        least_a=np.repeat(columns.floor_a[:, None], share.shape[1], axis=1),
        most_a=ceilings_a(problem),
        share=share,
        wh_per_a=energy_per_a(problem, share),
        owner=claims.owner,
        before=np.divide(until, whole, out=np.zeros_like(until), where=whole > 0),
        is_final=claims.is_final,
        most_wh=claims.most_wh,
        deadline=claims.deadline,
        size_wh=claims.size_wh,
        value_per_wh=claims.value_per_wh,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grouping:
    """Which vehicles form a cohort.

    Attributes:
        of: The cohort of each EVSE: [evse].
        deadline_of: The cohort's deadline that each vehicle's deadline becomes: [deadline].
        rows: The lines on which all members of every cohort are together.
    """

    of: Indices
    deadline_of: Indices
    rows: Flags


def cohort_units(
    problem: ChargingProblem, loads: Incidence, claims: Claims, grouping: Grouping
) -> Units:
    """Vehicles that are alike as one; pieces of equal value become one.

    Members may be there for different shares of a slot. A cohort's ampere carries as much energy
    as its best member's, and its amperes count as many as carry what the members' do: so it can do
    whatever they can.
    """
    singles = single_units(problem, loads, claims)
    of, count = grouping.of, int(grouping.of.max(initial=-1)) + 1
    one = np.unique(of, return_index=True)[1]
    wh_per_a = _most(singles.wh_per_a, of, count)
    part = singles.wh_per_a / np.maximum(wh_per_a[of], _NOTHING)
    first = np.unique(grouping.deadline_of, return_index=True)[1]
    pieces, piece_of = np.unique(
        np.column_stack([grouping.deadline_of[claims.deadline], claims.value_per_wh.round(9)]),
        axis=0,
        return_inverse=True,
    )
    keep = diags(grouping.rows.astype(float))
    return Units(
        of=of,
        loads=Incidence(
            csr_matrix(keep @ loads.known[:, one]), csr_matrix(keep @ loads.unknown[:, one])
        ),
        least_a=_sum(singles.least_a * part, of, count),
        most_a=_sum(singles.most_a * part, of, count),
        share=_most(singles.share, of, count),
        wh_per_a=wh_per_a,
        owner=of[claims.owner[first]],
        before=_most(singles.before, grouping.deadline_of, len(first)),
        is_final=claims.is_final[first],
        most_wh=np.bincount(of, claims.most_wh, count).astype(float),
        deadline=pieces[:, 0].astype(int),
        size_wh=np.bincount(piece_of.ravel(), claims.size_wh, len(pieces)).astype(float),
        value_per_wh=pieces[:, 1],
    )


def ceilings_a(problem: ChargingProblem) -> Array:
    """The most that each EVSE may be given: [evse, slot]. Constraint (10) of the model."""
    columns = problem.columns
    starts_s = np.cumsum(problem.slots_s) - np.array(problem.slots_s)
    most_a = np.maximum(columns.max_a, columns.floor_a)
    is_steady = starts_s[None, :] < columns.steady_s[:, None]
    held_a = np.clip(columns.held_a, columns.floor_a, most_a)
    return np.where(is_steady, held_a[:, None], most_a[:, None])


def _most(values: Array, group: Indices, count: int) -> Array:
    """The largest value of each column by group."""
    most = np.zeros((count, values.shape[1]))
    np.maximum.at(most, group, values)
    return most


def _sum(values: Array, group: Indices, count: int) -> Array:
    """Add up rows by group."""
    members = np.arange(len(group))
    adder = csr_matrix((np.ones(len(group)), (group, members)), shape=(count, len(group)))
    return np.asarray(adder @ values)
