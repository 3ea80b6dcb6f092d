"""Databases for a run: what they take, and what they hold."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import inspect, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.storage.postgres import find_programs, running_cluster

DATABASES: Final = {
    "sqlite": ("sqlite",),
    "postgres": ("postgresql",),
    "both": ("sqlite", "postgresql"),
}
"""Kinds of databases, by what may be asked for."""

_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_COUNTS: Final = {
    "meter_reading": "SELECT count(*) FROM meter_reading",
    "meter_value": (
        "SELECT count(*) FROM (SELECT DISTINCT station_id, evse_number, at FROM meter_value) AS one"
    ),
}
"""How readings are counted, by the table that holds them: a row of each, or of each value."""


@dataclass(frozen=True, slots=True)
class Store:
    """A database of one server.

    Attributes:
        url: As the server takes it.
        processor_s: Processor time of its own processes, in seconds.
    """

    url: str
    processor_s: Callable[[], float]

    def readings(self) -> int:
        """Count the meter readings that it holds: of one EVSE at one instant each."""
        return asyncio.run(_count_readings(self.url))


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Store]:
    """A blank database, gone when this is left; a commit waits for the disk.

    Args:
        kind: `sqlite` or `postgresql`.
        folder: Takes the file of SQLite.

    Raises:
        LookupError: PostgreSQL is not installed.
    """
    if kind == "sqlite":
        yield Store(f"sqlite:///{folder / 'chargeflex.db'}", lambda: 0.0)
        return
    programs = find_programs()
    if programs is None:
        raise LookupError("PostgreSQL is not installed: apt-get install postgresql")
    with running_cluster(programs, is_durable=True) as cluster:
        yield Store(cluster.url(cluster.create()), cluster.cpu_s)


async def _count_readings(url: str) -> int:
    at = make_url(url)
    engine = create_async_engine(at.set(drivername=_DRIVERS[at.get_backend_name()]))
    try:
        async with engine.connect() as connection:
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
            query = next(query for table, query in _COUNTS.items() if table in tables)
            return int((await connection.execute(text(query))).scalar_one())
    finally:
        await engine.dispose()
