"""What the guard notes is written down, also when the database is not there for a while."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.service.guard_keeper import GuardKeeper
from simulators.clock import ScaledClock
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, Office, after, open_office

SITE = small_site(place("G-01", "level-1", 6.0))


def event(minutes: float) -> GuardEvent:
    return GuardEvent(kind=GuardEventKind.CUT, at=after(minutes), cause="Too much")


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    async with open_office(database_file, SITE) as opened:
        yield opened


def keeper_of(office: Office) -> GuardKeeper:
    return GuardKeeper(office.sites, office.open_uow, office.clock)


async def kept(office: Office) -> list[str]:
    """When what is kept was, in the order of noting."""
    rows = await office.rows("SELECT at FROM guard_event ORDER BY number")
    return [str(row["at"])[11:16] for row in rows]


async def test_what_is_noted_is_kept_under_its_site(office: Office) -> None:
    office.live.guard.note(event(1))
    office.live.guard.note(event(2))
    assert await keeper_of(office).keep()
    assert await kept(office) == ["12:01", "12:02"]
    assert await office.rows("SELECT DISTINCT site_id FROM guard_event") == [
        {"site_id": "fjordgata"}
    ]
    assert office.live.guard.take() == []


async def test_what_could_not_be_written_is_written_later_in_its_order(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = keeper_of(office)
    office.live.guard.note(event(1))
    office.is_disk_full = True
    assert not await keeper.keep()
    assert caplog.messages == ["could not keep what the guard has noted; it is tried again"]
    office.live.guard.note(event(2))
    assert not await keeper.keep()
    assert await kept(office) == []
    office.is_disk_full = False
    assert await keeper.keep()
    assert await kept(office) == ["12:01", "12:02"]


async def test_what_was_lost_is_told_once(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    keeper = keeper_of(office)
    for minute in range(1003):
        office.live.guard.note(event(minute))
    await keeper.keep()
    await keeper.keep()
    assert caplog.messages == [
        "3 events of the guard were lost, as they could not be written in time"
    ]
    assert len(await kept(office)) == 1000


async def test_events_are_forgotten_after_four_hundred_days(office: Office) -> None:
    keeper = keeper_of(office)
    office.live.guard.note(event(1))
    office.live.guard.note(event(3))
    await keeper.keep()
    office.clock.instant = after(2) + timedelta(days=400)
    await keeper.forget_old()
    assert await kept(office) == ["12:03"]


async def test_site_knows_its_last_events_after_a_restart(office: Office) -> None:
    for minute in range(25):
        office.live.guard.note(event(minute))
    await keeper_of(office).keep()
    office.live.guard.recent = ()
    await keeper_of(office).load()
    recent: tuple[GuardEvent, ...] = office.live.guard.recent
    assert [one.at for one in recent] == [after(minute) for minute in range(24, 4, -1)]
    assert office.live.guard.take() == []


@in_virtual_time
async def test_notes_are_written_within_a_second_and_shown(database_file: Path) -> None:
    async with open_office(database_file, SITE, clock=ScaledClock(NOON)) as office:
        task = asyncio.ensure_future(keeper_of(office).run())
        await asyncio.sleep(10.0)
        office.live.changed.clear()
        office.live.guard.note(event(1))
        await asyncio.sleep(0.2)
        assert office.live.changed.is_set()
        office.live.guard.note(event(2))
        await asyncio.sleep(0.8)
        assert await kept(office) == ["12:01", "12:02"]
        task.cancel()
        await asyncio.wait({task})


@in_virtual_time
async def test_database_that_fails_is_tried_again_before_long(database_file: Path) -> None:
    async with open_office(database_file, SITE, clock=ScaledClock(NOON)) as office:
        task = asyncio.ensure_future(keeper_of(office).run())
        await asyncio.sleep(1.0)
        office.is_disk_full = True
        office.live.guard.note(event(1))
        await asyncio.sleep(20.0)
        office.is_disk_full = False
        assert not task.done()
        await asyncio.sleep(7.0)
        assert await kept(office) == ["12:01"]
        task.cancel()
        await asyncio.wait({task})


@in_virtual_time
async def test_old_events_are_forgotten_every_day(database_file: Path) -> None:
    async with open_office(database_file, SITE, clock=ScaledClock(NOON)) as office:
        old = GuardEvent(kind=GuardEventKind.CUT, at=NOON - timedelta(days=399.5), cause="Too much")
        office.live.guard.note(old)
        task = asyncio.ensure_future(keeper_of(office).run())
        await asyncio.sleep(3600.0)
        assert len(await kept(office)) == 1
        await asyncio.sleep(24 * 3600.0)
        assert await kept(office) == []
        task.cancel()
        await asyncio.wait({task})


@in_virtual_time
async def test_what_a_stop_breaks_off_is_written_at_the_end(database_file: Path) -> None:
    async with open_office(database_file, SITE, clock=ScaledClock(NOON)) as office:
        keeper = keeper_of(office)
        task = asyncio.ensure_future(keeper.run())
        await asyncio.sleep(1.0)
        office.live.guard.note(event(1))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait({task})
        assert await keeper.keep()
        assert await kept(office) == ["12:01"]
