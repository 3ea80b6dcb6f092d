"""Tasks of somebody who sees the page for the first time, counted in steps.

A step is a click, a field that is filled in, or a choice. docs/operating.md has the table.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

import pytest
import pytest_asyncio

from csms.domain.security import Proof
from csms.domain.transaction import StatedNeed
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, serving
from tests.dashboard.test_accessibility import FakeReads
from tests.dashboard.views import NOON

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHEET: Final = ".details[open]"


class Newcomer:
    """Counts what somebody does who begins at the page of the site."""

    def __init__(self, tab: Tab) -> None:
        self.page = tab.page
        self.tab = tab
        self.steps = 0

    async def click(self, selector: str) -> None:
        """Click something that is to be seen."""
        self.steps += 1
        await self.page.click(selector)

    async def fill(self, selector: str, text: str) -> None:
        """Fill in a field."""
        self.steps += 1
        await self.page.fill(selector, text)


@pytest_asyncio.fixture(loop_scope="session")
async def served(room: FakeRoom) -> AsyncIterator[Server]:
    """A server with something of everything."""
    async with serving(room, reads=FakeReads()) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def newcomer(new_tab: NewTab, served: Server) -> Newcomer:
    """Somebody who has opened the page of the site."""
    tab = await new_tab(permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)
    await tab.open(served.url)
    return Newcomer(tab)


async def test_a_charger_is_connected_in_three_steps(newcomer: Newcomer, room: FakeRoom) -> None:
    page = newcomer.page
    await newcomer.click("nav a:text-is('Chargers')")
    await newcomer.click("[data-copy]")
    await newcomer.tab.says("[data-copy]", "Copied: add the charger's id at its end")
    assert await page.evaluate("navigator.clipboard.readText()") == "ws://127.0.0.1:9000/ocpp/"
    room.adoption.attempts.note("NEW-1", Proof(address="192.0.2.7"), "nobody knows it", NOON)
    await page.reload()
    await newcomer.click(".unknown-list li:first-child .adopt")
    await page.wait_for_selector(".unknown-told:not(:empty)")
    assert room.adoption.adopted == [("NEW-1", "yard")]
    assert newcomer.steps == 3


async def test_why_a_car_is_slow_is_found_in_one_step(newcomer: Newcomer) -> None:
    reason = "Intake is full on L1 until 14:30"
    assert reason in await newcomer.page.inner_text('.tile[data-key="A-1/1"]')  # before any step
    await newcomer.click('.tile-name button:text-is("A-1")')
    await newcomer.tab.says(f"{SHEET} .details-reason", reason)
    assert newcomer.steps == 1


async def test_a_departure_is_set_in_three_steps(newcomer: Newcomer, room: FakeRoom) -> None:
    await newcomer.click('.tile-name button:text-is("B-1/2")')
    await newcomer.fill(f"{SHEET} [name=leaves]", "07:10")
    await newcomer.click(f'{SHEET} .need button:text-is("Plan for it")')
    await newcomer.tab.says(f"{SHEET} [data-f=need_told]", "The next plan knows.")
    leaves_at = datetime(2026, 1, 15, 6, 10, tzinfo=UTC)
    assert room.needs.stated == [("B-1/2", StatedNeed(departs_at=leaves_at))]
    assert newcomer.steps == 3


async def test_the_site_is_cut_to_50_a_in_four_steps(newcomer: Newcomer, room: FakeRoom) -> None:
    await newcomer.click('[data-feeder="intake"] > .feeder-box .feeder-act')
    await newcomer.fill(".limit[open] [name=amps]", "50")
    await newcomer.click('.limit[open] button:text-is("Next")')
    question = await newcomer.tab.text(".limit[open] .limit-question")
    assert question.startswith("Intake: 3 × 63 A → 3 × 50 A at once")  # noqa: RUF001
    await newcomer.click('.limit[open] button:text-is("Limit it")')
    await newcomer.page.wait_for_selector(".limit[open]", state="hidden")
    [(feeder_id, amps, _, _)] = room.limits.asked
    assert (feeder_id, amps) == ("intake", (50.0, 50.0, 50.0))
    assert newcomer.steps == 4


async def test_last_month_of_one_token_is_exported_in_four_steps(
    newcomer: Newcomer, room: FakeRoom
) -> None:
    await newcomer.click("nav a:text-is('Transactions')")
    await newcomer.fill("[name=token]", "04A2B3C4")
    await newcomer.click("button:text-is('Last month')")
    async with newcomer.page.expect_download():
        await newcomer.click(".turn-files a:text-is('CSV')")
    [wanted] = room.exports.wanted
    assert (wanted.what, wanted.id_token) == ("transactions", "04A2B3C4")
    assert (wanted.begin, wanted.end) == ("2025-12-01", "2026-01-01")
    assert newcomer.steps == 4
