"""Clocks that run fast, and one that waits for a slow machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from simulators.clock import PacedClock, ScaledClock
from simulators.virtual_time import VirtualTimeLoop, run_virtual

NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


@asynccontextmanager
async def paced(rate: float) -> AsyncIterator[PacedClock]:
    """A paced clock that runs."""
    clock = PacedClock(NOON, rate)
    running = asyncio.ensure_future(clock.run())
    try:
        yield clock
    finally:
        running.cancel()


def shown_s(clock: ScaledClock) -> float:
    """Seconds after noon."""
    return (clock.now() - NOON).total_seconds()


def stall(seconds: float) -> None:
    """Keep the loop from going on, as a machine does that is busy with something else."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    loop._jump(seconds)


def test_scaled_clock_runs_so_many_times_as_fast() -> None:
    async def story() -> None:
        clock = ScaledClock(NOON, 60.0)
        await asyncio.sleep(2.0)
        assert clock.now() == NOON + timedelta(minutes=2)
        await clock.sleep(60.0)
        assert asyncio.get_running_loop().time() == pytest.approx(3.0)

    run_virtual(story())


def test_paced_clock_runs_as_fast_while_the_machine_keeps_up() -> None:
    async def story() -> None:
        async with paced(60.0) as clock:
            await asyncio.sleep(10.0)
            assert shown_s(clock) == pytest.approx(600.0)

    run_virtual(story())


def test_sleep_on_a_paced_clock_is_as_long_as_it_shows() -> None:
    async def story() -> None:
        async with paced(60.0) as clock:
            await clock.sleep(90.0)
            assert shown_s(clock) == pytest.approx(90.0, abs=0.1)
            assert asyncio.get_running_loop().time() == pytest.approx(1.5, abs=0.01)

    run_virtual(story())


def test_what_the_machine_was_busy_for_does_not_count() -> None:
    async def story() -> None:
        async with paced(60.0) as clock:
            await asyncio.sleep(1.0)
            stall(5.0)
            assert shown_s(clock) == pytest.approx(60.0, abs=1.3)
            await asyncio.sleep(1.0)
            assert shown_s(clock) == pytest.approx(120.0, abs=1.3)

    run_virtual(story())


def test_sleep_that_was_begun_before_a_stall_lasts_as_long_by_the_clock() -> None:
    async def story() -> None:
        async with paced(60.0) as clock:
            sleeping = asyncio.ensure_future(clock.sleep(60.0))
            await asyncio.sleep(0.5)
            stall(5.0)
            await sleeping
            assert shown_s(clock) == pytest.approx(60.0, abs=0.1)

    run_virtual(story())


def test_nothing_counts_before_the_clock_runs() -> None:
    async def story() -> None:
        clock = PacedClock(NOON, 60.0)
        await asyncio.sleep(10.0)
        assert shown_s(clock) == pytest.approx(1.2)

    run_virtual(story())
