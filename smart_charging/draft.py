"""A linear program as it is written down, family by family (see `model`)."""

from dataclasses import dataclass, field, replace

import numpy as np

from smart_charging.arrays import Array, Indices
from smart_charging.basis import NO_NAME, Kind, names_of, numbers_of
from smart_charging.network import Incidence, Network
from smart_charging.policy import Weights
from smart_charging.problem import ChargingProblem
from smart_charging.program import Columns, Rows
from smart_charging.tariff import Piece
from smart_charging.units import Units
from smart_charging.worth import cost_per_kwh, hours_of, hurry_of, lateness, worth_per_kwh

NOT_THERE = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """Variables that are currents.

    Attributes:
        loads: What an ampere of each puts on each line: [row, load].
        columns: By load and slot; NOT_THERE where there is none: [load, slot].
        least_a: What flows in any case: [load, slot].
        most_a: What can flow at most, by their bounds and by energy: [load, slot].
        kw_per_a: Power drawn from the grid: [load, slot].
    """

    loads: Incidence
    columns: Indices
    least_a: Array
    most_a: Array
    kw_per_a: Array

    def turned(self) -> "Flow":
        """The same currents the other way; where the angle is not known it stays so."""
        loads = Incidence(known=-self.loads.known, unknown=self.loads.unknown)
        return replace(self, loads=loads)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Constraints (1), on the chords of lines.

    Attributes:
        constraints: [chord, slot], NOT_THERE where the line cannot bind.
        rows: The line of each chord.
        reach: What an ampere of the line's limit is worth on it: [chord].
    """

    constraints: Indices
    rows: Indices
    reach: Array


@dataclass(slots=True, eq=False)
class Draft:
    """Columns and rows, and where to find them again.

    Attributes:
        x: The units' currents.
        drawn: All currents that load lines: the units' and the stores'.
        fed: All currents that are fed back.
        pieces: Columns of the pieces of energy: [piece].
        needs: Rows of (2): [deadline].
        below: Columns of what vehicles that feed back have less than they came with: [deadline].
        lines: What the lines' duals are read from.
        fee_pieces: What the highest hourly power costs.
        fed_back: EVSEs that can feed back, and their columns: ([evse], [evse, slot]).
        stored: Columns of what stores take and give: ([store, slot], [store, slot]).
        numbers: The EVSEs' numbers for names (see `basis`), none for cohorts: [evse].
    """

    problem: ChargingProblem
    network: Network
    units: Units
    weights: Weights
    columns: Columns = field(default_factory=Columns)
    rows: Rows = field(default_factory=Rows)
    x: Indices = field(default_factory=lambda: np.zeros((0, 0), dtype=int))
    drawn: list[Flow] = field(default_factory=list)
    fed: list[Flow] = field(default_factory=list)
    pieces: Indices = field(default_factory=lambda: np.zeros(0, dtype=int))
    needs: Indices = field(default_factory=lambda: np.zeros(0, dtype=int))
    below: Indices = field(default_factory=lambda: np.zeros(0, dtype=int))
    lines: list[Lines] = field(default_factory=list)
    fee_pieces: tuple[Piece, ...] = ()
    fed_back: list[tuple[Indices, Indices]] = field(default_factory=list)
    stored: list[tuple[Indices, Indices]] = field(default_factory=list)
    numbers: Indices = field(init=False)

    def __post_init__(self) -> None:
        is_single = self.units.count == len(self.problem.evses)
        self.numbers = numbers_of([evse.key for evse in self.problem.evses if is_single])

    def names(self, kind: Kind, units: Indices, which: Indices | int) -> Indices:
        """Names of what units have; cohorts have none."""
        if not len(self.numbers):
            return np.full(np.broadcast_shapes(np.shape(units), np.shape(which)), NO_NAME)
        return names_of(kind, self.numbers[units], which)

    def gain(self, kw_per_a: Array) -> Array:
        """What an ampere is worth to a vehicle beside what it is there for: [load, slot]."""
        worth = np.broadcast_to(worth_per_kwh(self.problem, self.weights), kw_per_a.shape)
        if self.weights.hurry and self.units.count == len(self.problem.evses):
            later = self.weights.early * (1.0 - lateness(self.problem))
            worth = worth - np.outer(1.0 - hurry_of(self.problem, self.weights), later)
        gain: Array = worth * kw_per_a * self.hours
        return gain

    def cost(self, kw_per_a: Array) -> Array:
        """What the energy of an ampere costs: [load, slot]."""
        cost: Array = cost_per_kwh(self.problem, self.weights) * kw_per_a * self.hours
        return cost

    @property
    def hours(self) -> Array:
        """Length of each slot: [slot]."""
        return hours_of(self.problem)
