"""Many stations, in order of their numbers."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmarks.load.contents import Timestamps
from benchmarks.load.dialect import Dialect
from benchmarks.load.floods import Background
from benchmarks.load.frames import ProtocolError
from benchmarks.load.link import Address, RefusedError
from benchmarks.load.probe import Probing
from benchmarks.load.station import CallError, Station
from benchmarks.load.v16 import v16
from benchmarks.load.v201 import v201

_DIALECTS: Final[dict[str, Callable[[], Dialect]]] = {"1.6": v16, "2.0.1": v201}
_AT_A_TIME: Final = 50
_PAUSE_S: Final = (1.0, 5.0)
"""How long a station that was refused waits before it tries again."""
_LOOK_S: Final = 0.1

Action: TypeAlias = Callable[[Station], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Which stations there are.

    Attributes:
        versions: Station by station, over and over again.
    """

    address: Address
    stations: int
    versions: tuple[str, ...]


class Fleet:
    """The stations of a population.

    Args:
        population: Which.

    Attributes:
        refusals: How often a station could not connect, or was cut while it did.
        background: The load that goes on while other things are done.
        probing: The probe that goes on meanwhile.
    """

    def __init__(self, population: Population) -> None:
        timestamps = Timestamps()
        dialects = [_DIALECTS[name]() for name in population.versions]
        self.stations = [
            Station(number, dialects[number % len(dialects)], timestamps)
            for number in range(population.stations)
        ]
        self.refusals = 0
        self.background: Background | None = None
        self.probing: Probing | None = None
        self._address = population.address
        self._random = random.Random(1)  # noqa: S311 - pauses, no secrets

    @property
    def charging(self) -> list[Station]:
        """Stations where a transaction runs."""
        return [station for station in self.stations if station.is_charging]

    @property
    def idle(self) -> list[Station]:
        """Stations where none runs."""
        return [station for station in self.stations if not station.is_charging]

    async def arrive(self, *, at_once: bool, patience_s: float) -> float:
        """Connect all, each again until it is let in; return how long that took in seconds.

        Raises:
            TimeoutError: Some are not connected by then.
        """
        began_s = time.monotonic()
        width = len(self.stations) if at_once else _AT_A_TIME
        async with asyncio.timeout(patience_s):
            await each(self.stations, self._let_in, width)
        return time.monotonic() - began_s

    async def charge(self, count: int) -> None:
        """Let vehicles come to the first so many stations that have none."""
        await each(self.idle[:count], Station.plug_in, _AT_A_TIME)

    async def settle(self, quiet_s: float, patience_s: float) -> None:
        """Wait until the server has not called any station for so long.

        Raises:
            TimeoutError: It still calls.
        """
        began_s = time.monotonic()
        async with asyncio.timeout(patience_s):
            while time.monotonic() - max(self.called_at, began_s) < quiet_s:  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S)

    @property
    def called_at(self) -> float:
        """When the server last called any station."""
        return max(station.called_at for station in self.stations)

    def leave(self) -> None:
        """Lose all connections at once."""
        for station in self.stations:
            station.cut()

    async def _let_in(self, station: Station) -> None:
        while True:
            try:
                await station.connect(self._address)
            except (CallError, OSError, ProtocolError, RefusedError):
                self.refusals += 1
                station.cut()
                await asyncio.sleep(self._random.uniform(*_PAUSE_S))
            else:
                return


async def each(stations: Sequence[Station], action: Action, width: int) -> None:
    """Do something with every station, with no more than so many at the same time."""
    turn = asyncio.Semaphore(width)

    async def take_turn(station: Station) -> None:
        async with turn:
            await action(station)

    async with asyncio.TaskGroup() as tasks:
        for station in stations:
            tasks.create_task(take_turn(station))
