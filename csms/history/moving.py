"""Moving readings from the database to files, without losing one or keeping one twice.

1. Readings that are old enough are looked up and kept in files (`csms.history.keeping`); those that
   a file holds already are left out.
2. Then they are deleted, one by one by their keys: one that has come in late meanwhile stays, and
   is moved next time.

Whenever that breaks off, the next run finds what is still in the database, and what of it the files
hold already. Readers leave out what a file holds as well.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from time import perf_counter
from typing import Final

import duckdb

from csms.history.files import HistoryFiles
from csms.history.intake import load_readings
from csms.history.keeping import keep_batch
from csms.history.subjects import Subject
from csms.storage.database import Database
from csms.storage.history import HistoryQueries, Key, key_of
from csms.storage.unit_of_work import SqlUnitOfWork

_BATCH: Final = 250_000
_DELETED_AT_ONCE: Final = 1_000


async def move_readings(
    files: HistoryFiles,
    engine: duckdb.DuckDBPyConnection,
    subject: Subject,
    before: datetime,
    now: datetime,
) -> int:
    """Move all readings that were taken before an instant; return how many left the database."""
    moved = 0
    while True:
        async with files.database.snapshot() as connection:
            queries = HistoryQueries(connection)
            rows = await queries.oldest(subject.name, before, _BATCH)
            zones = await queries.zones()
        if rows:
            load_readings(engine, subject, rows, "batch")
            await keep_batch(files, engine, subject, zones, now)
            keys = [key_of(subject.name, row) for row in rows]
            await _delete(files.database, subject.name, keys)
        moved += len(rows)
        if len(rows) < _BATCH:
            return moved


async def drop_papers(database: Database, what: str, before: datetime) -> None:
    """Delete working papers that were over before an instant.

    Args:
        database: Where they are.
        what: `reports` on transactions, which themselves tell what came of them and which of their
            reports have come; `notices`, what stations tell beside charging; or `limits` that were
            sent, of which the guard needs what is alive.
        before: The instant.
    """
    while True:
        async with database.reading() as connection:
            keys = await HistoryQueries(connection).over(what, before, _BATCH)
        await _delete(database, what, keys)
        if len(keys) < _BATCH:
            return


async def _delete(database: Database, what: str, keys: Sequence[Key]) -> None:
    """Delete rows a few at a time; those who also write get as much time in between."""
    left = iter(keys)
    while some := list(islice(left, _DELETED_AT_ONCE)):
        began_s = perf_counter()
        async with SqlUnitOfWork(database) as uow:
            await uow.history.delete(what, some)
            await uow.commit()
        await asyncio.sleep(perf_counter() - began_s)
