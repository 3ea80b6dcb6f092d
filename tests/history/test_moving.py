"""Readings that move from the database to files are there once, whatever happens."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from csms.domain.notice_kinds import Notice, NoticeKind
from csms.history.subjects import Resolution
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.history.rig import energies, read, readings, registers, report, run
from tests.service.rig import NOON
from tests.service.sites import limit
from tests.storage.rig import G1, SITE, begun, put_site
from tests.storage.rig import report as report_on

LATER = NOON + timedelta(hours=4)


@pytest.fixture(autouse=True)
async def _site(database: Database) -> None:
    await put_site(database)


async def in_database(database: Database) -> int:
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT count(*) FROM meter_reading"))
        return int(found.scalar_one())


async def test_readings_are_read_alike_before_and_after_they_have_moved(
    database: Database, folder: Path
) -> None:
    await report(database, readings((0, 1000.0), (1, 1060.0), (2, 1120.0)))
    await report(database, readings((0, 500.0)), station_id="G-02")
    before = await read(database, folder, Resolution.RAW)
    assert registers(before) == [
        ("G-01", 0.0, 1000.0),
        ("G-01", 1.0, 1060.0),
        ("G-01", 2.0, 1120.0),
        ("G-02", 0.0, 500.0),
    ]
    result = await run(database, folder, LATER)
    assert (result.moved, result.days_rolled) == (4, 1)
    assert await in_database(database) == 0
    after = await read(database, folder, Resolution.RAW)
    assert after.equals(before)


async def test_reports_on_transactions_are_kept_for_a_week(
    database: Database, folder: Path
) -> None:
    transaction, _ = await begun(database, report_on(seq_no=0))
    async with SqlUnitOfWork(database) as uow:
        for seq_no, days in ((0, 0), (1, 3)):
            told = report_on(seq_no=seq_no, at=NOON + timedelta(days=days))
            await uow.transactions.is_news(told, transaction, told.at)
        await uow.commit()
    for days, left in ((6, [0, 1]), (8, [1]), (11, [])):
        await run(database, folder, NOON + timedelta(days=days))
        async with database.reading() as connection:
            found = await connection.execute(text("SELECT seq_no FROM transaction_event"))
            assert sorted(found.scalars()) == left


async def test_notices_of_stations_are_kept_for_ninety_days(
    database: Database, folder: Path
) -> None:
    async with SqlUnitOfWork(database) as uow:
        for number, days in ((1, 0), (2, 30)):
            at = NOON + timedelta(days=days)
            told = Notice(
                station_id="G-01",
                kind=NoticeKind.SECURITY,
                request_id=None,
                seq_no=number,
                at=NOON,
                received_at=at,
                body={},
            )
            await uow.notices.add(told)
        await uow.commit()
    for days, left in ((89, [1, 2]), (91, [2]), (121, [])):
        await run(database, folder, NOON + timedelta(days=days))
        async with database.reading() as connection:
            found = await connection.execute(text("SELECT seq_no FROM station_notice"))
            assert sorted(found.scalars()) == left


async def test_limits_that_were_sent_are_kept_for_a_week_after_they_lapsed(
    database: Database, folder: Path
) -> None:
    facts = {"plan_number": None, "transaction_id": "7", "purpose": "tx"}
    told = {
        "form": None,
        "purpose": "tx-default",
        "verdict": "accepted",
        "detail": "",
        "settled_at": NOON,
    }
    async with SqlUnitOfWork(database) as uow:
        for live_s in (900.0, 9 * 86_400.0):
            await uow.control.add_sent_limits([(G1, limit((0, 16.0), live_s=live_s), facts)], NOON)
        await uow.control.add_sent_fallback(G1, 6.0, NOON, told)
        await uow.commit()
    for days, left in ((6, [1, 2, 3]), (8, [2]), (15, [2])):
        await run(database, folder, NOON + timedelta(days=days))
        async with database.reading() as connection:
            found = await connection.execute(text("SELECT number FROM sent_limit"))
            assert sorted(found.scalars()) == left
    async with SqlUnitOfWork(database) as uow:
        [alive] = (
            await uow.control.limits_alive_at(SITE.site_id, NOON + timedelta(days=8))
        ).values()
        assert [kept.ends_at for kept, _, _ in alive] == [NOON + timedelta(days=9)]
    await run(database, folder, NOON + timedelta(days=17))
    async with database.reading() as connection:
        assert not (await connection.execute(text("SELECT number FROM sent_limit"))).all()


async def test_steps_are_read_alike_before_and_after_they_have_moved(
    database: Database, folder: Path
) -> None:
    await report(database, readings((0, 1000.0), (10, 1600.0), (20, 2200.0)))
    for _ in range(2):
        for resolution, expected in (
            (Resolution.MINUTE, [*((m, 60.0) for m in range(20)), (20, 0.0)]),
            (Resolution.QUARTER, [(0, 900.0), (15, 300.0)]),
            (Resolution.DAY, [(-13 * 60, 1200.0)]),
        ):
            assert energies(await read(database, folder, resolution)) == expected
        await run(database, folder, LATER)
