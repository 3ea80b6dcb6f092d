"""A run that is killed at any step has lost nothing, and has counted nothing twice."""

import multiprocessing
import shutil
import signal
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from csms.history.subjects import Resolution
from csms.storage.database import Database, DatabaseSettings
from tests.history.killed import run_killed
from tests.history.rig import energies, read, readings, registers, report, run
from tests.service.rig import NOON
from tests.storage.postgres import Cluster
from tests.storage.rig import put_site

EARLIER: Final = NOON + timedelta(hours=3)
REST_EVERY: Final = 4
NOW: Final = NOON + timedelta(hours=30)
PROCESSES: Final = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.history.killed"])


async def prepare(url: str, folder: Path) -> None:
    """Some readings have moved; of the same hours, and of the day after, others have not."""
    database = Database(DatabaseSettings(url=url))
    await put_site(database)
    await report(database, readings((0, 1000.0), (10, 1100.0), (20, 1200.0)))
    await run(database, folder, EARLIER)
    await report(database, readings((15, 1150.0), (30, 1300.0)))
    await report(database, readings((20, 1200.0)))  # it got no answer, and tells it again
    await report(database, readings((20 * 60, 2000.0), (20 * 60 + 5, 2050.0)))
    await report(database, readings((5, 400.0), (20, 430.0)), station_id="G-02")
    await database.close()


async def check(url: str, folder: Path) -> None:
    """Everything is there once."""
    database = Database(DatabaseSettings(url=url))
    assert registers(await read(database, folder, Resolution.RAW)) == [
        *(("G-01", m, wh) for m, wh in ((0, 1000), (10, 1100), (15, 1150), (20, 1200), (30, 1300))),
        *(("G-01", m, wh) for m, wh in ((1200, 2000), (1205, 2050))),
        *(("G-02", m, wh) for m, wh in ((5, 400), (20, 430))),
    ]
    steps = await read(database, folder, Resolution.QUARTER)
    assert energies(steps) == [
        *((0.0, 150.0), (15.0, 150.0), (30.0, 0.0), (1200.0, 750.0)),
        *((0.0, 20.0), (15.0, 10.0)),
    ]
    days = await read(database, folder, Resolution.DAY)
    assert days["energy_wh"].tolist() == [300.0, 750.0, 30.0]
    await database.close()


async def check_rest(url: str, folder: Path) -> None:
    """Later runs have done the rest, and have left nothing behind."""
    database = Database(DatabaseSettings(url=url))
    for hours in (3, 6):
        await run(database, folder, NOW + timedelta(hours=hours))
    async with database.reading() as connection:
        left = await connection.execute(text("SELECT count(*) FROM meter_reading"))
        assert left.scalar_one() == 0
        known = await connection.execute(text("SELECT name FROM history_file WHERE is_valid"))
        names = sorted(known.scalars())
    assert files_in(folder) == names
    await database.close()


def files_in(folder: Path) -> list[str]:
    """All files, those among them that are half written."""
    found = (*folder.rglob("*.parquet"), *folder.rglob("*.tmp"))
    return sorted(str(path.relative_to(folder)) for path in found)


def killed(url: str, folder: Path, step: int) -> bool:
    """Run, and be killed at a step; False if the run was over before."""
    process = PROCESSES.Process(target=run_killed, args=(url, folder, NOW, step))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


async def test_run_that_is_killed_at_any_step_loses_nothing_and_counts_nothing_twice(
    blank_file: Path, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(blank_file, first / "csms.db")
    await prepare(f"sqlite:///{first}/csms.db", first / "history")
    step = 1
    while True:
        place = Path(shutil.copytree(first, tmp_path / f"step-{step}"))
        url, folder = f"sqlite:///{place}/csms.db", place / "history"
        was_killed = killed(url, folder, step)
        await check(url, folder)
        if not was_killed:
            break
        if step % REST_EVERY == 0:
            await check_rest(url, folder)
            await check(url, folder)
        step += 1
    assert step > 20


@pytest.mark.parametrize("step", [2, 7])
async def test_run_that_is_killed_on_postgresql_likewise(
    cluster: Cluster, blank_template: str, folder: Path, step: int
) -> None:
    url = cluster.url(cluster.create(blank_template))
    await prepare(url, folder)
    assert killed(url, folder, step)
    await check(url, folder)
    await check_rest(url, folder)
    await check(url, folder)
