"""Nobody takes all of the server: what is too much is refused, and it is said for how long."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from csms.api.app import Visitors, create_api
from csms.api.rate_limit import Rate
from csms.domain.access import AccessMode
from tests.api.rig import Api


@pytest.fixture
async def client(api: Api) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that may ask three times at once, and twice a second."""
    app = create_api(
        api.context,
        render_metrics=lambda: b"",
        visitors=open_to_all(Rate(per_s=2.0, burst=3)),
    )
    async with from_address(app, "192.0.2.1") as opened:
        yield opened


def open_to_all(rate: Rate) -> Visitors:
    return Visitors(mode=AccessMode.OPEN, hosts=["csms"], rate=rate)


def from_address(app: FastAPI, address: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, client=(address, 40_000))
    return httpx2.AsyncClient(transport=transport, base_url="http://csms")


async def statuses(client: httpx2.AsyncClient, count: int) -> list[int]:
    return [(await client.get("/api/v1/sites")).status_code for _ in range(count)]


async def test_who_asks_too_much_is_told_when_to_try_again(
    api: Api, client: httpx2.AsyncClient
) -> None:
    assert await statuses(client, 4) == [200, 200, 200, 429]
    answer = await client.get("/api/v1/sites")
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["type"] == "urn:chargeflex:too-many-requests"
    assert answer.json()["detail"] == "expected at most 2 requests a second; ask again in 0.5 s"
    api.office.clock.turn(0.5)
    assert await statuses(client, 2) == [200, 429]
    api.office.clock.turn(3600)
    assert await statuses(client, 4) == [200, 200, 200, 429]


async def test_health_is_told_whoever_asks(client: httpx2.AsyncClient) -> None:
    await statuses(client, 4)
    assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("192.0.2.1", "192.0.2.2", 200),
        ("192.0.2.1", "::ffff:192.0.2.1", 429),
        ("2001:db8::1", "2001:db8::2", 429),
        ("2001:db8::1", "2001:db8:0:1::1", 200),
    ],
)
async def test_clients_are_told_apart_by_address_and_of_ipv6_by_network(
    api: Api, first: str, second: str, status: int
) -> None:
    app = create_api(
        api.context,
        render_metrics=lambda: b"",
        visitors=open_to_all(Rate(per_s=1.0, burst=1)),
    )
    async with from_address(app, first) as one, from_address(app, second) as other:
        await one.get("/api/v1/sites")
        assert (await other.get("/api/v1/sites")).status_code == status
