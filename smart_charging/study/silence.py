"""Chargers that cannot be reached for a while, and what has to be kept for them.

Each charger falls silent and comes back by chance, for four hours on average. Its last limit holds
for one more step, as the product's limits lapse after a quarter of an hour; then its standing
fallback holds. Every charger that has no limit of ours counts with its fallback, whether a vehicle
is there or not, as one may come. The fallback is 6 A where that fits for all chargers at once under
what the building leaves at its worst; otherwise 0 A.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from smart_charging.arrays import Array, Flags
from smart_charging.study.grid import Grid
from smart_charging.study.wiring import WAYS

_FALLBACK_A: Final = 6.0
_RETURNS: Final = 1 / 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How many chargers are silent at any time, and the seed of when."""

    share: float
    seed: int = 0


class Silent:
    """Which chargers are silent, step by step.

    Args:
        silence: How many.
        seeds: How many populations.
        users: The chargers of each.
    """

    def __init__(self, silence: Silence, seeds: int, users: int) -> None:
        self._rng = np.random.default_rng([silence.seed, seeds, users])
        self._falls = _RETURNS * silence.share / (1.0 - silence.share)
        self.now: Flags = self._rng.random((seeds, users)) < silence.share

    def move_on(self) -> None:
        """Go on to the next step."""
        chance = self._rng.random(self.now.shape)
        self.now = np.where(self.now, chance >= _RETURNS, chance < self._falls)


def fallbacks_a(grid: Grid, chargers: Array) -> Array:
    """The standing fallback of each charger: [case].

    Args:
        grid: The feeder.
        chargers: How many hang on the lines in each way: [case, way].
    """
    room_a = grid.wiring.reach * float((grid.limit_a - grid.base_a).min())
    needed_a = _FALLBACK_A * chargers.reshape(-1, WAYS) @ grid.wiring.coefficients.T
    return np.where((needed_a <= room_a).all(axis=1), _FALLBACK_A, 0.0)
