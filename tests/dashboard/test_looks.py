"""Light and dark, wide and narrow."""

from typing import Any, Final

import pytest
from playwright.async_api import Page

from csms.service.site_view import EvseState
from tests.dashboard.looks import PHONE, TOO_WIDE
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, serving
from tests.dashboard.views import evse, site_view

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIGHT_GROUND: Final = "rgb(243, 245, 247)"
DARK_GROUND: Final = "rgb(15, 19, 23)"
LIGHT_LOAD: Final = [58, 98, 224]
DARK_LOAD: Final = [120, 151, 255]

GROUND: Final = "getComputedStyle(document.documentElement).backgroundColor"
HAS_INK: Final = """(ink) => {
    const canvas = document.querySelector(".chart canvas");
    if (!canvas?.width) return false;
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const pen = copy.getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const dots = new Uint32Array(data.buffer);
    return dots.includes(new Uint32Array(Uint8Array.of(...ink, 255).buffer)[0]);
}"""
EDGE_INK: Final = """() => {
    const canvas = document.querySelector(".chart canvas");
    const pen = canvas.getContext("2d");
    const { data } = pen.getImageData(canvas.width - 1, canvas.height - 28, 1, 28);
    return data.filter((part, i) => i % 4 === 3 && part > 0).length;
}"""
"""How many dots have ink where the axis of time meets the right edge."""
BOXES: Final = (
    "(names) => names.map((n) => document.querySelector(n).getBoundingClientRect().toJSON())"
)
"""Where elements stand, all at the same instant: the page above them may grow."""


async def ground_of(page: Page) -> Any:
    """The page's background."""
    return await page.evaluate(GROUND)


async def test_the_page_follows_the_system_and_so_does_the_chart(
    new_tab: NewTab, server: Server
) -> None:
    tab = await new_tab(color_scheme="light")
    await tab.open(server.url)
    assert await ground_of(tab.page) == LIGHT_GROUND
    await tab.page.wait_for_function(HAS_INK, arg=LIGHT_LOAD)
    await tab.page.emulate_media(color_scheme="dark")
    assert await ground_of(tab.page) == DARK_GROUND
    await tab.page.wait_for_function(HAS_INK, arg=DARK_LOAD)
    assert not await tab.page.evaluate(HAS_INK, LIGHT_LOAD)
    assert tab.complaints == []


async def test_a_chosen_theme_is_kept(new_tab: NewTab, server: Server) -> None:
    tab = await new_tab(color_scheme="light")
    await tab.open(server.url)
    await tab.page.check('[name=theme][value="dark"]', force=True)
    assert await ground_of(tab.page) == DARK_GROUND
    await tab.page.wait_for_function(HAS_INK, arg=DARK_LOAD)
    await tab.page.reload()
    assert await ground_of(tab.page) == DARK_GROUND
    assert await tab.page.is_checked('[name=theme][value="dark"]')


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
async def test_nothing_is_wider_than_the_window(new_tab: NewTab, width: int) -> None:
    name = "Housing association of the upper harbour and its surroundings"
    many = {f"S-{n}/1": evse(f"STATION-WITH-A-LONG-NAME-{n}") for n in range(12)}
    view = site_view(name=name, evses={**site_view().evses, **many})
    async with serving(FakeRoom(view)) as server:
        tab = await new_tab(viewport={"width": width, "height": 844})
        await tab.open(server.url)
        await tab.page.wait_for_selector(".chart canvas")
        assert await tab.page.evaluate("document.documentElement.scrollWidth") == width
        assert await tab.page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("path", ["/api/docs", "/nowhere", "/sites/elsewhere"])
async def test_other_pages_fit_a_phone_as_well(new_tab: NewTab, server: Server, path: str) -> None:
    page = (await new_tab(viewport=PHONE)).page
    await page.goto(f"{server.url}{path}", wait_until="networkidle")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_phone_has_a_menu_of_pages_that_needs_no_scripts(
    new_tab: NewTab, room: FakeRoom, server: Server
) -> None:
    room.show(site_view(evses={"A-1/1": evse("A-1", state=EvseState.FAULTED)}))
    tab = await new_tab(viewport=PHONE, java_script_enabled=False)
    page = tab.page
    await page.goto(f"{server.url}/sites/yard/commands")
    assert await tab.text(".pages summary") == "Commands 1 open"
    link = page.locator('.pages a[href="/sites/yard/alerts"]')
    assert not await link.is_visible()
    await page.click(".pages summary")
    assert await link.is_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_a_tap_on_a_phone_opens_details_over_the_whole_width(
    new_tab: NewTab, server: Server
) -> None:
    tab = await new_tab(viewport=PHONE, has_touch=True, is_mobile=True)
    await tab.open(server.url)
    await tab.page.tap('[data-key="A-1/1"]')
    box = await tab.page.locator(".details[open]").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(390)


async def test_the_chart_takes_the_width_that_there_is(tab: Tab, server: Server) -> None:
    await tab.page.set_viewport_size({"width": 1440, "height": 900})
    await tab.open(server.url)
    await tab.page.wait_for_selector(".chart canvas")
    fits = """() => {
        const [box, plot] = [".chart", ".chart .uplot"].map((s) => document.querySelector(s));
        return box.clientWidth === plot.clientWidth && plot.scrollWidth <= box.clientWidth;
    }"""
    await tab.page.wait_for_function(fits)
    await tab.page.set_viewport_size({"width": 390, "height": 844})
    await tab.page.wait_for_function(fits)


async def test_the_last_time_below_the_chart_is_not_cut_off(tab: Tab, server: Server) -> None:
    # The plan that is shown ends at a full hour: its time stands below the very end of the axis.
    await tab.page.set_viewport_size({"width": 1440, "height": 900})
    await tab.open(server.url)
    await tab.page.wait_for_selector(".chart canvas")
    await tab.page.wait_for_function(HAS_INK, arg=LIGHT_LOAD)
    assert await tab.page.evaluate(EDGE_INK) == 0


@pytest.mark.parametrize("width", [320, 390, 700])
async def test_on_a_phone_the_order_stands_beside_the_search(
    new_tab: NewTab, server: Server, width: int
) -> None:
    tab = await new_tab(viewport={"width": width, "height": 844})
    await tab.open(server.url)
    search, order = await tab.page.evaluate(BOXES, [".search input", ".sort select"])
    assert search["y"] + search["height"] / 2 == pytest.approx(
        order["y"] + order["height"] / 2, abs=2
    )
    assert search["x"] + search["width"] <= order["x"]
    assert search["width"] > 120


async def test_times_are_the_site_s_wherever_the_reader_is(new_tab: NewTab, server: Server) -> None:
    tab = await new_tab(timezone_id="America/Los_Angeles", locale="en-US")
    await tab.open(server.url)
    assert (await tab.text("[data-f=time]")).startswith("13:0")
    assert await tab.text("[data-f=plan]") == (
        "Planned 12:59:00 by the optimiser in 37 ms, next at 13:04"
    )
