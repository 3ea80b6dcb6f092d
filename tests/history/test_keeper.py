"""The server has its history kept by a process of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from csms.history import keeper as keeper_module
from csms.history.keeper import HistoryKeeper, HistorySettings
from csms.history.subjects import Resolution
from csms.storage.database import Database, DatabaseSettings
from tests.history.rig import read, readings, registers, report
from tests.service.rig import NOON, FakeClock
from tests.storage.rig import put_site

PATIENCE_S: Final = 60.0
KEEP_DAYS: Final = {"raw": 400, "1min": None, "15min": None, "day": None}


def files_in(folder: Path) -> int:
    return len(list(folder.rglob("*.parquet")))


class TwoNaps(FakeClock):
    """Lets the keeper sleep before its first run; when it wants to sleep again, that is noted."""

    def __init__(self) -> None:
        super().__init__(NOON + timedelta(hours=5))
        self.naps_s: list[float] = []
        self.has_run = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.naps_s.append(seconds)
        if len(self.naps_s) > 1:
            self.has_run.set()
            await asyncio.Event().wait()


@asynccontextmanager
async def kept(url: str, folder: Path) -> AsyncIterator[TwoNaps]:
    """A keeper that runs once."""
    clock = TwoNaps()
    settings = HistorySettings(folder=folder, after_h=2, keep_days=KEEP_DAYS)
    keeping = asyncio.create_task(HistoryKeeper(settings, DatabaseSettings(url=url), clock).run())
    try:
        yield clock
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})


async def test_readings_that_are_old_enough_have_moved_after_a_run(
    database: Database, database_url: str, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await put_site(database)
    await report(database, readings((0, 100.0), (1, 160.0), (200, 300.0)))
    with caplog.at_level(logging.INFO):
        async with kept(database_url, folder) as clock, asyncio.timeout(PATIENCE_S):
            await clock.has_run.wait()
    assert "moved 2 readings to files, rolled up 1 days" in caplog.text
    assert clock.naps_s == [120.0, 3600.0]
    assert files_in(folder) == 4
    found = registers(await read(database, folder, Resolution.RAW))
    assert found == [("G-01", 0.0, 100.0), ("G-01", 1.0, 160.0), ("G-01", 200.0, 300.0)]


async def test_run_that_fails_is_told_and_tried_again(
    tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path / 'nowhere' / 'csms.db'}"
    async with kept(url, folder) as clock, asyncio.timeout(PATIENCE_S):
        await clock.has_run.wait()
    assert "its process ended with exit code 1" in caplog.text
    assert clock.naps_s == [120.0, 3600.0]


async def test_run_that_takes_too_long_is_ended(
    database: Database,
    database_url: str,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeper_module, "_LONGEST_S", 0.0)
    async with kept(database_url, folder) as clock, asyncio.timeout(PATIENCE_S):
        await clock.has_run.wait()
    assert "TimeoutError" in caplog.text


async def test_password_of_the_database_is_not_among_the_arguments(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    async def start(*arguments: object, **_: object) -> None:
        started.append(" ".join(map(str, arguments)))
        raise OSError("no more processes")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    async with kept("postgresql://me:s3cret@127.0.0.1:1/x", folder) as clock:
        await clock.has_run.wait()
    assert len(started) == 1
    assert "s3cret" not in started[0]
