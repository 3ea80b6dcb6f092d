"""The history's files: written whole or not at all, and known to the database.

A file counts once the database says so. The database is told of it before it is written, so that
what a program that was killed leaves behind is found and removed. A file that the database does not
know is nobody's, and is left alone.

    meters-15min/site=garage/month=2026-01/3f2a9c1d77e04b12.parquet
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote as percent_encode
from uuid import uuid4

import duckdb

from csms.domain.identity import SiteId
from csms.history.engine import write_parquet
from csms.history.subjects import Resolution, Subject, time_column
from csms.storage.database import Database
from csms.storage.history import HistoryFile, HistoryQueries
from csms.storage.unit_of_work import SqlUnitOfWork

_LINGERS: Final = timedelta(hours=2)
"""No run and no reader takes longer; after that nobody needs a file that does not count."""
_DEPTH: Final = 4
"""Folders that may be new: of the month, of the site, of the kind, and the history's own."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where files of one kind lie together: those of a month of a site."""

    subject: Subject
    resolution: Resolution
    site_id: SiteId
    month: str

    @property
    def folder(self) -> str:
        """Below the history's folder."""
        site = percent_encode(self.site_id, safe="")
        return f"{self.subject.name}-{self.resolution}/site={site}/month={self.month}"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that become a file: the query that selects them, the first and the last one's time."""

    shelf: Shelf
    query: str
    first_at: datetime
    last_at: datetime
    row_count: int


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a site's history of a subject in one step.

    Attributes:
        new: Files that count from now on.
        old: Files that no longer do.
        stale: Days whose roll-ups are to be made anew.
        settled: A day whose roll-ups were.
    """

    subject: Subject
    site_id: SiteId
    new: Iterable[HistoryFile] = ()
    old: Iterable[HistoryFile] = ()
    stale: Iterable[date] = ()
    settled: date | None = None


class HistoryFiles:
    """The history's folder, and what the database knows of it.

    Args:
        database: Knows which files count.
        folder: Where they are.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder

    def paths(self, files: Iterable[HistoryFile]) -> list[Path]:
        """Where files are."""
        return [self.folder / file.name for file in files]

    async def write(
        self, engine: duckdb.DuckDBPyConnection, part: Part, now: datetime
    ) -> HistoryFile:
        """Write a file, sorted. It does not count yet."""
        shelf = part.shelf
        file = HistoryFile(
            name=f"{shelf.folder}/{uuid4().hex[:16]}.parquet",
            subject=shelf.subject.name,
            resolution=shelf.resolution,
            site_id=shelf.site_id,
            month=shelf.month,
            first_at=part.first_at,
            last_at=part.last_at,
            row_count=part.row_count,
        )
        async with SqlUnitOfWork(self.database) as uow:
            await uow.history.announce(file, now)
            await uow.commit()
        path = self.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        kinds = shelf.subject.columns(shelf.resolution).items()
        columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in kinds)
        order = shelf.subject.order(shelf.resolution)
        query = f"SELECT {columns} FROM ({part.query}) ORDER BY {order}"
        write_parquet(engine, query, temporary(path))
        publish(path)
        return file

    async def change(self, change: Change, now: datetime) -> None:
        """Let files count, or no longer: all of it, or nothing."""
        subject, site_id = change.subject.name, change.site_id
        async with SqlUnitOfWork(self.database) as uow:
            for file in change.new:
                await uow.history.take_in(file, now)
            for file in change.old:
                await uow.history.give_up(file.name, now)
            await uow.history.mark_stale(subject, site_id, change.stale)
            if change.settled is not None:
                await uow.history.settle(subject, site_id, change.settled)
            await uow.commit()

    async def sweep(self, now: datetime) -> None:
        """Remove files that have not counted for long."""
        async with self.database.reading() as connection:
            names = await HistoryQueries(connection).invalid_files(now - _LINGERS)
        for name in names:
            path = self.folder / name
            path.unlink(missing_ok=True)
            temporary(path).unlink(missing_ok=True)
            async with SqlUnitOfWork(self.database) as uow:
                await uow.history.forget(name)
                await uow.commit()


def overlapping(
    files: Iterable[HistoryFile],
    resolution: Resolution,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> list[HistoryFile]:
    """Files of a resolution that hold anything of a stretch of time; None: it has no bound."""
    return [
        file
        for file in files
        if file.resolution == resolution
        and (begins_at is None or file.last_at >= begins_at)
        and (ends_at is None or file.first_at < ends_at)
    ]


def measure(engine: duckdb.DuckDBPyConnection, shelf: Shelf, query: str) -> Part | None:
    """Measure what a query selects, None if that is nothing."""
    at = time_column(shelf.resolution)
    facts = f"SELECT count(*), min({at}), max({at}) FROM ({query})"
    [(row_count, first_at, last_at)] = engine.execute(facts).fetchall()
    return Part(shelf, query, first_at, last_at, row_count) if row_count else None


def temporary(path: Path) -> Path:
    """What a file is called until it is whole."""
    return path.with_suffix(".tmp")


def publish(path: Path) -> None:
    """Give a file its name: whoever finds it there finds it whole, on the disk."""
    _flush(temporary(path))
    temporary(path).replace(path)
    for folder in path.parents[:_DEPTH]:
        _flush(folder)


def _flush(path: Path) -> None:
    """Wait until the disk has a file, or a folder's list of files."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
