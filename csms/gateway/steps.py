"""Work that goes on by itself, without a task."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any


class Steps:
    """Takes a coroutine from one thing that it awaits to the next, the first step at once.

    A task takes as long as it takes to understand a short message, and begins a turn of the loop
    later. What runs here has no current task, so `asyncio.timeout` is not for it.

    Args:
        work: The coroutine. Whatever it raises goes to the loop, but that it was cancelled.
        context: Where it runs.
    """

    __slots__ = ("_awaited", "_context", "_ended", "_work")

    def __init__(self, work: Coroutine[Any, Any, None], context: Context) -> None:
        self._work = work
        self._context = context
        self._awaited: asyncio.Future[Any] | None = None
        self._ended: asyncio.Future[None] | None = None

    def begin(self) -> None:
        """Take the first step."""
        self._context.run(self._step)

    def cancel(self) -> None:
        """Cancel what is awaited, and so the work; what is about to go on does that."""
        if self._awaited is not None:
            self._awaited.cancel()

    async def ended(self) -> None:
        """Wait until the work has ended; for one who waits."""
        self._ended = asyncio.get_running_loop().create_future()
        await self._ended

    def _step(self, _awaited: object = None) -> None:
        try:
            awaited = self._work.send(None)
        except (StopIteration, asyncio.CancelledError):
            self._end()
            return
        except BaseException:
            self._end()
            raise
        self._awaited = awaited
        if awaited is None:  # it lets others go first
            asyncio.get_running_loop().call_soon(self._step, context=self._context)
        else:
            awaited._asyncio_future_blocking = False  # noqa: SLF001 - as a task says that it waits
            awaited.add_done_callback(self._step, context=self._context)

    def _end(self) -> None:
        self._awaited = None
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)
