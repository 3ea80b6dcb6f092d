"""All that one message changes is kept whole or not at all."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from csms.domain.events import StatusChanged
from csms.domain.station import ConnectorStatus
from csms.storage.database import Database
from csms.storage.shared_transaction import NotKeptError
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON
from tests.storage.rig import G1, known, put_site, report, start_v16


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def open_numbers(database: Database) -> list[int]:
    async with SqlUnitOfWork(database) as uow:
        return [found.number for found in await uow.transactions.open_at(G1)]


async def test_what_is_committed_is_there_for_the_next(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        transaction, _ = await uow.transactions.begin(start_v16())
        await uow.commit()
    assert await open_numbers(database) == [transaction.number]


async def test_what_is_not_committed_is_forgotten(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.begin(start_v16())
    assert await open_numbers(database) == []


async def test_error_half_way_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail_half_way(database)
    assert await open_numbers(database) == []
    async with SqlUnitOfWork(database) as uow:
        station = await known(uow, "G-01")
        assert station is not None
        assert station.protocol is None


async def fail_half_way(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.begin(start_v16())
        await uow.stations.note_connected("G-01", "1.6", NOON)
        raise ZeroDivisionError


async def test_cancellation_half_way_leaves_nothing_and_frees_the_writer(
    database: Database,
) -> None:
    has_begun = asyncio.Event()

    async def begin_and_hang() -> None:
        async with SqlUnitOfWork(database) as uow:
            await uow.transactions.begin(start_v16())
            has_begun.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(begin_and_hang())
    await has_begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10):
        assert await open_numbers(database) == []
        await put_site(database)


async def test_row_of_a_station_that_is_not_known_is_refused(database: Database) -> None:
    status = StatusChanged(
        station_id="nobody", evse_number=1, connector_number=1, status=ConnectorStatus.AVAILABLE
    )
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_status(status, NOON)
        with pytest.raises(NotKeptError, match=r"(?i)not kept: .*foreign key"):
            await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        with pytest.raises(IntegrityError):
            await uow.transactions.begin(report(station_id="nobody"))


async def test_commit_belongs_into_the_unit_of_work(database: Database) -> None:
    with pytest.raises(RuntimeError, match="commit outside of the unit of work"):
        await SqlUnitOfWork(database).commit()
