"""The row of key figures, in a browser."""

import pytest

from csms.service.site_view import FigureView
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab
from tests.dashboard.views import site_view

pytestmark = pytest.mark.asyncio(loop_scope="session")

PEAK = FigureView(key="peak", title="Highest quarter-hour", today="43.2 kW", month="51.0 kW")
MET = FigureView(key="met", title="Needs met", today="97 %", month="95 % in 30 days")


async def texts(tab: Tab) -> list[str]:
    """What the row says."""
    return await tab.page.locator(".figures div").all_inner_texts()


async def test_site_of_which_nothing_is_counted_has_no_row(tab: Tab, server: Server) -> None:
    await tab.open(server.url)
    assert not await tab.page.is_visible(".figures")


async def test_figures_are_printed_and_kept_up_to_date(
    new_tab: NewTab, tab: Tab, server: Server, room: FakeRoom
) -> None:
    room.show(site_view(figures=(PEAK,)))
    still = await new_tab(java_script_enabled=False)
    await still.page.goto(server.url)
    assert await texts(still) == ["Highest quarter-hour\n43.2 kW\n51.0 kW"]
    await tab.open(server.url)
    room.show(site_view(figures=(PEAK, MET)))
    await tab.says(".figures [data-key=met] [data-f=today]", "97 %")
    assert await texts(tab) == [
        "Highest quarter-hour\n43.2 kW\n51.0 kW",
        "Needs met\n97 %\n95 % in 30 days",
    ]
    room.show(site_view())
    await tab.page.wait_for_selector(".figures", state="hidden")
    assert tab.complaints == []
