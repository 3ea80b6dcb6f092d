"""Pages with nothing to show, with a server that is gone, and with what cannot be read."""

import httpx2
import pytest
from playwright.async_api import Route

from csms.dashboard.bar_chart import Value, draw_bars
from csms.service.site_view import Level
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab, dashboard_app, serving
from tests.dashboard.test_plan import OUTLOOK
from tests.dashboard.test_transactions import FakeTransactions
from tests.dashboard.views import site_view

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def told(room: FakeRoom, path: str, status: int, reads: object | None = None) -> str:
    """What a page says to a browser that runs no scripts, on one line."""
    transport = httpx2.ASGITransport(app=dashboard_app(room, reads))
    headers = {"accept": "text/html"}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://csms", headers=headers
    ) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    return " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/sites/yard/transactions?first=abc", "first"),
        ("/sites/yard/transactions/99999999999999999999", "number"),
        ("/audit?before=q", "before"),
    ],
)
async def test_an_address_that_cannot_be_read_is_a_page_that_says_so(
    room: FakeRoom, path: str, name: str
) -> None:
    page = await told(room, path, 422)
    assert "<h1>That cannot be read</h1>" in page
    assert f"Something in this address cannot be read: {name}." in page


async def test_programs_are_told_the_same_as_a_problem(room: FakeRoom) -> None:
    transport = httpx2.ASGITransport(app=dashboard_app(room))
    headers = {"accept": "text/html"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        answer = await client.get("/api/v1/transactions?limit=no", headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_site_without_chargers_says_first_how_one_is_connected(room: FakeRoom) -> None:
    room.show(site_view(evses={}, counts={}))
    page = await told(room, "/sites/yard", 200)
    assert page.index("No chargers yet") < page.index("Power now")
    room.show(site_view())
    page = await told(room, "/sites/yard", 200)
    assert '<section class="panel empty" hidden>' in page


async def test_before_anything_has_charged_the_list_says_so(room: FakeRoom) -> None:
    reads = FakeTransactions([])
    page = await told(room, "/sites/yard/transactions", 200, reads)
    assert "Nothing has charged yet" in page
    page = await told(room, "/sites/yard/transactions?station=A-1", 200, reads)
    assert "No transaction matches." in page


async def test_a_chart_of_nothing_has_an_axis_that_can_be_read() -> None:
    chart = draw_bars([Value(word=str(day), value=0.0, text="") for day in range(3)])
    assert [tick.word for tick in chart.across] == ["0", "0.25", "0.5", "0.75", "1"]


@pytest.fixture
def planned_room(room: FakeRoom) -> FakeRoom:
    """A site that has been planned for."""
    room.planned = OUTLOOK
    return room


async def test_a_plan_says_that_the_server_is_gone(tab: Tab, planned_room: FakeRoom) -> None:
    async with serving(planned_room) as server:
        await tab.page.clock.install()
        await tab.page.goto(f"{server.url}/sites/yard/plan")
        await tab.page.wait_for_selector('main[data-link="live"]')
    await tab.page.wait_for_selector('.plan-link:text("Connection lost, trying again …")')
    for _ in range(20):
        await tab.page.clock.run_for(1000)
    await tab.page.wait_for_selector(
        '.plan-link:text("No connection: this is the plan as it was told last.")'
    )
    await tab.page.focus("[name=limit]")
    await tab.page.keyboard.press("ArrowLeft")
    for _ in range(3):
        await tab.page.clock.run_for(1000)
    await tab.says(".what-if [data-f=told]", "The server does not answer.")


async def test_a_plan_without_rows_has_no_empty_map(tab: Tab, planned_room: FakeRoom) -> None:
    planned_room.planned = OUTLOOK.__class__(
        **{
            name: {} if name in ("evses", "resources") else getattr(OUTLOOK, name)
            for name in OUTLOOK.__dataclass_fields__
        }
    )
    async with serving(planned_room) as server:
        await tab.page.goto(f"{server.url}/sites/yard/plan")
        await tab.page.wait_for_selector(".plan-room canvas")
        await tab.page.wait_for_selector(".plan-map", state="hidden")
        assert not await tab.page.is_visible("#plan-at")
        assert tab.complaints == []


async def test_a_site_file_is_not_checked_for_ever(tab: Tab, room: FakeRoom) -> None:
    async with serving(room, reads=room.site_files) as server:
        await tab.page.goto(f"{server.url}/sites/yard/site")
        await tab.page.wait_for_selector("textarea:not([readonly])")
        await tab.page.route("**/file/check*", lambda route: route.abort())
        await tab.page.fill("textarea", "site: yard\n")
        await tab.says("[data-f=told]", "The server does not answer.")


async def test_whoever_waits_for_commands_is_told(tab: Tab, server: Server) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    await tab.page.route("**/openapi.json", hold)
    await tab.page.goto(f"{server.url}/sites/yard/commands")
    await tab.page.wait_for_selector('.none:text("Reading what can be asked …")')
    await held[0].abort()
    await tab.says(
        "[data-f=told]", "The commands cannot be had just now. Reload the page to try again."
    )
    assert not await tab.page.is_visible('.none:text("Reading")')


async def test_figures_that_are_old_do_not_look_as_if_all_were_well(
    new_tab: NewTab, room: FakeRoom
) -> None:
    room.show(site_view(level=Level.OK))
    tab = await new_tab()
    async with serving(room) as server:
        await tab.page.clock.install()
        await tab.open(server.url)
    await tab.page.wait_for_selector('.link[data-link="lost"]')
    for _ in range(20):
        await tab.page.clock.run_for(1000)
    await tab.page.wait_for_selector('.link[data-link="stale"]')
    style = "getComputedStyle(document.querySelector('.headline')).filter"
    assert await tab.page.evaluate(style) == "grayscale(1)"
