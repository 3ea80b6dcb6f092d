"""Files are merged where there are many, and dropped when they are old."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from csms.history import upkeep
from csms.history.engine import write_parquet
from csms.history.files import HistoryFiles
from csms.history.run import RunSettings, run_history
from csms.history.subjects import Resolution
from csms.storage.database import Database
from csms.storage.history import HistoryQueries
from tests.history.rig import FOR_EVER, read, readings, registers, report, run
from tests.service.rig import NOON, after
from tests.storage.rig import put_site


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def move_hours(database: Database, folder: Path, hours: int) -> datetime:
    """An hour of readings after the other comes and moves; return when the last one did."""
    now = NOON
    for hour in range(hours):
        await report(database, readings((60 * hour, 100.0 * hour), (60 * hour + 30, 100.0 * hour)))
        now = after(60 * hour + 180)
        await run(database, folder, now)
    return now


async def files_of(database: Database, resolution: Resolution) -> list[int]:
    """How many rows each file has that counts."""
    async with database.reading() as connection:
        found = await HistoryQueries(connection).files("meters")
    return [file.row_count for file in found if file.resolution == resolution]


async def test_small_files_of_a_month_are_merged_when_they_are_many(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_MOST_SMALL", 4)
    await move_hours(database, folder, 3)
    assert await files_of(database, Resolution.RAW) == [2, 2, 2]
    before = registers(await read(database, folder, Resolution.RAW))
    await report(database, readings((180, 300.0)))
    await run(database, folder, after(400))
    assert await files_of(database, Resolution.RAW) == [7]
    assert registers(await read(database, folder, Resolution.RAW)) == [
        *before,
        ("G-01", 180.0, 300.0),
    ]
    assert await files_of(database, Resolution.DAY) == [1]  # written anew each time


async def test_large_files_are_left_as_they_are(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_MOST_SMALL", 2)
    monkeypatch.setattr(upkeep, "_SMALL_ROWS", 4)
    await move_hours(database, folder, 4)
    assert await files_of(database, Resolution.RAW) == [4, 4]


async def test_month_that_is_over_is_one_file_of_each_kind(
    database: Database, folder: Path
) -> None:
    await move_hours(database, folder, 3)
    await report(database, readings((60 * 24 * 2, 900.0)))
    await run(database, folder, NOON + timedelta(days=3))
    assert await files_of(database, Resolution.RAW) == [2, 2, 2, 1]
    await run(database, folder, NOON + timedelta(days=30))
    for resolution, rows in (
        (Resolution.RAW, 7),
        (Resolution.QUARTER, 9),
        (Resolution.DAY, 2),
    ):
        assert await files_of(database, resolution) == [rows]


async def test_files_that_no_longer_count_linger_for_readers_and_then_go(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_MOST_SMALL", 2)
    now = await move_hours(database, folder, 2)
    raw = folder / "meters-raw"
    assert len(list(raw.rglob("*.parquet"))) == 3
    await run(database, folder, now + timedelta(hours=1))
    assert len(list(raw.rglob("*.parquet"))) == 3
    await run(database, folder, now + timedelta(hours=3))
    assert len(list(raw.rglob("*.parquet"))) == 1


async def test_file_that_the_database_does_not_know_is_left_alone(
    database: Database, folder: Path
) -> None:
    now = await move_hours(database, folder, 1)
    own = folder / "meters-raw" / "site=fjordgata" / "month=2026-01" / "notes.parquet"
    own.write_text("mine", encoding="utf-8")
    await run(database, folder, now + timedelta(days=1))
    assert own.read_text(encoding="utf-8") == "mine"
    assert len(await read(database, folder, Resolution.RAW)) == 2


async def test_every_resolution_is_kept_as_long_as_it_says(
    database: Database, folder: Path
) -> None:
    await report(database, readings((0, 100.0), (30, 200.0)))
    keep_days = {Resolution.RAW: 10, Resolution.MINUTE: 20, Resolution.QUARTER: None}
    for days, left in (
        (9, {Resolution.RAW, Resolution.MINUTE, Resolution.QUARTER}),
        (11, {Resolution.MINUTE, Resolution.QUARTER}),
        (21, {Resolution.QUARTER}),
        (4000, {Resolution.QUARTER}),
    ):
        await run(database, folder, NOON + timedelta(days=days), keep_days=keep_days)
        for resolution in (Resolution.RAW, Resolution.MINUTE, Resolution.QUARTER):
            found = await read(database, folder, resolution)
            assert found.empty == (resolution not in left)


async def test_roll_ups_outlive_readings_that_come_late(database: Database, folder: Path) -> None:
    await report(database, readings((0, 100.0), (30, 200.0)))
    keep_days: dict[Resolution, int | None] = {Resolution.RAW: 10}
    for days in (1, 12):
        await run(database, folder, NOON + timedelta(days=days), keep_days=keep_days)
    await report(database, readings((45, 300.0)))  # the readings beside it are gone
    await run(database, folder, NOON + timedelta(days=12, hours=1), keep_days=keep_days)
    found = await read(database, folder, Resolution.DAY)
    assert found["energy_wh"].tolist() == pytest.approx([100.0])


async def test_one_run_at_a_time(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = RunSettings(folder=folder, after=timedelta(hours=2), keep_days=FOR_EVER)
    results = []

    async def sweep(_files: HistoryFiles, now: datetime) -> None:
        results.append(await run_history(database, settings, now))

    monkeypatch.setattr(HistoryFiles, "sweep", sweep)
    assert await run_history(database, settings, NOON) is not None
    assert results == [None]


async def test_what_cannot_be_written_stays_in_the_database(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await report(database, readings((0, 100.0)))

    def fail(*_: object) -> int:
        raise OSError("no space left")

    monkeypatch.setattr("csms.history.files.write_parquet", fail)
    with pytest.raises(OSError, match="no space left"):
        await run(database, folder, after(180))
    monkeypatch.setattr("csms.history.files.write_parquet", write_parquet)
    assert registers(await read(database, folder, Resolution.RAW)) == [("G-01", 0.0, 100.0)]
    await run(database, folder, after(240))
    assert registers(await read(database, folder, Resolution.RAW)) == [("G-01", 0.0, 100.0)]
