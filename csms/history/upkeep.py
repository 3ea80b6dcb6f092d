"""Keeping the history's folder small: few files, and none that is too old."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

import duckdb

from csms.history.engine import scan
from csms.history.files import Change, HistoryFiles, Part, Shelf
from csms.history.subjects import Resolution, Subject
from csms.storage.history import HistoryFile, HistoryQueries

_SMALL_ROWS: Final = 4_000_000
"""Files of more rows are left as they are."""
_MOST_SMALL: Final = 24
"""So many small files of a month are merged, of readings about those of a day."""
_MONTH_RESTS: Final = timedelta(days=7)
"""A month that has been over so long is merged even if it has fewer."""
_STILL_ROLLED: Final = timedelta(days=2)
"""Roll-ups that are younger are written anew again and again."""


async def merge_small_files(
    files: HistoryFiles, engine: duckdb.DuckDBPyConnection, subject: Subject, now: datetime
) -> None:
    """Merge small files of a month where there are many."""
    async with files.database.reading() as connection:
        found = await HistoryQueries(connection).files(subject.name)
    place = attrgetter("resolution", "site_id", "month")
    for (resolution, site_id, month), some in groupby(sorted(found, key=place), place):
        shelf = Shelf(subject, Resolution(resolution), site_id, month)
        for old in _mergeable(list(some), shelf, now):
            query = f"FROM ({scan(subject, shelf.resolution, files.paths(old))})"
            first_at, last_at = min(f.first_at for f in old), max(f.last_at for f in old)
            part = Part(shelf, query, first_at, last_at, sum(f.row_count for f in old))
            new = await files.write(engine, part, now)
            await files.change(Change(subject, site_id, new=(new,), old=old), now)


async def drop_old_files(
    files: HistoryFiles, subject: Subject, keep_days: Mapping[Resolution, int | None], now: datetime
) -> None:
    """Let files go of which everything is older than it is to be kept; None: for ever."""
    async with files.database.reading() as connection:
        found = await HistoryQueries(connection).files(subject.name)
    for file in found:
        days = keep_days[Resolution(file.resolution)]
        if days is not None and file.last_at < now - timedelta(days=days):
            await files.change(Change(subject, file.site_id, old=(file,)), now)


def _mergeable(
    found: Sequence[HistoryFile], shelf: Shelf, now: datetime
) -> Iterator[list[HistoryFile]]:
    """Files of a month that are to be merged, together no more than a few times a small one."""
    rest = timedelta(0) if shelf.resolution is Resolution.RAW else _STILL_ROLLED
    small = [f for f in found if f.row_count < _SMALL_ROWS and f.last_at < now - rest]
    is_over = f"{now - _MONTH_RESTS:%Y-%m}" > shelf.month
    if len(small) < (2 if is_over else _MOST_SMALL):
        return
    group: list[HistoryFile] = []
    for file in sorted(small, key=attrgetter("first_at")):
        group.append(file)
        if sum(f.row_count for f in group) >= _SMALL_ROWS:
            yield group
            group = []
    if len(group) > 1:
        yield group
