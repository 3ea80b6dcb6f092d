"""One connector: what may be done there, what is asked first, and what is told of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Route

from csms.domain.audit import AuditWanted
from csms.domain.commands import CommandStatus, Outcome
from csms.domain.errors import InvalidInputError
from csms.domain.transaction import StatedNeed
from csms.journal.journal import Journal, JournalSettings
from csms.service.site_view import ConnectorLimitView
from tests.dashboard.desk import SITE, open_desk
from tests.dashboard.looks import TOO_WIDE, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, dashboard_app, serving
from tests.dashboard.test_accessibility import RULES, SERIOUS
from tests.dashboard.views import CHARGING, NOON, site_view
from tests.journal.messages import exchange
from tests.service.conftest import blank_file, database_file
from tests.service.rig import FakeClock

__all__ = ["blank_file", "database_file"]

PATH: Final = "/sites/yard/connectors/A-1/1"
SHEET: Final = ".details[open] .sheet"
TOLD: Final = f"{SHEET} .sheet-told"
ACTS: Final = re.compile(r'action="[^"]*/(start|stop|boost|end-boost|limit|release|need)"')


@pytest.fixture
async def client(room: FakeRoom) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room))
    headers = {"accept": "text/html", "origin": "http://csms"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://csms", headers=headers
    ) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def kept(room: FakeRoom, tmp_path: Path) -> AsyncIterator[Server]:
    """A server that keeps messages, of which there are eight of the first charger."""
    journal = Journal(JournalSettings(folder=tmp_path / "journal"), FakeClock())
    for number in range(8):
        journal.note(exchange(number, station_id="A-1"))
    journal.note(exchange(20, station_id="B-1"))
    async with serving(room, journal=journal) as running:
        yield running


async def sent(client: httpx2.AsyncClient, act: str, status: int = 200, **fields: str) -> str:
    """What the page says after a form was sent, on one line."""
    answer = await client.post(f"{PATH}/{act}", data=fields)
    assert answer.status_code == status
    return " ".join(answer.text.split())


async def test_each_role_finds_only_what_it_may(database_file: Path) -> None:
    path = f"/sites/{SITE}/connectors/G-01/1"
    async with open_desk(database_file, ["ola", "oda", "vera"]) as desk:
        await desk.api.charge()
        found = {}
        for name in ("ola", "oda", "vera"):
            async with await desk.browser(name) as browser:
                found[name] = ACTS.findall((await browser.get(path)).text)
        assert found == {
            "ola": ["stop", "boost", "limit", "need"],
            "oda": ["stop", "boost", "limit", "need"],
            "vera": [],
        }


async def test_what_is_done_by_forms_is_done_and_written_down(database_file: Path) -> None:
    path = f"/sites/{SITE}/connectors/G-01/1"
    async with open_desk(database_file, ["oda"]) as desk:
        await desk.api.charge()
        async with await desk.browser("oda") as browser:
            fields = {"amps": "0", "sure": "yes"}
            page = await browser.post(f"{path}/limit", data=fields)
            assert "It may draw 6 A all the same" in page.text
            assert "Limited to 0 A until it is released" in page.text
            assert (await browser.post(f"{path}/boost")).status_code == 200
            view = desk.api.room.view(SITE).evses["G-01/1"]
            assert view.operator_limit == ConnectorLimitView(amps=0.0, until_at=None, words="")
            assert view.is_boosted
            await browser.post(f"{path}/end-boost")
            await browser.post(f"{path}/release")
            view = desk.api.room.view(SITE).evses["G-01/1"]
            assert view.operator_limit is None
            assert not view.is_boosted
        entries = [one.entry for one in await desk.side.audits.find(AuditWanted(), 100)]
        assert [one.action for one in reversed(entries) if one.action.endswith("_by_page")] == [
            "limit_connector_by_page",
            "boost_connector_by_page",
            "end_boost_by_page",
            "release_connector_by_page",
        ]


async def test_a_form_of_a_foreign_site_is_refused(database_file: Path) -> None:
    async with open_desk(database_file, ["oda"]) as desk:
        await desk.api.charge()
        async with await desk.browser("oda") as browser:
            path = f"/sites/{SITE}/connectors/G-01/1/boost"
            answer = await browser.post(path, headers={"origin": "http://elsewhere"})
        assert answer.status_code == 403
        assert not desk.api.office.evse("G-01/1").is_boosted


async def test_a_stop_is_asked_once_and_says_what_will_happen(
    client: httpx2.AsyncClient, room: FakeRoom
) -> None:
    page = await sent(client, "stop")
    assert "Stop charging at A-1? Its transaction ends with 5.2 kWh." in page
    assert room.connectors.done == []
    page = await sent(client, "stop", sure="yes")
    assert "The charger has accepted: it stops charging." in page
    assert room.connectors.done == [("stop", "A-1/1")]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (CommandStatus.REJECTED, "The charger has refused to stop. It is busy"),
        (CommandStatus.TIMED_OUT, "The charger has not answered: it may have stopped or not."),
        (CommandStatus.NOT_SENT, "The charger was not reached: it goes on as before."),
        (CommandStatus.NOT_SUPPORTED, "The charger&#39;s answer: not supported."),
    ],
)
async def test_what_the_charger_made_of_a_stop_is_told(
    client: httpx2.AsyncClient, room: FakeRoom, status: CommandStatus, words: str
) -> None:
    room.connectors.outcome = Outcome(status=status, detail="It is busy")
    assert words in await sent(client, "stop", 409, sure="yes")


async def test_a_start_names_the_token(client: httpx2.AsyncClient, room: FakeRoom) -> None:
    page = await sent(client, "start", token="04A2B3C4")  # noqa: S106 - an id token
    assert "The charger has accepted: it starts once a vehicle is there." in page
    assert room.connectors.done == [("start", "A-1/1", "04A2B3C4")]


async def test_only_a_limit_that_lowers_somebody_is_asked(
    client: httpx2.AsyncClient, room: FakeRoom
) -> None:
    page = await sent(client, "limit", amps="10", minutes="60", words="a warm cable")
    assert "Limit A-1 to 10 A? It may draw 16 A now, and is lowered at once." in page
    assert 'name="words" value="a warm cable"' in page
    assert room.connectors.done == []
    await sent(client, "limit", amps="10", minutes="60", words="a warm cable", sure="yes")
    page = await sent(client, "limit", amps="20,5")
    assert "Limited: the charger is told at once." in page
    assert room.connectors.done == [
        ("limit", "A-1/1", 10.0, NOON + timedelta(hours=1), "a warm cable"),
        ("limit", "A-1/1", 20.5, None, ""),
    ]


async def test_a_limit_is_released_by_the_button_in_its_place(
    client: httpx2.AsyncClient, room: FakeRoom
) -> None:
    limit = ConnectorLimitView(amps=10.0, until_at=None, words="a warm cable")
    room.show(site_view(evses={"A-1/1": replace(CHARGING, operator_limit=limit)}))
    page = (await client.get(PATH)).text
    assert "Limited to 10 A until it is released: a warm cable" in page
    assert ACTS.findall(page) == ["stop", "boost", "release", "need"]
    assert "Released" in await sent(client, "release")
    assert room.connectors.done == [("release", "A-1/1")]


async def test_what_cannot_be_done_says_why(client: httpx2.AsyncClient, room: FakeRoom) -> None:
    assert "expected a number, got &#39;many&#39;" in await sent(client, "limit", 409, amps="many")
    room.connectors.fault = InvalidInputError("amps", "expected 0 to 32 A")
    assert "expected 0 to 32 A." in await sent(client, "limit", 409, amps="50")
    answer = await client.post("/sites/yard/connectors/none/1/boost")
    assert answer.status_code == 404
    assert "North yard has no connector called “none/1”." in answer.text


async def test_a_departure_is_said_without_scripts(
    client: httpx2.AsyncClient, room: FakeRoom
) -> None:
    assert "The next plan knows." in await sent(client, "need", kwh="18,5", leaves="17:10")
    at_ten_past_five = NOON + timedelta(hours=4, minutes=10)
    stated = StatedNeed(energy_wh=18_500.0, departs_at=at_ten_past_five)
    assert room.needs.stated == [("A-1/1", stated)]


class TestInTheSheet:
    """The same in Chromium, without leaving the page of the site."""

    pytestmark = pytest.mark.asyncio(loop_scope="session")

    @staticmethod
    async def open(tab: Tab, server: Server, name: str = "A-1") -> None:
        """Open a connector's sheet."""
        await tab.open(server.url)
        await tab.page.click(f'.tile-name button:text-is("{name}")')
        await tab.page.wait_for_selector(SHEET)

    async def test_a_stop_is_asked_and_answered(
        self, tab: Tab, server: Server, room: FakeRoom
    ) -> None:
        await self.open(tab, server)
        await tab.page.click(f'{SHEET} button:text-is("Stop")')
        await tab.page.click(f'{SHEET} a:text-is("Back")')
        await tab.page.click(f'{SHEET} button:text-is("Stop")')
        room.connectors.outcome = Outcome(status=CommandStatus.REJECTED)
        await tab.page.click(f'{SHEET} button:text-is("Stop it")')
        await tab.says(TOLD, "The charger has refused to stop.")
        assert room.connectors.done == [("stop", "A-1/1")]
        assert tab.page.url == f"{server.url}/"
        assert tab.complaints == []

    async def test_a_boost_and_a_limit_change_what_can_be_done(
        self, tab: Tab, server: Server, room: FakeRoom
    ) -> None:
        await self.open(tab, server)
        limit = ConnectorLimitView(amps=20.0, until_at=None, words="")
        boosted = replace(CHARGING, is_boosted=True, operator_limit=limit)
        await tab.page.click(f'{SHEET} summary:text-is("Limit")')
        await tab.page.fill(f"{SHEET} [name=amps]", "20")
        await tab.page.click(f'{SHEET} button:text-is("Limit it")')
        await tab.says(TOLD, "Limited: the charger is told at once.")
        await tab.page.click(f'{SHEET} button:text-is("Boost")')
        await tab.says(TOLD, "Boosted: the next plan charges it before all others.")
        await tab.page.locator(f"{SHEET} h3").first.click()  # nobody is at the buttons
        await tab.page.evaluate("document.activeElement.blur()")
        room.show(site_view(evses={"A-1/1": boosted}))
        await tab.page.click(f'{SHEET} button:text-is("Release the limit")')
        await tab.says(TOLD, "Released: the next plan gives it what there is room for.")
        await tab.page.click(f'{SHEET} button:text-is("End the boost")')
        assert [one[0] for one in room.connectors.done] == [
            "limit",
            "boost",
            "release",
            "end_boost",
        ]
        assert tab.complaints == []

    async def test_the_course_says_what_it_shows_and_what_stands_at_the_cursor(
        self, tab: Tab, server: Server
    ) -> None:
        await self.open(tab, server)
        chart = tab.page.locator(f"{SHEET} .chart")
        await tab.page.wait_for_selector(f'{SHEET} .chart[aria-label*="7.0 kW"] canvas')
        assert await chart.get_attribute("aria-label") == (
            "Power over time: at most 7.0 kW drawn; what was and is planned beside it, the price "
            "beneath"
        )
        box = await chart.locator(".u-over").bounding_box()
        assert box is not None
        for share, words in (
            (0.25, ": 7.0 kW drawn, 11.0 kW planned, 1.40 NOK/kWh"),
            (0.4, ": 5.0 kW planned, 1.90 NOK/kWh"),
        ):
            await tab.page.mouse.move(box["x"] + box["width"] * share, box["y"] + 20)
            await tab.page.wait_for_selector(f'{SHEET} .course-at:text("{words}")')
        assert tab.complaints == []

    async def test_what_is_known_at_once_of_the_course_is_drawn_before_the_rest(
        self, tab: Tab, server: Server
    ) -> None:
        may_answer = asyncio.Event()

        async def wait(route: Route) -> None:
            await may_answer.wait()
            await route.continue_()

        await tab.page.route("**/course", wait)
        await self.open(tab, server)
        chart = f"{SHEET} .chart"
        await tab.page.wait_for_selector(f'{chart}[aria-label*="at most 4.0 kW drawn"]')
        may_answer.set()
        await tab.page.wait_for_selector(f'{chart}[aria-label*="at most 7.0 kW drawn"]')
        assert tab.complaints == []

    async def test_the_last_messages_are_a_few_and_lead_to_all(
        self, tab: Tab, kept: Server
    ) -> None:
        await self.open(tab, kept)
        lines = await tab.page.locator(f"{SHEET} .sheet-messages li").all_inner_texts()
        assert len(lines) == 5
        assert all("Heartbeat" in line for line in lines)
        await tab.page.click(f'{SHEET} a:text-is("All its messages")')
        await tab.page.wait_for_url("**/sites/yard/messages?station=A-1")

    async def test_a_server_that_is_gone_is_said(self, tab: Tab, server: Server) -> None:
        await self.open(tab, server)
        await tab.page.route("**/connectors/**", lambda route: route.abort())
        await tab.page.click(f'{SHEET} button:text-is("Boost")')
        await tab.says(".details[open] .details-sheet", "The server does not answer.")

    async def test_without_scripts_a_tile_leads_to_the_page(
        self, new_tab: NewTab, server: Server, room: FakeRoom
    ) -> None:
        tab = await new_tab(java_script_enabled=False)
        await tab.page.goto(server.url)
        await tab.page.click('.tile-name button:text-is("A-1")')
        assert tab.page.url.rstrip("?").endswith(PATH)
        await tab.page.click('button:text-is("Stop")')
        await tab.page.click('button:text-is("Stop it")')
        told = await tab.page.inner_text(".sheet-told")
        assert told.strip() == "The charger has accepted: it stops charging."
        assert room.connectors.done == [("stop", "A-1/1")]

    async def test_it_fits_and_can_be_read_by_all(
        self, new_tab: NewTab, look: Look, kept: Server
    ) -> None:
        tab = await new_tab(**look)
        await self.open(tab, kept)
        await tab.page.click(f'{SHEET} summary:text-is("Limit")')
        await tab.page.locator(f"{SHEET} canvas").wait_for()
        assert await tab.page.evaluate(TOO_WIDE) == []
        found: Any = await Axe().run(tab.page, context=".details", options=RULES)
        faults = [one for one in found.response["violations"] if one["impact"] in SERIOUS]
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in faults] == []
        assert tab.complaints == []
