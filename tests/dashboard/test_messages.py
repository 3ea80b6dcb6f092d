"""The page of messages, before any script runs and in a browser that follows what comes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import pytest_asyncio

from csms.domain.exchange import Exchange
from csms.journal.journal import Journal, JournalSettings
from tests.dashboard.looks import TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, dashboard_app, serving
from tests.journal.messages import after, exchange
from tests.service.rig import FakeClock

PATH: Final = "/sites/yard/messages"
HTML: Final = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal without messages."""
    return Journal(JournalSettings(folder=tmp_path / "journal"), FakeClock())


@pytest.fixture
async def client(room: FakeRoom, journal: Journal) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, journal=journal))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://csms", headers=HTML
    ) as running:
        yield running


def heard(number: int, **fields: Any) -> Exchange:
    """A heartbeat of the site's first station, or what else the fields say."""
    return exchange(number, **{"station_id": "A-1", **fields})


async def told(client: httpx2.AsyncClient, query: str = "", status: int = 200) -> str:
    """What the page says, on one line."""
    answer = await client.get(f"{PATH}?{query}")
    assert answer.status_code == status
    return " ".join(answer.text.split())


async def test_messages_are_shown_with_their_answers(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    journal.note(heard(7))
    page = await told(client)
    assert "<time>2026-01-14 13:00:00.000</time>" in page
    assert '<span class="unseen">From the charger</span>' in page
    assert "<b>Heartbeat</b>" in page
    assert "100 ms" in page
    assert "<pre>[ 2, &#34;7&#34;, &#34;Heartbeat&#34;, {} ]</pre>" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Reset", "DataTransfer", "Heartbeat"]),
        ("station=B-1", ["Reset"]),
        ("action=Heartbeat", ["Heartbeat"]),
        ("by=csms", ["Reset"]),
        ("text=vendor-7", ["DataTransfer"]),
        ("errors=true", ["DataTransfer"]),
        ("until=2026-01-14T13:02", ["DataTransfer", "Heartbeat"]),
        ("station=&action=&by=&text=&until=", ["Reset", "DataTransfer", "Heartbeat"]),
        ("station=ELSEWHERE", []),
    ],
)
async def test_what_is_asked_for_is_shown(
    client: httpx2.AsyncClient, journal: Journal, query: str, found: list[str]
) -> None:
    journal.note(heard(1))
    call = '{"vendorId":"vendor-7"}'
    journal.note(heard(2, at=after(1), action="DataTransfer", call=call, error="Timeout"))
    reset = heard(3, at=after(2), action="Reset", station_id="B-1", is_from_station=False)
    journal.note(reset)
    journal.note(heard(4, at=after(3), action="Boot", station_id="ELSEWHERE"))
    page = await told(client, query)
    assert [part.partition("<")[0] for part in page.split("<b>")[1:]] == found
    assert ("No message matches." in page) is (not found)


async def test_messages_come_in_pages(client: httpx2.AsyncClient, journal: Journal) -> None:
    for number in range(60):
        journal.note(heard(number, at=after(number / 10)))
    first = await told(client, "action=Heartbeat")
    link = "?action=Heartbeat&amp;before=2026-01-14T12.0.10"
    assert f'<a href="{link}" rel="next">Older ones</a>' in first
    second = await told(client, link.removeprefix("?").replace("&amp;", "&"))
    assert second.count("<b>Heartbeat</b>") == 10
    assert '<a href="?action=Heartbeat">The newest</a>' in second


async def test_what_a_station_sends_brings_in_no_markup(
    client: httpx2.AsyncClient, journal: Journal
) -> None:
    evil = "<script>alert(1)</script>"
    journal.note(heard(1, action=evil, call=f'{{"vendorId":"{evil}"}}', error=evil))
    journal.note(heard(2, action="", message_id="", call=evil, answer=None))
    page = await told(client)
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
    assert "<b>No call</b>" in page


async def test_what_cannot_be_shown_is_a_page_that_says_so(
    client: httpx2.AsyncClient, room: FakeRoom
) -> None:
    assert "expected a cursor of an earlier page" in await told(client, "before=x", 422)
    nowhere = await client.get("/sites/nowhere/messages")
    assert "There is no site called “nowhere”." in nowhere.text
    transport = httpx2.ASGITransport(app=dashboard_app(room))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as bare:
        assert "Messages are not kept" in (await bare.get(PATH)).text


@pytest_asyncio.fixture(loop_scope="session")
async def shown(room: FakeRoom, journal: Journal) -> AsyncIterator[Server]:
    """A server with a few messages."""
    for number in range(60):
        journal.note(heard(number, at=after(number / 10)))
    async with serving(room, journal=journal) as running:
        yield running


@pytest.mark.asyncio(loop_scope="session")
async def test_page_fits_and_complains_of_nothing(
    new_tab: NewTab, shown: Server, look: Look
) -> None:
    tab = await new_tab(**look)
    await tab.page.goto(f"{shown.url}{PATH}")
    await tab.page.click(".messages summary >> nth=0")
    assert await tab.page.is_visible(".messages pre >> nth=0")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    assert tab.complaints == []


@pytest.mark.asyncio(loop_scope="session")
async def test_new_messages_come_on_top_while_followed(
    new_tab: NewTab, shown: Server, journal: Journal
) -> None:
    tab = await new_tab()
    await tab.page.goto(f"{shown.url}{PATH}")
    await tab.page.click(".messages summary >> nth=0")
    await tab.page.check("[name=follow]")
    journal.note(heard(99, at=after(7), action="Authorize"))
    await tab.page.wait_for_selector(".messages li:first-child >> text=Authorize")
    assert await tab.page.locator(".messages details[open]").count() == 1
    assert await tab.page.locator(".messages > li").count() == 51
