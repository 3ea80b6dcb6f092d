"""What a vehicle needs, said from the page."""

from datetime import UTC, datetime
from typing import Final

import pytest

from csms.domain.errors import NoTransactionError
from csms.domain.transaction import StatedNeed
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHEET: Final = ".details[open]"
TOLD: Final = f"{SHEET} .need p"


async def open_sheet(tab: Tab, server: Server, name: str) -> None:
    await tab.open(server.url)
    await tab.page.click(f'.tile-name button:text-is("{name}")')
    await tab.page.wait_for_selector(SHEET)


async def test_a_need_is_said_by_the_site_s_clock(
    new_tab: NewTab, server: Server, room: FakeRoom
) -> None:
    """The site is in Oslo, where it is 13:00; whoever looks is in New York."""
    tab = await new_tab(timezone_id="America/New_York")
    await open_sheet(tab, server, "B-1/2")
    await tab.page.fill(f"{SHEET} [name=kwh]", "18.5")
    await tab.page.fill(f"{SHEET} [name=leaves]", "07:10")
    await tab.page.keyboard.press("Enter")
    await tab.says(TOLD, "The next plan knows.")
    departs_at = datetime(2026, 1, 15, 6, 10, tzinfo=UTC)
    assert room.needs.stated == [
        ("B-1/2", StatedNeed(energy_wh=18_500.0, departs_at=departs_at)),
    ]
    assert tab.complaints == []


async def test_what_has_been_stated_can_be_changed_and_taken_back(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    await open_sheet(tab, server, "A-1")
    assert await tab.page.input_value(f"{SHEET} [name=kwh]") == "20.0"
    assert await tab.page.input_value(f"{SHEET} [name=leaves]") == "17:00"
    await tab.page.fill(f"{SHEET} [name=leaves]", "15:00")
    await tab.page.click(f"{SHEET} .need button")
    await tab.says(TOLD, "The next plan knows.")
    await tab.page.fill(f"{SHEET} [name=kwh]", "")
    await tab.page.fill(f"{SHEET} [name=leaves]", "")
    await tab.page.click(f"{SHEET} .need button")
    await tab.says(TOLD, "Nothing is stated any more.")
    at_three = datetime(2026, 1, 14, 14, 0, tzinfo=UTC)
    assert [need for _, need in room.needs.stated] == [
        StatedNeed(energy_wh=20_000.0, departs_at=at_three),
        StatedNeed(),
    ]


async def test_what_is_refused_is_told_with_the_cause(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    room.needs.fault = NoTransactionError("A-1/1")
    await open_sheet(tab, server, "A-1")
    await tab.page.click(f"{SHEET} .need button")
    await tab.says(TOLD, "No transaction is running at A-1/1")


async def test_nothing_is_asked_of_a_connector_without_a_vehicle(tab: Tab, server: Server) -> None:
    await open_sheet(tab, server, "A-2")
    assert not await tab.page.is_visible(f"{SHEET} .need")
