"""The best plan of a small problem, by brute force: a mixed-integer program of its own.

It shares with the planner nothing but the problem's words: SciPy's HiGHS instead of OR-Tools, its
own matrices, chords of 2 degrees instead of 7.5, and in every committed slot a switch for every
step or level that could be sent. Objective as `smart_charging.policy` and `first` state it:

    promised energy 100 a kWh, its quarters 3, 2, 1, 0 on top with proportional fairness; 10 (or 0)
    beyond; the price of a kWh; 0.2 (or 0.01) for a kWh in the first slot, falling to 0 at the
    end; 0.5 (or 0.01) times 1, 0.8, 0.6, 0.4, 0.2 for the kWh below 6, 10, 16, 24 A and above in
    the first slot.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

from smart_charging.feeder import Feeder
from smart_charging.policy import Aim, Fairness
from smart_charging.problem import ChargingProblem
from smart_charging.resources import Evse

_CHORD_RAD: Final = math.radians(2.0)
_EVEN: Final = ((6.0, 1.0), (10.0, 0.8), (16.0, 0.6), (24.0, 0.4), (math.inf, 0.2))
_QUARTERS: Final = (3.0, 2.0, 1.0, 0.0)
_TIME_LIMIT_S: Final = 60.0


@dataclass
class _Program:
    """Columns (worth, upper bound, is whole) and rows (coefficients, lower, upper)."""

    worth: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    whole: list[int] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)
    bounds: list[tuple[float, float]] = field(default_factory=list)

    def column(self, worth: float, upper: float, *, is_whole: bool = False) -> int:
        self.worth.append(worth)
        self.upper.append(upper)
        self.whole.append(int(is_whole))
        return len(self.worth) - 1

    def row(self, terms: list[tuple[int, float]], lower: float, upper: float) -> None:
        self.entries += [(len(self.bounds), column, value) for column, value in terms]
        self.bounds.append((lower, upper))

    def best(self) -> float:
        """The objective of the best values; NaN if it was not found in time."""
        rows, columns, values = (np.array(part) for part in zip(*self.entries, strict=True))
        shape = (len(self.bounds), len(self.worth))
        matrix = coo_matrix((values, (rows.astype(int), columns.astype(int))), shape).tocsr()
        lower, upper = np.array(self.bounds).T
        found = milp(
            -np.array(self.worth),
            integrality=np.array(self.whole),
            bounds=Bounds(np.zeros(len(self.worth)), np.array(self.upper)),
            constraints=LinearConstraint(matrix, lower, upper),
            options={"time_limit": _TIME_LIMIT_S, "mip_rel_gap": 1e-6},
        )
        return -float(found.fun) if found.status == 0 else math.nan


def best_worth(problem: ChargingProblem) -> float:
    """What the best plan is worth, NaN if that was not found in time."""
    program = _Program()
    amps = [_vehicle(program, problem, evse) for evse in problem.evses]
    for slot in range(len(problem.slots_s)):
        for feeder in problem.feeders:
            for line in range(3):
                _feeder_line(program, problem, amps, (feeder, line, slot))
        for module in problem.modules:
            watts = [
                (amps[i][slot], evse.w_per_a)
                for i, evse in enumerate(problem.evses)
                if evse.module == module.key and slot in amps[i]
            ]
            program.row(watts, -math.inf, module.max_w)
    return program.best()


def _feeder_line(
    program: _Program,
    problem: ChargingProblem,
    amps: list[dict[int, int]],
    at: tuple[Feeder, int, int],
) -> None:
    """All below a feeder load its line; everything is below the site's."""
    feeder, line, slot = at
    loads = [
        (amps[i][slot], evse.tap.phasors[line])
        for i, evse in enumerate(problem.evses)
        if feeder.key in ("site", evse.feeder) and slot in amps[i] and evse.tap.phasors[line] != 0
    ]
    load_a = sum(
        float(other.uncontrolled_a[line, slot])
        for other in problem.feeders
        if feeder.key in ("site", other.key)
    )
    _line(program, loads, float(feeder.limit_a[line, slot]) - load_a)


def _vehicle(program: _Program, problem: ChargingProblem, evse: Evse) -> dict[int, int]:
    """Columns of its amperes by slot; its energy, what that is worth, and what may be sent."""
    is_cheap, demand = problem.policy.aim is Aim.CHEAP, evse.demand
    starts_s = np.cumsum(problem.slots_s) - np.array(problem.slots_s)
    total_s = sum(problem.slots_s)
    comes_at = demand.arrives_at or problem.starts_at
    comes_s = (comes_at - problem.starts_at).total_seconds()
    leaves_s = (demand.departs_at - problem.starts_at).total_seconds()
    prices = problem.tariff.per_kwh if problem.tariff is not None else np.zeros(len(starts_s))
    amps: dict[int, int] = {}
    energy: list[tuple[int, float]] = []
    for slot, (start_s, slot_s) in enumerate(zip(starts_s, problem.slots_s, strict=True)):
        stays_s = min(leaves_s, start_s + slot_s) - max(comes_s, start_s)
        if stays_s <= 0:
            continue
        kwh = evse.w_per_a * stays_s / 3.6e6
        early = 1 - (start_s + slot_s / 2) / total_s
        worth = 0.01 * early - prices[slot] if is_cheap else 0.2 * early
        amps[slot] = program.column(worth * kwh, evse.max_a)
        energy.append((amps[slot], kwh))
        if slot < problem.committed:
            _sendable(program, evse, amps[slot])
    if 0 in amps:
        _first(program, evse, amps[0], energy[0][1] * (0.01 if is_cheap else 0.5))
    bonus = _QUARTERS if problem.policy.fairness is Fairness.PROPORTIONAL else (0.0,) * 4
    quarters = [program.column(100 + extra, demand.energy_wh / 4000) for extra in bonus]
    beyond = program.column(0.0 if is_cheap else 10.0, demand.extra_wh / 1000)
    program.row([*energy, *((k, -1.0) for k in (*quarters, beyond))], 0.0, 0.0)
    return amps


def _sendable(program: _Program, evse: Evse, amps: int) -> None:
    """A switch for every limit that can be sent."""
    if evse.levels_a:
        known = [a for a in evse.levels_a if a >= evse.min_a]
    else:
        steps = math.floor(evse.max_a / evse.step_a + 1e-6)
        known = [k * evse.step_a for k in range(steps + 1) if k * evse.step_a >= evse.min_a - 1e-6]
    known = sorted({*known, evse.max_a})
    switches = [program.column(0.0, 1.0, is_whole=True) for _ in known]
    program.row([(amps, 1.0), *((k, -a) for k, a in zip(switches, known, strict=True))], 0.0, 0.0)
    program.row([(k, 1.0) for k in switches], -math.inf, 1.0)


def _first(program: _Program, evse: Evse, amps: int, kwh_worth: float) -> None:
    """Even rather than all for one."""
    pieces, begin = [], 0.0
    for end, share in _EVEN:
        width = max(0.0, min(end, evse.max_a) - begin)
        pieces.append(program.column(share * kwh_worth, width))
        begin = min(end, evse.max_a)
    program.row([(amps, 1.0), *((k, -1.0) for k in pieces)], 0.0, 0.0)


def _line(program: _Program, loads: list[tuple[int, complex]], room_a: float) -> None:
    """|sum of phasors| <= room, by chords across the sector in which they lie."""
    if not loads:
        return
    angles = [math.atan2(phasor.imag, phasor.real) for _, phasor in loads]
    low, high = min(angles), max(angles)
    count = max(1, math.ceil((high - low) / _CHORD_RAD))
    width = (high - low) / count
    for number in range(count):
        turn = low + (number + 0.5) * width
        along = [
            (column, (phasor * complex(math.cos(turn), -math.sin(turn))).real)
            for column, phasor in loads
        ]
        program.row(along, -math.inf, max(0.0, room_a) * math.cos(width / 2))
