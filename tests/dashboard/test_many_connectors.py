"""A page with far more connectors than can be seen at once."""

# ruff: noqa: RUF001 - nothing is a true dash

from typing import Any, Final

import httpx2
import pytest

from csms.dashboard.connector_list import PER_PAGE
from csms.service.site_view import EvseState, SiteView
from tests.dashboard.rig import FakeRoom, NewTab, Tab, dashboard_app, serving
from tests.dashboard.views import evse, feeder, site_view, with_evse

pytestmark = pytest.mark.asyncio(loop_scope="session")

COUNT: Final = 300
LAST: Final = '[data-key="S-300/1"]'
ELEMENTS: Final = "document.querySelectorAll('.tile *').length"
SHOWN: Final = "tiles => tiles.filter((tile) => !tile.hidden).map((tile) => tile.dataset.key)"


def yard(count: int = COUNT, **more: Any) -> SiteView:
    """Many chargers that charge, on one feeder."""
    charging: dict[str, Any] = {"state": EvseState.CHARGING, "power_w": 7_000.0, "limit_a": 16.0}
    evses = {f"S-{number}/1": evse(f"S-{number}", **charging) for number in range(1, count + 1)}
    fields = {"evses": evses, "counts": {EvseState.CHARGING: count}}
    feeders = {"intake": feeder("Intake", None), "row-a": feeder("Row A")}
    return site_view(**{**fields, "feeders": feeders, **more})


async def opened(tab: Tab, url: str) -> None:
    """Open the page, and wait until all connectors are listed."""
    await tab.open(url)
    await tab.page.wait_for_selector(LAST, state="attached")


async def test_a_connector_far_away_costs_no_more_than_its_name(tab: Tab) -> None:
    async with serving(FakeRoom(yard())) as server:
        await opened(tab, server.url)
        assert await tab.page.locator(".tile").count() == COUNT
        assert await tab.page.evaluate(ELEMENTS) < COUNT * 6
        name = await tab.page.text_content(LAST)
        assert (name or "").strip() == "S-300"
        assert await tab.page.locator(".more").count() == 0
        assert tab.complaints == []


async def test_a_connector_that_comes_into_sight_is_up_to_date(tab: Tab) -> None:
    room = FakeRoom(yard())
    async with serving(room) as server:
        await opened(tab, server.url)
        room.show(with_evse(yard(), "S-300/1", power_w=3_680.0))
        room.show(with_evse(yard(power_w=1.0), "S-300/1", power_w=11_040.0))
        await tab.says("[data-f=power]", "0.0")
        await tab.page.locator(LAST).scroll_into_view_if_needed()
        await tab.says(LAST, "S-300 Charging 11.0 kW – of 16 A No vehicle is charging")
        room.show(with_evse(yard(), "S-300/1", power_w=1_380.0))
        await tab.says(f"{LAST} .tile-power", "1.4 kW")


async def test_a_connector_that_went_out_of_sight_is_up_to_date_when_it_is_back(tab: Tab) -> None:
    first = '[data-key="S-1/1"]'
    room = FakeRoom(yard())
    async with serving(room) as server:
        await opened(tab, server.url)
        await tab.page.locator(first).scroll_into_view_if_needed()
        await tab.says(f"{first} .tile-power", "7.0 kW")
        await tab.page.locator(LAST).scroll_into_view_if_needed()
        await tab.says(f"{LAST} .tile-power", "7.0 kW")
        room.show(with_evse(yard(power_w=1.0), "S-1/1", power_w=3_680.0))
        await tab.says("[data-f=power]", "0.0")
        assert await tab.page.text_content(f"{first} [data-f=power]") == "7.0"
        await tab.page.locator(first).scroll_into_view_if_needed()
        await tab.says(f"{first} .tile-power", "3.7 kW")


async def test_a_connector_out_of_sight_is_found_and_opened(tab: Tab) -> None:
    async with serving(FakeRoom(yard())) as server:
        await opened(tab, server.url)
        await tab.page.fill("[name=text]", "s-300")
        await tab.says("[data-f=shown]", "1 of 300 shown")
        await tab.says(f"{LAST} .tile-power", "7.0 kW")
        await tab.page.click(LAST)
        assert await tab.text(".details[open] .details-head") == "S-300 Charging"


async def test_thousands_of_connectors_are_listed_as_one_comes_to_them(tab: Tab) -> None:
    tiles = tab.page.locator(".tile")
    async with serving(FakeRoom(yard(1_200))) as server:
        await opened(tab, server.url)
        await tab.page.wait_for_selector('[data-key="S-500/1"]', state="attached")
        assert await tiles.count() == 500
        await tab.page.fill("[name=text]", "s-1200")
        await tab.says("[data-f=shown]", "1 of 1200 shown")
        await tab.says('[data-key="S-1200/1"] .tile-power', "7.0 kW")
        assert await tiles.count() == 1
        await tab.page.fill("[name=text]", "")
        await tab.says("[data-f=shown]", "")
        assert await tiles.count() == 500
        for last in (500, 1_000, 1_200):
            await tab.page.locator(f'[data-key="S-{last}/1"]').scroll_into_view_if_needed()
            await tab.says(f'[data-key="S-{last}/1"] .tile-power', "7.0 kW")
        assert await tiles.count() == 1_200
        assert tab.complaints == []


async def test_a_connector_out_of_sight_that_changes_its_state_moves(tab: Tab) -> None:
    room = FakeRoom(yard())
    async with serving(room) as server:
        await opened(tab, server.url)
        room.show(with_evse(yard(), "S-300/1", state=EvseState.AVAILABLE))
        await tab.page.wait_for_selector(f".tiles-rest {LAST}", state="attached")


async def test_without_scripts_all_connectors_are_found_page_by_page(new_tab: NewTab) -> None:
    tab = await new_tab(java_script_enabled=False)
    view = with_evse(yard(), "S-123/1", state=EvseState.FAULTED)
    view = site_view(
        evses=view.evses,
        feeders=view.feeders,
        counts={EvseState.CHARGING: COUNT - 1, EvseState.FAULTED: 1},
    )
    async with serving(FakeRoom(view)) as server:
        await tab.page.goto(server.url)
        assert await tab.page.locator(".tile").count() == PER_PAGE
        assert await tab.text(".more") == "Page 1 of 7 Next All 300"
        async with tab.page.expect_navigation():
            await tab.page.click(".more [rel=next]")
        assert await tab.text(".more span") == "Page 2 of 7"
        async with tab.page.expect_navigation():
            await tab.page.click('.chip[data-state="faulted"]')
        assert await tab.text(".tiles") == "S-123 Faulted 7.0 kW – of 16 A No vehicle is charging"
        assert await tab.text("[data-f=shown]") == "1 of 300 shown"
        await tab.page.fill("[name=text]", "S-30")
        async with tab.page.expect_navigation():
            await tab.page.keyboard.press("Enter")
        found = await tab.page.eval_on_selector_all(".tile", SHOWN)
        assert found == ["S-30/1", "S-300/1"]
        async with tab.page.expect_navigation():
            await tab.page.click('[data-feeder="row-a"] .feeder-pick')
        assert await tab.text(".chip-feeder") == "Row A"
        async with tab.page.expect_navigation():
            await tab.page.click(".chip-feeder")
        assert await tab.page.locator(".chip-feeder").is_hidden()


async def test_scripts_go_on_with_what_the_page_was_printed_for(tab: Tab) -> None:
    async with serving(FakeRoom(site_view())) as server:
        await tab.open(f"{server.url}/sites/yard?state=available&text=b-1&sort=power")
        await tab.says("[data-f=shown]", "1 of 4 shown")
        assert await tab.page.eval_on_selector_all(".tiles .tile", SHOWN) == ["B-1/1"]
        assert await tab.page.input_value("[name=text]") == "b-1"
        await tab.page.click('.chip[data-state="available"]')
        await tab.says("[data-f=shown]", "2 of 4 shown")
        await tab.page.focus("[name=text]")
        await tab.page.keyboard.press("Enter")
        assert tab.page.url.endswith("sort=power")
        await tab.page.click("[data-feeder=row-b] .feeder-pick")
        assert await tab.text(".chip-feeder") == "Row B"
        assert tab.complaints == []


@pytest.mark.parametrize(
    "asked",
    ["state=broken", "sort=colour", "page=x", "page=-1", "page=²", "page=" + 5000 * "9"],
    ids=range(6),
)
async def test_what_nobody_can_ask_for_is_not_asked(asked: str) -> None:
    transport = httpx2.ASGITransport(app=dashboard_app(FakeRoom(site_view())))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        page = await client.get(f"/sites/yard?{asked}")
    assert page.status_code == 200
    assert page.text.count('<li class="tile" data-key="') == 5  # with the template
