"""What the guard of the limits does, in a browser: the banner, and the list of what it did."""

from dataclasses import replace
from typing import Any

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind, KeptGuardEvent
from csms.service.site_view import GuardEventView, GuardView, Level
from tests.dashboard.rig import FakeRoom, NewTab, Server, Tab
from tests.dashboard.views import after, site_view

pytestmark = pytest.mark.asyncio(loop_scope="session")

OVER = "Intake L2 carries 66.2 A of 63 A for 12 s: Vehicles had not yet followed"


def shown_event(minutes: float, **more: Any) -> GuardEventView:
    """An event as the live view tells it."""
    fields = {"kind": GuardEventKind.CUT, "title": "Limits cut", "text": "Intake L2", **more}
    return GuardEventView(at=after(minutes), cause="Too much", **fields)


def kept_event(number: int, minutes: float) -> KeptGuardEvent:
    """The same event as it is kept."""
    event = GuardEvent(
        kind=GuardEventKind.CUT, at=after(minutes), cause="Too much", feeder_id="intake", line=2
    )
    return KeptGuardEvent(number, event)


async def times(tab: Tab) -> list[str]:
    """When the events of the list were."""
    return await tab.page.locator(".guard-list time").all_inner_texts()


async def test_site_at_rest_has_no_banner_and_says_that_nothing_was(
    tab: Tab, server: Server
) -> None:
    await tab.open(server.url)
    assert not await tab.page.is_visible(".banner")
    assert not await tab.page.is_visible(".guard-none")
    await tab.page.click(".guard summary")
    assert (await tab.text(".guard-none")).startswith("Nothing yet.")
    assert not await tab.page.is_visible(".guard-more")
    assert tab.complaints == []


async def test_banner_comes_and_goes_and_is_announced_once(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    await tab.open(server.url)
    room.show(site_view(guard=GuardView(banner=OVER, level=Level.OVER)))
    await tab.says(".banner", OVER)
    assert await tab.page.get_attribute(".banner", "data-level") == "over"
    assert await tab.text("[data-f=announcement]") == OVER
    later = OVER.replace("12 s", "13 s")
    room.show(site_view(guard=GuardView(banner=later, level=Level.OVER)))
    await tab.says(".banner", later)
    assert await tab.text("[data-f=announcement]") == OVER
    cut = "Intake L2: limits have been cut since 13:00:00, and are not given back yet"
    room.show(site_view(guard=GuardView(banner=cut, level=Level.OVERCOMMITTED)))
    await tab.says("[data-f=announcement]", cut)
    room.show(site_view())
    await tab.page.wait_for_selector(".banner", state="hidden")
    assert tab.complaints == []


async def test_what_is_printed_is_what_the_browser_says(
    new_tab: NewTab, tab: Tab, server: Server, room: FakeRoom
) -> None:
    over = shown_event(-30, kind=GuardEventKind.OVER_LIMIT, title="Over the limit")
    events = (shown_event(-1), over)
    room.show(site_view(guard=GuardView(banner=OVER, level=Level.OVER, events=events)))
    still = await new_tab(java_script_enabled=False)
    await still.page.goto(server.url)
    await still.page.click(".guard summary")
    await tab.open(server.url)
    await tab.page.click(".guard summary")
    for part in (".banner", ".guard"):
        assert await tab.text(part) == await still.text(part)
    assert await times(tab) == ["2026-01-14 12:59:00", "2026-01-14 12:30:00"]
    assert await tab.text(".guard summary") == (
        "What the guard did Last: Limits cut, 2026-01-14 12:59:00"
    )


async def test_older_events_are_asked_for_when_the_list_is_opened(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    room.guard_events[:] = [kept_event(60 - n, -n) for n in range(60)]
    shown = tuple(shown_event(-n) for n in range(20))
    room.show(site_view(guard=GuardView(events=shown)))
    await tab.open(server.url)
    assert len(await tab.page.locator(".guard-list li").all()) == 20
    await tab.page.focus(".guard summary")
    await tab.page.keyboard.press("Enter")
    await tab.page.wait_for_selector(".guard-list li:nth-child(50)")
    assert len(await times(tab)) == 50
    assert (await times(tab))[0::49] == ["2026-01-14 13:00:00", "2026-01-14 12:11:00"]
    newer = (shown_event(1), *shown[:19])
    room.show(site_view(guard=GuardView(events=newer)))
    await tab.says(".guard-last", "Last: Limits cut, 2026-01-14 13:01:00")
    assert (await times(tab))[:2] == ["2026-01-14 13:01:00", "2026-01-14 13:00:00"]
    assert len(await times(tab)) == 50
    assert tab.complaints == []


async def test_event_that_is_kept_before_it_is_shown_stands_where_it_belongs(
    tab: Tab, server: Server, room: FakeRoom
) -> None:
    room.guard_events[:] = [kept_event(3, -1), kept_event(2, -2), kept_event(1, -3)]
    room.show(site_view(guard=GuardView(events=(shown_event(-2),))))
    await tab.open(server.url)
    await tab.page.click(".guard summary")
    await tab.page.wait_for_selector(".guard-list li:nth-child(3)")
    in_order = ["2026-01-14 12:59:00", "2026-01-14 12:58:00", "2026-01-14 12:57:00"]
    assert await times(tab) == in_order
    newest = (shown_event(0), shown_event(-1), shown_event(-2))
    room.show(site_view(guard=GuardView(events=newest)))
    await tab.says(".guard-last", "Last: Limits cut, 2026-01-14 13:00:00")
    assert await times(tab) == ["2026-01-14 13:00:00", *in_order]


async def test_all_events_are_to_be_had_as_a_file(tab: Tab, server: Server, room: FakeRoom) -> None:
    room.guard_events[:] = [kept_event(1, -1)]
    room.show(site_view(guard=GuardView(events=(shown_event(-1),))))
    await tab.open(server.url)
    await tab.page.click(".guard summary")
    async with tab.page.expect_download() as started:
        await tab.page.click(".guard-more a")
    download = await started.value
    assert download.suggested_filename == "guard-events.csv"


async def test_words_of_a_station_are_no_markup(tab: Tab, server: Server, room: FakeRoom) -> None:
    event = replace(shown_event(-1), cause="<img src=x onerror=alert(1)>")
    room.show(site_view(guard=GuardView(events=(event,))))
    await tab.open(server.url)
    await tab.page.click(".guard summary")
    assert await tab.text(".guard-cause") == "<img src=x onerror=alert(1)>"
    assert await tab.page.query_selector(".guard-list img") is None
