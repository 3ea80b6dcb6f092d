"""Work that handlers have done by others: it takes long, and they run without a task."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

T = TypeVar("T")

_MOST: Final = 64


class TooManyErrandsError(Exception):
    """So much is under way that more would come too late."""


class Errands:
    """Does what is asked of it in tasks of its own, each within its time.

    Args:
        most: So many may be under way.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._under_way = 0
        self._asked: asyncio.Queue[tuple[Callable[[], Awaitable[Any]], float, asyncio.Future[Any]]]
        self._asked = asyncio.Queue(most)

    async def run(self) -> None:
        """Do what is asked for, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._do(*await self._asked.get()))

    async def do(self, work: Callable[[], Awaitable[T]], limit_s: float) -> T:
        """Have something done, and wait for what comes of it.

        Who is cancelled while waiting does not end the work: others may profit by it.

        Args:
            work: What is done.
            limit_s: How long it may take.

        Raises:
            TooManyErrandsError: So much is under way already.
            TimeoutError: It took longer.
        """
        if self._under_way >= self._most:
            raise TooManyErrandsError
        self._under_way += 1
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asked.put_nowait((work, limit_s, answer))
        return await answer

    async def _do(
        self, work: Callable[[], Awaitable[T]], limit_s: float, answer: asyncio.Future[T]
    ) -> None:
        try:
            async with asyncio.timeout(limit_s):
                result = await work()
        except asyncio.CancelledError:
            answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is awaited
            if not answer.done():
                answer.set_exception(error)
        else:
            if not answer.done():
                answer.set_result(result)
        finally:
            self._under_way -= 1
