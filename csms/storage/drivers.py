"""The one connection that writes, as its driver has it: a whole batch in as few steps as can be."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final, Protocol

import aiosqlite
from asyncpg import InterfaceError, PostgresError

from csms.storage.bulk import AT_ONCE, Bulk, Gathered, Row, Written, in_one

_COMMIT: Final = "COMMIT"


class Driver(Protocol):
    """Runs what needs no answer.

    Attributes:
        begin: The statement that begins a transaction.
    """

    begin: str

    async def run(
        self, before: Sequence[str], rows: Gathered | None = None, after: Sequence[str] = ()
    ) -> None:
        """Run statements, then write rows, then run statements.

        Raises:
            Exception: The driver's own, whatever it is; what followed was not run.
        """
        ...

    async def has_committed(self, rows: Gathered) -> bool:
        """Write rows as a transaction of their own, where that is quicker than step by step.

        Returns:
            False: nothing was written; `run` does it, or shows what is wrong.
        """
        ...


class SqliteDriver:
    """Does all of it in one visit to the connection's thread."""

    begin = "BEGIN IMMEDIATE"

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def run(
        self, before: Sequence[str], rows: Gathered | None = None, after: Sequence[str] = ()
    ) -> None:
        """Run statements, then write rows, then run statements."""
        connection = self._connection
        await connection._execute(_run, connection._conn, before, rows or {}, after)  # type: ignore[no-untyped-call]  # noqa: SLF001

    async def has_committed(self, rows: Gathered) -> bool:  # noqa: ARG002
        """It is no quicker: all steps are one visit."""
        return False


class AsyncpgConnection(Protocol):
    """What is used of asyncpg's connection."""

    async def execute(self, query: str, *values: object) -> str:
        """Execute a statement, or several without values; return what the last one did."""
        ...


class PostgresDriver:
    """Sends each kind of rows as one array per column.

    A batch of rows that is a transaction of its own is one statement, if it can be: one turn
    between the two processes and not one for each kind, the begin and the commit.
    """

    begin = "BEGIN"

    def __init__(self, connection: AsyncpgConnection) -> None:
        self._connection = connection
        self._in_one: dict[tuple[Bulk, ...], str | None] = {}

    async def run(
        self, before: Sequence[str], rows: Gathered | None = None, after: Sequence[str] = ()
    ) -> None:
        """Run statements, then write rows, then run statements."""
        if before:
            await self._connection.execute("; ".join(before))
        for kind, some in (rows or {}).items():
            await self._connection.execute(kind.for_postgres, *_columns(some))
        if after:
            done = await self._connection.execute("; ".join(after))
            if after[-1] == _COMMIT and done != _COMMIT:  # it says so, and raises nothing
                raise RuntimeError(f"expected the transaction to be committed, got {done}")

    async def has_committed(self, rows: Gathered) -> bool:
        """Write and commit rows at once, unless they are two kinds of one table, or at fault."""
        kinds = tuple(rows)
        if kinds not in self._in_one:
            self._in_one[kinds] = in_one(kinds)
        statement = self._in_one[kinds]
        if statement is None:
            return False
        columns = [column for some in rows.values() for column in _columns(some)]
        try:
            await self._connection.execute(statement, *columns)
        except (PostgresError, InterfaceError):
            return False
        return True


def _run(
    connection: sqlite3.Connection, before: Sequence[str], rows: Gathered, after: Sequence[str]
) -> None:
    for statement in before:
        connection.execute(statement)
    for kind, some in rows.items():
        for part in _parts(_texts(some, kind.instants)):
            connection.execute(kind.for_sqlite[len(part)], list(chain.from_iterable(part)))
    for statement in after:
        connection.execute(statement)


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """All rows, as many at once as there is a statement for."""
    begin = 0
    for count in AT_ONCE:
        while len(rows) - begin >= count:
            yield rows[begin : begin + count]
            begin += count


def _columns(rows: Iterable[Written]) -> list[Sequence[Any]]:
    """The values of all rows, column by column, without the kind."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    return columns[1:]


def _texts(rows: Iterable[Written], instants: Sequence[int]) -> Sequence[Row]:
    """Rows with their instants as SQLAlchemy keeps them: UTC to the microsecond, no offset."""
    columns = _columns(rows)
    for place in instants:
        columns[place] = [instant and _text(instant) for instant in columns[place]]
    return list(zip(*columns, strict=True))


def _text(instant: datetime) -> str:
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return instant.isoformat(" ", "microseconds")[:26]
