"""The page of energy by days and months."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import httpx2
import pytest
import pytest_asyncio

from csms.dashboard.bar_chart import Value, draw_bars
from csms.dashboard.energy import Span, read_span
from csms.domain.site_day import SiteDay
from tests.dashboard.looks import TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, dashboard_app, serving

PATH: Final = "/sites/yard/energy"


def counted(day: str, **more: Any) -> SiteDay:
    """A day on which 120 kWh went into vehicles."""
    usual: dict[str, Any] = {
        "energy_wh": 120_000.0,
        "peak_quarter_w": 18_000.0,
        "evse_s": 1000.0,
        "usable_s": 990.0,
        "departures": 12,
        "told_wh": 100_000.0,
        "unmet_wh": 5_000.0,
    }
    return SiteDay(day=date.fromisoformat(day), **{**usual, **more})


@dataclass
class FakeDays:
    """Holds days."""

    days: list[SiteDay] = field(default_factory=list)

    async def site_days(self, _site_id: str, since: date) -> list[SiteDay]:
        """Those from a day on."""
        return [one for one in self.days if one.day >= since]


@pytest.fixture
def reads() -> FakeDays:
    """Days of three months."""
    return FakeDays(
        [
            counted("2025-12-31"),
            counted("2026-01-01", cost=250.5, priced_wh=120_000.0),
            counted(
                "2026-01-13", energy_wh=60_000.0, peak_quarter_w=21_000.0, told_wh=0.0, unmet_wh=0.0
            ),
            counted("2026-02-01"),
        ]
    )


@pytest.fixture
async def client(room: FakeRoom, reads: FakeDays) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, reads))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as running:
        yield running


async def told(client: httpx2.AsyncClient, query: str = "") -> str:
    """What the page says, on one line."""
    answer = await client.get(f"{PATH}{query}")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


async def test_days_of_this_month_are_shown_with_what_they_come_to(
    client: httpx2.AsyncClient,
) -> None:
    page = await told(client)
    assert "Energy into vehicles, January 2026</h2>" in page
    assert '<dd class="big">180.0 <small>kWh</small></dd>' in page
    assert '<dd class="big">21.0 <small>kW</small></dd>' in page
    assert '<dd class="big">95 %</dd>' in page
    assert '<dd class="big">250.50</dd>' in page
    assert page.index(">2026-01-13</a>") < page.index(">2026-01-01</a>")
    assert "<title>2026-01-01: 120.0 kWh</title>" in page
    assert "2025-12-31" not in page
    for link in ("?of=2025-12", "?of=2026", "?of=2026-02"):
        assert f'href="{link}"' in page
    assert 'href="transactions?first=2026-01-13&amp;last=2026-01-13"' in page


async def test_months_of_a_year_lead_to_their_days(client: httpx2.AsyncClient) -> None:
    page = await told(client, "?of=2026")
    assert '<dd class="big">300.0 <small>kWh</small></dd>' in page
    assert '<a href="?of=2026-02">February 2026</a>' in page
    assert '<a href="?of=2026-01"><rect' in page
    assert "March 2026: " not in page


async def test_a_month_of_which_nothing_is_known_says_so(client: httpx2.AsyncClient) -> None:
    assert "Nothing was counted in May 2024." in await told(client, "?of=2024-05")


@pytest.mark.parametrize("of", ["2026-13", "26", "2026-1", "soon", "2026-01-01"])
async def test_a_month_that_is_none_is_refused(client: httpx2.AsyncClient, of: str) -> None:
    assert (await client.get(f"{PATH}?of={of}")).status_code == 422


async def test_a_site_that_is_not_there_has_no_energy(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/sites/nowhere/energy")).status_code == 404


@pytest.mark.parametrize(
    ("text", "before", "after", "parts", "last"),
    [
        ("2024-02", "2024-01", "2024-03", 29, "2024-02-29"),
        ("2025-12", "2025-11", "2026-01", 31, "2025-12-31"),
        ("2026-01", "2025-12", "2026-02", 31, "2026-01-31"),
        ("2026", "2025", "2027", 12, "2026-12"),
        (None, "2026-02", "2026-04", 31, "2026-03-31"),
    ],
)
def test_spans_follow_each_other(
    text: str | None, before: str, after: str, parts: int, last: str
) -> None:
    span: Span = read_span(text, date(2026, 3, 29))
    assert (span.before.name, span.next.name) == (before, after)
    assert (len(span.parts), span.parts[-1]) == (parts, last)


def test_bars_are_as_tall_as_their_values() -> None:
    values = [Value(word=str(n), value=v, text="") for n, v in ((1, 50.0), (2, None), (3, 100.0))]
    chart = draw_bars(values)
    assert [tick.word for tick in chart.across] == ["0", "25", "50", "75", "100"]
    assert [bar.height for bar in chart.bars] == [93.0, 186.0]
    assert chart.bars[1].y == 10.0
    assert [tick.word for tick in chart.along] == ["1", "2", "3"]


@pytest_asyncio.fixture(loop_scope="session")
async def shown(room: FakeRoom, reads: FakeDays) -> AsyncIterator[Server]:
    """A server with those days."""
    async with serving(room, reads=reads) as running:
        yield running


@pytest.mark.asyncio(loop_scope="session")
async def test_page_fits_and_complains_of_nothing(
    new_tab: NewTab, shown: Server, look: Look
) -> None:
    tab = await new_tab(**look)
    await tab.page.goto(f"{shown.url}{PATH}?of=2026")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    await tab.page.click("tbody >> text=January 2026")
    assert await tab.page.text_content("h2") == "Energy into vehicles, January 2026"
    assert tab.complaints == []
