"""Group commit: units of work of many stations share one transaction and one wait for the disk.

Units put rows down and wait. After a short time, or when there are many, a few statements write all
rows, and they are committed; then every unit of the batch goes on, and its station is answered.
While one batch is committed the next one gathers. A unit that has to look something up takes a
turn: alone on the connection, in a savepoint of the same transaction, after the rows that wait.

A unit whose rows cannot be written fails alone. If the commit fails, so do all units of the batch
and those that have gathered since, as they may build on it; nothing of them is acknowledged.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from csms.storage.bulk import Written
from csms.storage.ledger import Ledger
from csms.storage.shared_transaction import Changes, Connect, Entry, SharedTransaction
from csms.storage.uninterrupted import uninterrupted

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitPace:
    """When a batch is committed.

    Attributes:
        gather_s: How long units gather, unless there is but one.
        batch_units: So many do not wait any longer.
        most_units: So many may be under way; more wait until others are done.
    """

    gather_s: float = 0.003
    batch_units: int = 1_000
    most_units: int = 5_000


STANDARD_PACE: Final = CommitPace()


@dataclass(slots=True)
class CommitStats:
    """What has been committed so far.

    Attributes:
        batches: Commits.
        units: Units of work that they kept.
        failed_units: Units that were not kept, alone or with their batch.
        commit_s: How long all commits took, from writing the rows until the disk had them.
        units_under_way: Units that are open now.
    """

    batches: int = 0
    units: int = 0
    failed_units: int = 0
    commit_s: float = 0.0
    units_under_way: int = 0


class GroupCommit:
    """Gathers units of work, and commits them together.

    Args:
        connect: Opens the connection that writes.
        pace: When a batch is committed.
    """

    def __init__(self, connect: Connect, pace: CommitPace = STANDARD_PACE) -> None:
        self.stats = CommitStats()
        self.ledger = Ledger()
        self._pace = pace
        self._transaction = SharedTransaction(connect)
        self._entering: deque[asyncio.Future[None]] = deque()
        self._queue = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._waiting: list[Entry] = []
        self._is_full = asyncio.Event()
        self._committing: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there is anything that is not committed yet."""
        return self._committing is not None

    async def open(self) -> None:
        """Open the connection now, and not with the first unit."""
        async with self._turn:
            await self._transaction.open()

    def has_entered(self) -> bool:
        """Begin a unit of work, if there is a place for it."""
        has_place = self.stats.units_under_way < self._pace.most_units
        self.stats.units_under_way += has_place
        return has_place

    async def enter(self) -> None:
        """Begin a unit of work, once there is a place for it."""
        if self.has_entered():
            return
        place = asyncio.get_running_loop().create_future()
        self._entering.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():  # it was given the place just before
                self.leave()
            raise

    def leave(self) -> None:
        """A unit of work is done; the one that has waited longest takes its place."""
        while self._entering:
            place = self._entering.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.stats.units_under_way -= 1

    def join(self, rows: Sequence[Written], changes: Changes) -> "asyncio.Future[None]":
        """Have rows kept with the next commit.

        Returns:
            Done when all is kept, or with a `NotKeptError`.
        """
        entry = Entry(rows, changes, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        self._joined(entry)
        if len(self._waiting) >= self._pace.batch_units:
            self._is_full.set()
        return entry.is_kept

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AsyncConnection]:
        """Work on the connection; what is not kept in the end is undone."""
        async with self._queue, self._turn:  # a commit waits for one unit, not for the queue
            try:
                yield await uninterrupted(self._begin_unit())
            finally:
                await uninterrupted(self._end_unit())

    async def write_down(self, rows: Sequence[Written]) -> None:
        """Write rows of the unit whose turn it is, for its statements to see them."""
        await uninterrupted(self._transaction.write_down(rows))

    async def keep(self, rows: Sequence[Written], changes: Changes) -> "asyncio.Future[None]":
        """Have all that the unit did whose turn it is kept with the next commit, and rows.

        Returns:
            Done when all is kept, or with a `NotKeptError`.
        """
        entry = Entry(rows, changes, asyncio.get_running_loop().create_future())
        await uninterrupted(self._keep(entry))
        return entry.is_kept

    async def close(self) -> None:
        """Commit what waits, and close the connection."""
        if self._committing is not None:
            await asyncio.wait({self._committing})
        await self._transaction.close()

    def _joined(self, entry: Entry) -> None:
        self.ledger.take(entry.changes)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())

    async def _keep(self, entry: Entry) -> None:
        await self._transaction.keep_unit(entry)
        self._joined(entry)

    async def _begin_unit(self) -> AsyncConnection:
        entries, self._waiting = self._waiting, []
        async with self._giving_up():
            if entries:
                await self._transaction.write(entries)
            return await self._transaction.begin_unit()

    async def _end_unit(self) -> None:
        with suppress(Exception):  # it is told to those who wait, not to this unit
            async with self._giving_up():
                await self._transaction.undo_unit()

    async def _commit_all(self) -> None:
        """Commit one batch after the other until none has gathered."""
        try:
            while self._waiting or self._transaction.is_written:
                await self._gather()
                async with self._turn:
                    await self._commit()
                await asyncio.sleep(0)  # those who were told are gone then
        finally:
            self._committing = None

    async def _gather(self) -> None:
        if self.stats.units_under_way > 1:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.gather_s):
                    await self._is_full.wait()
        self._is_full.clear()

    async def _commit(self) -> None:
        began_s = perf_counter()
        entries, self._waiting = self._waiting, []
        with suppress(Exception):  # whatever it was, all who waited have been told
            async with self._giving_up():
                committed = await self._transaction.commit(entries)
            self.stats.batches += 1
            self.stats.commit_s += perf_counter() - began_s
            self._settle(committed)

    @asynccontextmanager
    async def _giving_up(self) -> AsyncIterator[None]:
        """If this fails, so has all that waits for the commit."""
        try:
            yield
        except Exception as error:
            logger.error("could not commit: %s", error)  # noqa: TRY400
            self.ledger.forget()
            lost = await self._transaction.give_up()
            lost, self._waiting = [*lost, *self._waiting], []
            for entry in lost:
                entry.failure = entry.failure or error
            self._settle(lost)
            raise

    def _settle(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.failure is None:
                self.stats.units += 1
            else:
                self.stats.failed_units += 1
                self.ledger.take(dict.fromkeys(entry.changes))
            entry.settle()
