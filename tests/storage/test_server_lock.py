"""One server at a time serves on a database; others may write beside it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import pytest
from sqlalchemy import text

from csms.storage import server_lock
from csms.storage.database import Database, DatabaseError, DatabaseSettings
from csms.storage.shared_transaction import NotKeptError
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON
from tests.storage.postgres import Cluster
from tests.storage.rig import CARD, put_site

OTHER: Final = "process 4711 on elsewhere"
PATIENCE_S: Final = 20.0


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held is not waited for."""
    monkeypatch.setattr(server_lock, "_TRIES", 1)


@contextmanager
def somebody_else() -> Iterator[None]:
    """Another process, by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server_lock, "_own_name", lambda: OTHER)
        yield


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(DatabaseSettings(url=url))
    try:
        yield database
    finally:
        await database.close()


async def shown(database: Database) -> None:
    """Keep that a token was shown."""
    async with SqlUnitOfWork(database) as uow:
        await uow.tokens.note_seen(CARD, NOON)
        await uow.commit()


async def cut_off(database: Database) -> None:
    """End all connections to PostgreSQL that serve."""
    async with database.reading() as connection:
        ended = await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks "
                "WHERE locktype = 'advisory' AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
        assert ended.scalars().all() == [True]


async def test_second_server_is_refused_and_told_who_serves(database_url: str) -> None:
    async with opened(database_url) as first, opened(database_url) as second:
        with somebody_else():
            await first.serve()
        with pytest.raises(DatabaseError) as raised:
            await second.serve()
    assert str(raised.value).startswith("cannot use the database ")
    assert str(raised.value).endswith(f": {OTHER} serves on it, and only one at a time may")


async def test_next_server_may_serve_when_the_first_is_gone(database_url: str) -> None:
    for _ in range(2):
        async with opened(database_url) as server:
            await server.serve()
            await shown(server)


async def test_server_waits_a_moment_for_one_that_was_just_ended(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_lock, "_TRIES", 200)
    async with opened(database_url) as second:
        async with opened(database_url) as first:
            await first.serve()
            serving = asyncio.create_task(second.serve())
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_S):
            await serving
        await shown(second)


async def test_commands_write_beside_a_server(database_url: str) -> None:
    async with opened(database_url) as server, opened(database_url) as command:
        await server.serve()
        await put_site(command)
        await shown(command)
        await shown(server)


async def test_servers_on_different_databases_do_not_mind_each_other(
    database_url: str, empty_url: str
) -> None:
    async with opened(database_url) as one, opened(empty_url) as other:
        await one.serve()
        await other.serve()


async def test_server_whose_connection_was_lost_takes_the_lock_again(
    cluster: Cluster, blank_template: str
) -> None:
    url = cluster.url(cluster.create(blank_template))
    async with opened(url) as server, opened(url) as second:
        await server.serve()
        await cut_off(second)
        with pytest.raises(NotKeptError):
            await shown(server)
        await shown(server)
        with pytest.raises(DatabaseError):
            await second.serve()


async def test_server_that_has_lost_its_place_writes_nothing_and_ends(
    cluster: Cluster, blank_template: str
) -> None:
    url = cluster.url(cluster.create(blank_template))
    async with opened(url) as server, opened(url) as second:
        await server.serve()
        ending = asyncio.create_task(server.taken_over())
        await cut_off(second)
        with somebody_else():
            await second.serve()
        for _ in range(2):
            with pytest.raises(NotKeptError):
                await shown(server)
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(DatabaseError, match="another server has taken over"):
                await ending
