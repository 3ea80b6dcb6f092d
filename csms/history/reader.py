"""Reading the history: files, and what the database holds still, as one table."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from csms.history.engine import open_engine
from csms.history.files import HistoryFiles
from csms.history.finding import find
from csms.history.search import Known, Search
from csms.history.subjects import Resolution, Subject, time_column
from csms.storage.database import Database
from csms.storage.history import HistoryQueries, Selection

_AFTER: Final = timedelta(hours=26)
"""A day that begins within a stretch of time, and what has a share in it, ends that much later."""
_THREADS: Final = 2


class HistoryReader:
    """Reads the history. Never writes.

    Args:
        database: Holds recent readings, and knows the files.
        folder: Where the files are.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._files = HistoryFiles(database, folder)

    async def read(
        self, subject: Subject, resolution: Resolution, wanted: Selection
    ) -> pd.DataFrame:
        """Read what is wanted, in the order of sites, keys and time."""
        async with self.open(subject, resolution, wanted) as engine:
            keys = ("site_id", *subject.keys)
            order = [name for name in keys if getattr(wanted, name) is None]
            query = f"FROM found ORDER BY {', '.join((*order, time_column(resolution)))}"
            return await asyncio.to_thread(lambda: engine.sql(query).df())

    @asynccontextmanager
    async def open(
        self, subject: Subject, resolution: Resolution, wanted: Selection
    ) -> AsyncIterator[duckdb.DuckDBPyConnection]:
        """Open an engine whose view `found` is what is wanted, in no order."""
        known = await self._look_up(subject, wanted)
        with (
            tempfile.TemporaryDirectory(prefix="chargeflex-") as scratch,
            closing(open_engine(Path(scratch), _THREADS)) as engine,
        ):
            search = Search(engine=engine, files=self._files, subject=subject, wanted=wanted)
            await asyncio.to_thread(find, search, known, resolution)
            yield engine

    async def _look_up(self, subject: Subject, wanted: Selection) -> Known:
        ends_at = None if wanted.ends_at is None else wanted.ends_at + _AFTER
        recent = replace(wanted, begins_at=None, ends_at=ends_at)
        async with self._files.database.snapshot() as connection:
            queries = HistoryQueries(connection)
            return Known(
                zones=await queries.zones(),
                files=await queries.files(subject.name, wanted.site_id),
                rows=await queries.selected(subject.name, recent),
                stale=await queries.stale_days(subject.name),
            )
