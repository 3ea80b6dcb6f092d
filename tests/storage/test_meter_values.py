"""Meter readings: each is kept once, with all that it tells."""

from typing import Any

import pytest
from sqlalchemy import select

from csms.domain.metering import Measurand, MeterSample
from csms.storage.database import Database
from csms.storage.readings import read_samples
from csms.storage.tables import MeterReadingRow, table_of
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import known, put_site, sample

CURRENT = sample(
    measurand=Measurand.CURRENT_IMPORT,
    value=15.7,
    phase="L2",
    context="Sample.Clock",
    location="Inlet",
)
SIGNED = sample(value=None, signed="AP;0;3;ALCV3ABBBI")


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def add(database: Database, *samples: MeterSample, evse_number: int = 1) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.add_samples("G-01", evse_number, 7, samples)
        await uow.commit()


async def kept(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as connection:
        query = select(table_of(MeterReadingRow)).order_by("at", "evse_number", "digest")
        return [dict(row) for row in (await connection.execute(query)).mappings()]


async def test_reading_is_kept_with_all_that_it_tells(database: Database) -> None:
    await add(database, CURRENT, SIGNED)
    [row] = await kept(database)
    assert row == {
        "at": NOON,
        "station_id": "G-01",
        "evse_number": 1,
        "digest": 939_386_805,
        "transaction_number": 7,
        "samples": (
            '[["Current.Import",15.7,"L2","Sample.Clock","Inlet"],'
            '["Energy.Active.Import.Register",null,null,"Sample.Periodic","Outlet",'
            '"AP;0;3;ALCV3ABBBI"]]'
        ),
    }
    assert read_samples(row["at"], row["samples"]) == (CURRENT, SIGNED)


async def test_samples_of_each_instant_are_a_reading(database: Database) -> None:
    await add(database, sample(), sample(at=after(1)), sample(phase="L1"))
    assert [(row["at"], row["samples"].count("Register")) for row in await kept(database)] == [
        (NOON, 2),
        (after(1), 1),
    ]


async def test_reading_that_comes_again_is_kept_once(database: Database) -> None:
    samples = (sample(), sample(phase="L1"), sample(phase="L2"))
    await add(database, *samples)
    await add(database, *samples, sample(at=after(1)))
    assert [row["at"] for row in await kept(database)] == [NOON, after(1)]


@pytest.mark.parametrize(
    "other",
    [
        {"at": after(1)},
        {"value": 1000.5},
        {"measurand": Measurand.POWER_IMPORT},
        {"phase": "L1"},
        {"context": "Transaction.End"},
        {"location": "EV"},
        {"signed": "AP;0;3"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_reading_that_differs_in_one_thing_is_another(
    database: Database, other: dict[str, Any]
) -> None:
    await add(database, sample())
    await add(database, sample(**other))
    rows = await kept(database)
    assert {read_samples(row["at"], row["samples"]) for row in rows} == {
        (sample(),),
        (sample(**other),),
    }


async def test_other_evse_measures_for_itself(database: Database) -> None:
    await add(database, sample())
    await add(database, sample(), evse_number=2)
    assert [row["evse_number"] for row in await kept(database)] == [1, 2]


async def test_nothing_to_keep_is_nothing(database: Database) -> None:
    await add(database)
    assert await kept(database) == []


async def test_station_whose_meter_was_heard_of_has_reported(database: Database) -> None:
    async def has_reported(station_id: str) -> bool:
        async with SqlUnitOfWork(database) as uow:
            station = await known(uow, station_id)
        assert station is not None
        return station.has_reported

    await add(database)
    assert not await has_reported("G-01")
    await add(database, sample())
    assert await has_reported("G-01")
    assert not await has_reported("G-02")


async def test_guest_whose_meter_was_heard_of_stays_readable(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.adopt("visitor", "fjordgata")
        await uow.transactions.add_samples("visitor", 1, None, [sample()])
        await uow.stations.drop_guest("visitor")
        await uow.commit()
        assert await uow.stations.is_known("visitor")
        assert await uow.stations.guests_of("fjordgata") == []
