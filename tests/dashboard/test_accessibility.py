"""What axe-core finds on every page, in both themes: WCAG 2 A and AA."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe

from csms.domain.evse_state import BandChange, EvseBand
from csms.domain.grid_proof import ProofRecord, ProofWanted
from csms.domain.identity import EvseId
from csms.journal.journal import Journal, JournalSettings
from tests.dashboard.rig import FakeRoom, FakeSiteFiles, FakeTokens, NewTab, Server, serving
from tests.dashboard.test_alerts import FOUND, FakeAlerts
from tests.dashboard.test_chargers import FakeReads as FakeChargerReads
from tests.dashboard.test_chargers import station
from tests.dashboard.test_energy import FakeDays, counted
from tests.dashboard.test_forecast import KNOWN
from tests.dashboard.test_grid import BREACH, FakeProof, quarter
from tests.dashboard.test_plan import OUTLOOK
from tests.dashboard.test_site_file import VERSIONS
from tests.dashboard.test_tokens import BLOCKED, CARD
from tests.dashboard.test_transactions import FakeTransactions, row
from tests.dashboard.views import NOON
from tests.journal.messages import exchange
from tests.service.demands import forecast, score
from tests.service.rig import FakeClock

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES: Final = (
    "",
    "/plan",
    "/transactions",
    "/transactions/1",
    "/energy",
    "/grid",
    "/chargers",
    "/chargers/A-1",
    "/connectors/A-1/1",
    "/tokens",
    "/site",
    "/alerts",
    "/commands?station=A-1",
    "/forecast",
    "/messages",
)
RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    "resultTypes": ["violations"],  # all that is right, in full, takes most of the time
}
SERIOUS: Final = ("serious", "critical")


class FakeReads(
    FakeTransactions, FakeChargerReads, FakeDays, FakeProof, FakeTokens, FakeAlerts, FakeSiteFiles
):
    """Something of everything."""

    def __init__(self) -> None:
        FakeTransactions.__init__(self, [row(1), row(2, ended_at=None, closed_by=None)])
        self.chargers = [station(name) for name in ("A-1", "A-2", "B-1")]
        self.days = [counted("2026-01-01"), counted("2026-01-02", cost=250.5, priced_wh=1.0)]
        self.record = ProofRecord((quarter(15),), (BREACH,))
        self.wanted: list[ProofWanted] = []
        self.records = {one.token.key: one for one in (CARD, BLOCKED)}
        self.versions = VERSIONS
        self.bands = [BandChange(EvseId("A-1", 1), NOON, EvseBand.AVAILABLE)]
        self.found, self.looked_for = FOUND, []
        self.sent: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []

    async def stations(self) -> list[dict[str, Any]]:
        """The chargers of the site."""
        return self.chargers

    async def station(self, station_id: str) -> dict[str, Any] | None:
        """The one of that name."""
        return next((one for one in self.chargers if one["id"] == station_id), None)


@pytest_asyncio.fixture(loop_scope="session")
async def shown(room: FakeRoom, tmp_path: Path) -> AsyncIterator[Server]:
    """A server with something on every page."""
    room.planned = OUTLOOK
    room.board.of("yard").take([forecast()], [score(13, 81.0, "feeder:level-1")])
    journal = Journal(JournalSettings(folder=tmp_path / "journal"), FakeClock())
    journal.note(exchange(1, station_id="A-1", error="Timeout", answer=None))
    async with serving(
        room, reads=FakeReads(), journal=journal, forecast_of=lambda _: KNOWN
    ) as running:
        yield running


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
async def test_page_has_no_serious_fault(
    new_tab: NewTab, shown: Server, path: str, theme: str
) -> None:
    tab = await new_tab(color_scheme=theme, reduced_motion="reduce")
    await tab.page.goto(f"{shown.url}/sites/yard{path}")
    await tab.page.wait_for_load_state("networkidle") if path else None
    found = await Axe().run(tab.page, options=RULES)
    assert len(found.response["passes"]) > 10
    faults = [one for one in found.response["violations"] if one["impact"] in SERIOUS]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in faults] == []
