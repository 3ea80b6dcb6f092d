"""The studied feeder over time, and an independent look at what flows on it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array
from smart_charging.study.drawing import STEP_S
from smart_charging.study.wiring import Wiring

_OVER_A: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """The feeder.

    Attributes:
        limit_a: The most that each of its three lines may carry: [step].
        base_a: What it carries beside vehicles, on each line alike; below 0: it is fed: [step].
    """

    wiring: Wiring
    limit_a: Array
    base_a: Array

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.limit_a)

    def room_a(self, step: int) -> Array:
        """What rows leave to vehicles: [row]."""
        left_a = max(0.0, float(self.limit_a[step] - self.base_a[step]))
        return self.wiring.reach * left_a

    def expected_room_a(self, step: int, count: int) -> Array:
        """What rows are expected to leave in the steps after one: [row, step].

        The load that nobody steers is taken for what it was at the same time a day before; on the
        first day for what it will be, as if the day before had been alike.
        """
        day = 86_400 // STEP_S
        ahead = np.arange(step + 1, step + 1 + count)
        known = np.where(ahead >= day, ahead - day, ahead) % self.steps
        limit_a = self.limit_a[np.minimum(ahead, self.steps - 1)]
        left_a = np.maximum(limit_a - self.base_a[known], 0.0)
        expected: Array = self.wiring.reach[:, None] * left_a
        return expected


class Meter:
    """Adds up phasors, whatever a policy reckoned.

    Args:
        grid: The feeder.
        cases: How many are read at once.
    """

    def __init__(self, grid: Grid, cases: int) -> None:
        self._grid = grid
        self.peak_share = np.zeros(cases)
        self.over_as = np.zeros(cases)

    def read(self, step: int, by_way_a: Array, beside_a: Array) -> None:
        """Note what flows in a step.

        Args:
            step: Which one; each has to be read once.
            by_way_a: Amperes of vehicles by way of hanging on the lines: [case, way].
            beside_a: On each line, of what else is in phase with it: [case].
        """
        limit_a = self._grid.limit_a[step]
        phasors = by_way_a @ self._grid.wiring.phasors.T
        carried = np.abs(phasors + (self._grid.base_a[step] + beside_a)[:, None])
        self.peak_share = np.maximum(self.peak_share, carried.max(axis=1) / limit_a)
        self.over_as += np.maximum(carried - limit_a - _OVER_A, 0.0).sum(axis=1) * STEP_S
