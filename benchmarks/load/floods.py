"""Loads: every station calls again as soon as it was answered, or calls come at a rate."""

import asyncio
import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from benchmarks.load.figures import LoadFigures, Tally
from benchmarks.load.station import Station, is_error
from benchmarks.load.template import Template

_DRAIN_S: Final = 30.0
"""How long answers are waited for when no more calls are sent."""
_TICK_S: Final = 0.001
_LOOK_S: Final = 0.01


class Message(StrEnum):
    """What is sent."""

    HEARTBEAT = "Heartbeat"
    SAMPLE = "Sample"
    """Twelve values: MeterValues (1.6) or TransactionEvent (2.0.1)."""


class Flood(ABC):
    """A load that runs until its time is over, or it is ended.

    Args:
        stations: Who sends.
        message: What they send.
        seconds: How long.
    """

    def __init__(
        self, stations: Sequence[Station], message: Message, seconds: float = math.inf
    ) -> None:
        self._stations = stations
        self._message = message
        self._tally = Tally()
        self._due: dict[int, deque[float]] = {one.number: deque() for one in stations}
        self._began_cpu_s = time.process_time()
        self._began_s = time.monotonic()
        self._ends_s = self._began_s + seconds

    async def run(self) -> LoadFigures:
        """Send until the time is over, then wait for the answers that are still to come."""
        await self._feed()
        over_s = time.monotonic() + _DRAIN_S
        while any(self._due.values()) and time.monotonic() < over_s:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        now_s = time.monotonic()
        return self._tally.figures(
            seconds=self._ends_s - self._began_s,
            waiting_s=[now_s - due_s for waiting in self._due.values() for due_s in waiting],
            generator_share=(time.process_time() - self._began_cpu_s) / (now_s - self._began_s),
        )

    def end(self) -> None:
        """Send no more."""
        self._ends_s = min(self._ends_s, time.monotonic())

    @abstractmethod
    async def _feed(self) -> None:
        """Send, or see to it that there is sent, until the time is over."""

    def _send(self, station: Station, due_s: float) -> None:
        self._tally.sent += 1
        self._due[station.number].append(due_s)
        station.call(template_of(self._message, station), self._take)

    def _take(self, station: Station, text: bytes) -> None:
        now_s = time.monotonic()
        self._tally.count(
            now_s - self._due[station.number].popleft(),
            is_error=is_error(text),
            is_in_time=now_s < self._ends_s,
        )


class ClosedFlood(Flood):
    """Every station has one call on its way at any time."""

    async def _feed(self) -> None:
        for station in self._stations:
            self._send(station, time.monotonic())
        await asyncio.sleep(self._ends_s - time.monotonic())

    def _take(self, station: Station, text: bytes) -> None:
        super()._take(station, text)
        now_s = time.monotonic()
        if now_s < self._ends_s:
            self._send(station, now_s)


class OpenFlood(Flood):
    """Stations call in turn, so many times a second in all, however long answers take.

    A call that has to wait for the one before it counts from when it was due.

    Args:
        stations: Who sends.
        message: What they send.
        rate: Calls per second.
        seconds: How long.
    """

    def __init__(
        self,
        stations: Sequence[Station],
        message: Message,
        rate: float,
        seconds: float = math.inf,
    ) -> None:
        super().__init__(stations, message, seconds)
        self._rate = rate

    async def _feed(self) -> None:
        count = 0
        while (now_s := time.monotonic()) < self._ends_s:
            while (due_s := self._began_s + count / self._rate) <= now_s:
                self._tally.note_late(now_s - due_s)
                self._send(self._stations[count % len(self._stations)], due_s)
                count += 1
            await asyncio.sleep(_TICK_S)


class Background:
    """A flood that goes on while other things are done.

    Args:
        flood: Which.
    """

    def __init__(self, flood: Flood) -> None:
        self._flood = flood
        self._running = asyncio.create_task(flood.run())

    async def end(self) -> LoadFigures:
        """Send no more; return what came of it."""
        self._flood.end()
        return await self._running


def template_of(message: Message, station: Station) -> Template:
    """How a station writes a message."""
    dialect = station.dialect
    return dialect.heartbeat if message is Message.HEARTBEAT else dialect.sample
