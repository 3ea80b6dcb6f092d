"""Statements and rows of a whole batch, as each driver runs them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from csms.storage.bulk import changed_rows, gather, new_rows, put_rows
from csms.storage.database import Database
from csms.storage.drivers import Driver
from csms.storage.tables import ConnectorRow, SiteRow, StationRow, table_of
from tests.service.rig import NOON, after
from tests.storage.rig import put_site

SITES = new_rows(SiteRow, "id", "name", "timezone", "earthing", "voltage_v")
SEEN = changed_rows(StationRow, "id", "protocol", "seen_at")
STATUS = put_rows(
    ConnectorRow, ("station_id", "evse_number", "number", "status", "at"), ("status", "at")
)


@pytest.fixture
async def driver(database: Database) -> AsyncIterator[Driver]:
    await put_site(database)
    connection, driver = await database._open_writer()
    yield driver
    await connection.close()


def site(name: str, voltage_v: float = 230.0) -> tuple[object, ...]:
    return (name, name, "Etc/UTC", "TN", voltage_v)


async def test_rows_that_are_known_are_passed_over(database: Database, driver: Driver) -> None:
    rows = gather(
        [(SITES, *site("a")), (SITES, *site("a", 400.0)), (SITES, *site("fjordgata", 1.0))]
    )
    await driver.run((driver.begin,), rows, ("COMMIT",))
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT id, voltage_v FROM site ORDER BY id"))
        assert [tuple(row) for row in found] == [("a", 230.0), ("fjordgata", 230.0)]


async def test_last_of_the_rows_with_one_key_counts(database: Database, driver: Driver) -> None:
    seen = [("G-01", "1.6", after(i)) for i in range(3)]
    statuses = [("G-01", 1, 1, status, NOON) for status in ("available", "faulted")]
    rows = [(SEEN, *row) for row in seen] + [(STATUS, *row) for row in statuses]
    await driver.run((driver.begin,), gather(rows), ("COMMIT",))
    await driver.run((), gather([(STATUS, "G-01", 1, 1, "occupied", after(1))]))
    async with database.reading() as connection:
        station = table_of(StationRow)
        found = await connection.execute(
            select(station.c.protocol, station.c.seen_at).order_by(station.c.id)
        )
        assert [tuple(row) for row in found] == [("1.6", after(2)), (None, None)]
        connector = table_of(ConnectorRow)
        found = await connection.execute(select(connector.c.status, connector.c.at))
        assert [tuple(row) for row in found] == [("occupied", after(1))]


@pytest.mark.parametrize("count", [1, 3, 4, 255, 256, 257, 600])
async def test_any_number_of_rows_is_written_and_changed(
    database: Database, driver: Driver, count: int
) -> None:
    names = [f"G-{number:03}" for number in range(count)]
    stations = new_rows(StationRow, "id", "is_guest")
    await driver.run((driver.begin,), gather((stations, name, False) for name in names))
    seen = [(SEEN, name, f"{number}", NOON) for number, name in enumerate(names)]
    await driver.run((), gather(seen), ("COMMIT",))
    async with database.reading() as connection:
        station = table_of(StationRow)
        found = await connection.execute(
            select(station.c.id, station.c.protocol).where(station.c.seen_at == NOON)
        )
        assert {row.id: row.protocol for row in found} == {
            f"G-{number:03}": str(number) for number in range(count)
        }


async def test_instants_are_kept_in_utc_as_everywhere(database: Database, driver: Driver) -> None:
    local = datetime(2026, 7, 1, 12, 0, 0, 5, tzinfo=ZoneInfo("Europe/Oslo"))
    await driver.run((), gather([(SEEN, "G-01", None, local)]))
    seen_at = table_of(StationRow).c.seen_at
    async with database.reading() as connection:
        for query in (
            select(seen_at).where(seen_at == local),
            select(seen_at).where(seen_at > local - timedelta(microseconds=1)),
        ):
            [found] = (await connection.execute(query)).scalars()
            assert found.isoformat() == "2026-07-01T10:00:00.000005+00:00"


async def names_of(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set((await connection.execute(text("SELECT id FROM site"))).scalars())


only_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@only_postgres
async def test_rows_of_several_tables_are_committed_at_once(
    database: Database, driver: Driver
) -> None:
    rows = [(SITES, *site("a")), (SITES, *site("b")), (SEEN, "G-01", "1.6", NOON)]
    statuses = [("G-01", 1, 1, status, NOON) for status in ("available", "faulted")]
    assert await driver.has_committed(gather([*rows, *((STATUS, *row) for row in statuses)]))
    assert await names_of(database) == {"fjordgata", "a", "b"}
    async with database.reading() as connection:
        connector, station = table_of(ConnectorRow), table_of(StationRow)
        found = await connection.execute(select(connector.c.status, connector.c.at))
        assert [tuple(row) for row in found] == [("faulted", NOON)]
        seen = await connection.execute(select(station.c.seen_at).where(station.c.id == "G-01"))
        assert seen.scalar_one() == NOON


@only_postgres
async def test_rows_that_are_at_fault_or_of_one_table_twice_are_not_committed_at_once(
    database: Database, driver: Driver
) -> None:
    orphan = (STATUS, "nobody", 1, 1, "available", NOON)
    assert not await driver.has_committed(gather([(SITES, *site("a")), orphan]))
    assert not await driver.has_committed(gather([(SITES, "b", None, "Etc/UTC", "TN", 230.0)]))
    protocol = changed_rows(StationRow, "id", "protocol")
    twice = [(SEEN, "G-01", "1.6", NOON), (protocol, "G-01", "2.0.1")]
    assert not await driver.has_committed(gather(twice))
    assert await names_of(database) == {"fjordgata"}


async def test_what_follows_an_error_is_not_run(database: Database, driver: Driver) -> None:
    with pytest.raises(Exception, match="nonsense"):
        await driver.run((driver.begin, "nonsense"), gather([(SITES, *site("a"))]), ("COMMIT",))
    await driver.run(("ROLLBACK",))
    async with database.reading() as connection:
        assert len((await connection.execute(text("SELECT id FROM site"))).all()) == 1


@only_postgres
async def test_commit_of_a_transaction_that_has_failed_is_no_success(driver: Driver) -> None:
    """PostgreSQL answers `ROLLBACK` to it, and that is all it says."""
    await driver.run((driver.begin,))
    with pytest.raises(Exception, match="nonsense"):
        await driver.run(("nonsense",))
    with pytest.raises(RuntimeError, match="expected the transaction to be committed, got ROLLB"):
        await driver.run((), None, ("COMMIT",))
