"""The server has models made by a process of its own, whenever the last are old enough."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from csms.forecasting import model_keeper as module
from csms.forecasting.model_keeper import ModelKeeper
from csms.forecasting.settings import ForecastSettings
from csms.storage.database import Database, DatabaseSettings
from tests.forecasting.rig import MIDNIGHT
from tests.service.rig import FakeClock, settings_of

PATIENCE_S: Final = 100.0


class Naps(FakeClock):
    """Lets the keeper sleep so many times; when it wants to sleep again, that is noted."""

    def __init__(self, naps: int) -> None:
        super().__init__(MIDNIGHT)
        self.left = naps
        self.is_done = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        if not self.left:
            self.is_done.set()
            await asyncio.Event().wait()
        self.left -= 1
        await super().sleep(seconds)


@asynccontextmanager
async def keeping(database: DatabaseSettings, clock: Naps) -> AsyncIterator[None]:
    """A keeper at work until it wants to sleep once more than it may."""

    async def newest_made_at() -> datetime | None:
        return MIDNIGHT - timedelta(hours=23)

    keeper = ModelKeeper(ForecastSettings(), database, newest_made_at, clock)
    task = asyncio.create_task(keeper.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await clock.is_done.wait()
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_models_are_made_in_a_process_of_its_own_once_the_last_are_a_day_old(
    database: Database, database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with keeping(settings_of(database_file), Naps(5)):  # after five minutes, and 4 x 15
            pass
    assert "models 1 of stays were made" in caplog.text


async def test_run_that_fails_is_told_and_tried_again_in_an_hour(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried_at: list[datetime] = []

    async def fit_models(_settings: object, _database: object, now: datetime) -> list[int]:
        tried_at.append(now)
        raise ChildProcessError("its process ended with exit code 1")

    monkeypatch.setattr(module, "fit_models", fit_models)
    async with keeping(settings_of(tmp_path / "none.db"), Naps(10)):
        pass
    assert "its process ended with exit code 1" in caplog.text
    first = MIDNIGHT + timedelta(minutes=65)
    assert tried_at == [first, first + timedelta(hours=1)]


async def test_where_there_are_too_few_stays_it_is_tried_again_in_six_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried_at: list[datetime] = []

    async def fit_models(_settings: object, _database: object, now: datetime) -> list[int]:
        tried_at.append(now)
        return []

    monkeypatch.setattr(module, "fit_models", fit_models)
    async with keeping(settings_of(tmp_path / "none.db"), Naps(32)):
        pass
    first = MIDNIGHT + timedelta(minutes=65)
    assert tried_at == [first, first + timedelta(hours=6)]


async def test_process_that_fails_is_told(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "nowhere" / "csms.db")
    with pytest.raises(ChildProcessError, match="exit code 1"):
        await module.fit_models(ForecastSettings(), settings, MIDNIGHT)
