"""The page of limits from outside, and how they were kept."""

# ruff: noqa: RUF001 - pages are set with true times signs

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import httpx2
import pytest
import pytest_asyncio

from csms.domain.grid_company import FeederRef, GridCompany
from csms.domain.grid_profile import BlockKind, CapacityBlock, CapacityUnit
from csms.domain.grid_proof import FedIn, Measured, ProofQuarter, ProofRecord, ProofWanted
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.service.grid_parties import Party
from tests.dashboard.looks import TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, dashboard_app, serving
from tests.dashboard.views import NOON

PATH: Final = "/sites/yard/grid"
COMPANY: Final = GridCompany(
    party_id="nett",
    name="Nett AS",
    token_hashes=(),
    heartbeat_s=60.0,
    feeders=frozenset({FeederRef("yard", "intake"), FeederRef("elsewhere", "main")}),
    groups={"rows": {FeederRef("yard", "row-a"): 0.5}},
)
MEASURED: Final = Measured(
    seconds=900.0, load_as=(27_000.0, 18_000.0, 9_000.0), peak_a=(36.5, 25.0, 12.0), margin_a=-1.5
)


def quarter(minutes: int, measured: Measured | None = MEASURED) -> ProofQuarter:
    """A quarter of an hour that began so many minutes before noon."""
    return ProofQuarter(
        feeder_id="intake",
        starts_at=NOON - timedelta(minutes=minutes),
        limited_by="Nett AS",
        limit_a=(35.0, 35.0, 35.0),
        measured=measured,
    )


BREACH: Final = GuardEvent(
    kind=GuardEventKind.OVER_LIMIT,
    at=NOON - timedelta(minutes=10),
    cause="the building switched on",
    feeder_id="intake",
    line=1,
    amps=36.5,
    limit_a=35.0,
    lasted_s=4.0,
)


@dataclass
class FakeProof:
    """Tells what a test says, and remembers what was looked for."""

    record: ProofRecord = field(default_factory=lambda: ProofRecord((), ()))
    wanted: list[ProofWanted] = field(default_factory=list)

    async def proof(self, wanted: ProofWanted) -> ProofRecord:
        """How a feeder kept to its limits."""
        self.wanted.append(wanted)
        return self.record


@pytest.fixture
def reads() -> FakeProof:
    """Two quarters of an hour, the second one with an excess."""
    return FakeProof(ProofRecord((quarter(30, None), quarter(15)), (BREACH,)))


@pytest.fixture
async def client(room: FakeRoom, reads: FakeProof) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that runs no scripts."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, reads))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as running:
        yield running


async def told(client: httpx2.AsyncClient, query: str = "", status: int = 200) -> str:
    """What the page says, on one line."""
    answer = await client.get(f"{PATH}{query}")
    assert answer.status_code == status
    return " ".join(answer.text.split())


async def test_record_of_a_feeder_is_shown_the_newest_first(
    client: httpx2.AsyncClient, room: FakeRoom, reads: FakeProof
) -> None:
    room.parties.append(Party(COMPANY, heard_at=NOON - timedelta(minutes=2), is_silent=True))
    page = await told(client)
    assert reads.wanted == [
        ProofWanted(site_id="yard", feeder_id="intake", since=NOON - timedelta(days=1), until=NOON)
    ]
    assert "How Intake was kept, a day back" in page
    assert page.index(">2026-01-14 12:45</th>") < page.index(">2026-01-14 12:30</th>")
    for cell in ("Nett AS", "3 × 35 A", "30.0 / 20.0 / 10.0 A", "36.5 / 25.0 / 12.0 A", "4 s"):
        assert f">{cell}</td>" in page
    assert "<b>L1: 36.5 A of 35.0 A for 4 s</b>: the building switched on" in page
    assert "May limit Intake, Row A. Last heard of: 0:02 h ago: its fallbacks count" in page
    assert 'href="?feeder=row-a">Row A</a>' in page
    assert 'href="/api/v1/sites/yard/feeders/intake/proof?format=csv"' in page


async def test_what_may_be_fed_in_is_shown_and_what_was(
    client: httpx2.AsyncClient, room: FakeRoom, reads: FakeProof
) -> None:
    block = CapacityBlock(
        capacity=5.0, unit=CapacityUnit.KW, start_at=NOON, end_at=NOON + timedelta(hours=1)
    )
    intake = FeederRef("yard", "intake")
    party = Party(COMPANY, {(intake, BlockKind.GENERATION): (block,)}, heard_at=NOON)
    room.parties.append(party)
    fed = FedIn(limited_by="Nett AS", limit_w=5_000.0, peak_w=5_400.0, over_s=10.0)
    reads.record = ProofRecord((replace(quarter(15, None), fed=fed),), ())
    page = await told(client)
    assert "May feed in 5.0 kW by Nett AS until 14:00" in page
    assert ">5.4 of 5.0 kW, above it for 10 s</td>" in page
    party.blocks[intake, BlockKind.FALLBACK_GENERATION] = (replace(block, capacity=2.0),)
    assert "May feed in 2.0 kW" not in await told(client)
    party.is_silent = True
    assert "May feed in 2.0 kW by Nett AS until it is replaced" in await told(client)


async def test_a_site_that_nobody_limits_says_so(
    client: httpx2.AsyncClient, reads: FakeProof
) -> None:
    reads.record = ProofRecord((), ())
    page = await told(client, "?feeder=row-b")
    assert "The settings name none for this site." in page
    assert "Nothing was recorded" in page
    assert reads.wanted[0].feeder_id == "row-b"


async def test_what_is_not_there_is_a_page_that_says_so(client: httpx2.AsyncClient) -> None:
    assert "North yard has no feeder called “x”." in await told(client, "?feeder=x", 404)
    assert (await client.get("/sites/nowhere/grid")).status_code == 404


@pytest_asyncio.fixture(loop_scope="session")
async def shown(room: FakeRoom, reads: FakeProof) -> AsyncIterator[Server]:
    """A server with that record."""
    room.parties.append(Party(COMPANY))
    async with serving(room, reads=reads) as running:
        yield running


@pytest.mark.asyncio(loop_scope="session")
async def test_page_fits_and_complains_of_nothing(
    new_tab: NewTab, shown: Server, look: Look
) -> None:
    tab = await new_tab(**look)
    await tab.page.goto(f"{shown.url}{PATH}")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    await tab.page.click("text=Row A >> nth=0")
    assert tab.complaints == []
