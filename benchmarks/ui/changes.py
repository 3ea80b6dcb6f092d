"""Vehicles that draw now more, now less, so that every reading is another."""

import asyncio
import random
from dataclasses import dataclass
from typing import Final

from benchmarks.load.fleet import Fleet
from benchmarks.load.process import Order

_EVERY_S: Final = 2.0
_SHARES: Final = (0.7, 1.0)

_varying: set[asyncio.Task[None]] = set()
"""Keeps them from being collected while they run."""


@dataclass(frozen=True, slots=True)
class Vary(Order[None]):
    """From now on all vehicles take another share of what they may, again and again."""

    async def carry_out(self, fleet: Fleet) -> None:
        """Do it."""
        task = asyncio.create_task(_vary(fleet))
        _varying.add(task)


async def _vary(fleet: Fleet) -> None:
    chance = random.Random(1)  # noqa: S311 - currents, no secrets
    while True:
        for station in fleet.stations:
            station.share = chance.uniform(*_SHARES)
        await asyncio.sleep(_EVERY_S)
