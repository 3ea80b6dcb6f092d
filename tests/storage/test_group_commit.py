"""Units of work share a transaction and its commit, and fail alone or all together."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import closing
from dataclasses import replace
from typing import Any, Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from csms.domain.altered import altered
from csms.domain.events import StatusChanged
from csms.domain.identity import EvseId
from csms.domain.station import ConnectorStatus
from csms.domain.transaction import Transaction
from csms.storage.database import Database
from csms.storage.group_commit import CommitPace
from csms.storage.shared_transaction import NotKeptError
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.faults import Faults, faulty_database
from tests.storage.rig import begun, open_of, put_site, report, sample

NEVER: Final = CommitPace(gather_s=3600.0, batch_units=1_000, most_units=1_000)
"""Units gather until a test lets them go."""
PATIENCE_S: Final = 20.0


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def database(database_url: str, faults: Faults) -> AsyncIterator[Database]:
    async with faulty_database(database_url, faults) as opened:
        await put_site(opened)
        yield opened


@pytest.fixture
async def gathering(database_url: str, faults: Faults) -> AsyncIterator[Database]:
    """A database on which units gather for ever, unless there is but one."""
    async with faulty_database(database_url, faults, NEVER) as opened:
        await put_site(opened)
        yield opened
        opened.writer._is_full.set()


async def metered(database: Database, minutes: float, station_id: str = "G-01") -> None:
    """Keep a reading of a station."""
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.add_samples(station_id, 1, None, [sample(at=after(minutes))])
        await uow.commit()


async def status_of(database: Database, station_id: str) -> None:
    """Keep a status; only of a station that is known."""
    status = ConnectorStatus.AVAILABLE
    event = StatusChanged(
        station_id=station_id, evse_number=1, connector_number=1, status=status, at=NOON
    )
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.note_status(event, NOON)
        await uow.commit()


async def energised(database: Database, transaction: Transaction, energy_wh: float) -> None:
    """Keep the progress of a transaction."""
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.progress(altered(transaction, energy_wh=energy_wh))
        await uow.commit()


async def count(database: Database, table: str) -> int:
    async with database.reading() as connection:
        found = await connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
        return int(found.scalar_one())


async def outcomes(works: Iterable[Awaitable[Any]]) -> list[Any]:
    async with asyncio.timeout(PATIENCE_S):
        return await asyncio.gather(*works, return_exceptions=True)


async def settled(tasks: "Iterable[asyncio.Task[Any]]") -> None:
    """Let tasks come as far as they can."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert not any(task.done() for task in tasks)


async def test_units_of_one_moment_share_a_commit(database: Database, faults: Faults) -> None:
    before = faults.commits
    await outcomes(metered(database, i) for i in range(50))
    assert faults.commits == before + 1
    assert await count(database, "meter_reading") == 50
    stats = database.writer.stats
    assert (stats.batches, stats.units, stats.failed_units) == (before + 1, before + 50, 0)
    assert stats.units_under_way == 0
    assert stats.commit_s > 0


async def test_unit_that_is_alone_waits_for_no_other(gathering: Database) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await metered(gathering, 0)


async def test_units_gather_for_a_while(database_url: str, faults: Faults) -> None:
    pace = CommitPace(gather_s=0.05)
    async with faulty_database(database_url, faults, pace) as database:
        await put_site(database)
        before, loop = faults.commits, asyncio.get_running_loop()
        began_s = loop.time()
        await outcomes(metered(database, i) for i in range(2))
        assert loop.time() - began_s >= 0.05
        assert faults.commits == before + 1


async def test_batch_that_is_full_waits_no_longer(database_url: str, faults: Faults) -> None:
    pace = replace(NEVER, batch_units=3)
    async with faulty_database(database_url, faults, pace) as database:
        await put_site(database)
        assert await outcomes(metered(database, i) for i in range(3)) == [None] * 3


async def test_next_batch_gathers_while_one_is_committed(
    database: Database, faults: Faults
) -> None:
    before = faults.commits
    faults.gate.clear()
    first = asyncio.ensure_future(metered(database, 0))
    await settled([first])
    later = [asyncio.ensure_future(metered(database, i)) for i in range(1, 30)]
    await settled([first, *later])
    faults.gate.set()
    await outcomes([first, *later])
    assert faults.commits == before + 2
    assert await count(database, "meter_reading") == 30


async def test_nobody_goes_on_before_the_commit(database: Database, faults: Faults) -> None:
    faults.gate.clear()
    units = [asyncio.ensure_future(metered(database, i)) for i in range(3)]
    await settled(units)
    assert await count(database, "meter_reading") == 0
    faults.gate.set()
    assert await outcomes(units) == [None] * 3
    assert await count(database, "meter_reading") == 3


async def test_what_is_known_already_is_not_acknowledged_before_it_is_committed(
    database: Database, faults: Faults
) -> None:
    transaction, _ = await begun(database, report(seq_no=0))

    async def tell() -> bool:
        event = report(seq_no=1)
        async with SqlUnitOfWork(database) as uow:
            is_news = await uow.transactions.is_news(event, transaction, NOON)
            await uow.commit()
        return is_news

    faults.gate.clear()
    first = asyncio.ensure_future(tell())
    await settled([first])
    again = asyncio.ensure_future(tell())
    await settled([first, again])
    faults.gate.set()
    assert await outcomes([first, again]) == [True, False]


async def test_unit_whose_rows_cannot_be_written_fails_alone(database: Database) -> None:
    before = database.writer.stats.units
    good, bad, also_good = await outcomes(
        [metered(database, 0), status_of(database, "nobody"), status_of(database, "G-02")]
    )
    assert (good, also_good) == (None, None)
    assert isinstance(bad, NotKeptError)
    assert await count(database, "meter_reading") == 1
    assert await count(database, "connector") == 1
    stats = database.writer.stats
    assert (stats.units, stats.failed_units) == (before + 2, 1)


async def test_unit_that_fails_beside_one_that_executes_statements_fails_alone(
    gathering: Database,
) -> None:
    works = [metered(gathering, 0), status_of(gathering, "nobody"), begun(gathering, report())]
    units = [asyncio.ensure_future(work) for work in works]
    await settled(units)
    async with SqlUnitOfWork(gathering) as uow:  # writes what waits
        assert await uow.stations.is_known("G-01")
    gathering.writer._is_full.set()
    good, bad, begins = await outcomes(units)
    assert good is None
    assert isinstance(bad, NotKeptError)
    assert begins[1]
    assert await count(gathering, "charging_transaction") == 1


async def test_statement_that_fails_undoes_its_unit_alone(database: Database) -> None:
    async def fail() -> None:
        async with SqlUnitOfWork(database) as uow:
            await uow.transactions.begin(report())
            await uow.transactions.begin(report(station_id="nobody"))

    good, bad, also_good = await outcomes(
        [metered(database, 0), fail(), begun(database, report(transaction="tx-2"))]
    )
    assert good is None
    assert isinstance(bad, SQLAlchemyError)
    assert also_good[1]
    async with SqlUnitOfWork(database) as uow:
        assert [one.transaction for one in await open_of(uow, "G-01")] == ["tx-2"]


async def test_commit_that_fails_acknowledges_nothing(database: Database, faults: Faults) -> None:
    transaction, _ = await begun(database, report(seq_no=0))
    kept = database.writer.stats.units
    faults.broken.add("COMMIT")
    errors = await outcomes(
        [metered(database, 0), energised(database, transaction, 7.0), begun(database, report())]
    )
    assert [str(error) for error in errors] == ["not kept: the disk is full"] * 3
    assert len({id(error) for error in errors}) == 3  # a log shows each with its own way
    faults.broken.clear()
    assert await count(database, "meter_reading") == 0
    assert len(database.writer.ledger) == 0  # what it held may be wrong
    async with SqlUnitOfWork(database) as uow:
        found = await uow.transactions.find("G-01", "tx-1")
        assert found == transaction
    stats = database.writer.stats
    assert (stats.units, stats.failed_units) == (kept, 3)
    assert await outcomes([metered(database, 0)]) == [None]  # the next one is kept


async def test_those_that_gathered_meanwhile_fail_with_it(
    database: Database, faults: Faults
) -> None:
    faults.gate.clear()
    faults.broken.add("COMMIT")
    first = asyncio.ensure_future(metered(database, 0))
    await settled([first])
    later = asyncio.ensure_future(metered(database, 1))
    await settled([first, later])
    faults.gate.set()
    errors = await outcomes([first, later])
    assert [type(error) for error in errors] == [NotKeptError] * 2
    assert await count(database, "meter_reading") == 0


async def test_unit_that_executes_statements_sees_what_waits(gathering: Database) -> None:
    transaction, _ = await begun(gathering, report())
    waiting = [
        asyncio.ensure_future(energised(gathering, transaction, 5_000.0)),
        asyncio.ensure_future(metered(gathering, 0)),
    ]
    await settled(waiting)
    async with SqlUnitOfWork(gathering) as uow:
        found = await uow.transactions.find_number(transaction.number)
        assert found is not None
        assert found.energy_wh == 5_000.0
    await settled(waiting)  # that was not their commit
    gathering.writer._is_full.set()
    assert await outcomes(waiting) == [None] * 2


async def test_unit_sees_what_it_has_put_down_itself(database: Database) -> None:
    transaction, _ = await begun(database, report())
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.progress(altered(transaction, energy_wh=9.0))
        found = await uow.transactions.open_at(EvseId("G-01", 1))
        assert [one.energy_wh for one in found] == [9.0]
    async with SqlUnitOfWork(database) as uow:  # and what is not committed is forgotten
        found = await uow.transactions.open_at(EvseId("G-01", 1))
        assert [one.energy_wh for one in found] == [0.0]


async def test_unit_that_is_cancelled_while_it_waits_harms_nobody(
    database: Database, faults: Faults
) -> None:
    faults.gate.clear()
    units = [asyncio.ensure_future(metered(database, i)) for i in range(3)]
    await settled(units)
    units[1].cancel()
    faults.gate.set()
    first, cancelled, last = await outcomes(units)
    assert (first, last) == (None, None)
    assert isinstance(cancelled, asyncio.CancelledError)
    assert await count(database, "meter_reading") == 3  # it will come again, and be known
    assert database.writer.stats.units_under_way == 0


async def test_unit_that_is_cancelled_in_a_statement_harms_nobody(gathering: Database) -> None:
    waiting = [asyncio.ensure_future(metered(gathering, i)) for i in range(2)]
    await settled(waiting)

    async def begin_for_ever() -> None:
        async with SqlUnitOfWork(gathering) as uow:
            while True:
                await uow.transactions.begin(report(transaction=None, register_wh=1.0))

    working = asyncio.ensure_future(begin_for_ever())
    await settled([*waiting, working])
    working.cancel()
    [cancelled] = await outcomes([working])
    assert isinstance(cancelled, asyncio.CancelledError)
    gathering.writer._is_full.set()
    assert await outcomes(waiting) == [None] * 2
    assert await count(gathering, "meter_reading") == 2
    assert await count(gathering, "charging_transaction") == 0


async def test_only_so_many_units_are_under_way(database_url: str, faults: Faults) -> None:
    pace = CommitPace(gather_s=0.0, most_units=2)
    async with faulty_database(database_url, faults, pace) as database:
        await put_site(database)
        faults.gate.clear()
        units = [asyncio.ensure_future(metered(database, i)) for i in range(5)]
        await settled(units)
        assert database.writer.stats.units_under_way == 2
        assert len(database.writer._waiting) <= 2
        faults.gate.set()
        assert await outcomes(units) == [None] * 5


async def test_unit_that_is_cancelled_before_it_has_a_place_takes_none(
    database_url: str, faults: Faults
) -> None:
    pace = CommitPace(gather_s=0.0, most_units=1)
    async with faulty_database(database_url, faults, pace) as database:
        await put_site(database)
        writer = database.writer
        await writer.enter()
        entering = [asyncio.ensure_future(writer.enter()) for _ in range(4)]
        await settled(entering)
        entering[0].cancel()  # while it waits
        await asyncio.wait({entering[0]})
        writer.leave()
        entering[1].cancel()  # it was just given the place
        await asyncio.wait({entering[1], entering[2]})
        assert not entering[2].cancelled()
        await settled([entering[3]])
        writer.leave()
        await entering[3]
        writer.leave()
        assert writer.stats.units_under_way == 0


async def test_what_waits_is_committed_before_the_database_is_closed(
    database: Database, faults: Faults
) -> None:
    faults.gate.clear()
    unit = asyncio.ensure_future(metered(database, 0))
    await settled([unit])
    ending = asyncio.ensure_future(database.close())
    await settled([unit, ending])
    faults.gate.set()
    assert await outcomes([unit, ending]) == [None, None]
    assert await count(database, "meter_reading") == 1


async def test_unit_that_only_looks_up_leaves_no_transaction_open(tmp_path: Any) -> None:
    async with faulty_database(f"sqlite:///{tmp_path}/new.db", Faults()) as database:
        await database.upgrade()
        async with SqlUnitOfWork(database) as uow:
            assert not await uow.stations.is_known("nobody")
        with closing(sqlite3.connect(tmp_path / "new.db", timeout=0.0)) as other:
            other.execute("BEGIN IMMEDIATE")


async def test_lost_connection_is_replaced(database: Database, faults: Faults) -> None:
    await metered(database, 0)
    connection = database.writer._transaction._connection
    assert connection is not None
    await connection.invalidate()
    [error] = await outcomes([metered(database, 1)])
    assert isinstance(error, NotKeptError)
    assert await outcomes([metered(database, 2)]) == [None]
    assert await count(database, "meter_reading") == 2
