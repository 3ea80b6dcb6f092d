"""An event loop whose time jumps: a week passes in the time that its work takes.

Nothing waits. When no callback is ready and no socket has anything to say, the loop's time moves
on to the next timer. Sockets are real; over AF_UNIX, what one end has written the other can read
at once, so a run with one seed always takes the same course. Functions given to an executor run
in place, and `inline_sqlite` does the same for the threads of aiosqlite.
"""

import asyncio
import selectors
import sqlite3
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

import aiosqlite

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop that moves its own time on instead of waiting.

    Time that threads other than the loop's take is not waited for: use executors through the
    loop, and databases through `inline_sqlite`.
    """

    def __init__(self) -> None:
        self._virtual_s = 0.0
        self._selector_that_jumps = _JumpingSelector(self._jump)
        super().__init__(self._selector_that_jumps)

    def time(self) -> float:
        """Seconds of virtual time since the loop was made."""
        return self._virtual_s

    def call_after_turns(self, turns: int, callback: Callable[[], None]) -> None:
        """Call something between two turns of the loop, after so many more of them.

        Unlike a callback that is scheduled it stands in no queue: what is ready runs after it.
        """
        self._selector_that_jumps.call_after(turns, callback)

    def run_in_executor(
        self,
        executor: Executor | None,  # noqa: ARG002
        func: Callable[[*Ts], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        """Run the function at once, in the loop's thread."""
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the future
            future.set_exception(error)
        return future

    def _jump(self, seconds: float) -> None:
        self._virtual_s += seconds


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


def inline_sqlite(path: Path) -> aiosqlite.Connection:
    """Make an aiosqlite connection that does its work in the caller's thread.

    Give it to SQLAlchemy as `async_creator`, awaited.
    """

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, check_same_thread=False)

    connection = aiosqlite.Connection(connect, iter_chunk_size=64)
    connection._tx = _InlineQueue()  # type: ignore[assignment] # noqa: SLF001
    connection._thread = _NoThread()  # type: ignore[assignment] # noqa: SLF001
    return connection


class _JumpingSelector(selectors.DefaultSelector):
    """Reports what is ready now; if nothing is, tells the loop to jump by the whole timeout."""

    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump
        self._turns_left = 0
        self._callback: Callable[[], None] | None = None

    def call_after(self, turns: int, callback: Callable[[], None]) -> None:
        """Call something when this was asked so many times more."""
        self._turns_left, self._callback = turns, callback

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._callback is not None:
            self._turns_left -= 1
            if self._turns_left <= 0:
                callback, self._callback = self._callback, None
                callback()
                timeout = 0  # it may have made something ready
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:  # no timer at all: only a socket or a signal can go on
            return super().select(None)
        self._jump(timeout)
        return ready


class _InlineQueue:
    """Stands in for aiosqlite's queue of work: does the work when it is put."""

    def put_nowait(self, item: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, work = item
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the future
            if future:
                future.set_exception(error)
            return
        if future:
            future.set_result(result)


class _NoThread:
    """Stands in for aiosqlite's thread."""

    daemon = True

    def start(self) -> None:
        """Nothing to start: the work is done in place."""
