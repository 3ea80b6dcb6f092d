"""The pages of chargers, before any script runs and in a browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import httpx2
import pytest
import pytest_asyncio

from csms.dashboard.charger_words import outline
from csms.domain.evse_state import BandChange, EvseBand
from csms.domain.identity import EvseId
from csms.domain.settings import SettingState, SettingVerdict
from csms.domain.station import RateUnit
from csms.service.dialect_view import DialectView, FormView
from csms.service.site_view import EvseState
from tests.dashboard.looks import TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, dashboard_app, serving
from tests.dashboard.views import NOON, evse, site_view

PATH: Final = "/sites/yard/chargers"


def station(station_id: str, **more: Any) -> dict[str, Any]:
    """What is stored of a charger."""
    usual: dict[str, Any] = {
        "id": station_id,
        "is_guest": False,
        "protocol": "2.0.1",
        "vendor": "Acme",
        "model": "Wall 22",
        "serial": "S-7",
        "firmware": "1.4.2",
        "booted_at": NOON - timedelta(days=2),
        "seen_at": NOON - timedelta(minutes=12),
    }
    return {**usual, **more}


@dataclass
class FakeReads:
    """Holds what a test says."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    bands: list[BandChange] = field(default_factory=list)

    async def evse_bands(
        self, _site_id: str, _since: datetime, station_id: str | None = None
    ) -> list[BandChange]:
        """How EVSEs were."""
        return [one for one in self.bands if station_id in (None, one.evse.station_id)]

    async def stations(self) -> list[dict[str, Any]]:
        """All of them."""
        return self.rows

    async def station(self, station_id: str) -> dict[str, Any] | None:
        """The one of that name."""
        return next((row for row in self.rows if row["id"] == station_id), None)

    async def jobs(self, _station: str, _before: int | None, _limit: int) -> list[dict[str, Any]]:
        """Commands that were sent."""
        return self.sent

    async def notices(self, _station: str, **_wanted: Any) -> list[dict[str, Any]]:
        """What was told."""
        return self.told


@pytest.fixture
def reads() -> FakeReads:
    """The three chargers of the site, and one of another."""
    return FakeReads([station(name) for name in ("A-1", "A-2", "B-1", "ELSEWHERE")])


@pytest.fixture
async def client(room: FakeRoom, reads: FakeReads) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, reads))
    headers = {"Accept": "text/html,*/*;q=0.8"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://csms", headers=headers
    ) as running:
        yield running


async def told(client: httpx2.AsyncClient, path: str, status: int = 200) -> str:
    """What a page says, on one line."""
    answer = await client.get(path)
    assert answer.status_code == status
    return " ".join(answer.text.split())


def setting(name: str, verdict: SettingVerdict) -> SettingState:
    """A setting of which 10 is wanted, and was 60."""
    return SettingState(name=name, wanted="10", told="60", verdict=verdict, at=NOON)


async def test_chargers_that_need_attention_come_first(room: FakeRoom, reads: FakeReads) -> None:
    evses = {
        "A-1/1": evse("A-1"),
        "A-2/1": evse("A-2", state=EvseState.OFFLINE, waiting=3),
        "B-1/1": evse("B-1", feeder_id="row-b"),
        "B-1/2": evse("B-1", number=2, feeder_id="row-b", state=EvseState.FAULTED),
    }
    busy = FakeRoom(site_view(evses=evses))
    busy.chargers.settings["A-2"] = (
        setting("HeartbeatInterval", SettingVerdict.REFUSED),
        setting("MeterValueSampleInterval", SettingVerdict.WRITTEN),
    )
    transport = httpx2.ASGITransport(app=dashboard_app(busy, reads))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        page = await told(client, PATH)
    assert [part.partition('"')[0] for part in page.split(f'href="{PATH}/')[1:]] == [
        *("B-1", "A-2", "A-1")
    ]
    offline = page[page.index("A-2</a>") : page.index("A-1</a>")]
    for cell in ("Acme Wall 22", "1.4.2", "OCPP 2.0.1", "No password", "0:12 h ago", "1", "3"):
        assert f">{cell}</td>" in offline
    assert "ELSEWHERE" not in page
    assert "<code>ws://127.0.0.1:9000/ocpp/&lt;station id&gt;</code>" in page


async def test_a_charger_is_shown_with_all_that_is_known(
    client: httpx2.AsyncClient, room: FakeRoom, reads: FakeReads
) -> None:
    room.chargers.settings["A-2"] = (setting("HeartbeatInterval", SettingVerdict.REFUSED),)
    form = FormView(
        form="timed tx",
        is_accepted=True,
        is_followed=False,
        refusals=2,
        ignored_by=1,
        detail="NoPower",
    )
    room.chargers.dialects["A-2"] = DialectView(
        rate_unit=RateUnit.AMPERE,
        max_stack_level=8,
        max_periods=24,
        is_told=True,
        reads_back=None,
        takes={},
        fallbacks={1: "level 0, standing tx_default"},
        forms=(form,),
    )
    reads.sent = [
        {
            "number": 7,
            "made_at": NOON,
            "kind": "fetch_log",
            "status": "accepted",
            "answer": "Accepted",
            "detail": "",
            "stage": "running",
            "word": "Uploading",
            "result": "G-01.log",
        }
    ]
    alert = {"component": "EVSE", "values": [1, 2], "trigger": None}
    reads.told = [{"received_at": NOON, "kind": "limits_ignored", "body": alert}]
    page = await told(client, f"{PATH}/A-2")
    for line in (
        "<dt>Make</dt><dd>Acme Wall 22</dd>",
        "<dt>Serial number</dt><dd>S-7</dd>",
        "<dt>Booted</dt><dd>2026-01-12 13:00:00</dd>",
        "<dt>Fallback stands</dt><dd>EVSE 1: level 0, standing tx_default</dd>",
        "<dt>timed tx</dt><dd>taken, not kept to by 1, refused 2 times, NoPower</dd>",
        '<th scope="row">HeartbeatInterval</th><td>10</td><td>60</td>',
        '<td class="record-end">Accepted, running, Uploading, G-01.log</td>',
        "<b>limits ignored</b> component EVSE, values 1; 2</dd>",
        '<a href="/sites/yard/messages?station=A-2">Its messages</a>',
    ):
        assert line in page


async def test_what_is_not_there_is_a_page_that_says_so(client: httpx2.AsyncClient) -> None:
    assert "North yard has no charger called “X”." in await told(client, f"{PATH}/X", 404)
    assert "no charger called “ELSEWHERE”" in await told(client, f"{PATH}/ELSEWHERE", 404)
    assert "no site called “nowhere”" in await told(client, "/sites/nowhere/chargers", 404)


async def test_what_a_charger_is_called_brings_in_no_markup(reads: FakeReads) -> None:
    evil = 'x"><b>/é'
    room = FakeRoom(site_view(evses={f"{evil}/1": evse(evil)}))
    reads.rows = [station(evil, vendor="<script>", model=None, firmware="<i>")]
    transport = httpx2.ASGITransport(app=dashboard_app(room, reads))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        page = await told(client, PATH)
        one = await told(client, f"{PATH}/x%22%3E%3Cb%3E%2F%C3%A9")
    assert f'href="{PATH}/x%22%3E%3Cb%3E%2F%C3%A9"' in page
    for text in (page, one):
        assert "<b>/" not in text
        assert "<script>" not in text
        assert "&lt;i&gt;" in text


def test_nested_values_stand_on_one_line() -> None:
    assert outline({"a": {"b": 1, "c": None}, "d": [], "e": ["x", {"f": True}]}) == (
        "a b 1, e x; f True"
    )


@pytest_asyncio.fixture(loop_scope="session")
async def shown(room: FakeRoom, reads: FakeReads) -> AsyncIterator[Server]:
    """A server with the three chargers."""
    async with serving(room, reads=reads) as running:
        yield running


@pytest.mark.asyncio(loop_scope="session")
async def test_pages_fit_and_complain_of_nothing(
    new_tab: NewTab, shown: Server, look: Look
) -> None:
    tab = await new_tab(**look)
    await tab.page.goto(f"{shown.url}{PATH}")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    await tab.page.click("text=A-2")
    assert await tab.page.text_content("h2") == "A-2"
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    assert tab.complaints == []


async def test_the_last_day_is_drawn_in_bands(client: httpx2.AsyncClient, reads: FakeReads) -> None:
    """Free since before yesterday, a vehicle for six hours, then offline for three."""
    one = EvseId("A-1", 1)
    reads.bands = [
        BandChange(one, NOON - timedelta(hours=30), EvseBand.AVAILABLE),
        BandChange(one, NOON - timedelta(hours=12), EvseBand.CHARGING),
        BandChange(one, NOON - timedelta(hours=6), EvseBand.AVAILABLE),
        BandChange(one, NOON - timedelta(hours=3), EvseBand.OFFLINE),
        BandChange(EvseId("ELSEWHERE", 1), NOON - timedelta(hours=3), EvseBand.FAULTED),
    ]
    page = (await client.get(PATH)).text
    drawn = [part.partition(">")[0] for part in page.split("<rect data-band=")[1:]]
    assert drawn == [
        '"available" x="0.0" width="500.0" height="100%"',
        '"charging" x="500.0" width="250.0" height="100%"',
        '"available" x="750.0" width="125.0" height="100%"',
        '"offline" x="875.0" width="125.0" height="100%"',
    ]
    told = "Charging 25 %, Available 62 %, Offline 12 %"
    assert f'aria-label="{told}"' in page
    page = (await client.get(f"{PATH}/A-1")).text
    assert f"EVSE 1: {told}" in page
    assert "<title>Charging, 01:00 to 07:00</title>" in page
    assert "Nothing is known of it yet." in (await client.get(f"{PATH}/A-2")).text
