"""The database: SQLite (WAL) beside the program by default, PostgreSQL beyond one machine."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import orjson
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from csms.domain.errors import ChargeFlexError
from csms.storage.drivers import Driver, PostgresDriver, SqliteDriver
from csms.storage.group_commit import STANDARD_PACE, CommitPace, GroupCommit
from csms.storage.server_lock import HeldError, lock_database, lock_file
from csms.storage.unit import Insert

SqliteConnector: TypeAlias = Callable[[], Awaitable[Any]]
"""Makes an aiosqlite connection of an unusual kind, for simulated time."""

_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_LOCK_TABLES: Final = {
    "sqlite": "BEGIN IMMEDIATE",  # the driver begins no transaction before it defines tables
    "postgresql": "SELECT pg_advisory_xact_lock(20260114)",
}
"""Lets one program at a time upgrade, wholly or not at all."""
_SNAPSHOT: Final = {
    "sqlite": "BEGIN",  # the driver begins no transaction before it reads
    "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
}
_BUSY_MS: Final = 30_000
_CHECKPOINT_PAGES: Final = 10_000
"""So many pages (40 MB) are in the log before they move to the file: those that every commit
changes, as running transactions do, move a tenth as often as by SQLite's own measure."""
_EXPECTED: Final = "sqlite:///FILE or postgresql://HOST/NAME"


class DatabaseError(ChargeFlexError):
    """The database cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where things are kept.

    Attributes:
        url: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.
        is_durable: Whether a commit waits until the disk has it (SQLite). Only simulations do not.
    """

    url: str = "sqlite:///chargeflex.db"
    is_durable: bool = True


class Database:
    """An engine, and the one connection that writes.

    Args:
        settings: Which database.
        connector: For SQLite, makes the connections instead of the driver.
        pace: When units of work are committed.

    Attributes:
        insert: Makes inserts in the database's dialect.
        writer: Commits all units of work.
    """

    def __init__(
        self,
        settings: DatabaseSettings,
        connector: SqliteConnector | None = None,
        pace: CommitPace = STANDARD_PACE,
    ) -> None:
        url = _parse(settings.url)
        driver = _DRIVERS.get(url.get_backend_name())
        if driver is None:
            raise DatabaseError(f"expected {_EXPECTED}, got {url.render_as_string()}")
        self._name = url.render_as_string()
        self._is_sqlite = driver == _DRIVERS["sqlite"]
        self.engine = _create_engine(url.set(drivername=driver), connector)
        self.insert: Insert = sqlite.insert if self._is_sqlite else postgresql.insert
        self.writer = GroupCommit(self._open_writer, pace)
        self._is_serving = False
        self._lock: IO[str] | None = None
        self._is_taken_over = asyncio.Event()
        if self._is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare(settings))

    async def upgrade(self) -> None:
        """Bring the tables to this program's version.

        Raises:
            DatabaseError: The database cannot be reached, or is none, or of a later version.
        """
        with self._telling():
            if self._is_sqlite:
                _probe(self.engine.url.database)
            async with self.engine.begin() as connection:
                await connection.run_sync(_upgrade)

    async def serve(self) -> None:
        """Be the one server on this database until it is closed. Others may still write beside it.

        Raises:
            DatabaseError: Another server is, or the database cannot be reached.
        """
        with self._telling():
            file = self.engine.url.database
            if not self._is_sqlite:
                self._is_serving = True
                await self.writer.open()
            elif file:
                _probe(file)
                self._lock = await lock_file(Path(f"{file}.lock"))

    async def taken_over(self) -> None:
        """Wait until another server has taken this one's place.

        Raises:
            DatabaseError: It has.
        """
        await self._is_taken_over.wait()
        raise DatabaseError(f"another server has taken over the database {self._name}")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that only reads. Under WAL it does not wait for writers."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction whose statements all see the same state."""
        async with self.engine.connect() as connection:
            await connection.exec_driver_sql(_SNAPSHOT[connection.dialect.name])
            yield connection

    async def close(self) -> None:
        """Commit what waits, and close all connections."""
        await self.writer.close()
        await self.engine.dispose()
        if self._lock:
            self._lock.close()

    async def _open_writer(self) -> tuple[AsyncConnection, Driver]:
        connection = await self.engine.connect()
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if self._is_serving:
            await self._lock_for(connection)
        driver: Any = (await connection.get_raw_connection()).driver_connection
        return connection, (SqliteDriver if self._is_sqlite else PostgresDriver)(driver)

    async def _lock_for(self, connection: AsyncConnection) -> None:
        """Let a connection write only if it is this server's turn to."""
        try:
            await lock_database(connection)
        except BaseException as error:
            await connection.invalidate()
            await connection.close()
            if isinstance(error, HeldError) and error.is_of_others:
                self._is_taken_over.set()
            raise

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say of what fails which database it was."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, CommandError, HeldError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            raise DatabaseError(f"cannot use the database {self._name}: {cause}") from error


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:  # nothing of it is repeated: it may hold a password
        raise DatabaseError(f"expected {_EXPECTED} as URL of the database") from error


def _probe(file: str | None) -> None:
    """Open a file once the plain way: where that fails, aiosqlite leaves a thread behind."""
    with closing(sqlite3.connect(file or ":memory:")) as connection:
        connection.execute("PRAGMA schema_version")


def _create_engine(url: URL, connector: SqliteConnector | None) -> AsyncEngine:
    options: dict[str, Any] = {"async_creator": connector} if connector else {}
    return create_async_engine(url, hide_parameters=True, json_serializer=_to_json, **options)


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def _prepare(settings: DatabaseSettings) -> Callable[[Any, Any], None]:
    def set_pragmas(connection: Any, _record: Any) -> None:  # noqa: ANN401
        cursor: sqlite3.Cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {'FULL' if settings.is_durable else 'OFF'}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        cursor.close()

    return set_pragmas


def _upgrade(connection: Connection, revision: str = "head") -> None:
    connection.exec_driver_sql(_LOCK_TABLES[connection.dialect.name])
    config = Config()
    config.set_main_option("script_location", "csms.storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
