"""A network between stations and their server in which connections die and messages are late.

It stands at the station's end of each connection. Order is kept within a connection. A connection
that is half open takes everything and passes nothing on, in neither direction and not even its
end: the server finds out by its pings, the station after a time of its own.
"""

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Final

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from simulators.chaos.conveyor import Conveyor
from simulators.stations.link import ConnectSocket

_DOUBLED: Final = 0.3
"""Of the messages, while they come twice."""
_LINGERS_S: Final = 120.0
"""How long the network keeps a dead connection, or what was sent on one, after the station has left
it."""


@dataclass(slots=True)
class Weather:
    """How it stands between one station and the server: seconds are the event loop's."""

    up_until_s: float = 0.0
    down_until_s: float = 0.0
    delay_s: float = 0.0
    doubles_until_s: float = 0.0


class FaultyNetwork:
    """Makes connections, and lets them suffer.

    Args:
        seed: Draws which messages are how late.
        connect: Makes the connections.
    """

    def __init__(self, seed: int, connect: ConnectSocket) -> None:
        self._seed = seed
        self._connect = connect
        self._loop = asyncio.get_running_loop()
        self._weather: defaultdict[str, Weather] = defaultdict(Weather)
        self._open: dict[str, FaultyConnection] = {}
        self._tasks: asyncio.TaskGroup | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Pass messages on until the context is left."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                yield
            finally:
                for connection in self._open.values():
                    connection.close()

    def is_dark(self, station_id: str) -> bool:
        """Whether a station's connection passes nothing, and has not ended yet."""
        connection = self._open.get(station_id)
        return connection is not None and connection.is_dark

    def is_late_for_s(self, station_id: str) -> float:
        """How long a station's messages may still be late; below 0: since when none is."""
        weather = self._weather[station_id]
        until_s = max(weather.up_until_s, weather.down_until_s)
        return until_s + 2 * weather.delay_s - self._loop.time() if until_s else -math.inf

    async def connect(self, station_id: str, subprotocol: str) -> "FaultyConnection":
        """Connect a station."""
        if self._tasks is None:
            raise RuntimeError("expected the network to be running")
        inner = await self._connect(station_id, subprotocol)
        rng = Random(f"{self._seed} network {station_id} {self._loop.time()}")  # noqa: S311
        connection = FaultyConnection(inner, self._weather[station_id], rng)
        self._open[station_id] = connection
        self._tasks.create_task(connection.run())
        return connection

    def delay(self, station_id: str, lasts_s: float, delay_s: float, ways: str) -> None:
        """Let messages be late for a while.

        Args:
            station_id: Whose.
            lasts_s: For how long.
            delay_s: By how much at most.
            ways: "to the server", "to the station", or both.
        """
        weather, until_s = self._weather[station_id], self._loop.time() + lasts_s
        weather.delay_s = delay_s
        if ways != "to the station":
            weather.up_until_s = until_s
        if ways != "to the server":
            weather.down_until_s = until_s

    def double(self, station_id: str, lasts_s: float) -> None:
        """Let messages come twice for a while."""
        self._weather[station_id].doubles_until_s = self._loop.time() + lasts_s

    def go_dark(self, station_id: str, noticed_after_s: float) -> bool:
        """Let a station's connection pass nothing any more.

        Args:
            station_id: Whose.
            noticed_after_s: When the station finds out.

        Returns:
            False if there is none.
        """
        connection = self._open.get(station_id)
        return connection is not None and connection.go_dark(noticed_after_s)


class FaultyConnection:
    """A station's connection through the network: as much of it as a link uses."""

    def __init__(self, inner: ClientConnection, weather: Weather, rng: Random) -> None:
        self._inner = inner
        self._weather = weather
        self._rng = rng
        self._loop = asyncio.get_running_loop()
        self._inbox: asyncio.Queue[str | None] = asyncio.Queue()
        self._up = Conveyor(self._send_on)
        self._down = Conveyor(self._inbox.put)
        self._is_dark = False
        self._is_left = False
        self._is_over = asyncio.Event()

    @property
    def is_dark(self) -> bool:
        """Whether it passes nothing, and the station has not left it yet."""
        return self._is_dark and not self._is_left

    @property
    def transport(self) -> "FaultyConnection":
        """What the connection runs over; it can be cut off."""
        return self

    async def run(self) -> None:
        """Pass messages on until the connection is over."""
        async with asyncio.TaskGroup() as tasks:
            works = [
                tasks.create_task(work)
                for work in (self._receive(), self._up.run(), self._down.run())
            ]
            await self._is_over.wait()
            for work in works:
                work.cancel()

    def close(self) -> None:
        """End it at once for both."""
        self._inner.transport.abort()
        self._is_over.set()

    def abort(self) -> None:
        """The station has done with it.

        The server does not learn of it if nothing passes, and what is under way still arrives.
        """
        if self._is_left:
            return
        self._is_left = True
        self._inbox.put_nowait(None)
        if self._is_dark:
            self._loop.call_later(_LINGERS_S, self.close)
        elif self._up.is_empty:
            self.close()
        else:
            self._loop.call_later(self._weather.delay_s, self.close)

    def go_dark(self, noticed_after_s: float) -> bool:
        """Pass nothing any more, not even the end; return whether it did until now."""
        if self._is_dark or self._is_left or self._is_over.is_set():
            return False
        self._is_dark = True
        self._inner.transport.pause_reading()
        self._up.clear()
        self._down.clear()
        self._loop.call_later(noticed_after_s, self.abort)
        return True

    async def send(self, message: str, /) -> None:
        """Send a message."""
        if self._is_left or self._is_over.is_set():
            raise ConnectionClosed(None, None)
        if self._is_dark:
            return
        for _ in range(self._copies()):
            delay_s = self._delay_s(self._weather.up_until_s)
            if delay_s == 0.0 and self._up.is_empty:
                await self._inner.send(message)
            else:
                self._up.put(message, delay_s)

    async def __aiter__(self) -> AsyncIterator[str]:
        """The messages that come, until it is over."""
        while (message := await self._inbox.get()) is not None:
            yield message

    async def _receive(self) -> None:
        try:
            async for message in self._inner:
                for _ in range(self._copies()):
                    delay_s = self._delay_s(self._weather.down_until_s)
                    if delay_s == 0.0 and self._down.is_empty:
                        self._inbox.put_nowait(str(message))
                    else:
                        self._down.put(str(message), delay_s)
        except ConnectionClosed:
            pass
        self._inbox.put_nowait(None)
        self._is_over.set()

    async def _send_on(self, message: str) -> None:
        try:
            await self._inner.send(message)
        except ConnectionClosed:
            self._up.clear()

    def _copies(self) -> int:
        is_doubled = (
            self._loop.time() < self._weather.doubles_until_s and self._rng.random() < _DOUBLED
        )
        return 2 if is_doubled else 1

    def _delay_s(self, until_s: float) -> float:
        return self._rng.uniform(0, self._weather.delay_s) if self._loop.time() < until_s else 0.0
