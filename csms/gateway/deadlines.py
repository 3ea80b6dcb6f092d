"""Many equally long waits behind one timer."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_STEPS: Final = 100
"""The timer runs at most so often within one wait, however many wait."""


class Deadlines(Generic[T]):
    """Tells of each of many things when it has waited long enough; all wait equally long.

    Equal waits end in the order in which they began, so an ordered dictionary holds them and one
    timer stands for the first. What is due within the same hundredth of the wait ends with it.

    Args:
        wait_s: How long each waits.
        on_due: Called with each that has; it may begin to wait anew.
    """

    def __init__(self, wait_s: float, on_due: Callable[[T], None]) -> None:
        self._wait_s = wait_s
        self._on_due = on_due
        self._due_at: OrderedDict[T, float] = OrderedDict()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, item: T) -> None:
        """Let it wait, from now on if it waits already."""
        due_at = self._due_at[item] = self._loop.time() + self._wait_s
        self._due_at.move_to_end(item)
        if self._timer is None:
            self._timer = self._loop.call_at(due_at, self._end_waits)

    def end(self, item: T) -> None:
        """Let it wait no longer, if it does."""
        self._due_at.pop(item, None)

    def close(self) -> None:
        """Forget all that wait."""
        self._due_at.clear()
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _end_waits(self) -> None:
        until = self._loop.time() + self._wait_s / _STEPS
        try:
            while self._due_at:
                item, due_at = next(iter(self._due_at.items()))
                if due_at > until:
                    break
                del self._due_at[item]
                self._on_due(item)  # the timer is not None: who begins anew here sets none
        finally:
            self._timer = None
            for first_at in self._due_at.values():
                self._timer = self._loop.call_at(first_at, self._end_waits)
                break
