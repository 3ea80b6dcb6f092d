"""What repositories work on: rows to be written with all others, and statements of one's own."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self, TypeAlias

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from csms.domain.identity import StationId
from csms.domain.report_numbers import ReportNumbers
from csms.domain.transaction import Transaction
from csms.storage.bulk import Written
from csms.storage.group_commit import GroupCommit
from csms.storage.ledger import OpenTransaction
from csms.storage.transaction_rows import progress_row
from csms.storage.uninterrupted import uninterrupted

Insert: TypeAlias = Callable[[Table], sqlite.Insert | postgresql.Insert]


class Unit:
    """All that one message changes, kept whole or not at all.

    Rows that are put down are written with those of other units. Who executes a statement waits
    for its turn, and sees what was put down before, by itself and by others.

    Args:
        writer: Commits it.
        insert: Makes inserts in the database's dialect.
    """

    __slots__ = ("_changes", "_connection", "_is_entered", "_rows", "_turn", "_writer", "insert")

    def __init__(self, writer: GroupCommit, insert: Insert) -> None:
        self.insert = insert
        self._writer = writer
        self._rows: list[Written] = []
        self._changes: dict[int, OpenTransaction | None] = {}
        self._turn: AsyncExitStack | None = None
        self._connection: AsyncConnection | None = None
        self._is_entered = False

    async def __aenter__(self) -> Self:
        if not self._writer.has_entered():
            await self._writer.enter()
        self._is_entered = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_entered = False
        try:
            if self._turn is not None:
                await self._leave_turn()
        finally:
            self._writer.leave()

    def commit(self) -> Awaitable[None]:
        """Keep everything; done when the disk has it. What is not committed is forgotten.

        Raises:
            NotKeptError: It could not be written, or not be committed.
        """
        if not self._is_entered:
            raise RuntimeError("commit outside of the unit of work")
        if self._connection is None and (self._rows or self._changes or self._writer.is_busy):
            return self._writer.join(*self._taken())  # and what it has seen is committed as well
        return self._commit_turn()

    def put_down(self, row: Written) -> None:
        """Have a row written, before the next statement or with the commit."""
        self._rows.append(row)

    async def execute(
        self, statement: Executable, parameters: Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Execute a statement once it is this unit's turn."""
        connection = self._connection or await self._take_turn()
        self._put_news_down()
        if self._rows:
            rows, self._rows = self._rows, []
            await self._writer.write_down(rows)
        return await uninterrupted(connection.execute(statement, parameters))

    def running(self, station_id: StationId, transaction: str) -> OpenTransaction | None:
        """A running transaction by the station's id of it, None if it has to be looked up."""
        number = self._writer.ledger.number_of(station_id, transaction)
        return None if number is None else self.running_number(number)

    def running_number(self, number: int) -> OpenTransaction | None:
        """A running transaction by our number, None if it has to be looked up."""
        if number in self._changes:
            return self._changes[number]
        return self._writer.ledger.find(number)

    def note_running(self, entry: OpenTransaction) -> None:
        """Remember a running transaction that was looked up."""
        self._changes[entry.transaction.number] = entry

    def note_progress(self, transaction: Transaction, numbers: ReportNumbers) -> None:
        """Keep what has changed of a running transaction; it is written once, as it is then."""
        self._changes[transaction.number] = OpenTransaction(transaction, numbers, is_news=True)

    def forget_running(self, number: int) -> None:
        """Have a transaction looked up again: a statement is about to change it."""
        self._put_news_down()
        self._changes[number] = None

    def is_first_metered(self, station_id: StationId) -> bool:
        """Whether a station's meter is heard of for the first time since the start."""
        metered = self._writer.ledger.metered
        if station_id in metered:
            return False
        metered.add(station_id)
        return True

    def _put_news_down(self) -> None:
        """Have written what has changed of running transactions."""
        for number, entry in self._changes.items():
            if entry is not None and entry.is_news:
                self.put_down(progress_row(entry))
                self._changes[number] = OpenTransaction(entry.transaction, entry.numbers)

    def _taken(self) -> tuple[list[Written], dict[int, OpenTransaction | None]]:
        """All that is to be kept; the unit begins anew."""
        self._put_news_down()
        rows, changes = self._rows, self._changes
        self._rows, self._changes = [], {}
        return rows, changes

    async def _commit_turn(self) -> None:
        """Keep what statements did; there is nothing to keep for one that executed none."""
        if self._connection is not None:
            is_kept = await self._writer.keep(*self._taken())
            await self._leave_turn()
            await is_kept

    async def _take_turn(self) -> AsyncConnection:
        async with AsyncExitStack() as stack:
            self._connection = await stack.enter_async_context(self._writer.turn())
            self._turn = stack.pop_all()
        return self._connection

    async def _leave_turn(self) -> None:
        turn, self._turn, self._connection = self._turn, None, None
        if turn is not None:
            await turn.aclose()
