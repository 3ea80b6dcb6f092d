"""Limits of the operator and the grid company, as chargers are told to keep them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from csms.domain.guard_event import GuardEventKind
from tests.gateway.rig import in_virtual_time
from tests.service.imposing import (
    LEVEL,
    OPERATOR,
    SITE,
    kept,
    limit,
    limit_a,
)
from tests.service.rig import with_control
from tests.service.test_charging_control import Run, running, yard


@asynccontextmanager
async def charging(path: Path, **control: Any) -> AsyncIterator[Run]:
    """Two vehicles that have been given all of 40 A, and a watch over limits."""
    async with running(path, with_control(yard(2), **control), ("C-1", "C-2")) as run:
        watch = asyncio.ensure_future(run.office.limits.run())
        try:
            await asyncio.sleep(30)
            assert allowed_a(run) == 40.0
            yield run
        finally:
            watch.cancel()
            await asyncio.wait({watch})


def allowed_a(run: Run) -> float:
    now = run.office.clock.now()
    return sum(evse.allowance.now_a(now) for evse in run.live.evses.values())


@in_virtual_time
async def test_a_limit_cuts_at_once_without_a_plan(database_file: Path) -> None:
    async with charging(database_file) as run:
        run.planner.gate = asyncio.Event()  # no plan comes any more
        asked = len(run.planner.asked)
        await limit(run.office, 20.0)
        await asyncio.sleep(0.5)
        assert 6.0 <= allowed_a(run) <= 20.0
        assert 6.0 <= sum(run.limits(name)[-1][0] for name in ("C-1", "C-2")) <= 20.0
        assert len(run.planner.asked) <= asked + 1


@in_virtual_time
async def test_a_limit_to_come_is_kept_to_from_its_first_second(database_file: Path) -> None:
    async with charging(database_file) as run:
        begins_at = run.office.clock.now() + timedelta(minutes=7)
        await limit(run.office, 20.0, from_at=begins_at)
        await asyncio.sleep(7 * 60 - 8)
        assert allowed_a(run) == 40.0
        await asyncio.sleep(2.5)  # vehicles have the last 5.5 s to follow
        assert 6.0 <= allowed_a(run) <= 20.0


@in_virtual_time
async def test_the_books_are_looked_at_when_a_limit_begins(database_file: Path) -> None:
    """Even if no plan came in between, as the planner hangs."""
    async with charging(database_file) as run:
        run.planner.gate = asyncio.Event()
        await limit(run.office, 20.0, from_at=run.office.clock.now() + timedelta(minutes=5))
        await asyncio.sleep(4 * 60)
        assert allowed_a(run) == 40.0
        await asyncio.sleep(61)
        assert 6.0 <= allowed_a(run) <= 20.0


@in_virtual_time
async def test_release_rises_no_faster_than_the_ramp_and_is_used_as_it_comes(
    database_file: Path,
) -> None:
    async with charging(database_file) as run:
        await limit(run.office, 20.0)
        await asyncio.sleep(60)
        assert allowed_a(run) == 20.0
        lifted_at = run.office.clock.now()
        await run.office.limits.lift(SITE, LEVEL, OPERATOR)
        seen = {}
        for minute in range(6):
            await asyncio.sleep(50)
            seen[minute] = allowed_a(run)
            passed_s = (run.office.clock.now() - lifted_at).total_seconds()
            assert seen[minute] <= 20.0 + 8.0 * passed_s / 60
            await asyncio.sleep(10)
        assert seen[2] > 20.0  # it does rise, minute by minute
        assert seen[5] == 40.0
        await asyncio.sleep(60)
        assert run.live.ramps == {}


@in_virtual_time
async def test_a_limit_ends_by_itself(database_file: Path) -> None:
    async with charging(database_file) as run:
        ends_at = run.office.clock.now() + timedelta(minutes=10)
        await limit(run.office, 20.0, until_at=ends_at)
        run.live.guard.take()
        await asyncio.sleep(10 * 60 - 1)
        assert allowed_a(run) == 20.0
        await asyncio.sleep(2)
        assert run.live.imposed == {}
        assert await kept(run.office) == []
        events = run.live.guard.take()
        [lifted] = [one for one in events if one.kind is GuardEventKind.LIMIT_LIFTED]
        assert lifted.at == ends_at
        assert allowed_a(run) <= 20.5
        await asyncio.sleep(6 * 60)
        assert allowed_a(run) == 40.0


@in_virtual_time
async def test_an_end_that_could_not_be_kept_comes_again(database_file: Path) -> None:
    async with charging(database_file) as run:
        ends_at: datetime = run.office.clock.now() + timedelta(minutes=2)
        await limit(run.office, 20.0, until_at=ends_at)
        await asyncio.sleep(118)
        run.office.is_disk_full = True
        await asyncio.sleep(30)
        assert (LEVEL, OPERATOR) in run.live.imposed
        assert limit_a(run.office, 3) == [40.0, 40.0, 40.0]  # it is over all the same
        run.office.is_disk_full = False
        await asyncio.sleep(61)
        assert run.live.imposed == {}
