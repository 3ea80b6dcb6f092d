"""The page in a browser: it moves with the site, and says so when it cannot."""

# ruff: noqa: RUF001 - pages are set with true dashes, minus and times signs

from typing import Final

import pytest
from playwright.async_api import Route

from csms.domain.prices import PriceKind, PriceSeries, PriceSlot
from csms.language.languages import Language
from csms.service.live_site import LiveSite
from csms.service.site_view import EvseState, Level, ReasonCode, ReasonView
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, serving
from tests.dashboard.views import (
    INTAKE,
    NOON,
    after,
    bare_view,
    evse,
    feeder,
    site_view,
    with_evse,
    with_feeder,
)
from tests.domain.sites import small_site
from tests.service.priced import priced

pytestmark = pytest.mark.asyncio(loop_scope="session")

A_1: Final = '[data-key="A-1/1"]'
A_2: Final = '[data-key="A-2/1"]'
INTAKE_ROW: Final = '[data-feeder="intake"] > .feeder-box'
NO_CONNECTION: Final = "net::ERR_CONNECTION_REFUSED"


async def test_the_first_state_is_there_and_nothing_complains(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    assert await tab.text("h1") == "North yard"
    assert await tab.text(".headline") == (
        "1 of 4 connectors charging with 11.0 kW. Intake is given out to the full"
    )
    assert await tab.text(A_1) == (
        "A-1 Charging 11.0 kW 16.0 of 16 A 5.2 of 20 kWh by 17:00, stated "
        "Intake is full on L1 until 14:30"
    )
    assert await tab.text(INTAKE_ROW) == (
        "Intake 3 × 63 A Limit now L1 50.4 A 0.5 A L2 31.0 A 23.0 A L3 20.0 A 35.0 A "
        "Building load: measured"
    )
    await tab.page.wait_for_selector(".chart canvas")
    assert tab.complaints == []


async def test_the_browser_says_what_the_server_printed(
    new_tab: NewTab, tab: Tab, server: Server
) -> None:
    still = await new_tab(java_script_enabled=False)
    await still.page.goto(server.url)
    await tab.open(server.url)
    for part in (".headline", ".summary", ".feeders-root", ".tiles-busy", ".tiles-rest"):
        assert await tab.text(part) == await still.text(part)
    bars = "svg rect"
    assert await outlines(tab, bars) == await outlines(still, bars)


async def outlines(tab: Tab, selector: str) -> list[list[str | None]]:
    """Where bars begin and how long they are."""
    return [
        [await bar.get_attribute("x"), await bar.get_attribute("width")]
        for bar in await tab.page.query_selector_all(f"main {selector}")
    ]


async def test_a_connector_moves_with_its_vehicle(tab: Tab, server: Server, room: FakeRoom) -> None:
    await tab.open(server.url)
    await tab.says(f"{A_2} .tile-state", "Available")
    reason = ReasonView(code=ReasonCode.FULL_SPEED, text="As fast as the charger can")
    changes = {"state": EvseState.CHARGING, "power_w": 22_080.0, "limit_a": 32.0}
    view = with_evse(
        site_view(),
        "A-2/1",
        current_a=(32.0, 32.0, 32.0),
        reason=reason,
        energy_wh=150.0,
        **changes,
    )
    room.show(view)
    await tab.says(A_2, "A-2 Charging 22.1 kW 32.0 of 32 A 0.1 kWh As fast as the charger can")
    assert await tab.page.get_attribute(f"{A_2} [data-f=current_bar]", "width") == "100.0%"
    assert await tab.page.query_selector(f".tiles-busy {A_2}")
    assert (await tab.page.get_attribute(f"{A_2} .icon use", "href") or "").endswith(
        "#state-charging"
    )


async def test_a_new_reason_is_shown(tab: Tab, server: Server, room: FakeRoom) -> None:
    await tab.open(server.url)
    reason = ReasonView(code=ReasonCode.FEEDER, text="Row A is full on L2 until 22:40")
    room.show(with_evse(site_view(), "A-1/1", reason=reason))
    await tab.says(f"{A_1} .tile-reason", "Row A is full on L2 until 22:40")
    assert tab.complaints == []


async def test_feeders_headline_and_cards_move(tab: Tab, server: Server, room: FakeRoom) -> None:
    await tab.open(server.url)
    view = with_feeder(
        site_view(
            headline="Intake is over its limit", level=Level.OVER, power_w=14_400.0, plan=None
        ),
        "intake",
        load_a=(64.0, 31.0, 20.0),
        level=Level.OVER,
    )
    room.show(view)
    await tab.says(".headline", "Intake is over its limit")
    await tab.says("[data-f=power]", "14.4")
    await tab.says(".card-plan", "Plan No plan yet The first plan is being made")
    first = f'{INTAKE_ROW} [data-line="1"]'
    assert await tab.text(first) == "L1 64.0 A 0.5 A"
    assert await tab.page.get_attribute(first, "data-level") == "over"
    assert await tab.page.get_attribute(f"{first} [data-f=load_bar]", "width") == "91.4%"
    assert await tab.text("[data-f=announcement]") == "Intake is over its limit"


async def test_bars_that_change_twice_a_second_come_to_rest_in_between(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    await tab.open(server.url)
    view = with_evse(site_view(), "A-1/1", current_a=(8.0, 8.0, 8.0), limit_a=8.0)
    room.show(with_feeder(view, "intake", load_a=(20.0, 21.0, 22.0)))
    await tab.says(f'{INTAKE_ROW} [data-line="1"]', "L1 20.0 A 0.5 A")
    await tab.says(f"{A_1} .tile-current", "8.0 of 8 A")
    moving = "document.getAnimations().filter((one) => one.effect.target.closest('svg')).length"
    assert await tab.page.evaluate(moving) == 0


async def test_chargers_come_and_go(tab: Tab, server: Server, room: FakeRoom) -> None:
    room.show(bare_view())
    await tab.open(server.url)
    await tab.says(".live > .empty h2", "No chargers yet")
    room.show(
        site_view(
            feeders={"intake": INTAKE},
            evses={"GUEST/1": evse("GUEST", feeder_id="intake")},
            counts={EvseState.AVAILABLE: 1},
        )
    )
    await tab.says('[data-key="GUEST/1"]', "GUEST Available No vehicle is charging")
    assert not await tab.page.is_visible(".live > .empty")
    room.show(bare_view())
    await tab.page.wait_for_selector('[data-key="GUEST/1"]', state="detached")
    assert await tab.page.is_visible(".live > .empty")


async def test_other_feeders_are_printed_anew(tab: Tab, server: Server, room: FakeRoom) -> None:
    await tab.open(server.url)
    intake, row_a = {"intake": INTAKE}, {"row-a": feeder("Row A")}
    room.show(site_view(feeders={**intake, **row_a}, evses={}, counts={}))
    await tab.page.wait_for_selector('[data-feeder="row-b"]', state="detached")
    await tab.says('[data-feeder="row-a"] [data-f=name]', "Row A")
    room.show(site_view(feeders={**intake, **row_a, "row-c": feeder("Row C")}))
    await tab.says('[data-feeder="row-c"] [data-f=name]', "Row C")
    await tab.page.wait_for_selector('.link[data-link="live"]')
    assert tab.complaints == []


async def test_a_gap_in_the_numbers_brings_a_new_snapshot(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    opened = []
    tab.page.on("request", lambda request: opened.append(request.url))
    await tab.open(server.url)
    live = f"{server.url}/api/v1/sites/yard/live"
    assert opened.count(live) == 1
    room.feeds["yard"]._editions[Language.EN]._number += 7
    room.show(with_evse(site_view(), "A-1/1", power_w=7_360.0))
    await tab.says(f"{A_1} .tile-power", "7.4 kW")
    assert opened.count(live) == 2


async def test_a_lost_server_is_said_and_found_again(tab: Tab, room: FakeRoom) -> None:
    async with serving(room) as first:
        await tab.open(first.url)
    await tab.page.wait_for_selector('.link[data-link="lost"]')
    assert await tab.text(".link") == "Connection lost, trying again …"
    await tab.page.wait_for_selector('.link[data-link="stale"]')
    assert await tab.text(".link") == "No connection, figures of 13:00:00"
    opacity = "getComputedStyle(document.querySelector('.live')).opacity"
    await tab.page.wait_for_function(f"() => {opacity} === '0.55'")
    restarted = FakeRoom(with_evse(site_view(), "A-1/1", power_w=3_680.0))
    async with serving(restarted, first.port):
        await tab.page.wait_for_selector('.link[data-link="live"]')
        await tab.says(f"{A_1} .tile-power", "3.7 kW")
        await tab.page.wait_for_function(f"() => {opacity} === '1'")
        restarted.show(with_evse(site_view(), "A-1/1", power_w=1_380.0))
        await tab.says(f"{A_1} .tile-power", "1.4 kW")
    assert [text for text in tab.complaints if NO_CONNECTION not in text] == []


async def test_a_server_that_stops_ends_open_streams_in_good_order(
    tab: Tab, room: FakeRoom, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(room) as server:
        await tab.open(server.url)
    await tab.page.wait_for_selector('.link[data-link="lost"]')
    assert [record.getMessage() for record in caplog.records] == []


async def test_the_chart_shows_past_plan_and_present(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    await tab.open(server.url)
    await tab.page.wait_for_selector(".chart canvas")
    await tab.says("[data-f=chart_at]", "Intake, most loaded line, now")
    await tab.says("[data-f=chart_load]", "50.4 A")
    assert await tab.text("[data-f=chart_limit]") == "63.0 A"
    assert await tab.text("[data-f=chart_ahead]") == "30.0 A"
    assert await tab.text("[data-f=chart_uncontrolled]") == "12.6 A"
    assert await tab.page.get_attribute(".chart", "aria-label") == (
        "Load of Intake: now 50.4 of 63.0 A"
    )
    room.show(with_feeder(site_view(now=after(1)), "intake", load_a=(47.0, 31.0, 20.0)))
    await tab.says("[data-f=chart_load]", "47.0 A")


async def test_the_chart_shows_prices_where_the_site_has_some(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    await tab.open(server.url)
    await tab.page.wait_for_selector(".chart canvas")
    assert await tab.page.is_hidden("[data-key=price]")
    room.site = LiveSite(priced(small_site()))
    known = (PriceSlot(starts_at=NOON, ends_at=after(120), per_kwh=1.254),)
    room.site.prices.take(PriceKind.ENERGY, PriceSeries(known), NOON)
    await tab.open(server.url)
    await tab.says("[data-f=chart_price]", "1.25 NOK/kWh")
    box = await tab.page.locator(".chart .u-over").bounding_box()
    assert box is not None
    await tab.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    await tab.says("[data-f=chart_at]", "Intake, most loaded line, 17:00")
    assert await tab.text("[data-f=chart_price]") == "\N{EN DASH}"


async def test_a_pointer_on_the_chart_reads_it(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    await tab.page.wait_for_selector(".chart canvas")
    box = await tab.page.locator(".chart .u-over").bounding_box()
    assert box is not None
    await tab.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    await tab.says("[data-f=chart_at]", "Intake, most loaded line, 17:00")
    assert await tab.text("[data-f=chart_ahead]") == "12.0 A"
    assert await tab.text("[data-f=chart_load]") == ""
    await tab.page.mouse.move(0, 0)
    await tab.says("[data-f=chart_at]", "Intake, most loaded line, now")


async def test_a_chart_that_cannot_be_had_is_said(tab: Tab, server: Server) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=503)

    await tab.page.route("**/series", refuse)
    await tab.open(server.url)
    await tab.says(".chart", "The load over time cannot be had just now")


async def test_the_list_of_sites_moves(tab: Tab) -> None:
    room = FakeRoom(site_view(), site_view(site_id="south", name="South"))
    async with serving(room) as server:
        await tab.page.goto(server.url)
        room.show(site_view(headline="All have room", level=Level.OK))
        await tab.says('[data-site="yard"] .site-line', "All have room")
        assert await tab.page.get_attribute('[data-site="yard"]', "data-level") == "ok"
        assert tab.complaints == []
    await tab.says(".lost", "No connection, figures are old. Trying again …")


async def test_the_api_is_described_without_any_other_server(tab: Tab, server: Server) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    await tab.page.goto(f"{server.url}/api/docs")
    await tab.page.get_by_text("/api/v1/sites/{site_id}/view", exact=True).click()
    outline = tab.page.locator("details[open] pre")
    assert "energy_today_wh: number" in await outline.inner_text()
    await tab.page.get_by_text("/api/v1/stations/{station_id}/commands", exact=True).click()
    bodies = await tab.page.locator("details[open] pre").all_inner_texts()
    assert any("// Release the cable of a connector" in body for body in bodies)
    assert any("// A composite schedule, None if" in body for body in bodies)
    assert {url.split("/")[2] for url in asked} == {server.url.split("/")[2]}
    assert tab.complaints == []
