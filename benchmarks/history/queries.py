"""The two queries, in a process of their own: the first one cold, then others."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from benchmarks.history.month import BEGINS_AT, station
from csms.history.engine import open_engine
from csms.history.reader import HistoryReader
from csms.history.subjects import METERS, Resolution
from csms.storage.database import Database, DatabaseSettings
from csms.storage.history import Selection

_TIMES: Final = 4
_STEP: Final = 37


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query of a kind, about one of many connectors.

    Attributes:
        what: `connector` or `site`.
        ends_at: The end of the month.
    """

    what: str
    folder: str
    connectors: int
    ends_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """How long a query took, and how many rows it gave."""

    wall_s: float
    cpu_s: float
    rows: int


def main() -> None:
    """Run a query some times as the argument says, and print how long each took."""
    query = Query(**json.loads(sys.argv[1]))
    _load_libraries(Path(query.folder))
    _drop_from_cache(Path(query.folder))
    print(json.dumps([asdict(took) for took in asyncio.run(_run(query))]))


async def _run(query: Query) -> list[Took]:
    database = Database(DatabaseSettings(url=f"sqlite:///{query.folder}/csms.db"))
    reader = HistoryReader(database, Path(query.folder) / "history")
    ask = {"connector": _ask_connector, "site": _ask_site}[query.what]
    ends_at = datetime.fromisoformat(query.ends_at)
    took = []
    for i in range(_TIMES):
        name = station((i * _STEP + 1) % query.connectors)
        took.append(await _timed(partial(ask, reader, name, ends_at)))
    await database.close()
    return took


async def _ask_connector(reader: HistoryReader, station_id: str, ends_at: datetime) -> int:
    """All readings of a connector."""
    wanted = Selection(begins_at=BEGINS_AT, ends_at=ends_at, station_id=station_id, evse_number=1)
    return len(await reader.read(METERS, Resolution.RAW, wanted))


async def _ask_site(reader: HistoryReader, _: str, ends_at: datetime) -> int:
    """The site's mean power in quarters of an hour."""
    wanted = Selection(begins_at=BEGINS_AT, ends_at=ends_at)
    async with reader.open(METERS, Resolution.QUARTER, wanted) as engine:
        query = "SELECT starts_at, sum(power_mean_w) FROM found GROUP BY ALL ORDER BY ALL"
        return len(engine.sql(query).df())


async def _timed(ask: Callable[[], Awaitable[int]]) -> Took:
    began_s, began_cpu_s = perf_counter(), process_time()
    rows = await ask()
    return Took(wall_s=perf_counter() - began_s, cpu_s=process_time() - began_cpu_s, rows=rows)


def _load_libraries(scratch: Path) -> None:
    """Have everything loaded that a server has, before the first query."""
    with closing(open_engine(scratch)) as engine:
        engine.sql("SELECT 'x' AS text, now() AS at_once").df()


def _drop_from_cache(folder: Path) -> None:
    """Have the machine forget what it holds in memory of the files."""
    for path in folder.rglob("*.parquet"):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(opened)


if __name__ == "__main__":
    main()
