"""A blank database for every test: the tables are made once and then copied."""

import asyncio
import shutil
from pathlib import Path

import pytest

from csms.storage.database import Database
from tests.service.rig import settings_of


@pytest.fixture(scope="session")
def blank_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and no rows."""
    path = tmp_path_factory.mktemp("storage") / "blank.db"

    async def make() -> None:
        database = Database(settings_of(path))
        await database.upgrade()
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
def database_file(blank_file: Path, tmp_path: Path) -> Path:
    """A copy of it that belongs to one test."""
    return Path(shutil.copy(blank_file, tmp_path / "csms.db"))
