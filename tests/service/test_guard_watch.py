"""When the guard's watch looks, in virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from csms.domain.guard_event import GuardEventKind
from csms.service.guard_watch import GuardWatch
from csms.service.live_site import LiveSite
from csms.service.overload_watch import OverloadWatch
from simulators.clock import ScaledClock
from tests.domain.sites import flat, place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON
from tests.service.sites import connect, draw, evse_of, hold, plug_in, with_meter


@asynccontextmanager
async def watched() -> AsyncIterator[tuple[LiveSite, ScaledClock]]:
    """A site with a metered building and a vehicle that draws 20 A, and somebody who watches."""
    live = LiveSite(with_meter(small_site(place("A", "level-1", 6.0)), flat(60.0)))
    connect(live, "A")
    clock = ScaledClock(NOON)
    task = asyncio.ensure_future(GuardWatch(live, clock).run())
    hold(plug_in(live, "A"), 20.0)
    draw(evse_of(live, "A"), 20.0)
    try:
        yield live, clock
    finally:
        task.cancel()
        await asyncio.wait({task})


def building(live: LiveSite, clock: ScaledClock, amps: float) -> None:
    live.read_feeder("intake", clock.now(), (amps, 0.0, 0.0))


@in_virtual_time
async def test_excess_that_a_meter_shows_is_seen_within_a_second() -> None:
    async with watched() as (live, clock):
        await asyncio.sleep(7.3)
        building(live, clock, 46.0)
        await asyncio.sleep(1.0)
        assert ("intake", 1) in live.guard.overloads
        await asyncio.sleep(10.0)
        building(live, clock, 40.0)
        await asyncio.sleep(1.0)
        [event] = live.guard.take()
        assert event.kind is GuardEventKind.OVER_LIMIT
        assert event.lasted_s is not None
        assert 10.0 <= event.lasted_s <= 12.0


@in_virtual_time
async def test_all_lines_are_added_up_once_a_second_at_the_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[float] = []
    look = OverloadWatch.look

    def counted(watch: OverloadWatch, now: object) -> None:
        looks.append(asyncio.get_running_loop().time())
        look(watch, now)  # type: ignore[arg-type]

    monkeypatch.setattr(OverloadWatch, "look", counted)
    async with watched() as (live, clock):
        for _ in range(100):
            building(live, clock, 10.0)
            await asyncio.sleep(0.1)
        assert 9 <= len(looks) <= 11
        looks.clear()
        await asyncio.sleep(60.0)
        assert len(looks) <= 12  # no meter was read, but limits may change


@in_virtual_time
async def test_excess_that_lasts_is_noted_though_no_meter_is_read_any_more() -> None:
    async with watched() as (live, clock):
        building(live, clock, 46.0)
        await asyncio.sleep(70.0)
        [event] = live.guard.take()
        assert event.lasted_s is not None
        assert 60.0 <= event.lasted_s <= 66.0
        assert live.guard.overloads


@in_virtual_time
async def test_excess_that_lasts_is_noted_at_the_end() -> None:
    async with watched() as (live, clock):
        building(live, clock, 46.0)
        await asyncio.sleep(10.0)
        assert live.guard.take() == []
    [event] = live.guard.take()
    assert event.kind is GuardEventKind.OVER_LIMIT
    assert event.at - NOON <= timedelta(seconds=1)


@in_virtual_time
async def test_silent_meter_and_station_that_disobeys_are_seen_within_seconds() -> None:
    async with watched() as (live, _):
        await asyncio.sleep(170.0)
        evse_of(live, "A").distrust("Draws more than it was allowed")
        await asyncio.sleep(6.0)
        assert [event.kind for event in live.guard.take()] == [GuardEventKind.UNSTEERABLE]
        await asyncio.sleep(11.0)
        assert [event.kind for event in live.guard.take()] == [GuardEventKind.METER_STALE]


@in_virtual_time
async def test_look_that_fails_is_followed_by_the_next(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    look = OverloadWatch.look
    failures = [ValueError("no such line")]

    def fail_once(watch: OverloadWatch, now: object) -> None:
        if failures:
            raise failures.pop()
        look(watch, now)  # type: ignore[arg-type]

    monkeypatch.setattr(OverloadWatch, "look", fail_once)
    async with watched() as (live, clock):
        building(live, clock, 46.0)
        await asyncio.sleep(1.0)
        assert caplog.messages == ["could not see how the limits are kept"]
        building(live, clock, 46.0)
        await asyncio.sleep(1.5)
        assert live.guard.overloads
