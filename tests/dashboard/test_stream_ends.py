"""A live stream ends when its reader may not see it any more, over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx2
import pytest

from csms.domain.access import Role
from csms.domain.events import StatusChanged
from csms.domain.station import ConnectorStatus
from csms.service.accounts import Standing
from tests.api.test_server import next_event
from tests.dashboard.desk import SITE, Desk, open_desk, served
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]

PATIENCE_S: Final = 20.0
LOOKED_AT_S: Final = 30.0
"""Who reads a stream is looked at again after so long (docs/access.md: within half a minute)."""


@pytest.fixture
async def desk(database_file: Path) -> AsyncIterator[Desk]:
    """The desk with an admin and a viewer."""
    async with open_desk(database_file, ["ola", "vera"]) as opened:
        yield opened


@asynccontextmanager
async def reading(desk: Desk, cookie: str) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of a stream, of which the first event has been read."""
    feeding = asyncio.ensure_future(desk.api.room.feed(SITE).run())
    try:
        async with (
            served(desk) as server,
            httpx2.AsyncClient(
                base_url=server.url, cookies={"chargeflex": cookie}, timeout=PATIENCE_S
            ) as client,
            client.stream("GET", f"/api/v1/sites/{SITE}/live") as stream,
        ):
            lines = stream.aiter_lines()
            assert (await next_event(lines))["event"] == "snapshot"
            yield lines
    finally:
        feeding.cancel()


async def tell(desk: Desk, status: ConnectorStatus) -> None:
    """Let something happen that the stream tells."""
    await desk.api.office.handle(
        StatusChanged(station_id="G-01", evse_number=1, connector_number=1, status=status)
    )


async def log_out(desk: Desk, cookie: str) -> None:
    async with desk.client(cookie) as client:
        assert (await client.post("/logout")).status_code == 303


async def take_role(desk: Desk, _cookie: str) -> None:
    await desk.side.accounts.change("vera", Standing(role=Role.RESIDENT, tokens=("04A2B3C4",)))


async def disable(desk: Desk, _cookie: str) -> None:
    await desk.side.accounts.disable("vera", is_disabled=True)


async def change_password(desk: Desk, _cookie: str) -> None:
    await desk.side.accounts.set_password("vera", "vintersol-1234")


@pytest.mark.parametrize("end", [log_out, take_role, disable, change_password])
async def test_stream_ends_with_what_let_its_reader_in(
    desk: Desk, end: Callable[[Desk, str], Awaitable[None]]
) -> None:
    await desk.api.office.sites.connected("G-01", "1.6")
    cookie = await desk.cookie("vera")
    async with reading(desk, cookie) as lines:
        await end(desk, cookie)
        desk.api.office.clock.turn(LOOKED_AT_S)
        await tell(desk, ConnectorStatus.FAULTED)
        async with asyncio.timeout(PATIENCE_S):
            assert [line async for line in lines if line] == []


async def test_stream_of_who_may_still_see_it_goes_on(desk: Desk) -> None:
    await desk.api.office.sites.connected("G-01", "1.6")
    cookie, other = await desk.cookie("vera"), await desk.cookie("vera")
    async with reading(desk, cookie) as lines:
        await log_out(desk, other)
        for status in (ConnectorStatus.FAULTED, ConnectorStatus.AVAILABLE):
            desk.api.office.clock.turn(LOOKED_AT_S)
            await tell(desk, status)
            assert (await next_event(lines))["event"] == "delta"
