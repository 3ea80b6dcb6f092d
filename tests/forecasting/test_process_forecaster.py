"""Asking in a process of its own: it always answers, whatever happens to that process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from csms.forecasting import process_forecaster as module
from csms.forecasting.process_forecaster import ProcessForecaster
from csms.forecasting.settings import ForecastSettings
from csms.storage.database import Database
from tests.forecasting.rig import MIDNIGHT, begin, standing
from tests.service.rig import settings_of

SIX: Final = MIDNIGHT + timedelta(hours=6)
PATIENCE_S: Final = 100.0


@asynccontextmanager
async def running(path: Path) -> AsyncIterator[ProcessForecaster]:
    """A forecaster whose process is ready."""
    forecaster = ProcessForecaster(ForecastSettings(), settings_of(path))
    keeping = asyncio.create_task(forecaster.run())
    try:
        assert await forecaster.forecast([standing(1, SIX)], SIX) is None  # it is started by that
        async with asyncio.timeout(PATIENCE_S):
            await forecaster.warm()
        yield forecaster
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})


async def test_child_process_answers_and_after_its_end_nothing_is_said(
    modelled: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ann = await begin(modelled, "ANN", SIX)
    async with running(tmp_path / "modelled.db") as forecaster:
        answers = await forecaster.forecast([ann], SIX)
        assert answers is not None
        assert list(answers) == [ann.number]
        assert await forecaster.forecast([], SIX) == {}
        assert forecaster._process is not None
        forecaster._process.kill()
        assert await forecaster.forecast([ann], SIX) is None
        assert await forecaster.forecast([ann], SIX) is None
    assert "no forecasts came" in caplog.text


async def test_process_that_is_late_is_ended(
    modelled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await begin(modelled, "ANN", SIX)
    async with running(tmp_path / "modelled.db") as forecaster:
        process = forecaster._process
        monkeypatch.setattr(module, "_TIME_LIMIT_S", 0.0)
        assert await forecaster.forecast([ann], SIX) is None
        assert process is not None
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() < 0


async def test_failure_is_told_and_the_process_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path / "no-tables.db") as forecaster:
        assert await forecaster.forecast([standing(1, SIX)], SIX) == {}
        assert forecaster._process is not None
    assert "forecasts failed: OperationalError" in caplog.text
