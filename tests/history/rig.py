"""Readings to begin with, runs of the history, and what is read of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd

from csms.domain.metering import Measurand, MeterSample
from csms.history.reader import HistoryReader
from csms.history.run import RunResult, RunSettings, run_history
from csms.history.subjects import METERS, Resolution, Subject
from csms.storage.database import Database
from csms.storage.history import Selection
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON

FOR_EVER: Final = dict.fromkeys(Resolution)
EVERYTHING: Final = Selection()


def readings(
    *registers: tuple[float, float], power_w: float | None = None
) -> tuple[MeterSample, ...]:
    """Registers in Wh by minutes after noon, each with a power if there is one."""
    found = []
    for minutes, register_wh in registers:
        at = NOON + timedelta(minutes=minutes)
        found.append(
            MeterSample(at=at, measurand=Measurand.ENERGY_IMPORT_REGISTER, value=register_wh)
        )
        if power_w is not None:
            found.append(MeterSample(at=at, measurand=Measurand.POWER_IMPORT, value=power_w))
    return tuple(found)


async def report(
    database: Database,
    samples: Sequence[MeterSample],
    station_id: str = "G-01",
    transaction_number: int | None = 7,
) -> None:
    """Keep what a station reports of its first EVSE."""
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.add_samples(station_id, 1, transaction_number, samples)
        await uow.commit()


async def run(
    database: Database,
    folder: Path,
    now: datetime,
    *,
    after_h: float = 2,
    keep_days: dict[Resolution, int | None] | None = None,
) -> RunResult:
    """Do what is due at an instant."""
    settings = RunSettings(
        folder=folder, after=timedelta(hours=after_h), keep_days={**FOR_EVER, **(keep_days or {})}
    )
    result = await run_history(database, settings, now)
    assert result is not None
    return result


async def read(
    database: Database,
    folder: Path,
    resolution: Resolution,
    wanted: Selection = EVERYTHING,
    subject: Subject = METERS,
) -> pd.DataFrame:
    """Read what is wanted."""
    return await HistoryReader(database, folder).read(subject, resolution, wanted)


def energies(found: pd.DataFrame) -> list[tuple[float, float]]:
    """Steps as minutes after noon, with their energy in Wh."""
    minutes = (found["starts_at"] - NOON).dt.total_seconds() / 60
    return [(m, wh) for m, wh in zip(minutes, found["energy_wh"], strict=True)]


def registers(found: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Readings as stations, minutes after noon and registers in Wh."""
    minutes = (found["measured_at"] - NOON).dt.total_seconds() / 60
    return list(zip(found["station_id"], minutes, found["register_wh"], strict=True))
