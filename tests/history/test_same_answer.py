"""What is read does not depend on what has moved, and when."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from csms.domain.metering import Measurand, MeterSample
from csms.history.subjects import Resolution
from csms.storage.database import Database
from csms.storage.history import Selection
from tests.history.rig import read, report, run
from tests.service.rig import NOON, settings_of
from tests.storage.rig import put_site

SPAN = timedelta(days=3)
STATIONS = ("G-01", "G-02")


@dataclass(frozen=True)
class Told:
    """What a station reports, and when it comes in."""

    came_at: datetime
    station_id: str
    transaction: int
    sample: MeterSample


def story(seed: int) -> list[Told]:
    """Reports as they come: with gaps, resets, glitches, and stations that were offline."""
    chance = random.Random(seed)  # noqa: S311
    told = []
    for station_id in STATIONS:
        at, register_wh, transaction = NOON, 1000.0, 1
        while at < NOON + SPAN:
            at += timedelta(seconds=chance.choice((10, 60, 60, 600, 900, 4000, 30_000)))
            register_wh += chance.choice((0.0, 0.0, 15.0, 100.0))
            if chance.random() < 0.02:
                register_wh, transaction = 0.0, transaction + 1
            shown_wh = 0.0 if chance.random() < 0.05 else register_wh
            sample = MeterSample(at=at, measurand=Measurand.ENERGY_IMPORT_REGISTER, value=shown_wh)
            late_s = chance.choice((1, 1, 1, 1, 1, 8_000, 100_000))
            for times in (1, 2) if chance.random() < 0.1 else (1,):  # it may get no answer
                came_at = at + timedelta(seconds=times * late_s)
                told.append(Told(came_at, station_id, transaction, sample))
    return sorted(told, key=lambda one: one.came_at)


@pytest.mark.parametrize("seed", range(2))
async def test_answers_are_the_same_whether_readings_have_moved_or_not(
    blank_file: Path, tmp_path: Path, folder: Path, seed: int
) -> None:
    moving = Database(settings_of(Path(shutil.copy(blank_file, tmp_path / "moving.db"))))
    staying = Database(settings_of(Path(shutil.copy(blank_file, tmp_path / "staying.db"))))
    chance = random.Random(seed)  # noqa: S311
    for database in (moving, staying):
        await put_site(database)
    due = NOON + timedelta(hours=3)
    for told in story(seed):
        while told.came_at > due:
            await run(moving, folder, due, after_h=1)
            due += timedelta(hours=chance.choice((1, 5, 20)))
        for database in (moving, staying):
            await report(database, (told.sample,), told.station_id, told.transaction)
    for wanted in selections():
        for resolution in Resolution:
            nowhere = tmp_path / "nowhere"
            expected = await read(staying, nowhere, resolution, wanted)
            found = await read(moving, folder, resolution, wanted)
            pd.testing.assert_frame_equal(found, expected)
    for database in (moving, staying):
        await database.close()


def selections() -> Iterator[Selection]:
    yield Selection()
    yield Selection(station_id="G-02", evse_number=1)
    begins_at = NOON + timedelta(hours=20, minutes=7)
    yield Selection(begins_at=begins_at, ends_at=begins_at + timedelta(hours=30))
