"""What pages and programs look up."""

import pytest
from sqlalchemy import text

from csms.storage.database import Database, DatabaseSettings
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import begun, put_site, report


async def ids(
    queries: Queries, station_id: str | None = None, before: int | None = None, limit: int = 100
) -> list[str]:
    found = await queries.transactions(station_id=station_id, before=before, limit=limit)
    return [row["transaction_id"] for row in found]


async def test_stations_are_listed_by_name(database: Database) -> None:
    queries = Queries(database)
    assert await queries.stations() == []
    await put_site(database)
    async with SqlUnitOfWork(database) as uow:
        await uow.stations.add("A-99", None)
        await uow.commit()
    assert [row["id"] for row in await queries.stations()] == ["A-99", "G-01", "G-02"]
    assert await queries.station("nobody") is None


async def test_transactions_are_paged_from_the_newest(database: Database) -> None:
    await put_site(database)
    for i in range(5):
        station_id = "G-02" if i == 2 else "G-01"
        await begun(database, report(transaction=f"tx-{i}", station_id=station_id, at=after(-i)))
    queries = Queries(database)
    assert await ids(queries) == ["tx-4", "tx-3", "tx-2", "tx-1", "tx-0"]
    assert await ids(queries, "G-01") == ["tx-4", "tx-3", "tx-1", "tx-0"]
    page = await queries.transactions(station_id="G-01", before=None, limit=3)
    assert [row["transaction_id"] for row in page] == ["tx-4", "tx-3", "tx-1"]
    assert await ids(queries, "G-01", before=page[-1]["number"]) == ["tx-0"]
    assert await ids(queries, "nobody") == []
    assert page[0]["started_at"] == after(-4)
    assert page[0]["started_at"].utcoffset() == NOON.utcoffset()


async def test_database_that_answers_is_usable(database: Database) -> None:
    assert await Queries(database).is_usable()
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE station RENAME TO chargers"))
    assert not await Queries(database).is_usable()


async def test_database_that_is_gone_is_not_usable(caplog: pytest.LogCaptureFixture) -> None:
    gone = Database(DatabaseSettings(url="postgresql://chargeflex:s3cret@127.0.0.1:1/csms"))
    assert not await Queries(gone).is_usable()
    assert "the database does not answer" in caplog.text
    assert "s3cret" not in caplog.text
    await gone.close()
