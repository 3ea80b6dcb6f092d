"""Waiting for an event, at most so long, by a clock that tests turn."""

import asyncio
from datetime import UTC, datetime, timedelta

from csms.clock import SystemClock, wait_at_most
from simulators.clock import ScaledClock
from tests.gateway.rig import in_virtual_time

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@in_virtual_time
async def test_event_that_does_not_come_is_waited_for_that_long() -> None:
    clock = ScaledClock(NOON)
    assert not await wait_at_most(clock, asyncio.Event(), 30)
    assert clock.now() == after(30)


@in_virtual_time
async def test_event_that_comes_ends_the_waiting() -> None:
    clock, event = ScaledClock(NOON), asyncio.Event()
    asyncio.get_running_loop().call_later(7, event.set)
    assert await wait_at_most(clock, event, 30)
    assert clock.now() == after(7)


@in_virtual_time
async def test_event_that_has_come_already_is_not_waited_for() -> None:
    clock, event = ScaledClock(NOON), asyncio.Event()
    event.set()
    assert await wait_at_most(clock, event, 30)
    assert clock.now() == NOON


@in_virtual_time
async def test_waiting_is_measured_by_the_clock_not_by_the_loop() -> None:
    clock = ScaledClock(NOON, rate=60.0)
    assert not await wait_at_most(clock, asyncio.Event(), 30)
    assert clock.now() == after(30)
    assert asyncio.get_running_loop().time() == 0.5


@in_virtual_time
async def test_waiting_that_is_cancelled_leaves_nothing_running() -> None:
    waiting = asyncio.ensure_future(wait_at_most(ScaledClock(NOON), asyncio.Event(), 30))
    await asyncio.sleep(1)
    waiting.cancel()
    await asyncio.wait({waiting})
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


@in_virtual_time
async def test_machines_clock_tells_utc_and_waits_on_the_loop() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    await clock.sleep(5)
    assert asyncio.get_running_loop().time() == 5.0
