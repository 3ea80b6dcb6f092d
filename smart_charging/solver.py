"""The linear program: how much each EVSE may draw in each slot.

Data
    e in E      EVSEs; w_e watts per ampere, floor_e <= x <= max_e amperes
    t in T      slots of dt_t seconds; e's vehicle is there for the share f_et of slot t
    (f, l)      lines of feeders; L_flt limit, U_flt uncontrolled load and loads of unknown angle
    c_el        what an ampere of e puts on line l, a complex number (see `taps`)
    r_flt       what reservations put there
    k in K      tiers of a vehicle's energy: the first 40 % of it, the next 25 %, the last 35 %,
                and what it may take beyond. size_ek is what is still missing of each
Variables
    x_et        amperes
    s_ek        energy in each tier, 0 <= s_ek <= size_ek
    y_ej        pieces of the amperes in the first slot, 0 <= y_ej <= width_ej
    o_e         energy that a floor forces on a vehicle that wants none
Objective, to be maximised
    promised energy before everything, the first tiers before the last ones (fairness);
    then energy beyond the promise; then early rather than late;
    in the first slot, even pieces rather than all for one, and turns where not all fit
Constraints
    (1) every line of every feeder:  | r_flt + sum_e c_el x_et |  <=  L_flt - U_flt
        where all angles are equal this is linear. Otherwise all phasors lie within 30 degrees of
        the line's own voltage, and the arc of the circle between -30 and +30 degrees is replaced
        by its chords, which lie inside: safe, and at most 1 - cos(60°/2n) of the limit is lost
        for n chords (0.86 % for the 4 used here)
    (2) energy:  sum_t w_e f_et dt_t x_et  =  sum_k s_ek + o_e
    (3) first slot:  x_e0 = floor_e + sum_j y_ej

The right-hand side of (1) is never taken below what the floors alone put there, so that the
program always has a solution: everybody at the floor.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from smart_charging.currents import ancestors
from smart_charging.linear_program import Columns, Rows, maximise
from smart_charging.problem import Array, ChargingProblem, Evse, Feeder

_CHORDS: Final = 4
_SECTOR_RAD: Final = math.pi / 3
_TIER_SHARES: Final = (0.4, 0.65, 1.0)
"""Drivers state more than they take: half of them take less than 63 % (ACN-Data, 2019, both
sites). The last tier is what most will not miss."""
_PIECE_EDGES_A: Final = (6.0, 10.0, 16.0, 24.0)
_MOST_TURNS: Final = 2.0
TURN_S: Final = 1800.0
"""How long a vehicle charges before one that waits may take its place."""
_WH_PER_KWH: Final = 1000.0
_S_PER_H: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What the objective gives for a kWh.

    Attributes:
        tiers: In each tier of what was promised: whoever has got less of the whole is served
            first.
        extra: Beyond the promise.
        early: In the first slot over the last.
        pieces: In each piece of the first slot's current: rather a little for all than all for
            one.
        stay: On top, for the current that a vehicle has now, while its turn lasts.
        turn: On top, up to the minimum current, for each turn that a vehicle has waited.
    """

    tiers: tuple[float, float, float] = (1.0, 0.9, 0.8)
    extra: float = 0.1
    early: float = 0.02
    pieces: tuple[float, float, float, float, float] = (0.05, 0.04, 0.03, 0.02, 0.01)
    stay: float = 0.02
    turn: float = 0.02


FAIR: Final = Values()
"""For real vehicles."""
MOST_ENERGY: Final = Values(tiers=(1.0, 1.0, 1.0), early=0.0, pieces=(0.0,) * 5, stay=0.0, turn=0.0)
"""To find out how much energy could be delivered at all."""


def solve(problem: ChargingProblem, time_limit_s: float, values: Values = FAIR) -> Array:
    """Solve the linear program.

    Args:
        problem: What to plan.
        time_limit_s: Give up after that.
        values: What the objective gives.

    Returns:
        Amperes by EVSE and slot: [evse, slot], within bounds and limits, not yet in steps.

    Raises:
        SolverError: No optimum was found in time.
    """
    program = _Program(problem, values)
    return program.amperes(maximise(program.columns, program.rows, time_limit_s))


class _Program:
    """Columns and rows of the linear program, gathered as arrays."""

    def __init__(self, problem: ChargingProblem, values: Values) -> None:
        self.problem = problem
        self.values = values
        self.slots_s = np.array(problem.slots_s, dtype=float)
        self.presence = presence(problem)
        self.stays = [_stay(row) for row in self.presence > 0]
        self.columns = Columns()
        self.rows = Rows()
        self.first_x = np.array([self._add_x(i, evse) for i, evse in enumerate(problem.evses)])
        for i, evse in enumerate(problem.evses):
            if self.stays[i]:
                self._add_energy(i, evse)
            if 0 in self.stays[i]:
                self._add_pieces(i, evse)
        self._add_network()

    def amperes(self, solution: Array) -> Array:
        """Pick x out of a solution: [evse, slot]."""
        amps = np.empty((len(self.problem.evses), len(self.slots_s)))
        for i, evse in enumerate(self.problem.evses):
            stay, first = self.stays[i], self.first_x[i]
            amps[i] = evse.floor_a
            amps[i, stay.start : stay.stop] = np.clip(
                solution[first : first + len(stay)], evse.floor_a, max(evse.max_a, evse.floor_a)
            )
        return amps

    def _add_x(self, i: int, evse: Evse) -> int:
        middle_s = np.cumsum(self.slots_s) - self.slots_s / 2
        earliness = (1.0 - middle_s / self.slots_s.sum())[self.stays[i]]
        value = self.values.early * earliness * self._wh_per_a(i, evse) / _WH_PER_KWH
        return self.columns.add(value, evse.floor_a, max(evse.max_a, evse.floor_a))

    def _add_energy(self, i: int, evse: Evse) -> None:
        """Constraint (2)."""
        wh_per_a = self._wh_per_a(i, evse)
        sizes, values = _tiers(evse, self.values)
        first_s = self.columns.add(values, 0.0, sizes)
        forced = self.columns.add(np.zeros(1), 0.0, evse.floor_a * wh_per_a.sum())
        row = self.rows.add(np.zeros(1), np.zeros(1))
        self.rows.put(row, self.first_x[i] + np.arange(len(wh_per_a)), wh_per_a)
        self.rows.put(row, first_s + np.arange(len(sizes)), np.full(len(sizes), -1.0))
        self.rows.put(row, np.array([forced]), np.array([-1.0]))

    def _add_pieces(self, i: int, evse: Evse) -> None:
        """Constraint (3)."""
        edges, values = _pieces(evse, self.values)
        wh_per_a = self._wh_per_a(i, evse)[0]
        first_y = self.columns.add(values * wh_per_a / _WH_PER_KWH, 0.0, np.diff(edges))
        row = self.rows.add(np.full(1, evse.floor_a), np.full(1, evse.floor_a))
        self.rows.put(row, np.array([self.first_x[i]]), np.ones(1))
        self.rows.put(row, first_y + np.arange(len(values)), np.full(len(values), -1.0))

    def _add_network(self) -> None:
        """Constraint (1)."""
        ways = ancestors(self.problem.feeders)
        for feeder in self.problem.feeders:
            below = [i for i, e in enumerate(self.problem.evses) if feeder.key in ways[e.feeder]]
            if below:
                background = _Background(self.problem, feeder, ways)
                for line in range(3):
                    self._add_line(background, below, line)

    def _add_line(self, background: "_Background", below: list[int], line: int) -> None:
        evses = self.problem.evses
        taps = [(i, evses[i].tap) for i in below if abs(evses[i].tap.phasors[line]) > 0]
        if not taps:
            return
        phasors = np.array([tap.phasors[line] for _, tap in taps])
        angles_are_known = np.array([tap.is_angle_known for _, tap in taps])
        is_aligned = background.is_aligned[line] and not np.any(
            np.abs(phasors[angles_are_known].imag) > 0
        )
        chord_rad = 0.0 if is_aligned else _SECTOR_RAD / _CHORDS
        reach = math.cos(chord_rad / 2)
        for number in range(1 if is_aligned else _CHORDS):
            turn = np.exp(-1j * (chord_rad * (number + 0.5) - _SECTOR_RAD / 2))
            turn = 1.0 + 0j if is_aligned else turn
            coefficients = np.where(angles_are_known, (phasors * turn).real, reach)
            room = reach * background.room_a[line] - (background.fixed[line] * turn).real
            self._add_chord([i for i, _ in taps], coefficients, room)

    def _add_chord(self, members: list[int], coefficients: Array, room: Array) -> None:
        """One linear constraint for each slot in which it could bind."""
        evses = self.problem.evses
        most, floors, absent = np.zeros(len(room)), np.zeros(len(room)), np.zeros(len(room))
        for i, coefficient in zip(members, coefficients, strict=True):
            there = slice(self.stays[i].start, self.stays[i].stop)
            floor_a = coefficient * evses[i].floor_a
            floors += floor_a
            absent += floor_a
            absent[there] -= floor_a
            most += floor_a
            most[there] += coefficient * max(evses[i].max_a - evses[i].floor_a, 0.0)
        slots = np.flatnonzero(most > room)
        row_of_slot = np.full(len(room), -1)
        upper = np.maximum(room, floors) - absent
        first = self.rows.add(np.full(len(slots), -np.inf), upper[slots])
        row_of_slot[slots] = first + np.arange(len(slots))
        for i, coefficient in zip(members, coefficients, strict=True):
            stay = self.stays[i]
            own = slots[(slots >= stay.start) & (slots < stay.stop)]
            columns = self.first_x[i] + own - stay.start
            self.rows.put(row_of_slot[own], columns, np.full(len(own), coefficient))

    def _wh_per_a(self, i: int, evse: Evse) -> Array:
        """Energy per ampere in each slot of the stay."""
        watt_hours: Array = evse.w_per_a * self.presence[i] * self.slots_s / _S_PER_H
        return watt_hours[self.stays[i]]


class _Background:
    """What loads a feeder's lines whatever is planned.

    Attributes:
        room_a: Limit less loads of unknown angle: [line, slot], not below 0.
        fixed: Phasors of reservations: [line, slot].
        is_aligned: By line, whether all those phasors are real.
    """

    def __init__(
        self, problem: ChargingProblem, feeder: Feeder, ways: Mapping[str, tuple[str, ...]]
    ) -> None:
        shape = feeder.limit_a.shape
        unknown = np.zeros(shape)
        self.fixed = np.zeros(shape, dtype=complex)
        for other in problem.feeders:
            if feeder.key in ways[other.key]:
                unknown += other.uncontrolled_a
        for reservation in problem.reservations:
            if feeder.key not in ways[reservation.feeder]:
                continue
            if reservation.tap.is_angle_known:
                self.fixed += np.outer(np.array(reservation.tap.phasors), reservation.amps)
            else:
                unknown += np.outer(np.array(reservation.tap.magnitudes), reservation.amps)
        self.room_a: Array = np.maximum(feeder.limit_a - unknown, 0.0)
        self.is_aligned = [not np.any(np.abs(self.fixed[line].imag) > 0) for line in range(3)]


def presence(problem: ChargingProblem) -> Array:
    """The share of each slot in which each vehicle is there: [evse, slot]."""
    slots_s = np.array(problem.slots_s, dtype=float)
    starts_s = np.cumsum(slots_s) - slots_s
    came_s = np.array([_seconds(problem, e.demand.arrives_at) for e in problem.evses])
    left_s = np.array([_seconds(problem, e.demand.departs_at) for e in problem.evses])
    before = np.clip((left_s[:, None] - starts_s) / slots_s, 0.0, 1.0)
    after = np.clip((came_s[:, None] - starts_s) / slots_s, 0.0, 1.0)
    share: Array = np.maximum(before - after, 0.0)
    return share


def _seconds(problem: ChargingProblem, instant: datetime | None) -> float:
    return 0.0 if instant is None else (instant - problem.starts_at).total_seconds()


def _stay(is_there: NDArray[np.bool_]) -> range:
    """The slots of a stay, which is never interrupted."""
    slots = np.flatnonzero(is_there)
    return range(int(slots[0]), int(slots[-1]) + 1) if len(slots) else range(0)


def _tiers(evse: Evse, worth: Values) -> tuple[Array, Array]:
    """What is missing of each tier of a vehicle's energy, and what a Wh of it is worth."""
    demand = evse.demand
    whole_wh = demand.served_wh + demand.energy_wh
    edges_wh = np.array([0.0, *(share * whole_wh for share in _TIER_SHARES)])
    missing_wh = np.diff(np.maximum(edges_wh, demand.served_wh))
    sizes = np.append(missing_wh, demand.extra_wh)
    values = np.array([*(value * demand.weight for value in worth.tiers), worth.extra])
    return sizes, values / _WH_PER_KWH


def _pieces(evse: Evse, worth: Values) -> tuple[Array, Array]:
    """Edges of the pieces of the first slot's current, and what a kWh in each is worth."""
    starts = sorted({0.0, *_PIECE_EDGES_A, evse.held_a})
    base = [worth.pieces[bisect_right(_PIECE_EDGES_A, start)] for start in starts]
    values = np.array(base)
    is_on = evse.held_a >= evse.min_a and evse.on_s < TURN_S
    for k, start in enumerate(starts):
        if is_on and start < evse.held_a:
            values[k] += worth.stay
        if start < evse.min_a:
            values[k] += worth.turn * min(evse.off_s / TURN_S, _MOST_TURNS)
    edges = np.array([*starts, np.inf]).clip(evse.floor_a, max(evse.max_a, evse.floor_a))
    return edges, values
