"""How long the server's event loop lets others wait, seen from a station that does little else.

A ping is answered by the loop alone; a heartbeat also waits for the store.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.load.figures import percentile
from benchmarks.load.frames import PING, client_frame
from benchmarks.load.station import Station

LATE_MS: Final = 100.0
_EVERY_S: Final = 0.1
_TICK_S: Final = 0.005
_PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Lag:
    """A ping that was answered late.

    Attributes:
        at: When it was sent, in seconds since 1970.
        ms: How long its answer took.
        busy_ms: Of that, how long the machine let the server or this process wait for a
            processor: that long nobody's code was at fault.
    """

    at: float
    ms: float
    busy_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFigures:
    """What a probe saw: percentiles of answers to pings and heartbeats, and all late pings."""

    pings: int
    ping_p50_ms: float
    ping_p99_ms: float
    ping_max_ms: float
    heartbeat_p50_ms: float
    heartbeat_p99_ms: float
    heartbeat_max_ms: float
    lags: tuple[Lag, ...]


class Probe:
    """Sends a ping and a heartbeat every now and then until it is ended.

    Args:
        station: Which nobody else uses.
        server_pid: The server's process.
    """

    def __init__(self, station: Station, server_pid: int) -> None:
        self._station = station
        self._schedule = Path(f"/proc/{server_pid}/task/{server_pid}/schedstat")
        self._pings_ms: list[float] = []
        self._heartbeats_ms: list[float] = []
        self._lags: list[Lag] = []
        self._own_lag_s = 0.0
        self._has_ended = asyncio.Event()

    def end(self) -> None:
        """Probe no more."""
        self._has_ended.set()

    async def run(self) -> ProbeFigures:
        """Probe until ended."""
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch_own_lag())
            while not self._has_ended.is_set():
                async with asyncio.timeout(_PATIENCE_S):
                    await self._ping()
                    await self._call()
                await asyncio.sleep(_EVERY_S)
            watching.cancel()
        return self._figures()

    async def _ping(self) -> None:
        link = self._station.link
        if link is None:
            raise ConnectionResetError("the probe's connection was lost")
        answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._own_lag_s = 0.0
        at, waited_s, began_s = time.time(), self._waited_s(), time.monotonic()
        link.on_pong = lambda: answered.set_result(time.monotonic())
        link.send(client_frame(b"", PING))
        ms = 1000 * (await answered - began_s)
        self._pings_ms.append(ms)
        if ms > LATE_MS:
            busy_ms = 1000 * max(self._waited_s() - waited_s, self._own_lag_s)
            self._lags.append(Lag(at, ms, busy_ms))

    async def _call(self) -> None:
        began_s = time.monotonic()
        await self._station.ask(self._station.dialect.heartbeat)
        self._heartbeats_ms.append(1000 * (time.monotonic() - began_s))

    async def _watch_own_lag(self) -> None:
        while True:
            due_s = time.monotonic() + _TICK_S
            await asyncio.sleep(_TICK_S)
            self._own_lag_s = max(self._own_lag_s, time.monotonic() - due_s)

    def _waited_s(self) -> float:
        """How long the server's first thread has been ready to run, and did not."""
        return int(self._schedule.read_text(encoding="ascii").split()[1]) / 1e9

    def _figures(self) -> ProbeFigures:
        pings_ms, heartbeats_ms = sorted(self._pings_ms), sorted(self._heartbeats_ms)
        return ProbeFigures(
            pings=len(pings_ms),
            ping_p50_ms=percentile(pings_ms, 50),
            ping_p99_ms=percentile(pings_ms, 99),
            ping_max_ms=percentile(pings_ms, 100),
            heartbeat_p50_ms=percentile(heartbeats_ms, 50),
            heartbeat_p99_ms=percentile(heartbeats_ms, 99),
            heartbeat_max_ms=percentile(heartbeats_ms, 100),
            lags=tuple(self._lags),
        )


class Probing:
    """A probe that goes on while other things are done.

    Args:
        probe: Which.
    """

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._running = asyncio.create_task(probe.run())

    async def end(self) -> ProbeFigures:
        """Probe no more; return what was seen."""
        self._probe.end()
        return await self._running
