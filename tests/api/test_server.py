"""The HTTP server over real sockets: live streams, busy ports, and stopping in good order."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import orjson
import pytest
from starlette.applications import Starlette
from starlette.responses import StreamingResponse

from csms.api.server import PortTakenError, bind, serve_http
from csms.domain.events import StatusChanged
from csms.domain.station import ConnectorStatus
from tests.api.rig import Api

_PATIENCE_S: Final = 20.0
"""What has not happened by then has failed to happen."""


@dataclass
class Served:
    """An application at a port, and how to stop it."""

    base_url: str
    stop: asyncio.Event
    ended: "asyncio.Task[None]"

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.base_url, timeout=_PATIENCE_S, trust_env=False)


@asynccontextmanager
async def served(api: Api) -> AsyncIterator[Served]:
    """Serve an application at a free port, with its feed running."""
    at = bind("127.0.0.1", 0)
    stop = asyncio.Event()
    feeding = asyncio.ensure_future(api.room.feed("fjordgata").run())
    serving = asyncio.ensure_future(serve_http(api.app, at, stop))
    try:
        yield Served(f"http://127.0.0.1:{at.getsockname()[1]}", stop, serving)
    finally:
        stop.set()
        async with asyncio.timeout(_PATIENCE_S):
            await serving
        feeding.cancel()
        at.close()


async def next_event(lines: AsyncIterator[str]) -> dict[str, str]:
    """The next event of a stream, field by field; comments that keep it alive are passed over."""
    event: dict[str, str] = {}
    async with asyncio.timeout(_PATIENCE_S):
        async for line in lines:
            name, colon, value = line.partition(":")
            if colon and name:
                event[name] = value.removeprefix(" ")
            elif not line and event:
                return event
    raise AssertionError("the stream has ended")


def data(event: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = orjson.loads(event["data"])
    return values


FAULTED: Final = StatusChanged(
    station_id="G-01", evse_number=1, connector_number=1, status=ConnectorStatus.FAULTED
)


async def test_stream_begins_with_the_view_and_tells_what_changes(api: Api) -> None:
    async with served(api) as server, server.client() as client:
        await api.office.sites.connected("G-01", "1.6")
        async with client.stream("GET", "/api/v1/sites/fjordgata/live") as stream:
            assert stream.status_code == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            first = await next_event(lines)
            assert first["event"] == "snapshot"
            assert data(first)["seq"] == 1
            assert data(first)["view"]["evses"]["G-01/1"]["state"] == "available"
            await api.office.handle(FAULTED)
            second = await next_event(lines)
            assert (second["event"], data(second)["seq"]) == ("delta", 2)
            assert second["id"] != first["id"]
            assert data(second)["evses"] == {"G-01/1": {"state": "faulted"}}
            assert data(second)["site"]["counts"] == {"faulted": 1, "never_seen": 1}


async def test_stream_goes_on_after_the_last_event_that_was_seen(api: Api) -> None:
    async with served(api) as server, server.client() as client:
        await api.office.sites.connected("G-01", "1.6")
        async with client.stream("GET", "/api/v1/sites/fjordgata/live") as stream:
            seen = await next_event(stream.aiter_lines())
        await api.office.handle(FAULTED)
        path, headers = "/api/v1/sites/fjordgata/live", {"Last-Event-ID": seen["id"]}
        for request in (
            client.build_request("GET", path, headers=headers),
            client.build_request("GET", path, params={"after": seen["id"]}),
        ):
            async with aclosing(await client.send(request, stream=True)) as stream:
                missed = await next_event(stream.aiter_lines())
            assert (missed["event"], data(missed)["seq"]) == ("delta", 2)
            assert data(missed)["evses"] == {"G-01/1": {"state": "faulted"}}


async def test_stream_begins_with_the_view_for_who_has_seen_what_nobody_knows(api: Api) -> None:
    async with served(api) as server, server.client() as client:
        asked = {"Last-Event-ID": "of-another-server-7"}
        async with client.stream("GET", "/api/v1/sites/fjordgata/live", headers=asked) as stream:
            assert (await next_event(stream.aiter_lines()))["event"] == "snapshot"


async def test_stream_of_a_site_that_nobody_knows_is_not_found(api: Api) -> None:
    async with served(api) as server, server.client() as client:
        response = await client.get("/api/v1/sites/nowhere/live")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"] == "no site is called 'nowhere'"


async def test_reader_who_leaves_is_forgotten(api: Api) -> None:
    feed = api.room.feed("fjordgata")
    async with served(api) as server, server.client() as client:
        async with client.stream("GET", "/api/v1/sites/fjordgata/live") as stream:
            await next_event(stream.aiter_lines())
            assert feed.is_read
        async with asyncio.timeout(_PATIENCE_S):
            while feed.is_read:  # noqa: ASYNC110 - nobody tells when a reader is gone
                await asyncio.sleep(0)


async def test_server_stops_when_told_although_a_stream_is_open(api: Api) -> None:
    async with served(api) as server, server.client() as client:
        async with client.stream("GET", "/api/v1/sites/fjordgata/live") as stream:
            await next_event(stream.aiter_lines())
            server.stop.set()
            async with asyncio.timeout(_PATIENCE_S):
                await asyncio.shield(server.ended)
        with pytest.raises(httpx2.ConnectError):
            await client.get("/healthz")


async def test_answer_with_a_length_is_sent_whole_although_the_server_stops() -> None:
    stop = asyncio.Event()

    async def halves() -> AsyncIterator[bytes]:
        yield b"first,"
        stop.set()
        for _ in range(50):  # turns in which a server could cut the answer short
            await asyncio.sleep(0)
        yield b"second"

    app = Starlette()
    app.add_route(
        "/", lambda _: StreamingResponse(halves(), headers={"content-length": "12"}), ["GET"]
    )
    with bind("127.0.0.1", 0) as at:
        ended = asyncio.ensure_future(serve_http(app, at, stop))
        url = f"http://127.0.0.1:{at.getsockname()[1]}/"
        async with httpx2.AsyncClient(timeout=_PATIENCE_S, trust_env=False) as client:
            assert (await client.get(url)).text == "first,second"
        async with asyncio.timeout(_PATIENCE_S):
            await ended


async def test_server_leaves_signals_to_the_program(api: Api) -> None:
    kinds = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(kind) for kind in kinds]
    async with served(api) as server, server.client() as client:
        assert (await client.get("/healthz")).status_code == 200
        assert [signal.getsignal(kind) for kind in kinds] == before


async def test_server_does_not_say_what_it_is(api: Api) -> None:
    async with served(api) as server, server.client() as client:
        assert "server" not in (await client.get("/healthz")).headers


def test_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"^cannot listen at 127.0.0.1:{port}: Address"):
            bind("127.0.0.1", port)


def test_address_that_is_not_this_machines_is_named() -> None:
    with pytest.raises(PortTakenError, match=r"cannot listen at 192\.0\.2\.1:0: Cannot assign"):
        bind("192.0.2.1", 0)
