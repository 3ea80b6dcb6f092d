"""Databases with the stays of a garage, with and without a model of them."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from csms.forecasting.fit_process import make_models
from csms.forecasting.settings import ForecastSettings
from csms.storage.database import Database
from smart_charging.forecast import stay
from tests.forecasting.rig import MIDNIGHT, put_stays, stays_of
from tests.service.conftest import blank_file, database_file
from tests.service.rig import settings_of
from tests.storage.rig import put_site

__all__ = ["blank_file", "database_file"]


@asynccontextmanager
async def garage(path: Path, days: int) -> AsyncIterator[Database]:
    """A database with so many days of six drivers."""
    opened = Database(settings_of(path))
    await put_site(opened)
    await put_stays(opened, stays_of(days))
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_file: Path) -> AsyncIterator[Database]:
    """Forty days of six drivers: too few for trees."""
    async with garage(database_file, 40) as opened:
        yield opened


@pytest.fixture(scope="session")
def modelled_file(blank_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with sixty days of six drivers, and a model of them.

    It has few trees: what is tested is not how good they are.
    """
    path = Path(shutil.copy(blank_file, tmp_path_factory.mktemp("modelled") / "csms.db"))

    async def make() -> None:
        async with garage(path, 60) as opened:
            await make_models(opened, ForecastSettings(), MIDNIGHT)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("_AT_PLUG_IN", "_QUICK", "_STANDING"):
            patch.setattr(stay, name, replace(getattr(stay, name), trees=30, rate=0.2))
        asyncio.run(make())
    return path


@pytest.fixture
async def modelled(modelled_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A database with a model, that belongs to one test."""
    opened = Database(settings_of(Path(shutil.copy(modelled_file, tmp_path / "modelled.db"))))
    yield opened
    await opened.close()
