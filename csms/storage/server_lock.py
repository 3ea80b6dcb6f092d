"""One server at a time serves on a database: what it holds in memory is true only then.

On SQLite that is a lock on a file beside the database. On PostgreSQL it is an advisory lock of the
very connection that writes: who has lost the one has lost the other, and takes the lock again
before anything is written. Either is gone when the server is, however that ended.
"""

import asyncio
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from csms.domain.errors import ChargeFlexError

_TRIES: Final = 50
_LOOK_EVERY_S: Final = 0.1
"""A server that was killed, or a connection that was lost, may take some seconds to be gone."""
_LONGEST_NAME: Final = 63
"""Of what PostgreSQL keeps of an application's name."""
_KEY: Final = 20260115
_INTRODUCE: Final = text(
    "SELECT set_config('application_name', :name, false), "
    "set_config('tcp_keepalives_idle', '10', false), "
    "set_config('tcp_keepalives_interval', '5', false), "
    "set_config('tcp_keepalives_count', '3', false)"
)
"""Who connects; and a machine that vanishes is to be noticed before long."""
_TAKE: Final = text("SELECT pg_try_advisory_lock(:key)")
_HOLDER: Final = text(
    "SELECT activity.application_name FROM pg_locks AS held "
    "JOIN pg_stat_activity AS activity ON activity.pid = held.pid "
    "JOIN pg_database AS here ON here.oid = held.database "
    "WHERE here.datname = current_database() "
    "AND held.locktype = 'advisory' AND held.objid = :key"
)

if sys.platform == "win32":

    def _has_locked(_file: IO[str]) -> bool:
        """Whether a file's lock is ours now; there is none that others may read."""
        return True
else:
    import fcntl

    def _has_locked(file: IO[str]) -> bool:
        """Whether a file's lock is ours now."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class HeldError(ChargeFlexError):
    """Another server serves on the database.

    Attributes:
        holder: Who it says that it is; empty where that is not to be found out.
    """

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder or 'another server'} serves on it, and only one at a time may")
        self.holder = holder

    @property
    def is_of_others(self) -> bool:
        """Whether it is not just a connection of ours that is not gone yet."""
        return self.holder != _own_name()


async def lock_file(path: Path) -> IO[str]:
    """Lock a file for as long as it is open.

    Raises:
        HeldError: Another server holds it.
    """
    with ExitStack() as stack:
        file = stack.enter_context(path.open("a+", encoding="utf-8"))
        await _take_file(file)
        stack.pop_all()
    return file


async def lock_database(connection: AsyncConnection) -> None:
    """Lock a database of PostgreSQL for as long as a connection lasts.

    Raises:
        HeldError: Another server's connection holds it.
    """
    await connection.execute(_INTRODUCE, {"name": _own_name()})

    async def take() -> bool:
        return bool((await connection.execute(_TAKE, {"key": _KEY})).scalar_one())

    if not await _is_taken(take):
        found = await connection.execute(_HOLDER, {"key": _KEY})
        raise HeldError(found.scalars().first() or "")


async def _take_file(file: IO[str]) -> None:
    async def take() -> bool:
        return _has_locked(file)

    if not await _is_taken(take):
        file.seek(0)
        raise HeldError(file.read())
    file.truncate(0)
    file.write(_own_name())
    file.flush()


async def _is_taken(take: Callable[[], Awaitable[bool]]) -> bool:
    for _ in range(_TRIES):
        if await take():
            return True
        await asyncio.sleep(_LOOK_EVERY_S)
    return False


def _own_name() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"[:_LONGEST_NAME]
