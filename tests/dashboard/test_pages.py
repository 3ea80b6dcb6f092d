"""Pages as they come from the server, before any script runs."""

# ruff: noqa: RUF001 - pages are set with true dashes, minus and times signs

import logging
from collections.abc import AsyncIterator

import httpx2
import pytest

from csms.domain.errors import ChargeFlexError
from csms.domain.imposed_limit import LimitParty
from tests.dashboard.rig import FakeRoom, dashboard_app
from tests.dashboard.views import bare_view, imposed, site_view, with_feeder

HTML = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
async def client(room: FakeRoom) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that runs no scripts."""
    async with client_of(room) as running:
        yield running


def client_of(room: FakeRoom) -> httpx2.AsyncClient:
    """A client of the pages of a room."""
    transport = httpx2.ASGITransport(app=dashboard_app(room), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://csms", headers=HTML)


async def test_the_only_site_is_the_first_page(client: httpx2.AsyncClient) -> None:
    page = await client.get("/")
    assert page.status_code == 200
    assert "<title>North yard – ChargeFlex</title>" in page.text
    assert "Intake is full on L1 until 14:30" in page.text
    assert 'data-api="/api/v1/sites/yard"' in page.text


async def test_pages_are_printed_from_what_was_seen_lately(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeRoom, "view", None)  # it would look at every connector anew
    for page in ("/", "/sites/yard"):
        assert (await client.get(page)).status_code == 200


async def test_a_page_may_load_from_this_server_only(client: httpx2.AsyncClient) -> None:
    headers = (await client.get("/")).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self'"
    )
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_only_limits_that_can_be_lifted_have_a_button() -> None:
    limits = (imposed(), imposed(LimitParty.GRID_COMPANY, by="Nett AS"))
    view = with_feeder(site_view(), "row-a", imposed=limits)
    async with client_of(FakeRoom(view)) as client:
        page = (await client.get("/")).text
        lifted = "<li><span>Limited to 3 × 20 A by the operator until it is lifted</span><button"
        assert lifted in page
        assert "<li><span>Limited to 3 × 20 A by Nett AS until it is lifted</span></li>" in page


async def test_several_sites_are_listed() -> None:
    async with client_of(FakeRoom(site_view(), site_view(site_id="south", name="South"))) as client:
        page = await client.get("/")
        assert '<a href="/sites/yard">North yard</a>' in page.text
        assert '<a href="/sites/south">South</a>' in page.text
        assert 'href="/">All sites</a>' in (await client.get("/sites/south")).text


async def test_no_site_is_said_so() -> None:
    async with client_of(FakeRoom()) as client:
        assert "No site yet" in (await client.get("/")).text


async def test_a_site_without_chargers_says_where_to_connect_them() -> None:
    async with client_of(FakeRoom(bare_view())) as client:
        page = (await client.get("/")).text
    assert "No chargers yet" in page
    assert "<code>ws://127.0.0.1:9000/ocpp/&lt;station id&gt;</code>" in page
    assert "The first plan is being made" in page


async def test_what_a_site_is_called_cannot_bring_in_markup() -> None:
    async with client_of(FakeRoom(site_view(name="<b>yard</b>"))) as client:
        page = (await client.get("/")).text
    assert "&lt;b&gt;yard&lt;/b&gt;" in page
    assert "<b>yard" not in page


async def test_an_unknown_site_is_a_page_that_says_so(client: httpx2.AsyncClient) -> None:
    page = await client.get("/sites/elsewhere")
    assert page.status_code == 404
    assert "There is no site called “elsewhere”." in page.text


async def test_an_unknown_address_is_a_page_for_browsers(client: httpx2.AsyncClient) -> None:
    page = await client.get("/nowhere")
    assert page.status_code == 404
    assert "<h1>There is no such page</h1>" in page.text
    assert "Content-Security-Policy" in page.headers


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/static/nowhere.js"])
async def test_an_unknown_address_of_a_program_is_no_page(
    client: httpx2.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        404,
        "application/problem+json",
    )


async def test_a_program_is_told_in_json_whatever_it_asks_for(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.json()["detail"] == "Not Found"


async def test_a_site_that_cannot_be_shown_is_a_page_and_is_logged(
    client: httpx2.AsyncClient, room: FakeRoom, caplog: pytest.LogCaptureFixture
) -> None:
    room.fault = ChargeFlexError("the books do not add up")
    with caplog.at_level(logging.ERROR):
        page = await client.get("/sites/yard")
    assert page.status_code == 500
    assert "the books do not add up." in page.text
    assert "could not print the page" in caplog.text


async def test_a_failure_that_nobody_foresaw_tells_a_browser_no_secrets(
    client: httpx2.AsyncClient, room: FakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(room, "site_ids", fail)
    page = await client.get("/")
    assert page.status_code == 500
    assert "The page cannot be shown just now" in page.text
    assert "secret" not in page.text
