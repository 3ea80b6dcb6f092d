"""Hands messages on in their order, each after a delay of its own."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class Conveyor:
    """One direction of a connection.

    Args:
        hand_on: Takes a message at the other end.
    """

    def __init__(self, hand_on: Callable[[str], Awaitable[None]]) -> None:
        self._hand_on = hand_on
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[tuple[float, str]] = deque()
        self._is_filled = asyncio.Event()
        self._is_handing_on = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is under way."""
        return not self._under_way and not self._is_handing_on

    def put(self, message: str, delay_s: float) -> None:
        """Take a message; it does not overtake those before it."""
        due_s = self._loop.time() + delay_s
        if self._under_way:
            due_s = max(due_s, self._under_way[-1][0])
        self._under_way.append((due_s, message))
        self._is_filled.set()

    def clear(self) -> None:
        """Lose all that is under way."""
        self._under_way.clear()

    async def run(self) -> None:
        """Hand on until cancelled."""
        while True:
            await self._is_filled.wait()
            self._is_filled.clear()
            while self._under_way:
                wait_s = self._under_way[0][0] - self._loop.time()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                    continue
                _, message = self._under_way.popleft()
                self._is_handing_on = True
                try:
                    await self._hand_on(message)
                finally:
                    self._is_handing_on = False
