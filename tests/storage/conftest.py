"""A blank database for every test, once as a file of SQLite and once on PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from csms.storage.database import Database, DatabaseSettings
from tests.service.conftest import blank_file
from tests.storage.postgres import Cluster, find_programs, running_cluster

__all__ = ["blank_file"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with running_cluster(programs) as running:
        yield running


@pytest.fixture(scope="session")
def blank_template(cluster: Cluster) -> str:
    """A database on it with all tables and no rows."""
    name = cluster.create()

    async def make() -> None:
        database = Database(DatabaseSettings(url=cluster.url(name)))
        await database.upgrade()
        await database.close()

    asyncio.run(make())
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a blank database is that belongs to one test."""
    if request.param == "sqlite":
        blank = request.getfixturevalue("blank_file")
        return f"sqlite:///{shutil.copy(blank, tmp_path / 'csms.db')}"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.url(cluster.create(request.getfixturevalue("blank_template")))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database is, or can be made, that has no tables yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.db'}"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.url(cluster.create())


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """That database, opened."""
    opened = Database(DatabaseSettings(url=database_url))
    yield opened
    await opened.close()
