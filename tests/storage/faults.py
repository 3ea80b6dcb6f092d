"""A database whose connection can be made to fail, or to take its time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from csms.storage.bulk import Gathered
from csms.storage.database import Database, DatabaseSettings
from csms.storage.drivers import Driver, SqliteDriver
from csms.storage.group_commit import STANDARD_PACE, CommitPace, GroupCommit


@dataclass
class Faults:
    """What a test does to the connection.

    Attributes:
        broken: Statements that fail.
        gate: Commits wait until it is set.
        commits: How many commits have begun.
    """

    broken: set[str] = field(default_factory=set)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    commits: int = 0

    def __post_init__(self) -> None:
        self.gate.set()


class FaultyDriver:
    """Runs everything on a real driver, unless it is to fail."""

    def __init__(self, driver: Driver, faults: Faults) -> None:
        self.begin = driver.begin
        self._driver = driver
        self._faults = faults

    async def run(
        self, before: Sequence[str], rows: Gathered | None = None, after: Sequence[str] = ()
    ) -> None:
        if "COMMIT" in after:
            self._faults.commits += 1
            await self._faults.gate.wait()
        await self._driver.run(before, rows)
        if self._faults.broken & {*before, *after}:
            raise OSError("the disk is full")
        await self._driver.run((), None, after)

    async def has_committed(self, rows: Gathered) -> bool:
        if isinstance(self._driver, SqliteDriver) or "COMMIT" in self._faults.broken:
            return False
        self._faults.commits += 1
        await self._faults.gate.wait()
        is_done = await self._driver.has_committed(rows)
        self._faults.commits -= not is_done
        return is_done


@asynccontextmanager
async def faulty_database(
    url: str, faults: Faults, pace: CommitPace = STANDARD_PACE
) -> AsyncIterator[Database]:
    """Open a database whose connection can be made to fail."""
    database = Database(DatabaseSettings(url=url))
    open_writer = database._open_writer

    async def connect() -> tuple[AsyncConnection, Driver]:
        connection, driver = await open_writer()
        return connection, FaultyDriver(driver, faults)

    database.writer = GroupCommit(connect, pace)
    try:
        yield database
    finally:
        faults.gate.set()
        faults.broken.clear()
        await database.close()
