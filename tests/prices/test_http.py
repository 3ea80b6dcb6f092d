"""Asking a server for prices, a real one on 127.0.0.1."""

from datetime import date
from typing import Any, Final

import pytest

from csms.domain.errors import PriceSourceError
from csms.domain.json_path import JsonPath
from csms.domain.price_source import DayText, HttpPlace, PriceShape, PriceUnit
from csms.domain.prices import PriceKind, PriceSeries
from csms.prices.http import HttpPrices
from csms.prices.reading import Wanted
from tests.domain.series import hourly
from tests.domain.sites import OSLO
from tests.prices.server import PriceServer

DAY: Final = date(2026, 1, 14)
PATH: Final = "/2026-01-14.json?key=secret"
ONE_HOUR: Final = b'[{"from": "2026-01-14T00:00:00+01:00", "price": 0.5}]'
SHAPE: Final = PriceShape(
    begins=JsonPath("$[*].from"), value=JsonPath("$[*].price"), unit=PriceUnit("NOK/kWh")
)


def asking(server: PriceServer, **more: Any) -> HttpPrices:
    url = DayText(f"{server.url}/{{day:%Y-%m-%d}}.json?key=secret")
    wanted = Wanted(PriceKind.ENERGY, "NOK")
    return HttpPrices(HttpPlace(url=url, **more), SHAPE, wanted, OSLO)


async def refusal(prices: HttpPrices) -> PriceSourceError:
    with pytest.raises(PriceSourceError) as caught:
        await prices.fetch(DAY)
    return caught.value


async def test_day_is_asked_for_with_the_headers_that_are_given() -> None:
    async with PriceServer({PATH: ONE_HOUR}).listening() as server:
        prices = asking(server, headers={"Authorization": "Bearer x"})
        assert await prices.fetch(DAY) == hourly(0.5)
    [(path, headers)] = server.requests
    assert path == PATH
    assert headers["authorization"] == "Bearer x"


async def test_what_has_not_changed_is_not_sent_again() -> None:
    async with PriceServer({PATH: ONE_HOUR}, version='"7"').listening() as server:
        prices = asking(server)
        assert await prices.fetch(DAY) == hourly(0.5)
        assert await prices.fetch(DAY) is None
        server.version = '"8"'
        server.answers[PATH] = ONE_HOUR.replace(b"0.5", b"0.75")
        assert await prices.fetch(DAY) == hourly(0.75)
    asked = [headers.get("if-none-match") for _, headers in server.requests]
    assert asked == [None, '"7"', '"7"']


async def test_time_of_the_last_change_is_a_version_too() -> None:
    told = {"Last-Modified": "Tue, 13 Jan 2026 12:00:00 GMT"}
    async with PriceServer({PATH: ONE_HOUR}, headers=told).listening() as server:
        prices = asking(server)
        await prices.fetch(DAY)
        await prices.fetch(DAY)
    assert server.requests[1][1]["if-modified-since"] == "Tue, 13 Jan 2026 12:00:00 GMT"


async def test_version_of_what_was_refused_is_not_remembered() -> None:
    async with PriceServer({PATH: b"[1]"}, version='"7"').listening() as server:
        prices = asking(server)
        server.answers[PATH] = b'[{"from": "today", "price": 1}]'
        await refusal(prices)
        await refusal(prices)
    assert "if-none-match" not in server.requests[1][1]


@pytest.mark.parametrize("status", [404, 204])
async def test_day_that_is_not_there_yet_is_no_fault(status: int) -> None:
    async with PriceServer({PATH: b""}, status=status).listening() as server:
        assert await asking(server).fetch(DAY) == PriceSeries()


@pytest.mark.parametrize("status", [301, 400, 401, 429, 500, 503])
async def test_other_answer_is_a_failure_that_tells_no_key(status: int) -> None:
    server = PriceServer({PATH: b"{}"}, status=status, headers={"Location": "/elsewhere"})
    async with server.listening():
        error = await refusal(asking(server))
    assert str(error) == f"{server.url}/2026-01-14.json: expected status 200, got {status}"
    assert server.paths == [PATH]  # no redirect is followed


async def test_server_says_for_how_long_it_wants_to_be_left_alone() -> None:
    async with PriceServer(
        {PATH: b"{}"}, status=429, headers={"Retry-After": "900"}
    ).listening() as server:
        assert (await refusal(asking(server))).wait_s == 900.0
        server.headers = {"Retry-After": "Wed, 14 Jan 2026 12:00:00 GMT"}
        assert (await refusal(asking(server))).wait_s == 0.0


async def test_answer_that_cannot_be_used_is_a_failure_with_its_cause() -> None:
    async with PriceServer({PATH: b"<html>"}).listening() as server:
        error = await refusal(asking(server))
    assert str(error) == f"{server.url}/2026-01-14.json: document: expected JSON, got '<html>'"


async def test_answer_that_is_too_long_is_not_read_to_its_end() -> None:
    async with PriceServer({PATH: b" " * (4 * 1024 * 1024 + 1)}).listening() as server:
        assert "expected at most 4194304 bytes" in str(await refusal(asking(server)))


async def test_server_that_does_not_answer_is_given_up() -> None:
    async with PriceServer({PATH: ONE_HOUR}).listening() as server:
        server.gate.clear()
        error = await refusal(asking(server, timeout_s=0.05))
    assert "no answer within 0.05 s" in str(error)


async def test_server_that_is_not_there_is_a_failure() -> None:
    server = PriceServer()
    async with server.listening():
        pass
    assert str(await refusal(asking(server))).startswith(f"{server.url}/2026-01-14.json: Connect")
