"""What people do with the page: look closer, look for something, with or without a mouse."""

from typing import Any, Final

import pytest

from csms.service.site_view import EvseState, ReasonCode, ReasonView
from tests.dashboard.rig import FakeRoom, Server, Tab
from tests.dashboard.views import evse, site_view, with_evse

pytestmark = pytest.mark.asyncio(loop_scope="session")

A_1: Final = '[data-key="A-1/1"]'
SHEET: Final = ".details[open]"


async def shown(tab: Tab) -> list[Any]:
    """The connectors that can be seen, in their order."""
    names: list[Any] = await tab.page.eval_on_selector_all(
        ".tiles .tile", "tiles => tiles.filter(t => !t.hidden).map(t => t.dataset.key)"
    )
    return names


async def test_a_click_on_a_connector_tells_all_about_it(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    await tab.open(server.url)
    await tab.page.click(A_1)
    assert await tab.text(f"{SHEET} .details-head") == "A-1 Charging"
    assert await tab.text(f"{SHEET} .details-reason") == "Intake is full on L1 until 14:30"
    assert await tab.text(f"{SHEET} .details-lines") == "L1 16.0 A L2 15.9 A L3 15.8 A"
    rows = await tab.page.locator(f"{SHEET} dl > div").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == [
        "Power 11.0 kW",
        "May draw 16 A of 32 A",
        "If it goes silent it draws at most 6 A; until 13:07 its last limit may let it draw more",
        "Energy 5.2 kWh",
        "Needs 20.0 kWh by 17:00",
        "Known from stated",
        "Since 12:15",
        "Battery 42 %",
        "Token 04…C4",
        "Protocol OCPP 2.0.1",
        "Security Profile 0: whoever comes under its name is believed",
        "Commands waiting –",  # noqa: RUF001 - nothing
        "Feeder Intake › Row A",  # noqa: RUF001 - a true angle
        "Wired to L1, L2, L3",
    ]
    reason = ReasonView(code=ReasonCode.NEED_MET, text="Has what it came for")
    room.show(with_evse(site_view(), "A-1/1", reason=reason))
    await tab.says(f"{SHEET} .details-reason", "Has what it came for")
    assert tab.complaints == []


async def test_a_connector_opens_and_closes_by_keyboard(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    await tab.page.focus(f"{A_1} button")
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.press("Enter")
    assert await tab.text(f"{SHEET} .details-head") == "B-1/2 Paused"
    assert not await tab.page.is_visible(f"{SHEET} [data-line='3'] + [data-line]")
    await tab.page.keyboard.press("Escape")
    await tab.page.wait_for_selector(".details", state="hidden")
    focused = "document.activeElement.closest('.tile').dataset.key"
    assert await tab.page.evaluate(focused) == "B-1/2"


async def test_what_has_the_focus_is_outlined(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    for selector in ("[name=text]", ".feeder-pick", f"{A_1} button", ".chip:not([hidden])"):
        await tab.page.focus(selector)
        await tab.page.keyboard.press("Shift+Tab")
        await tab.page.keyboard.press("Tab")
        width = await tab.page.evaluate(
            """() => {
                const outlined = document.activeElement.closest(".tile") ?? document.activeElement;
                return getComputedStyle(outlined).outlineWidth;
            }"""
        )
        assert width == "2px", selector


async def test_a_connector_that_leaves_closes_its_details(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    await tab.open(server.url)
    await tab.page.click(A_1)
    room.show(site_view(evses={"A-2/1": evse("A-2")}, counts={EvseState.AVAILABLE: 1}))
    await tab.page.wait_for_selector(".details", state="hidden")


async def test_states_text_and_feeders_filter(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    everything = ["A-1/1", "B-1/2", "A-2/1", "B-1/1"]
    assert await shown(tab) == everything
    await tab.page.click('.chip[data-state="available"]')
    assert await shown(tab) == ["A-2/1", "B-1/1"]
    assert await tab.text("[data-f=shown]") == "2 of 4 shown"
    await tab.page.click('[data-feeder="row-b"] .feeder-pick')
    assert await shown(tab) == ["B-1/1"]
    await tab.page.fill("[name=text]", "full on l1")
    assert await tab.page.is_visible(".none")
    await tab.page.click("[data-f=clear]")
    assert await shown(tab) == everything
    assert await tab.page.get_attribute('[data-feeder="row-b"] button', "aria-pressed") == "false"
    await tab.page.fill("[name=text]", "04…c4")
    assert await shown(tab) == ["A-1/1"]


async def test_connectors_are_sorted_as_asked(tab: Tab, server: Server, room: FakeRoom) -> None:
    await tab.open(server.url)
    await tab.page.select_option("[name=sort]", "departure")
    assert await shown(tab) == ["A-1/1", "B-1/2", "A-2/1", "B-1/1"]
    await tab.page.select_option("[name=sort]", "power")
    room.show(with_evse(site_view(), "A-2/1", state=EvseState.CHARGING, power_w=22_000.0))
    await tab.page.wait_for_selector('.tiles-busy [data-key="A-2/1"]')
    assert await shown(tab) == ["A-2/1", "A-1/1", "B-1/2", "B-1/1"]


async def test_who_reads_by_ear_finds_names_for_everything(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    page = tab.page
    assert await page.get_by_role("heading", name="North yard", level=1).count() == 1
    assert await page.get_by_role("button", name="Intake", exact=True).count() == 1
    assert await page.get_by_role("button", name="Limit Intake now").count() == 1
    assert await page.get_by_role("img", name="L1: 50.4 A drawn of 63 A").count() == 1
    assert await page.get_by_role("searchbox", name="Find a connector").count() == 1
    assert await page.get_by_role("combobox", name="Sort by").count() == 1
    nameless = await page.eval_on_selector_all(
        "button, a, input, select",
        """elements => elements
            .filter((e) => e.checkVisibility())
            .filter((e) => !(e.innerText || e.ariaLabel || e.labels?.[0]?.textContent || "").trim())
            .map((e) => e.outerHTML)""",
    )
    assert nameless == []
