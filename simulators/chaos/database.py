"""SQLite connections of one server process: they can be locked for a while, and die with it."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiosqlite

from simulators.virtual_time import inline_sqlite

_ALWAYS_WORKS: Final = frozenset({"rollback", "close", "close_and_stop"})
_ROLLBACK: Final = "ROLLBACK"


class FaultyDatabase:
    """Makes connections to a database file, and lets them suffer.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._locked_until_s = 0.0
        self._is_dead = False
        self._takes_turns = False
        self._open: list[sqlite3.Connection] = []

    async def connect(self) -> aiosqlite.Connection:
        """Open a connection that does its work in place."""
        connection = inline_sqlite(self._path)
        connect = connection._connector  # noqa: SLF001 - aiosqlite has no other way

        def connect_here() -> sqlite3.Connection:
            raw: sqlite3.Connection = connect()
            self._open.append(raw)
            return raw

        connection._connector = connect_here  # noqa: SLF001
        connection._tx = _Queue(self._do)  # type: ignore[assignment] # noqa: SLF001
        return await connection

    def lock(self, seconds: float) -> None:
        """Let others hold the database for a while."""
        self._locked_until_s = self._loop.time() + seconds

    def take_turns(self) -> None:
        """Let every piece of work take a turn of the loop, as it does with threads.

        So the process can die before it and after it.
        """
        self._takes_turns = True

    def kill(self) -> None:
        """Let the process that has the connections be gone: nothing is committed any more.

        A connection that is closed while somebody still holds a cursor of it keeps its locks until
        that is gone too, so each goes back first.
        """
        self._is_dead = True
        for raw in self._open:
            with suppress(sqlite3.ProgrammingError):  # it was closed before
                raw.rollback()
            raw.close()

    def _do(self, future: "asyncio.Future[Any] | None", work: Callable[[], Any]) -> None:
        if self._takes_turns and not self._is_dead:
            self._loop.call_soon(self._do_now, future, work)
        else:
            self._do_now(future, work)

    def _do_now(self, future: "asyncio.Future[Any] | None", work: Callable[[], Any]) -> None:
        try:
            self._refuse(work)
            result = work()
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the future
            if future and not future.done():
                future.set_exception(error)
            return
        if future and not future.done():
            future.set_result(result)

    def _refuse(self, work: Callable[[], Any]) -> None:
        if _name(work) in _ALWAYS_WORKS or _rolls_back(work):
            return
        if self._is_dead:
            raise sqlite3.OperationalError("the server was killed")
        if self._loop.time() < self._locked_until_s:
            raise sqlite3.OperationalError("database is locked")


class _Queue:
    """Stands in for aiosqlite's queue of work."""

    def __init__(
        self, do: Callable[["asyncio.Future[Any] | None", Callable[[], Any]], None]
    ) -> None:
        self._do = do

    def put_nowait(self, item: "tuple[asyncio.Future[Any] | None, Callable[[], Any]]") -> None:
        self._do(*item)


def _name(work: Callable[[], Any]) -> str:
    return str(getattr(getattr(work, "func", work), "__name__", ""))


def _rolls_back(work: Callable[[], Any]) -> bool:
    """Whether a statement, or the first of several, goes back."""
    for argument in getattr(work, "args", ()):
        first = argument[0] if isinstance(argument, tuple) and argument else argument
        if isinstance(first, str) and first.startswith(_ROLLBACK):
            return True
    return False
