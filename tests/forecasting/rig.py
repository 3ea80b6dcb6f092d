"""Drivers of habit: what they do is drawn at random, once and for all."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import insert

from csms.service.forecast_store import StandingVehicle
from csms.storage.database import Database
from csms.storage.tables import TransactionRow, table_of
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON
from tests.storage.rig import SITE

MIDNIGHT: Final = NOON.replace(hour=0)
DRIVERS: Final = ("ANN", "BOB", "CAT", "DAN", "EVE", "FAY")
_LEAST: Final = timedelta(minutes=20)


def stays_of(days: int, until: datetime = MIDNIGHT) -> Iterator[dict[str, Any]]:
    """One stay a day of every driver, each with hours, lengths and energies of his own."""
    random, begin = Random(1), until - timedelta(days=days)  # noqa: S311 - a test's
    for day in range(days):
        for place, driver in enumerate(DRIVERS):
            came_at = begin + timedelta(days=day, hours=6 + place + random.gauss(0, 0.3))
            length = max(_LEAST, timedelta(hours=2 + place + random.gauss(0, 0.3)))
            yield {
                "station_id": f"G-0{1 + place % 2}",
                "transaction_id": f"{driver}-{day}",
                "evse_number": 1,
                "id_token": driver,
                "started_at": came_at,
                "ended_at": came_at + length,
                "energy_wh": 1000.0 * max(1.0, 4 * (place + 1) + random.gauss(0, 1)),
                "closed_by": "station",
            }


async def put_stays(database: Database, stays: Iterator[dict[str, Any]]) -> None:
    """Keep stays that are over."""
    async with SqlUnitOfWork(database) as uow:
        await uow.execute(insert(table_of(TransactionRow)), list(stays))
        await uow.commit()


async def begin(database: Database, driver: str, came_at: datetime) -> StandingVehicle:
    """Let a driver come."""
    row = {
        "station_id": "G-01",
        "transaction_id": f"{driver}-now",
        "evse_number": 1,
        "id_token": driver,
        "started_at": came_at,
        "energy_wh": 0.0,
    }
    async with SqlUnitOfWork(database) as uow:
        statement = insert(table_of(TransactionRow)).values(row)
        found = await uow.execute(statement.returning(table_of(TransactionRow).c.number))
        number = int(found.scalar_one())
        await uow.commit()
    return standing(number, came_at)


def standing(number: int, came_at: datetime, energy_wh: float = 0.0) -> StandingVehicle:
    """A vehicle as it is asked about."""
    return StandingVehicle(
        number=number,
        site_id=SITE.site_id,
        station_id="G-01",
        came_at=came_at,
        energy_wh=energy_wh,
        draws=True,
    )


def hours(seconds: Sequence[float]) -> list[float]:
    """Seconds as hours, to a tenth."""
    return [round(one / 3600, 1) for one in seconds]
