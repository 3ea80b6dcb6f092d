"""Simulated time: a clock that runs at any rate, on a loop whose time may itself be simulated."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol


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
