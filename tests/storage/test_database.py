"""The database itself: its tables, its settings, who may write, and what is said when it fails."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, text
from sqlmodel import SQLModel

from csms.storage.database import Database, DatabaseError, DatabaseSettings
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON
from tests.storage.rig import SITE, put_site


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


async def pragma(database: Database, name: str) -> object:
    async with database.reading() as connection:
        return (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()


async def failure_of(url: str) -> str:
    database = Database(DatabaseSettings(url=url))
    try:
        with pytest.raises(DatabaseError) as raised:
            await database.upgrade()
    finally:
        await database.close()
    return str(raised.value)


async def test_migrations_make_the_tables_that_the_program_uses(empty_url: str) -> None:
    database = Database(DatabaseSettings(url=empty_url))
    async with database.reading() as connection:
        assert len(await connection.run_sync(differences)) >= 12  # tables are missing, and seen so
    await database.upgrade()
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_upgrade_of_an_up_to_date_database_changes_nothing(database: Database) -> None:
    await put_site(database)
    await database.upgrade()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.stations.is_known("G-01")


async def test_upgrade_that_breaks_off_leaves_nothing_behind(empty_url: str) -> None:
    database = Database(DatabaseSettings(url=empty_url))

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE TABLE sent_limit" in statement:
            raise OSError("the disk is full")

    event.listen(database.engine.sync_engine, "before_cursor_execute", fail)
    with pytest.raises(DatabaseError, match="the disk is full"):
        await database.upgrade()
    event.remove(database.engine.sync_engine, "before_cursor_execute", fail)
    await database.upgrade()
    await put_site(database)
    await database.close()


async def test_programs_upgrade_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csms.storage.database._BUSY_MS", 20)
    file = tmp_path / "new.db"
    database = Database(DatabaseSettings(url=f"sqlite:///{file}"))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="database is locked"):
            await database.upgrade()
    await database.upgrade()
    await database.close()


async def test_database_of_a_later_version_is_not_touched(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match=r"cannot use the database .*9999"):
        await database.upgrade()


async def test_file_that_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("these are notes, and quite long ones at that\n" * 40)
    said = await failure_of(f"sqlite:///{file}")
    assert said == f"cannot use the database sqlite:///{file}: file is not a database"
    assert file.read_text().startswith("these are notes")


async def test_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    said = await failure_of(f"sqlite:///{tmp_path / 'nowhere' / 'csms.db'}")
    assert said.endswith("nowhere/csms.db: unable to open database file")


async def test_server_that_cannot_be_reached_is_told_without_its_password() -> None:
    said = await failure_of("postgresql://chargeflex:s3cret@127.0.0.1:1/csms")
    assert said.startswith("cannot use the database postgresql://chargeflex:***@127.0.0.1:1/csms: ")
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u:pw@h/n", r"expected sqlite:///FILE or .*, got mysql://u:\*\*\*@h/n"),
        ("chargeflex.db", "expected sqlite:///FILE or postgresql://HOST/NAME as URL"),
        ("", "expected sqlite:///FILE or postgresql://HOST/NAME as URL"),
    ],
)
def test_url_that_names_no_database_is_refused(url: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said):
        Database(DatabaseSettings(url=url))


async def test_sqlite_keeps_what_was_committed_whatever_happens(tmp_path: Path) -> None:
    database = Database(DatabaseSettings(url=f"sqlite:///{tmp_path / 'new.db'}"))
    await database.upgrade()
    assert await pragma(database, "journal_mode") == "wal"
    assert await pragma(database, "synchronous") == 2  # FULL: the disk has it before the reply
    assert await pragma(database, "foreign_keys") == 1
    await database.close()


async def test_reader_does_not_wait_for_a_writer_and_sees_no_half_work(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.sites.put(SITE)
        async with database.reading() as connection:
            seen = await connection.execute(text("SELECT count(*) FROM station"))
            assert seen.scalar_one() == 0
        await uow.commit()


async def test_statements_of_a_snapshot_see_the_same_state(database: Database) -> None:
    async with database.snapshot() as connection:
        before = await connection.execute(text("SELECT count(*) FROM station"))
        assert before.scalar_one() == 0
        await put_site(database)
        after = await connection.execute(text("SELECT count(*) FROM station"))
        assert after.scalar_one() == 0
    async with database.snapshot() as connection:
        later = await connection.execute(text("SELECT count(*) FROM station"))
        assert later.scalar_one() == 2


async def test_units_of_work_at_once_lose_nothing(database: Database) -> None:
    await put_site(database)
    numbers = await asyncio.gather(*(add_plan(database, i) for i in range(20)))
    assert len(set(numbers)) == 20
    async with database.reading() as connection:
        kept = await connection.execute(text("SELECT detail FROM plan ORDER BY number"))
        assert sorted(map(int, kept.scalars())) == list(range(20))


async def add_plan(database: Database, i: int) -> int:
    facts = {"method": "m", "solve_s": 0.0, "expected_wh": 0.0, "short_wh": 0.0, "content": {}}
    async with SqlUnitOfWork(database) as uow:
        number = await uow.control.add_plan(SITE.site_id, NOON, {**facts, "detail": str(i)})
        await asyncio.sleep(0)
        await uow.commit()
    return number


async def test_writer_of_another_program_that_stays_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("csms.storage.database._BUSY_MS", 20)
    file = tmp_path / "new.db"
    database = Database(DatabaseSettings(url=f"sqlite:///{file}"))
    await database.upgrade()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Exception, match="database is locked"):
            await put_site(database)
        other.execute("ROLLBACK")
    async with SqlUnitOfWork(database) as uow:
        assert not await uow.stations.is_known("G-01")
    await put_site(database)
    await database.close()
