"""The page of what needs somebody's eyes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx2
import pytest
import pytest_asyncio

from csms.domain.alert import AlertsFound, AlertsWanted
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.service.grid_parties import Party
from csms.service.site_view import EvseState, GuardView, Level
from tests.dashboard.looks import TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, dashboard_app, serving
from tests.dashboard.test_grid import COMPANY
from tests.dashboard.views import NOON, after, evse, site_view

PATH: Final = "/sites/yard/alerts"
NOTHING: Final = AlertsFound(guard=(), notices=(), commands=(), security=())


def notice(kind: str, minutes: float, **body: object) -> dict[str, Any]:
    """What is kept of a notice."""
    return {"station_id": "A-2", "kind": kind, "received_at": after(minutes), "body": body}


def command(minutes: float, **more: Any) -> dict[str, Any]:
    """What is kept of a command that was not answered."""
    usual = {"answer": "", "detail": "", "stage": None, "word": None, "result": None}
    at = after(minutes)
    fields = {"number": 7, "station_id": "A-1", "kind": "fetch_log", "status": "timed_out"}
    return {**fields, "made_at": at, "updated_at": at, **usual, **more}


OVER: Final = GuardEvent(
    kind=GuardEventKind.OVER_LIMIT,
    at=after(-1),
    cause="Vehicles had not yet followed",
    feeder_id="row-a",
    line=2,
    amps=66.2,
    limit_a=63.0,
    lasted_s=12.0,
)
DRIFT: Final = GuardEvent(kind=GuardEventKind.DEMAND_DRIFT, at=after(-6), cause="Off by a third")
FOUND: Final = AlertsFound(
    guard=(OVER, DRIFT),
    notices=(
        notice("limits_ignored", -2, evse_number=1, form="tx", drawn_a=16.0, counted_a=32.0),
        notice("transaction_closed", -4, transaction="T1", cause="nothing was heard"),
        notice("limits_refused", -7, note="of an older version"),
    ),
    commands=(command(-3),),
    security=(
        {
            "station_id": "B-1",
            "at": after(-5),
            "kind": "TamperDetectionActivated",
            "detail": "<b>lid",
        },
    ),
)


@dataclass
class FakeAlerts:
    """Tells what a test says, and remembers what was looked for."""

    found: AlertsFound = FOUND
    looked_for: list[tuple[AlertsWanted, int]] = field(default_factory=list)

    async def alerts(self, wanted: AlertsWanted, limit: int) -> AlertsFound:
        """What needs somebody's eyes."""
        self.looked_for.append((wanted, limit))
        return self.found


async def told(room: FakeRoom, reads: FakeAlerts, query: str = "", status: int = 200) -> str:
    """What the page says, on one line, to a browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, reads))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        answer = await client.get(f"{PATH}{query}")
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


def rows(page: str) -> list[str]:
    """The lines of the list."""
    return [part.partition("</tr>")[0] for part in page.split("<time>")[1:]]


async def test_alerts_of_all_sorts_stand_in_one_list_the_newest_first(room: FakeRoom) -> None:
    reads = FakeAlerts()
    lines = rows(await told(room, reads))
    assert [line.partition("</time>")[0][-8:] for line in lines] == [
        f"12:{minute}:00" for minute in (59, 58, 57, 56, 55, 54, 53)
    ]
    for line, title, link, text in zip(
        lines,
        (
            "Over the limit",
            "Limit not kept to",
            "Command failed",
            "Transaction closed by a rule",
            "Security event",
            "Demand forecasts drift",
            "Limits refused",
        ),
        (
            'grid?feeder=row-a">row-a L2, 66.2 A of 63 A, for 12 s<',
            'chargers/A-2">A-2<',
            'chargers/A-1">A-1<',
            'transactions?station=A-2">A-2<',
            'chargers/B-1">B-1<',
            'forecast">Forecast<',
            'chargers/A-2">A-2<',
        ),
        (
            "Vehicles had not yet followed",
            "EVSE 1 draws 16.0 A, more than its limit; it is counted at 32.0 A",
            "fetch log: timed out",
            "Transaction T1: nothing was heard",
            "TamperDetectionActivated: &lt;b&gt;lid",
            "Off by a third",
            "note of an older version",
        ),
        strict=True,
    ):
        assert f">{title}</th>" in line
        assert f'href="/sites/yard/{link}' in line
        assert f">{text}</td>" in line
    expected = AlertsWanted(site_id="yard", since=NOON - timedelta(days=30))
    assert reads.looked_for == [(expected, 51)]


async def test_alerts_are_looked_for_by_kind_and_charger(room: FakeRoom) -> None:
    reads = FakeAlerts(NOTHING)
    page = await told(room, reads, "?kind=limits_ignored&station=A-2")
    [(wanted, _)] = reads.looked_for
    assert (wanted.kind, wanted.station_id) == ("limits_ignored", "A-2")
    assert '<option value="limits_ignored" selected>Limit not kept to</option>' in page
    assert "No alert matches." in page
    assert "No alert came in these days." in await told(room, reads, "?kind=&station=")


async def test_long_list_is_shown_page_by_page(room: FakeRoom) -> None:
    commands = tuple(command(-number, detail=f"no. {number:03}.") for number in range(60))
    reads = FakeAlerts(AlertsFound(guard=(), notices=(), commands=commands, security=()))
    first = await told(room, reads, "?kind=command")
    assert len(rows(first)) == 50
    assert 'href="?kind=command&amp;page=2" rel="next"' in first
    second = await told(room, reads, "?kind=command&page=2")
    assert len(rows(second)) == 10
    assert "no. 050." in rows(second)[0]
    assert '<a href="?kind=command&amp;page=1">The newest</a>' in second
    assert reads.looked_for[1][1] == 101


async def test_what_is_wrong_just_now_stands_at_the_top() -> None:
    evses = {
        "A-1/1": evse("A-1", state=EvseState.OFFLINE),
        "A-2/1": evse("A-2", state=EvseState.OFFLINE),
        "B-1/1": evse("B-1", state=EvseState.FAULTED),
    }
    guard = GuardView(banner="Intake L2 carries 66 A of 63 A", level=Level.OVER)
    room = FakeRoom(site_view(evses=evses, guard=guard))
    room.parties.append(Party(COMPANY, heard_at=None, is_silent=True))
    page = await told(room, FakeAlerts(NOTHING))
    begins = page.index("Just now")
    now = page[begins : page.index("</ul>", begins)]
    assert [part.partition("</a>")[0] for part in now.split('<a href="/sites/yard')[1:]] == [
        '">Intake L2 carries 66 A of 63 A',
        '/chargers/B-1">Faulted: B-1',
        '/chargers">Offline: A-1, A-2',
        '/grid">Nett AS is not heard of: its fallbacks count',
    ]
    assert page.count('<span data-f="alerts">4</span>') == 2  # beside the menu, and in it


async def test_site_at_rest_says_that_nothing_is_wrong() -> None:
    room = FakeRoom(site_view(evses={"A-1/1": evse("A-1")}))
    assert "Nothing is wrong." in await told(room, FakeAlerts(NOTHING))


async def test_site_that_is_not_there_has_no_alerts(room: FakeRoom) -> None:
    transport = httpx2.ASGITransport(app=dashboard_app(room, FakeAlerts()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        answer = await client.get("/sites/nowhere/alerts")
    assert answer.status_code == 404
    assert "There is no site called “nowhere”." in answer.text


@pytest_asyncio.fixture(loop_scope="session")
async def shown() -> AsyncIterator[Server]:
    """A server with alerts, and with something wrong just now."""
    evses = {"A-1/1": evse("A-1", state=EvseState.OFFLINE)}
    async with serving(FakeRoom(site_view(evses=evses)), reads=FakeAlerts()) as running:
        yield running


@pytest.mark.asyncio(loop_scope="session")
async def test_page_fits_and_complains_of_nothing(
    new_tab: NewTab, shown: Server, look: Look
) -> None:
    tab = await new_tab(**look)
    await tab.page.goto(f"{shown.url}{PATH}")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    assert tab.complaints == []
