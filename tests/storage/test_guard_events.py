"""What the guard of the limits has noted, as it is kept and looked up."""

from datetime import timedelta
from typing import Any

import pytest

from csms.domain.guard_event import GuardEvent, GuardEventKind, GuardEventsWanted
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after

FULL = GuardEvent(
    kind=GuardEventKind.OVER_LIMIT,
    at=NOON + timedelta(milliseconds=250),
    cause="Vehicles had not yet followed",
    feeder_id="intake",
    line=2,
    station_id="G-01",
    amps=66.2,
    limit_a=63.0,
    lasted_s=12.5,
)
BARE = GuardEvent(kind=GuardEventKind.RETURN, at=after(1), cause="40 stations came back")


def event(minutes: float, kind: GuardEventKind = GuardEventKind.CUT, **more: Any) -> GuardEvent:
    fields = {"cause": "Too much", "feeder_id": "intake", **more}
    return GuardEvent(kind=kind, at=after(minutes), **fields)


async def keep(database: Database, *events: GuardEvent, site_id: str = "yard") -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.guard_events.add(site_id, events)
        await uow.commit()


async def found(database: Database, limit: int = 100, **wanted: Any) -> list[GuardEvent]:
    kept = await Queries(database).guard_events("yard", GuardEventsWanted(**wanted), limit)
    return [one.event for one in kept]


async def test_event_is_told_as_it_was_noted_the_last_first(database: Database) -> None:
    await keep(database, FULL, BARE)
    assert await found(database) == [BARE, FULL]
    async with SqlUnitOfWork(database) as uow:
        assert await uow.guard_events.newest("yard", 1) == [BARE]
        assert await uow.guard_events.newest("elsewhere", 1) == []


async def test_event_that_is_kept_again_is_there_once(database: Database) -> None:
    await keep(database, FULL, BARE)
    await keep(database, FULL, BARE)
    assert len(await found(database)) == 2
    await keep(database, FULL, site_id="elsewhere")
    assert len(await found(database)) == 2


async def test_events_of_one_instant_are_told_apart(database: Database) -> None:
    alike = [event(0), event(0, line=1), event(0, cause="Far too much"), event(0, station_id="G")]
    await keep(database, *alike)
    assert await found(database) == alike[::-1]


@pytest.mark.parametrize(
    ("wanted", "minutes"),
    [
        ({}, [4, 3, 2, 1]),
        ({"kind": GuardEventKind.CUT}, [4, 1]),
        ({"feeder_id": "level-1"}, [3]),
        ({"since": after(2)}, [4, 3, 2]),
        ({"until": after(3)}, [2, 1]),
        ({"since": after(2), "until": after(3), "kind": GuardEventKind.CUT}, []),
    ],
)
async def test_events_are_searched(
    database: Database, wanted: dict[str, Any], minutes: list[int]
) -> None:
    await keep(
        database,
        event(1),
        event(2, GuardEventKind.RESTORED),
        event(3, GuardEventKind.METER_STALE, feeder_id="level-1"),
        event(4),
    )
    assert [one.at for one in await found(database, **wanted)] == [after(n) for n in minutes]


async def test_pages_are_read_one_after_the_other(database: Database) -> None:
    await keep(database, *(event(minute) for minute in range(5)))
    queries, read, before = Queries(database), [], None
    for _ in range(3):
        page = await queries.guard_events("yard", GuardEventsWanted(before=before), 2)
        read.append([one.event.at for one in page])
        before = page[-1].number
    assert read == [[after(4), after(3)], [after(2), after(1)], [after(0)]]


async def test_old_events_are_forgotten(database: Database) -> None:
    await keep(database, event(1), event(2), event(3))
    async with SqlUnitOfWork(database) as uow:
        await uow.guard_events.drop(after(2))
        await uow.commit()
    assert [one.at for one in await found(database)] == [after(3), after(2)]


async def test_words_of_a_station_that_no_database_takes_are_kept_all_the_same(
    database: Database,
) -> None:
    await keep(database, event(1, cause="Refuses: \0" + "x" * 600))
    [kept] = await found(database)
    assert kept.cause == "Refuses: " + "x" * 491
