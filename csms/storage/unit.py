"""What repositories work on: rows to be written with all others, and statements of one's own."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self, TypeAlias

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from csms.domain.identity import StationId
from csms.storage.bulk import Bulk, Row, Written
from csms.storage.group_commit import GroupCommit
from csms.storage.ledger import OpenTransaction
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

    async def commit(self) -> None:
        """Keep everything; return when the disk has it. What is not committed is forgotten.

        Raises:
            NotKeptError: It could not be written, or not be committed.
        """
        if not self._is_entered:
            raise RuntimeError("commit outside of the unit of work")
        rows, changes = self._rows, self._changes
        self._rows, self._changes = [], {}
        if self._connection is not None:
            is_kept = await self._writer.keep(rows, changes)
            await self._leave_turn()
        elif rows or self._writer.is_busy:  # what it has seen may be about to be committed
            is_kept = self._writer.join(rows, changes)
        else:
            return
        await is_kept

    def put_down(self, kind: Bulk, row: Row) -> None:
        """Have a row written, before the next statement or with the commit."""
        self._rows.append((kind, row))

    async def execute(
        self, statement: Executable, parameters: Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Execute a statement once it is this unit's turn."""
        connection = self._connection or await self._take_turn()
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

    def note_running(self, number: int, entry: OpenTransaction | None) -> None:
        """Remember a running transaction; None: it has to be looked up again."""
        self._changes[number] = entry

    def is_first_metered(self, station_id: StationId) -> bool:
        """Whether a station's meter is heard of for the first time since the start."""
        metered = self._writer.ledger.metered
        if station_id in metered:
            return False
        metered.add(station_id)
        return True

    async def _take_turn(self) -> AsyncConnection:
        async with AsyncExitStack() as stack:
            self._connection = await stack.enter_async_context(self._writer.turn())
            self._turn = stack.pop_all()
        return self._connection

    async def _leave_turn(self) -> None:
        turn, self._turn, self._connection = self._turn, None, None
        if turn is not None:
            await turn.aclose()
