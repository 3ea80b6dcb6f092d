"""Limits on feeders, from the page: asked for, meant, sent; shown and lifted."""

# ruff: noqa: RUF001 - pages are set with true dashes, minus and times signs

from datetime import timedelta
from typing import Final

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.imposed_limit import LimitParty
from tests.dashboard.looks import PHONE, TOO_WIDE
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab
from tests.dashboard.views import NOON, after, imposed, site_view, with_feeder

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROW_A: Final = '[data-feeder="row-a"] > .feeder-box'
NOW: Final = f"{ROW_A} .feeder-act"
SHEET: Final = ".limit[open]"


async def test_a_limit_is_asked_for_and_meant(tab: Tab, server: Server, room: FakeRoom) -> None:
    await tab.open(server.url)
    await tab.page.click(NOW)
    assert await tab.text(f"{SHEET} h2") == "Limit Row A now"
    await tab.page.fill(f"{SHEET} [name=amps]", "20")
    await tab.page.select_option(f"{SHEET} [name=minutes]", "60")
    await tab.page.fill(f"{SHEET} [name=words]", " the cable is hot ")
    await tab.page.click(f"{SHEET} .limit-go")
    assert await tab.text(".limit-question") == "Row A: 3 × 40 A → 3 × 20 A at once, until 14:00."
    assert room.limits.asked == []
    await tab.page.click(f"{SHEET} .limit-go")
    await tab.page.wait_for_selector(".limit", state="hidden")
    [(feeder_id, amps, until_at, words)] = room.limits.asked
    assert (feeder_id, amps, words) == ("row-a", (20.0, 20.0, 20.0), "the cable is hot")
    assert timedelta(minutes=60) <= until_at - NOON < timedelta(minutes=61)
    assert tab.complaints == []


async def test_it_can_be_done_by_keyboard_alone(tab: Tab, server: Server, room: FakeRoom) -> None:
    await tab.open(server.url)
    await tab.page.focus(NOW)
    await tab.page.keyboard.press("Enter")
    await tab.page.keyboard.type("16.5")
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.press("End")
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.type("why not")
    await tab.page.keyboard.press("Enter")
    await tab.says(".limit-question", "Row A: 3 × 40 A → 3 × 16.5 A at once, until it is lifted.")
    await tab.page.keyboard.press("Enter")
    await tab.page.wait_for_selector(".limit", state="hidden")
    assert room.limits.asked == [("row-a", (16.5, 16.5, 16.5), None, "why not")]
    focused = await tab.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == "Limit Row A now"
    assert tab.complaints == []


async def test_whoever_thinks_better_of_it_sends_nothing(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    await tab.open(server.url)
    await tab.page.click(NOW)
    await tab.page.fill(f"{SHEET} [name=amps]", "20")
    await tab.page.click(f"{SHEET} .limit-go")
    await tab.page.click(f"{SHEET} [data-f=back]")
    assert await tab.page.input_value(f"{SHEET} [name=amps]") == "20"
    await tab.page.keyboard.press("Escape")
    await tab.page.wait_for_selector(".limit", state="hidden")
    await tab.page.click(NOW)
    assert await tab.page.input_value(f"{SHEET} [name=amps]") == ""
    await tab.page.click(f"{SHEET} .limit-go")  # amperes are missing
    assert await tab.text(".limit-question") == ""
    assert room.limits.asked == []


async def test_a_limit_that_lowers_nothing_says_so(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    await tab.page.click(NOW)
    await tab.page.fill(f"{SHEET} [name=amps]", "50")
    await tab.page.select_option(f"{SHEET} [name=minutes]", "")
    await tab.page.click(f"{SHEET} .limit-go")
    assert (await tab.text(".limit-question")).startswith(
        "Row A: no more than 50 A, until it is lifted. Nothing is lowered now"
    )


async def test_what_cannot_be_kept_to_is_told(tab: Tab, server: Server, room: FakeRoom) -> None:
    room.limits.warning = "The fallbacks below add up to more"
    await tab.open(server.url)
    await tab.page.click(NOW)
    await tab.page.fill(f"{SHEET} [name=amps]", "2")
    await tab.page.click(f"{SHEET} .limit-go")
    await tab.page.click(f"{SHEET} .limit-go")
    await tab.says(".limit-told", "The fallbacks below add up to more")
    await tab.page.click(f"{SHEET} [data-f=back]")
    await tab.page.wait_for_selector(".limit", state="hidden")
    room.limits.fault = InvalidInputError("until", "expected an instant after now")
    await tab.page.click(NOW)
    await tab.page.fill(f"{SHEET} [name=amps]", "2")
    await tab.page.click(f"{SHEET} .limit-go")
    await tab.page.click(f"{SHEET} .limit-go")
    await tab.says(".limit-told", "Until: expected an instant after now")


async def test_limit_in_force_is_shown_with_its_party_and_lifted(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    limits = (
        imposed(until_at=after(90), words="the cable <b>is</b> hot"),
        imposed(LimitParty.GRID_COMPANY, amps=(30.0, 30.0, 30.0)),
    )
    await tab.open(server.url)
    assert await tab.page.locator(f"{ROW_A} .feeder-limits li").count() == 0
    room.show(with_feeder(site_view(), "row-a", imposed=limits))
    await tab.says(
        f"{ROW_A} .feeder-limits li:first-child span",
        "Limited to 3 × 20 A by the operator until 14:30: the cable <b>is</b> hot",
    )
    await tab.page.click(f"{ROW_A} .feeder-limits li:last-child button")
    assert await tab.text(f"{SHEET} h2") == "Lift the limit of Row A"
    assert await tab.text(".limit-question") == (
        "Row A: 3 × 30 A no longer hold. Room comes back gradually."
    )
    assert room.limits.asked == []
    await tab.page.click(f"{SHEET} .limit-go")
    await tab.page.wait_for_selector(".limit", state="hidden")
    assert room.limits.asked == [("row-a", LimitParty.GRID_COMPANY, limits[1].from_at)]
    room.show(with_feeder(site_view(), "row-a", imposed=limits[:1]))
    await tab.page.wait_for_selector(f"{ROW_A} .feeder-limits li:nth-child(2)", state="detached")
    assert tab.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_sheet_and_limits_fit_on_a_phone(
    new_tab: NewTab, server: Server, room: FakeRoom, theme: str
) -> None:
    words = "x" * 200
    room.show(with_feeder(site_view(), "row-a", imposed=(imposed(words=words),)))
    tab = await new_tab(viewport=PHONE, color_scheme=theme)
    await tab.open(server.url)
    await tab.page.wait_for_selector(f"{ROW_A} .feeder-limits button")
    assert await tab.page.evaluate(TOO_WIDE) == []
    await tab.page.click(NOW)
    assert await tab.page.evaluate(TOO_WIDE) == []
    assert tab.complaints == []
