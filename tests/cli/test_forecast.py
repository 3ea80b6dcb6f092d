"""`chargeflex forecast`: models of stays, and whose stays they do not look at."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from csms.domain.forecast_model import Driver, ModelNote, Score, SiteReport
from csms.domain.stay_outcome import Foretold
from csms.storage.database import Database, DatabaseSettings
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.cli.rig import chargeflex, settings_file
from tests.service.rig import NOON

NOTE = ModelNote(
    version=0,
    made_at=NOON,
    zone="Europe/Oslo",
    took_s=12.4,
    sites={
        "garage": SiteReport(
            stays=1412,
            scores={
                Foretold.ENERGY: Score(
                    count=80, loss=1400.0, baseline_loss=2000.0, held=0.79, is_used=True
                )
            },
        )
    },
    drivers={Foretold.ENERGY: (Driver(name="hour", share=0.2),), Foretold.STAY: ()},
)


@pytest.fixture(autouse=True)
def no_database_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHARGEFLEX_DATABASE_URL", raising=False)


def keep_models(folder: Path, count: int) -> None:
    async def run() -> None:
        database = Database(DatabaseSettings(url=f"sqlite:///{folder}/csms.db"))
        await database.upgrade()
        async with SqlUnitOfWork(database) as uow:
            for _ in range(count):
                await uow.forecasts.put_model(NOTE, b"")
            await uow.commit()
        await database.close()

    asyncio.run(run())


def test_models_are_listed_the_newest_first(tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    assert chargeflex("forecast", "list", "--config", config).out == (
        "No model has been made yet.\n"
    )
    keep_models(tmp_path, 2)
    told = json.loads(chargeflex("forecast", "list", "--config", config, "--json").out)
    same = {"made_at": "2026-01-14T12:00:00Z", "time_zone": "Europe/Oslo"}
    assert told == [{"version": number, **same, "sites": 1, "stays": 1412} for number in (2, 1)]


def test_model_is_told_of(tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    keep_models(tmp_path, 2)
    assert chargeflex("forecast", "show", "1", "--config", config).out == (
        "Model 1, Europe/Oslo, made 2026-01-14 12:00 UTC in 12 s of processor time\n"
        "  garage: 1,412 stays\n"
        "    Energy: pinball loss 1.40 kWh, of the baseline 2.00 kWh, 79% held by 80 % intervals, "
        "on 80 stays; the model answers\n"
        "    Departures: too few stays to judge on; the baseline answers\n"
        "  Energy: hangs on hour (20.0%)\n"
    )
    ran = chargeflex("forecast", "show", "3", "--config", config)
    assert (ran.code, ran.err) == (2, "version: expected one that was made (2, 1)\n")


def test_no_model_is_made_of_no_stays(tmp_path: Path) -> None:
    ran = chargeflex("forecast", "fit", "--config", settings_file(tmp_path))
    assert ran.code == 0
    assert ran.out.endswith("None was made: no time zone has 100 stays in 52 weeks.\n")


def test_driver_is_left_out_forgotten_and_taken_in_again(tmp_path: Path) -> None:
    config = settings_file(tmp_path)

    def kept() -> list[tuple[bool, bool]]:
        with closing(sqlite3.connect(tmp_path / "csms.db")) as database:
            found = database.execute("SELECT token_hash, until_at FROM forecast_exclusion")
            return [("04A2" in row[0], row[1] is None) for row in found]

    assert chargeflex("forecast", "exclude", "04A2", "--config", config).code == 0
    assert kept() == [(False, True)]
    assert chargeflex("forecast", "forget", "04a2", "--config", config).code == 0
    assert kept() == [(False, False)]
    assert chargeflex("forecast", "include", "04A2", "--config", config).code == 0
    assert kept() == []
    ran = chargeflex("forecast", "exclude", 37 * "A", "--config", config)
    assert (ran.code, ran.err) == (2, "token: expected 1 to 36 characters, got 37\n")
