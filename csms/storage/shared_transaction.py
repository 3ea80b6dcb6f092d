"""The one transaction in which all units of work write, and the savepoints that keep them apart."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final, TypeAlias

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from csms.domain.errors import ChargeFlexError
from csms.storage.bulk import Gathered, Written, gather
from csms.storage.drivers import Driver
from csms.storage.ledger import OpenTransaction

Connect: TypeAlias = Callable[[], Awaitable[tuple[AsyncConnection, Driver]]]
"""Opens a connection that begins no transaction by itself."""
Changes: TypeAlias = Mapping[int, OpenTransaction | None]
"""What becomes of running transactions, by our numbers; None: it is to be looked up."""

_COMMIT: Final = ("COMMIT",)
_ROLLBACK: Final = ("ROLLBACK",)
_ROWS: Final = ("SAVEPOINT rows",)
_ROWS_KEPT: Final = ("RELEASE SAVEPOINT rows",)
_ROWS_UNDONE: Final = ("ROLLBACK TO SAVEPOINT rows", "RELEASE SAVEPOINT rows")
_UNIT: Final = ("SAVEPOINT unit",)
_UNIT_KEPT: Final = ("RELEASE SAVEPOINT unit",)
_UNIT_UNDONE: Final = ("ROLLBACK TO SAVEPOINT unit", "RELEASE SAVEPOINT unit")


class NotKeptError(ChargeFlexError):
    """What a unit of work has put down was not kept."""


class Entry(msgspec.Struct, eq=False, gc=False):
    """What one unit has put down, and where it waits until that is kept.

    Attributes:
        rows: What is to be written.
        changes: What becomes of running transactions.
        failure: Why it cannot be kept.
    """

    rows: Sequence[Written]
    changes: Changes
    is_kept: "asyncio.Future[None]"
    failure: Exception | None = None

    def settle(self) -> None:
        """Let the unit go on, or tell it why it was not kept."""
        if self.is_kept.done():  # its task was cancelled
            return
        if self.failure is None:
            self.is_kept.set_result(None)
            return
        error = NotKeptError(f"not kept: {self.failure}")  # one for each, as raising it marks it
        error.__cause__ = self.failure
        self.is_kept.set_exception(error)


class SharedTransaction:
    """The transaction that is open, or about to be. For one user at a time.

    When one of its methods raises something, the transaction is lost and has to be given up;
    except for `keep_unit`, after which the unit has to be undone.

    Args:
        connect: Opens the connection.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: AsyncConnection | None = None
        self._driver: Driver | None = None
        self._entries: list[Entry] = []
        self._is_open = False
        self._has_unit = False

    @property
    def is_written(self) -> bool:
        """Whether there is something to commit."""
        return bool(self._entries)

    async def open(self) -> None:
        """Open the connection, unless it is open."""
        if self._driver is None:
            self._connection, self._driver = await self._connect()

    async def write(self, entries: Sequence[Entry]) -> None:
        """Write the rows of some units, to be committed later."""
        self._entries += entries
        await self._write(entries, _ROWS_KEPT)

    async def commit(self, entries: Sequence[Entry]) -> list[Entry]:
        """Write the rows of some units, and commit; return what was committed since the last."""
        self._entries += entries
        await self._write(entries, _COMMIT)
        self._is_open = False
        committed, self._entries = self._entries, []
        return committed

    async def begin_unit(self) -> AsyncConnection:
        """Let a unit work on the connection."""
        await self._run(_UNIT)
        self._has_unit = True
        assert self._connection is not None  # noqa: S101 - it was just used
        return self._connection

    async def write_down(self, rows: Sequence[Written]) -> None:
        """Write rows of the unit that is at work, for it to see them."""
        await self._run((), gather(rows))

    async def keep_unit(self, entry: Entry) -> None:
        """Keep what the unit did, and its rows, once the commit comes."""
        await self._run((), gather(entry.rows), _UNIT_KEPT)
        self._has_unit = False
        self._entries.append(entry)

    async def undo_unit(self) -> None:
        """Undo what the unit did, unless it was kept."""
        if self._has_unit:
            self._has_unit = False
            await self._run(_UNIT_UNDONE if self._entries else _ROLLBACK)
            self._is_open = bool(self._entries)

    async def give_up(self) -> list[Entry]:
        """Throw the connection away; return what was written and not committed."""
        lost, self._entries = self._entries, []
        self._is_open = self._has_unit = False
        with suppress(SQLAlchemyError, OSError):  # it may be lost already
            if self._connection is not None:
                await self._connection.invalidate()
            await self.close()
        return lost

    async def close(self) -> None:
        """Close the connection, if no transaction is open."""
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None:
            await connection.close()

    async def _write(self, entries: Sequence[Entry], after: Sequence[str]) -> None:
        rows = gather(chain.from_iterable(entry.rows for entry in entries))
        if after is _COMMIT and rows and not self._is_open and await self._has_committed(rows):
            return
        try:
            await self._run(_ROWS if rows else (), rows, after if rows or after is _COMMIT else ())
        except Exception as error:
            if not rows:
                raise
            await self._undo_rows(error)
            for entry in entries:
                await self._write_alone(entry)
            if after is _COMMIT:
                await self._run((), None, _COMMIT)

    async def _has_committed(self, rows: Gathered) -> bool:
        await self.open()
        assert self._driver is not None  # noqa: S101 - it is open
        return await self._driver.has_committed(rows)

    async def _write_alone(self, entry: Entry) -> None:
        """Write one unit's rows, or note why they cannot be written."""
        try:
            await self._run(_ROWS, gather(entry.rows), _ROWS_KEPT)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to the unit
            await self._undo_rows(error)
            entry.failure = error

    async def _undo_rows(self, cause: Exception) -> None:
        """Go back to before some rows, or raise their error if there is no way back."""
        try:
            assert self._driver is not None  # noqa: S101 - it has just failed
            await self._driver.run(_ROWS_UNDONE)
        except Exception:  # noqa: BLE001 - what has come of this has the same cause
            raise cause from None
        self._is_open = True

    async def _run(
        self, before: Sequence[str], rows: Gathered | None = None, after: Sequence[str] = ()
    ) -> None:
        await self.open()
        assert self._driver is not None  # noqa: S101 - it is open
        if not self._is_open:
            before = (self._driver.begin, *before)
        await self._driver.run(before, rows, after)
        self._is_open = True
