"""A database that is locked for a while, and whose process dies."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from simulators.chaos.database import FaultyDatabase
from simulators.virtual_time import run_virtual


def rows(path: Path) -> list[tuple[int]]:
    with sqlite3.connect(path) as connection:
        found: list[tuple[int]] = connection.execute("SELECT n FROM t ORDER BY n").fetchall()
    connection.close()
    return found


def test_locked_database_refuses_all_but_going_back(tmp_path: Path) -> None:
    async def main() -> None:
        database = FaultyDatabase(tmp_path / "a.db")
        connection = await database.connect()
        await connection.execute("CREATE TABLE t (n INTEGER)")
        await connection.execute("INSERT INTO t VALUES (1)")
        database.lock(5)
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            await connection.commit()
        await connection.rollback()
        await asyncio.sleep(5)
        await connection.execute("INSERT INTO t VALUES (2)")
        await connection.commit()
        await connection.close()

    run_virtual(main())
    assert rows(tmp_path / "a.db") == [(2,)]


def test_a_dead_process_commits_nothing_more(tmp_path: Path) -> None:
    async def main() -> None:
        database = FaultyDatabase(tmp_path / "a.db")
        connection = await database.connect()
        await connection.execute("CREATE TABLE t (n INTEGER)")
        await connection.execute("INSERT INTO t VALUES (1)")
        await connection.commit()
        await connection.execute("INSERT INTO t VALUES (2)")
        database.kill()
        with pytest.raises(sqlite3.OperationalError, match="killed"):
            await connection.execute("INSERT INTO t VALUES (3)")
        with pytest.raises(sqlite3.Error):
            await connection.commit()
        await connection.close()

    run_virtual(main())
    assert rows(tmp_path / "a.db") == [(1,)]


def test_a_dead_process_holds_no_lock_whatever_is_left_of_it(tmp_path: Path) -> None:
    async def main() -> None:
        dead, living = FaultyDatabase(tmp_path / "a.db"), FaultyDatabase(tmp_path / "a.db")
        connection = await dead.connect()
        await connection.execute("CREATE TABLE t (n INTEGER)")
        await connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(1000)])
        await connection.commit()
        await connection.execute("BEGIN IMMEDIATE")
        reading = await connection.execute("SELECT n FROM t")
        await reading.fetchone()
        dead.kill()
        heir = await living.connect()
        await heir.execute("BEGIN IMMEDIATE")
        await heir.close()
        await connection.close()

    run_virtual(main())


def test_taking_turns_a_process_can_die_before_its_work_is_done(tmp_path: Path) -> None:
    async def main() -> None:
        database = FaultyDatabase(tmp_path / "a.db")
        connection = await database.connect()
        await connection.execute("CREATE TABLE t (n INTEGER)")
        await connection.commit()
        database.take_turns()
        adding = asyncio.ensure_future(connection.execute("INSERT INTO t VALUES (1)"))
        await asyncio.sleep(0)
        database.kill()
        with pytest.raises(sqlite3.OperationalError, match="killed"):
            await adding
        await connection.close()

    run_virtual(main())
    assert rows(tmp_path / "a.db") == []
