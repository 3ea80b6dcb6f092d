"""Meter values: each is kept once, with all that it tells."""

from typing import Any

import pytest
from sqlalchemy import literal_column, select, text

from csms.domain.metering import Measurand
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import after
from tests.storage.rig import put_site, sample


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def add(database: Database, *samples: Any, evse_number: int = 1) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.add_samples("G-01", evse_number, 7, samples)
        await uow.commit()


async def kept(database: Database, columns: str) -> list[tuple[Any, ...]]:
    wanted: list[Any] = [literal_column(name) for name in columns.split(", ")]
    query = select(*wanted).select_from(text("meter_value")).order_by(text("id"))
    async with database.reading() as connection:
        rows = await connection.execute(query)
        return [tuple(row) for row in rows]


async def test_sample_is_kept_with_all_that_it_tells(database: Database) -> None:
    current = sample(
        measurand=Measurand.CURRENT_IMPORT,
        value=15.7,
        phase="L2",
        context="Sample.Clock",
        location="Inlet",
    )
    await add(database, current, sample(value=None, signed="AP;0;3;ALCV3ABBBI"))
    columns = "transaction_number, measurand, value, phase, context, location, signed"
    assert await kept(database, columns) == [
        (7, "Current.Import", 15.7, "L2", "Sample.Clock", "Inlet", None),
        (
            7,
            "Energy.Active.Import.Register",
            None,
            "",
            "Sample.Periodic",
            "Outlet",
            "AP;0;3;ALCV3ABBBI",
        ),
    ]


async def test_samples_that_come_again_are_kept_once(database: Database) -> None:
    samples = (sample(), sample(phase="L1"), sample(phase="L2"))
    await add(database, *samples)
    await add(database, *samples, sample(at=after(1)))
    assert len(await kept(database, "id")) == 4


@pytest.mark.parametrize(
    "other",
    [
        {"at": after(1)},
        {"measurand": Measurand.POWER_IMPORT},
        {"phase": "L1"},
        {"context": "Transaction.End"},
        {"location": "EV"},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_sample_that_differs_in_one_thing_is_another(
    database: Database, other: dict[str, Any]
) -> None:
    await add(database, sample(), sample(**other))
    assert len(await kept(database, "id")) == 2


async def test_other_evse_measures_for_itself(database: Database) -> None:
    await add(database, sample())
    await add(database, sample(), evse_number=2)
    assert await kept(database, "evse_number") == [(1,), (2,)]


async def test_first_of_two_samples_that_contradict_each_other_stays(database: Database) -> None:
    await add(database, sample(value=5.0))
    await add(database, sample(value=6.0))
    assert await kept(database, "value") == [(5.0,)]


async def test_nothing_to_keep_is_nothing(database: Database) -> None:
    await add(database)
    assert await kept(database, "id") == []
