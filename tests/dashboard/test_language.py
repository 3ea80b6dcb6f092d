"""Pages in the language of their reader."""

from dataclasses import replace

import httpx2
import pytest

from csms.domain.guard_event import GuardEventKind
from csms.language.languages import Language
from csms.language.said import Said
from csms.service.site_view import GuardEventView, GuardView, SiteView
from csms.service.view_json import to_json
from tests.dashboard.rig import FakeRoom, NewTab, Server, dashboard_app
from tests.dashboard.views import NOON, site_view, with_evse

NORWEGIAN = {"Accept": "text/html", "Accept-Language": "nb-NO,nb;q=0.9,en;q=0.5"}
TILE = '[data-key="A-1/1"]'


def headed(view: SiteView, load: float) -> SiteView:
    """With a headline that knows of what it is made."""
    return replace(view, headline=Said("%(feeder)s is over its limit", feeder=f"Row {load:g}"))


def client_of(room: FakeRoom) -> httpx2.AsyncClient:
    """A browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room))
    return httpx2.AsyncClient(transport=transport, base_url="http://csms", headers=NORWEGIAN)


async def test_a_page_is_in_the_language_that_the_browser_likes_best(room: FakeRoom) -> None:
    async with client_of(room) as client:
        page = (await client.get("/")).text
        assert '<html lang="nb"' in page
        assert "<h2>Effekt nå</h2>" in page
        assert "Effektiv" not in page
        other = (await client.get("/", headers={"Accept-Language": "sv"})).text
        assert '<html lang="en"' in other
        assert 'id="texts"' not in other


async def test_a_choice_is_kept_and_comes_before_the_browser_s(room: FakeRoom) -> None:
    async with client_of(room) as client:
        answer = await client.get("/sites/yard?language=en&a=b")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sites/yard?a=b"
        page = (await client.get("/sites/yard")).text
        assert '<html lang="en"' in page
        assert 'href="/sites/yard?language=nb"' in page


async def test_a_choice_leads_to_no_other_host(room: FakeRoom) -> None:
    async with client_of(room) as client:
        answer = await client.get("http://csms//elsewhere.example/?language=nb")
        assert answer.headers["location"] == "/elsewhere.example/"


async def test_a_page_that_is_not_there_says_so_in_norwegian(room: FakeRoom) -> None:
    async with client_of(room) as client:
        page = await client.get("/sites/nowhere")
        assert page.status_code == 404
        assert "Det finnes ikke noe anlegg som heter «nowhere»." in page.text


async def test_programs_are_told_in_english_unless_they_ask(room: FakeRoom) -> None:
    room.show(headed(site_view(), 1))
    async with client_of(room) as client:
        [english] = (await client.get("/api/v1/sites")).json()
        [norwegian] = (await client.get("/api/v1/sites?language=nb")).json()
        assert english["headline"] == "Row 1 is over its limit"
        assert norwegian["headline"] == "Row 1 er over grensen"


def test_what_the_guard_did_before_a_start_is_told_in_norwegian() -> None:
    event = GuardEventView(
        kind=GuardEventKind.RESTORED,
        at=NOON,
        title=Said("Limits given back"),
        text="Row A",
        cause="Vehicles may draw 12 A more again",
    )
    view = site_view(guard=GuardView(events=(event,)))
    [shown] = to_json(view, Language.NB)["guard"]["events"]
    assert shown["title"] == "Grenser gitt tilbake"
    assert shown["cause"] == "Bilene kan trekke 12 A mer igjen"


@pytest.mark.asyncio(loop_scope="session")
async def test_each_tab_is_told_in_its_language_and_a_click_changes_it(
    new_tab: NewTab, server: Server, room: FakeRoom
) -> None:
    room.show(headed(site_view(), 1))
    one, other = await new_tab(locale="nb-NO"), await new_tab(locale="en-GB")
    await one.open(server.url)
    await other.open(server.url)
    await one.says(".link", "Direkte")
    room.show(headed(with_evse(site_view(), "A-1/1", power_w=7_360.0), 2))
    await one.says("[data-f=headline]", "Row 2 er over grensen")
    await one.says(f"{TILE} .tile-power", "7,4 kW")
    await other.says("[data-f=headline]", "Row 2 is over its limit")
    await other.says(f"{TILE} .tile-power", "7.4 kW")
    await one.page.click(".languages a[lang=en]")
    await one.says("[data-f=headline]", "Row 2 is over its limit")
    assert await one.page.get_attribute("html", "lang") == "en"
    await one.page.reload()
    await one.says(".link", "Live")
    assert one.complaints == other.complaints == []
