"""The page of the plan: printed as a table, drawn over time, asked what another limit would do."""

# ruff: noqa: RUF001 - pages are set with true dashes

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

import httpx2
import pytest
import pytest_asyncio

from csms.domain.request_errors import BusyError
from csms.service.plan_outlook import PlannedEvse, PlannedFeeder, PlanOutlook, PriceOutlook
from csms.service.planned_resources import PlannedResource
from csms.service.site_view import PlanView
from csms.service.what_if import OtherDelivery, WhatIf
from tests.dashboard.looks import PHONE, TOO_WIDE_BUT_LISTS, Look
from tests.dashboard.rig import FakeRoom, NewTab, Server, dashboard_app, serving
from tests.dashboard.views import NOON, after, site_view

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATH: Final = "/sites/yard/plan"
HOUR_S: Final = 3600
INK: Final = """([row, share]) => {
    const canvas = document.querySelector(".plan-map canvas");
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const pen = copy.getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 0, 0);
    const left = document.querySelector(".plan-room .u-over").offsetLeft;
    const x = left + share * (document.querySelector(".plan-room .u-over").offsetWidth);
    return [...pen.getImageData(Math.round(x), row * 20 + 10, 1, 1).data].slice(0, 3);
}"""
"""The colour of a row of the map, at a share of its time."""


def planned(station_id: str, **more: object) -> PlannedEvse:
    """16 A for two hours, then nothing; it leaves after three."""
    fields: dict[str, object] = {
        "feeder_id": "row-a",
        "max_a": 32.0,
        "limits_a": (16.0, 16.0, 0.0, 0.0),
        "wanted_wh": 22_000.0,
        "expected_wh": 22_000.0,
        "short_wh": 0.0,
        "risk": 0.0,
        "departs_at": after(180),
        "done_at": after(120),
        "reason": "As fast as the charger can",
        "why_short": "",
        **more,
    }
    return PlannedEvse(station_id=station_id, number=1, **fields)  # type: ignore[arg-type]


OUTLOOK: Final = PlanOutlook(
    number=29,
    made_at=NOON,
    next_at=after(5),
    method="linear program",
    detail="",
    solve_s=0.186,
    gap=0.0012,
    edges=tuple(NOON.timestamp() + HOUR_S * hour for hour in range(5)),
    evses={
        "A-1/1": planned("A-1"),
        "A-2/1": planned(
            "A-2",
            limits_a=(6.0, 6.0, 0.0, 0.0),
            expected_wh=8_300.0,
            short_wh=13_700.0,
            departs_at=after(120),
            done_at=None,
            why_short="Row A is full on L2 for 2 h of the 2 h it stays",
        ),
    },
    feeders={
        "intake": PlannedFeeder(
            name="Intake", limit_a=(63.0,) * 4, headroom_a=(20.0, 30.0, 50.0, 50.0), binds=False
        ),
        "row-a": PlannedFeeder(
            name="Row A", limit_a=(40.0,) * 4, headroom_a=(0.2, 0.0, 24.0, 40.0), binds=True
        ),
    },
    prices=PriceOutlook(
        unit="NOK/kWh",
        t=(NOON.timestamp(), NOON.timestamp() + HOUR_S),
        per_kwh=(1.2, 0.8),
        is_assumed=(False, False),
    ),
    resources={
        "battery": PlannedResource(
            name="Battery",
            kind="battery",
            feeder_id="intake",
            power_w=(3_000.0, -6_000.0, 0.0, 0.0),
            most_w=6_000.0,
            why="Gives when energy is dear",
        ),
        "washer": PlannedResource(
            name="Washer",
            kind="deferrable_load",
            feeder_id="row-a",
            power_w=(),
            most_w=2_000.0,
            why="Counts at its rating of 2 kW: its power is not told",
        ),
    },
)


def other(limit_a: float) -> WhatIf:
    """One vehicle has what it needs an hour and a half later, the other one lacks 4.1 kWh more."""
    lacks = OtherDelivery(
        evse="A-2/1",
        expected_wh=8_300.0,
        expected_then_wh=4_200.0,
        short_wh=13_700.0,
        short_then_wh=17_800.0,
        done_at=None,
        done_then_at=None,
        later_s=None,
        less_wh=4_100.0,
    )
    late = OtherDelivery(
        evse="A-1/1",
        expected_wh=22_000.0,
        expected_then_wh=22_000.0,
        short_wh=0.0,
        short_then_wh=0.0,
        done_at=after(120),
        done_then_at=after(210),
        later_s=5400.0,
        less_wh=0.0,
    )
    return WhatIf(
        number=29,
        planned_at=NOON,
        feeder_id="intake",
        limit_a=limit_a,
        solve_s=0.1,
        method="linear program",
        vehicles=(lacks, late),
    )


@pytest.fixture
def planned_room(room: FakeRoom) -> FakeRoom:
    """The site with a plan."""
    room.planned = OUTLOOK
    return room


@pytest_asyncio.fixture(loop_scope="session")
async def shown(planned_room: FakeRoom) -> AsyncIterator[Server]:
    """A server that shows it."""
    async with serving(planned_room) as server:
        yield server


async def page_of(room: FakeRoom) -> str:
    """The page as a browser without scripts gets it."""
    transport = httpx2.ASGITransport(app=dashboard_app(room))
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        answer = await client.get(PATH)
        assert answer.status_code == 200
        return answer.text


def rows(page: str, part: str = "lines") -> list[list[str]]:
    """The cells of a table, as text."""
    _, _, table = page[page.index(f'data-part="{part}"') :].partition("<tbody>")
    table = table.partition("</tbody>")[0]
    plain = [row.replace("</th>", "</td>").split("</td>")[:-1] for row in table.split("</tr>")[:-1]]
    return [[" ".join(_bare(cell).split()) for cell in row] for row in plain]


def _bare(markup: str) -> str:
    return "".join(part.partition(">")[2] for part in f">{markup}".split("<"))


async def test_without_scripts_the_plan_is_a_table(planned_room: FakeRoom) -> None:
    page = await page_of(planned_room)
    why = "Row A is full on L2 for 2 h of the 2 h it stays"
    fast = "As fast as the charger can"
    assert rows(page) == [
        ["A-2/1", "6 of 32 A", "22.0 kWh", "8.3 kWh", "13.7 kWh", "–", "15:00", why],
        ["A-1/1", "16 of 32 A", "22.0 kWh", "22.0 kWh", "–", "15:00", "16:00", fast],
    ]
    for words in (
        "the linear program",
        "186 ms",
        "at most 0.12 %",
        "13:05 at the latest, sooner if something happens",
        "Room at Row A: none left at 14:00",
    ):
        assert words in page
    assert "Room at Intake" not in page  # it binds nobody


async def test_without_scripts_resources_are_a_table(planned_room: FakeRoom) -> None:
    page = await page_of(planned_room)
    unplanned = "Counts at its rating of 2 kW: its power is not told"
    assert rows(page, "resources") == [
        ["Battery", "Battery", "draws 3.0 kW", "3.0 kWh", "6.0 kWh", "Gives when energy is dear"],
        ["Washer", "Load that can wait", "not planned", "–", "–", unplanned],
    ]
    assert "Gives, up to its most" in page


async def test_a_site_without_resources_is_shown_none(planned_room: FakeRoom) -> None:
    planned_room.planned = replace(OUTLOOK, resources={})
    page = await page_of(planned_room)
    assert 'data-part="resources"' not in page
    assert "Gives, up to its most" not in page


async def test_before_the_first_plan_the_page_says_so(room: FakeRoom) -> None:
    room.what_if.closed = "no plan has been made yet"
    assert "The first plan is being made" in await page_of(room)


async def test_a_plan_of_the_heuristic_tells_why(planned_room: FakeRoom) -> None:
    planned_room.what_if.closed = "its plans take 3.1 s, more than 2 s"
    page = await page_of(planned_room)
    assert "That cannot be found out just now: its plans take 3.1 s, more than 2 s." in page


async def test_keys_move_through_the_map_and_it_is_told(new_tab: NewTab, shown: Server) -> None:
    tab = await new_tab()
    await tab.page.goto(f"{shown.url}{PATH}")
    await tab.page.wait_for_selector(".plan-map canvas[width]")
    await tab.page.focus(".plan-map")
    await tab.page.keyboard.press("ArrowRight")
    await tab.says(
        "#plan-at",
        "A-2/1, 13:00–14:00: 6 of 32 A, lacks 13.7 kWh. "
        "Row A is full on L2 for 2 h of the 2 h it stays",
    )
    for key in ("ArrowDown", "End", "ArrowRight"):
        await tab.page.keyboard.press(key)
    await tab.says("#plan-at", "A-1/1, 16:00–17:00: has left. As fast as the charger can")
    for key in ("ArrowDown", "Home"):
        await tab.page.keyboard.press(key)
    await tab.says("#plan-at", "Battery, 13:00–14:00: draws 3.0 kW. Gives when energy is dear")
    await tab.page.keyboard.press("ArrowRight")
    await tab.says("#plan-at", "Battery, 14:00–15:00: gives 6.0 kW. Gives when energy is dear")
    await tab.page.keyboard.press("ArrowDown")
    unplanned = "Counts at its rating of 2 kW: its power is not told"
    await tab.says("#plan-at", f"Washer, 14:00–15:00: not planned. {unplanned}")
    assert tab.complaints == []


@pytest.mark.parametrize(
    ("scheme", "draws", "gives"),
    [("light", [58, 98, 224], [17, 114, 60]), ("dark", [120, 151, 255], [87, 211, 140])],
)
async def test_what_draws_and_what_gives_have_colours_of_their_own(
    new_tab: NewTab, shown: Server, scheme: str, draws: list[int], gives: list[int]
) -> None:
    """The battery gives its most in the second hour; the first vehicle draws half of its most."""
    tab = await new_tab(color_scheme=scheme)
    await tab.page.goto(f"{shown.url}{PATH}")
    await tab.page.wait_for_selector(".plan-map canvas[width]")
    assert await tab.page.evaluate(INK, [2, 0.375]) == gives
    red, _, blue = await tab.page.evaluate(INK, [1, 0.125])
    assert red != gives[0]
    assert abs(blue - draws[2]) < 90
    assert blue > red


async def test_the_slider_asks_what_another_limit_would_do(
    new_tab: NewTab, planned_room: FakeRoom, shown: Server
) -> None:
    planned_room.what_if.answers = [BusyError(0.5), other(39.0)]
    tab = await new_tab()
    await tab.page.goto(f"{shown.url}{PATH}")
    await tab.page.focus("[name=limit]")
    await tab.page.keyboard.press("ArrowLeft")
    await tab.says("[name=shown]", "39 A, now 40 A")
    await tab.says(
        ".what-if [data-f=told]",
        "With 39 A, 2 vehicles are touched: 4.1 kWh more would be lacking, vehicles would get "
        "4.1 kWh less in all, they would have what they need up to 1 h 30 min later.",
    )
    assert planned_room.what_if.asked == [("intake", 39.0)] * 2  # it was busy at first
    assert await tab.text(".what-if tbody tr:nth-child(2)") == (
        "A-1/1 22.0 → 22.0 kWh – 15:00 → 16:30"
    )


async def test_a_new_plan_is_shown_as_it_is_made(
    new_tab: NewTab, planned_room: FakeRoom, shown: Server
) -> None:
    tab = await new_tab()
    await tab.page.clock.install()
    await tab.page.goto(f"{shown.url}{PATH}")
    await tab.page.wait_for_selector(".plan-map canvas[width]")
    view = site_view()
    assert view.plan is not None
    made = PlanView(
        made_at=view.plan.made_at + timedelta(minutes=5),
        is_heuristic=False,
        detail="",
        solve_ms=99.0,
        next_at=after(10),
        expected_wh=30_300.0,
        short_wh=0.0,
    )
    planned_room.show(site_view(plan=made))
    for _ in range(50):
        await tab.page.clock.run_for(1000)
        if "in 99 ms" in await tab.text("[data-part=head]"):
            break
    assert "in 99 ms" in await tab.text("[data-part=head]")


async def test_the_plan_fits_every_window(new_tab: NewTab, shown: Server, look: Look) -> None:
    tab = await new_tab(**look)
    await tab.page.goto(f"{shown.url}{PATH}")
    await tab.page.wait_for_selector(".plan-map canvas[width]")
    assert await tab.page.evaluate(TOO_WIDE_BUT_LISTS) == []
    width = (look["viewport"] or PHONE)["width"]
    assert await tab.page.evaluate("document.documentElement.scrollWidth") == width
    assert tab.complaints == []
