"""One run: what is due is moved, rolled up, merged, and dropped."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Final

from csms.history.engine import open_engine
from csms.history.files import HistoryFiles
from csms.history.moving import drop_papers, move_readings
from csms.history.roll_ups import roll_stale_days
from csms.history.subjects import SUBJECTS, Resolution
from csms.history.upkeep import drop_old_files, merge_small_files
from csms.storage.database import Database

_PAPERS_KEPT: Final = {
    "reports": timedelta(days=7),
    "limits": timedelta(days=7),
    "notices": timedelta(days=90),
}
"""Reports on transactions and limits that were sent, as the plans of that time; and what stations
tell beside charging."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What a run is to do.

    Attributes:
        folder: The history's.
        after: Readings that are older move from the database to files.
        keep_days: How long files of each resolution are kept, None: for ever.
    """

    folder: Path
    after: timedelta
    keep_days: Mapping[Resolution, int | None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run has done."""

    moved: int = 0
    days_rolled: int = 0


async def run_history(database: Database, settings: RunSettings, now: datetime) -> RunResult | None:
    """Do what is due; None: another run is at it."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    with _locked(settings.folder) as is_ours:
        return await _run(database, settings, now) if is_ours else None


async def _run(database: Database, settings: RunSettings, now: datetime) -> RunResult:
    files = HistoryFiles(database, settings.folder)
    raw_days = settings.keep_days[Resolution.RAW]
    since = None if raw_days is None else now - timedelta(days=raw_days)
    moved = days_rolled = 0
    await files.sweep(now)
    with closing(open_engine(_scratch(settings.folder))) as engine:
        for subject in SUBJECTS:
            moved += await move_readings(files, engine, subject, now - settings.after, now)
            days_rolled += await roll_stale_days(files, engine, subject, since, now)
            await merge_small_files(files, engine, subject, now)
            await drop_old_files(files, subject, settings.keep_days, now)
    for what, kept in _PAPERS_KEPT.items():
        await drop_papers(database, what, now - kept)
    return RunResult(moved, days_rolled)


def _scratch(folder: Path) -> Path:
    """Where the engine puts things aside, without what a run that was killed has left there."""
    scratch = folder / ".scratch"
    rmtree(scratch, ignore_errors=True)
    return scratch


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock if nobody does; it is given back even by a program that is killed."""
    opened = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(opened)
