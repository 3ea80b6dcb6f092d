"""Foreign names that lead here: a browser must not be taken in by them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from csms.api.hosts import HostGuard
from tests.api.rig import Api


async def reached(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("reached")


class At:
    """An application that was reached at an address of the machine."""

    def __init__(self, app: ASGIApp, address: Any) -> None:
        self._app, self._address = app, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "server": self._address}, receive, send)


def client_of(address: Any = ("192.0.2.7", 8080)) -> httpx2.AsyncClient:
    routes = [Route(path, reached) for path in ("/", "/healthz", "/readyz")]
    guarded = HostGuard(Starlette(routes=routes), ("Csms.example.org",))
    transport = httpx2.ASGITransport(app=At(guarded, address))
    return httpx2.AsyncClient(transport=transport, base_url="http://csms")


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of() as opened:
        yield opened


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "LOCALHOST.:8080",
        "garage.localhost",
        "127.0.0.1:8080",
        "127.8.9.10",
        "[::1]:8080",
        "[::1]",
        "192.0.2.7:8080",
        "csms.example.org",
        "CSMS.Example.org.:443",
    ],
)
async def test_host_that_is_ours_is_let_through(client: httpx2.AsyncClient, host: str) -> None:
    answer = await client.get("/", headers={"Host": host})
    assert (answer.status_code, answer.text) == (200, "reached")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "192.0.2.8",
        "10.0.0.1:8080",
        "csms.example.org.evil.example",
        "[2001:db8::1]:8080",
        "a:b:c",
        "",
        ":8080",
    ],
)
async def test_foreign_host_is_a_bad_request(client: httpx2.AsyncClient, host: str) -> None:
    answer = await client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == (
        "expected as host a loopback name, the address of this server or one of http.hosts, "
        f"got {host!r}"
    )


async def test_health_is_told_by_whatever_name_it_is_asked(client: httpx2.AsyncClient) -> None:
    evil = {"Host": "evil.example"}
    assert (await client.get("/healthz", headers=evil)).status_code == 200
    assert (await client.get("/readyz", headers=evil)).status_code == 400
    assert (await client.get("/healthz/", headers=evil)).status_code == 400


async def test_host_of_any_length_is_not_repeated_at_length(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/", headers={"Host": "x" * 5000})
    assert answer.status_code == 400
    assert len(answer.text) < 500


@pytest.mark.parametrize("address", [None, ("/run/csms.sock", None)])
async def test_without_an_address_only_names_count(address: Any) -> None:
    async with client_of(address) as client:
        assert (await client.get("/", headers={"Host": "localhost"})).status_code == 200
        assert (await client.get("/", headers={"Host": "192.0.2.7"})).status_code == 400
        assert (await client.get("/", headers={"Host": ""})).status_code == 400


async def test_whole_application_is_guarded(api: Api) -> None:
    for path in ("/api/v1/sites", "/api/v1/openapi.json", "/metrics", "/nowhere"):
        answer = await api.client.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
    answer = await api.client.delete("/api/v1/stations/G-01", headers={"Host": "evil.example"})
    assert answer.status_code == 400
