"""A loop whose time jumps, and a database that works in its thread."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from simulators.virtual_time import VirtualTimeLoop, inline_sqlite, run_virtual


def now_s() -> float:
    return asyncio.get_running_loop().time()


def test_week_passes_at_once() -> None:
    async def wait() -> float:
        await asyncio.sleep(7 * 86_400)
        return now_s()

    assert run_virtual(wait()) == 7 * 86_400


def test_timers_come_in_their_order_whatever_order_they_were_set_in() -> None:
    async def wait() -> list[tuple[str, float]]:
        seen: list[tuple[str, float]] = []

        async def note(name: str, delay_s: float) -> None:
            await asyncio.sleep(delay_s)
            seen.append((name, now_s()))

        await asyncio.gather(note("late", 60), note("soon", 1), note("between", 30))
        return seen

    assert run_virtual(wait()) == [("soon", 1), ("between", 30), ("late", 60)]


def test_time_does_not_move_while_there_is_something_to_do() -> None:
    async def work() -> float:
        for _ in range(1000):
            await asyncio.sleep(0)
        return now_s()

    assert run_virtual(work()) == 0.0


def test_time_out_strikes_in_virtual_time() -> None:
    async def wait() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return now_s()

    assert run_virtual(wait()) == 30


def test_what_a_socket_brings_comes_before_time_moves_on(tmp_path: Path) -> None:
    async def talk() -> tuple[bytes, float]:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            writer.close()

        server = await asyncio.start_unix_server(echo, tmp_path / "socket")
        async with server, asyncio.timeout(30):
            reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
            writer.write(b"hello\n")
            answer = await reader.read()
            writer.close()
        return answer, now_s()

    assert run_virtual(talk()) == (b"hello\n", 0.0)


def test_something_can_be_done_between_two_turns_of_the_loop() -> None:
    async def work() -> list[int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        seen: list[int] = []
        turns = [0]
        loop.call_after_turns(3, lambda: seen.append(turns[0]))
        for _ in range(5):
            turns[0] += 1
            await asyncio.sleep(0)
        return seen

    assert run_virtual(work()) == [3]


def test_executors_work_in_place_and_pass_on_what_they_raise() -> None:
    async def work() -> int:
        loop = asyncio.get_running_loop()
        with pytest.raises(ZeroDivisionError):
            await loop.run_in_executor(None, lambda: 1 // 0)
        return await loop.run_in_executor(None, pow, 2, 5)

    assert run_virtual(work()) == 32


def test_what_the_coroutine_raises_comes_out() -> None:
    async def fail() -> None:
        raise LookupError("here")

    with pytest.raises(LookupError, match="here"):
        run_virtual(fail())


def test_database_works_in_the_loops_thread(tmp_path: Path) -> None:
    async def work() -> tuple[list[tuple[int]], float]:
        async with inline_sqlite(tmp_path / "a.db") as database:
            await database.execute("CREATE TABLE t (n INTEGER UNIQUE)")
            await database.execute("INSERT INTO t VALUES (1), (2)")
            await database.commit()
            with pytest.raises(sqlite3.IntegrityError):
                await database.execute("INSERT INTO t VALUES (2)")
            cursor = await database.execute("SELECT n FROM t ORDER BY n")
            return [(row[0],) for row in await cursor.fetchall()], now_s()

    assert run_virtual(work()) == ([(1,), (2,)], 0.0)
