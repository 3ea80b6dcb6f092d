"""Simulated time: a clock that runs at any rate, on a loop whose time may itself be simulated."""

import asyncio
from datetime import datetime, timedelta
from typing import Final, Protocol

_LOOK_EVERY_S: Final = 0.01
_LONGEST_STEP_S: Final = 0.02
_SHORTEST_S: Final = 0.001


class Clock(Protocol):
    """Tells the time, and waits in it."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""
        ...


class ScaledClock:
    """A clock that starts at a chosen instant and runs `rate` times as fast as the event loop's.

    On a `VirtualTimeLoop` a rate of 1 already runs as fast as the machine can.

    Args:
        starts_at: The instant at which the clock begins, in UTC.
        rate: Seconds of this clock per second of the running loop.
    """

    def __init__(self, starts_at: datetime, rate: float = 1.0) -> None:
        self.starts_at = starts_at
        self.rate = rate
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()

    def now(self) -> datetime:
        """The present instant, in UTC."""
        elapsed_s = (self._loop.time() - self._began_s) * self.rate
        return self.starts_at + timedelta(seconds=elapsed_s)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""
        await asyncio.sleep(seconds / self.rate)


class PacedClock(ScaledClock):
    """A fast clock that waits for a machine that does not keep up.

    Whatever takes the loop a moment takes `rate` times as long by a fast clock: a meter's reading
    would arrive minutes late, which no real one does. So what the loop takes longer for than one
    of this clock's short steps does not count. Nothing counts before `run` does.
    """

    def __init__(self, starts_at: datetime, rate: float = 1.0) -> None:
        super().__init__(starts_at, rate)
        self._counted_s = 0.0
        self._looked_s = self._began_s

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self.starts_at + timedelta(seconds=self._elapsed_s() * self.rate)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""
        until_s = self._elapsed_s() + seconds / self.rate
        while (left_s := until_s - self._elapsed_s()) > 0:  # noqa: ASYNC110 - no event comes
            await asyncio.sleep(max(left_s, _SHORTEST_S))

    async def run(self) -> None:
        """Let time pass until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self._counted_s = self._elapsed_s()
            self._looked_s = self._loop.time()

    def _elapsed_s(self) -> float:
        """Seconds of the loop that have counted."""
        return self._counted_s + min(self._loop.time() - self._looked_s, _LONGEST_STEP_S)
