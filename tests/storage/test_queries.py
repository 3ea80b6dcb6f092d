"""What pages and programs look up."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from csms.domain.altered import altered
from csms.domain.authorization import IdToken
from csms.domain.transaction_search import TransactionsWanted, TransactionTotals
from csms.storage.database import Database, DatabaseSettings
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after
from tests.storage.rig import SITE, begun, put_site, report


async def ids(
    queries: Queries, station_id: str | None = None, before: int | None = None
) -> list[str]:
    return await found(queries, TransactionsWanted(station_id=station_id, before=before))


async def found(queries: Queries, wanted: TransactionsWanted) -> list[str]:
    return [row["transaction_id"] for row in await queries.transactions(wanted, 100)]


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
    page = await queries.transactions(TransactionsWanted(station_id="G-01"), 3)
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


async def test_transactions_are_found_by_what_is_asked_of_them(database: Database) -> None:
    await put_site(database)
    await begun(database, report(transaction="tx-1", id_token=IdToken("04a2b3c4")))
    await begun(database, report(transaction="tx-2", station_id="G-02", at=after(60)))
    (number, _), token = await numbered(database, "tx-3"), IdToken("04A2B3C4")
    spelt = " 04a2B3c4"
    await begun(database, report(transaction="tx-4", at=after(120), id_token=token))
    queries = Queries(database)
    everywhere = TransactionsWanted()
    assert await found(queries, everywhere) == ["tx-4", "tx-3", "tx-2", "tx-1"]
    assert await found(queries, TransactionsWanted(site_id=SITE.site_id, is_running=False)) == [
        "tx-3"
    ]
    assert await found(queries, TransactionsWanted(site_id="elsewhere")) == []
    assert await found(queries, TransactionsWanted(is_running=True)) == ["tx-4", "tx-2", "tx-1"]
    assert await found(queries, TransactionsWanted(token=spelt)) == ["tx-4", "tx-1"]
    assert await found(queries, TransactionsWanted(token="")) == []
    assert await found(queries, TransactionsWanted(token_of=1)) == ["tx-4", "tx-1"]
    assert await found(queries, TransactionsWanted(token_of=number)) == []
    in_time = TransactionsWanted(since=after(60), until=after(120))
    assert await found(queries, in_time) == ["tx-2"]


async def test_transactions_come_to_what_all_pages_hold(database: Database) -> None:
    await put_site(database)
    queries = Queries(database)
    assert await queries.transaction_totals(TransactionsWanted()) == TransactionTotals()
    await numbered(database, "tx-1", energy_wh=12_000.0, total_cost=30.5)
    await numbered(database, "tx-2", energy_wh=3_500.0, total_cost=None)
    totals = await queries.transaction_totals(TransactionsWanted(before=2))
    assert totals == TransactionTotals(count=2, energy_wh=15_500.0, cost=30.5)


async def test_one_transaction_is_found_with_its_site(database: Database) -> None:
    await put_site(database)
    number, _ = await numbered(database, "tx-1")
    row = await Queries(database).transaction(number)
    assert row is not None
    assert (row["transaction_id"], row["site_id"]) == ("tx-1", SITE.site_id)
    assert await Queries(database).transaction(99) is None


async def numbered(database: Database, name: str, **more: Any) -> tuple[int, datetime]:
    """A transaction that has ended, with its number and its end."""
    transaction, _ = await begun(database, report(transaction=name, at=after(30)))
    ended = altered(transaction, **{"ended_at": after(90), **more})
    async with SqlUnitOfWork(database) as uow:
        await uow.transactions.end(ended)
        await uow.commit()
    return transaction.number, after(90)
