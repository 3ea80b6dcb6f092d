"""The pages of transactions, before any script runs and in a browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx2
import pytest
import pytest_asyncio

from csms.dashboard.transaction_course import course_of
from csms.domain.transaction_search import TransactionsWanted, TransactionTotals
from tests.dashboard.looks import TOO_WIDE, TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, dashboard_app, serving
from tests.dashboard.views import NOON, site_view

PATH: Final = "/sites/yard/transactions"
READINGS: Final = """station_id,starts_at,power_mean_w,energy_wh
"a ""b"", c",2026-01-14 12:00:00+00,7400.0,
G-01,2026-01-14 12:01:00+00,,60.0
G-01,2026-01-14 12:04:00+00,0.0,0.0
"""
POWERS: Final = """async (text) => {
    const scripts = document.querySelector('script[src$="/js/transaction.js"]').src;
    const { powers, readTable } = await import(scripts.replace("transaction.js", "table.js"));
    return powers(readTable(text), 60);
}"""


def row(number: int, **more: Any) -> dict[str, Any]:
    """A transaction of the site, which has ended unless it says otherwise."""
    usual: dict[str, Any] = {
        "number": number,
        "site_id": "yard",
        "station_id": "G-01",
        "evse_number": 1,
        "transaction_id": f"tx-{number}",
        "id_token": "04A2B3C4",
        "started_at": NOON,
        "ended_at": NOON + timedelta(hours=2, minutes=30),
        "energy_wh": 15_000.0,
        "meter_start_wh": 1_000_000.0,
        "meter_stop_wh": 1_015_000.0,
        "needed_wh": None,
        "departs_at": None,
        "need_by": None,
        "stop_reason": "EVDisconnected",
        "closed_by": "station",
        "total_cost": 31.5,
        "seq_nos": "0-3,6-9",
    }
    return {**usual, **more}


@dataclass
class FakeTransactions:
    """Holds some transactions, and remembers what was asked for."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    asked: list[TransactionsWanted] = field(default_factory=list)

    async def transactions(self, wanted: TransactionsWanted, limit: int) -> list[dict[str, Any]]:
        """All of them, from the last one of the page before on."""
        self.asked.append(wanted)
        before = wanted.before or len(self.rows) + 1
        return [one for one in self.rows if one["number"] < before][:limit]

    async def transaction(self, number: int) -> dict[str, Any] | None:
        """The one of that number."""
        return next((one for one in self.rows if one["number"] == number), None)

    async def transaction_totals(self, _wanted: TransactionsWanted) -> TransactionTotals:
        """As if there were many."""
        return TransactionTotals(count=1234, energy_wh=15_500.0, cost=4_030.5)


@pytest.fixture
def reads() -> FakeTransactions:
    """One that has ended."""
    return FakeTransactions([row(1)])


@pytest.fixture
async def client(room: FakeRoom, reads: FakeTransactions) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, reads))
    headers = {"Accept": "text/html,*/*;q=0.8"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://csms", headers=headers
    ) as running:
        yield running


async def told(client: httpx2.AsyncClient, path: str) -> str:
    """What a page says, on one line and without its marks' spaces."""
    answer = await client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


async def test_transactions_are_listed_with_what_they_come_to(client: httpx2.AsyncClient) -> None:
    page = await told(client, PATH)
    assert "<b>1,234</b> found, <b>15.5 kWh</b>, <b>4,030.50</b> in money" in page
    assert '<a href="/sites/yard/transactions/1">1</a>' in page
    for cell in ("G-01/1", "04…C4", "2026-01-14 13:00", "2026-01-14 15:30", "31.50"):
        assert f">{cell}</td>" in page
    assert ">2:30 h</td>" in page
    assert "The cable was unplugged" in page
    assert "04A2B3C4" not in page


async def test_what_is_asked_for_is_looked_for_by_the_site_s_days(
    client: httpx2.AsyncClient, reads: FakeTransactions
) -> None:
    form = "state=ended&station=G-02&token=04a2&first=2026-01-14&last=2026-01-15"
    page = await told(client, f"{PATH}?{form}")
    assert reads.asked == [
        TransactionsWanted(
            site_id="yard",
            station_id="G-02",
            token="04a2",  # noqa: S106 - an id token
            is_running=False,
            since=datetime.fromisoformat("2026-01-13T23:00:00Z"),
            until=datetime.fromisoformat("2026-01-15T23:00:00Z"),
        )
    ]
    assert 'name="first" value="2026-01-14"' in page
    assert '<option value="ended" selected>Ended</option>' in page
    asked = "running=false&amp;station=G-02&amp;id_token=04a2&amp;from=2026-01-14&amp;to=2026-01-16"
    link = f"/api/v1/sites/yard/export?what=transactions&amp;format=xlsx&amp;{asked}"
    assert f'<a href="{link}" download>Excel</a>' in page


async def test_a_form_left_empty_asks_for_everything(
    client: httpx2.AsyncClient, reads: FakeTransactions
) -> None:
    await told(client, f"{PATH}?state=all&station=&token=&first=&last=")
    assert reads.asked == [TransactionsWanted(site_id="yard")]


async def test_this_month_and_the_last_are_a_click_away(
    client: httpx2.AsyncClient, reads: FakeTransactions
) -> None:
    page = await told(client, PATH)
    assert 'name="month" value="2026-01-01">This month</button>' in page
    assert 'name="month" value="2025-12-01">Last month</button>' in page
    asked = "first=2026-01-05&last=&month=2025-12-01&token=04A2B3C4"
    page = await told(client, f"{PATH}?{asked}")
    assert 'name="first" value="2025-12-01"' in page
    assert 'name="last" value="2025-12-31"' in page
    assert 'name="token" value="04A2B3C4"' in page
    wanted = reads.asked[-1]
    assert (wanted.since, wanted.until) == (
        datetime(2025, 11, 30, 23, tzinfo=UTC),
        datetime(2025, 12, 31, 23, tzinfo=UTC),
    )
    assert (await client.get(f"{PATH}?month=9999-12-01")).status_code == 422


async def test_older_ones_are_a_page_away(
    client: httpx2.AsyncClient, reads: FakeTransactions
) -> None:
    reads.rows = [row(number) for number in range(60, 0, -1)]
    first = await told(client, f"{PATH}?state=ended")
    assert '<a href="?state=ended&amp;before=11" rel="next">Older ones</a>' in first
    assert "The newest" not in first
    second = await told(client, f"{PATH}?state=ended&before=11")
    assert "Older ones" not in second
    assert '<a href="?state=ended">The newest</a>' in second
    assert "/transactions/10" in second


async def test_nothing_found_is_said_so(
    client: httpx2.AsyncClient, reads: FakeTransactions
) -> None:
    reads.rows = []
    assert "Nothing has charged yet" in await told(client, PATH)


async def test_one_is_shown_with_all_that_is_known(
    client: httpx2.AsyncClient, reads: FakeTransactions
) -> None:
    departs_at = NOON + timedelta(hours=3)
    reads.rows = [row(7, needed_wh=18_000.0, departs_at=departs_at, need_by="operator")]
    page = await told(client, f"{PATH}/7")
    assert "<dd>18.0 kWh, by 2026-01-14 16:00, stated</dd>" in page
    assert "<dd>1000.0 to 1015.0 kWh</dd>" in page
    assert '<dd class="big">6.0 <small>kW</small></dd>' in page
    assert "<dt>Reports that have not come</dt><dd>4 to 5</dd>" in page
    assert '<a href="/sites/yard/transactions?token_of=7">All of this token</a>' in page


@pytest.mark.parametrize(
    ("news", "words"),
    [
        ({"ended_at": None, "closed_by": None, "stop_reason": None}, "Running"),
        ({"closed_by": "silent"}, "Closed here: nothing was heard of it for too long"),
        ({"stop_reason": "SomethingNew"}, "SomethingNew"),
        ({"stop_reason": "<b>Other</b>"}, "&lt;b&gt;Other&lt;/b&gt;"),
    ],
)
async def test_why_one_has_ended_is_said(
    client: httpx2.AsyncClient, reads: FakeTransactions, news: dict[str, Any], words: str
) -> None:
    reads.rows = [row(1, **news)]
    assert f"<dt>End</dt><dd>{words}" in await told(client, f"{PATH}/1")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/sites/nowhere/transactions", "There is no site called “nowhere”."),
        ("/sites/nowhere/transactions/1", "There is no site called “nowhere”."),
        (f"{PATH}/99", "North yard has no transaction of the number 99."),
        (f"{PATH}/2", "North yard has no transaction of the number 2."),
    ],
)
async def test_what_is_not_there_is_a_page_that_says_so(
    client: httpx2.AsyncClient, reads: FakeTransactions, path: str, words: str
) -> None:
    reads.rows.append(row(2, site_id="elsewhere"))
    answer = await client.get(path)
    assert answer.status_code == 404
    assert words in answer.text


@pytest.mark.parametrize("query", ["first=yesterday", "state=some", "token_of=x"])
async def test_a_filter_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, query: str
) -> None:
    assert (await client.get(f"{PATH}?{query}")).status_code == 422


@pytest.mark.parametrize(
    ("news", "resolution", "until", "step_s"),
    [
        ({}, "1min", "2026-01-14T14:30:00+00:00", 60),
        ({"ended_at": NOON + timedelta(days=1)}, "15min", "2026-01-15T12:00:00+00:00", 900),
        ({"ended_at": NOON + timedelta(days=20)}, "day", "2026-02-03T12:00:00+00:00", 86_400),
        ({"ended_at": NOON}, "1min", "2026-01-14T12:01:00+00:00", 60),
        ({"ended_at": None}, "1min", "2026-01-14T14:45:00+00:00", 60),
    ],
)
def test_course_is_read_in_steps_that_fit_its_length(
    news: dict[str, Any], resolution: str, until: str, step_s: int
) -> None:
    course = course_of(row(1, **news), NOON + timedelta(hours=2, minutes=45))
    assert course is not None
    asked = dict(parse_qsl(course.csv))
    assert (asked["resolution"], asked["to"], course.step_s) == (resolution, until, step_s)
    assert (asked["station"], asked["evse"], asked["format"]) == ("G-01", "1", "csv")


def test_transaction_whose_evse_is_not_known_has_no_course() -> None:
    assert course_of(row(1, evse_number=None), NOON) is None


@pytest_asyncio.fixture(loop_scope="session")
async def shown(room: FakeRoom) -> AsyncIterator[Server]:
    """A server with many transactions."""
    reads = FakeTransactions([row(n, station_id=f"STATION-{n}") for n in range(60, 0, -1)])
    room.exports.text = READINGS
    async with serving(room, reads=reads) as running:
        yield running


@pytest.mark.asyncio(loop_scope="session")
async def test_pages_fit_and_complain_of_nothing(
    new_tab: NewTab, shown: Server, look: Look
) -> None:
    tab = await new_tab(**look)
    await tab.page.goto(f"{shown.url}/sites/yard/transactions")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    await tab.page.click("text=Older ones")
    await tab.page.click('.records a:text-is("10")')
    assert await tab.page.text_content("h2") == "Transaction 10"
    await tab.page.wait_for_selector('.chart[aria-label$="at most 7.4 kW"] canvas')
    assert await tab.page.evaluate(TOO_WIDE) == []
    await tab.page.click("text=All of this charger")
    assert await tab.page.input_value("[name=station]") == "STATION-10"
    assert tab.complaints == []


@pytest.mark.asyncio(loop_scope="session")
async def test_course_is_drawn_with_its_holes(new_tab: NewTab, shown: Server) -> None:
    tab = await new_tab()
    await tab.page.goto(f"{shown.url}/sites/yard/transactions/1")
    drawn = await tab.page.evaluate(POWERS, READINGS)
    assert drawn == [
        [1768392000, 1768392060, 1768392120, 1768392240, 1768392300],
        [7.4, 3.6, None, 0, 0],
    ]


@pytest.mark.asyncio(loop_scope="session")
async def test_course_of_which_nothing_is_known_is_said_so(new_tab: NewTab, room: FakeRoom) -> None:
    async with serving(room, reads=FakeTransactions([row(1)])) as server:
        tab = await new_tab()
        await tab.page.goto(f"{server.url}/sites/yard/transactions/1")
        await tab.page.wait_for_selector("text=The charger has told of no power in this time")
    assert tab.complaints == []


@pytest.mark.asyncio(loop_scope="session")
async def test_the_pages_of_a_site_lead_to_each_other(new_tab: NewTab, shown: Server) -> None:
    tab = await new_tab()
    await tab.open(f"{shown.url}/sites/yard")
    await tab.page.click(".pages >> text=Transactions")
    assert await tab.page.get_attribute('.pages [aria-current="page"]', "href") == PATH
    await tab.page.click(".pages >> text=Now")
    await tab.page.wait_for_selector('.link[data-link="live"]')
    assert site_view().name in await tab.page.title()
