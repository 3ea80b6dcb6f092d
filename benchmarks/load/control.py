"""Orders that measure how fast limits come."""

import asyncio
import time
from dataclasses import dataclass

from benchmarks.load.dialect import Limit
from benchmarks.load.fleet import Fleet
from benchmarks.load.probe import Probe, ProbeFigures, Probing
from benchmarks.load.process import Order
from benchmarks.load.station import Station

_NOTICEABLE_A = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugIn(Order[list[float]]):
    """Vehicles come one after the other to stations that have none.

    Returns for each how many seconds passed from the message that told of it until a limit for
    its transaction came; `patience_s` where none did.
    """

    count: int
    every_s: float
    patience_s: float = 60.0

    async def carry_out(self, fleet: Fleet) -> list[float]:
        """Do it."""
        waits: list[asyncio.Task[float]] = []
        async with asyncio.TaskGroup() as tasks:
            for station in fleet.idle[: self.count]:
                waits.append(tasks.create_task(self._plug_in(station)))
                await asyncio.sleep(self.every_s)
        return [wait.result() for wait in waits]

    async def _plug_in(self, station: Station) -> float:
        limited: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        def note(_station: Station, _limit: Limit, at_s: float) -> None:
            if not limited.done():
                limited.set_result(at_s)

        station.on_limit = note
        began_s = time.monotonic()
        try:
            async with asyncio.timeout(self.patience_s):
                await station.plug_in()
                return await limited - began_s
        except TimeoutError:
            return self.patience_s
        finally:
            station.on_limit = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Order[list[float]]):
    """Wait until every station that charges has got a lower limit, or a higher one.

    Returns when each got it, on the clock that both processes share; who did not in time is
    missing.
    """

    is_lower: bool
    patience_s: float

    async def carry_out(self, fleet: Fleet) -> list[float]:
        """Do it."""
        before_a = {station: station.drawn_a for station in fleet.charging}
        reached_s: dict[Station, float] = {}
        have_all = asyncio.Event()

        def note(station: Station, limit: Limit, at_s: float) -> None:
            change_a = limit.amps - before_a[station]
            if (change_a < -_NOTICEABLE_A) if self.is_lower else (change_a > _NOTICEABLE_A):
                reached_s.setdefault(station, at_s)
            if len(reached_s) == len(before_a):
                have_all.set()

        for station in before_a:
            station.on_limit = note
        try:
            await asyncio.wait_for(have_all.wait(), self.patience_s)
        except TimeoutError:
            pass  # whoever asked sees that some are missing
        finally:
            for station in before_a:
                station.on_limit = None
        return list(reached_s.values())


@dataclass(frozen=True, slots=True)
class BeginProbe(Order[None]):
    """The last station, which must not charge, probes the server."""

    server_pid: int

    async def carry_out(self, fleet: Fleet) -> None:
        """Do it."""
        fleet.probing = Probing(Probe(fleet.idle[-1], self.server_pid))


@dataclass(frozen=True, slots=True)
class EndProbe(Order[ProbeFigures]):
    """The probe is ended."""

    async def carry_out(self, fleet: Fleet) -> ProbeFigures:
        """Do it."""
        if fleet.probing is None:
            raise LookupError("expected a probe")
        return await fleet.probing.end()
