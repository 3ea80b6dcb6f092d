"""Timetables as they are kept."""

from datetime import date, time

from csms.domain.identity import EvseId
from csms.domain.timetable import Departure
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

LINES = [
    Departure(who="04A2B3C4", weekdays=frozenset({4, 0}), leaves_at=time(5, 30), energy_wh=9_000.0),
    Departure(who=EvseId("G-01", 2), weekdays=frozenset({6}), leaves_at=time(22, 0)),
    Departure(who="04A2B3C4", day=date(2026, 12, 24), leaves_at=None),
]


async def test_timetable_is_told_as_it_was_kept_last(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        assert await uow.timetables.at_site("fjordgata") == []
        await uow.timetables.replace("fjordgata", LINES[:1])
        await uow.timetables.replace("elsewhere", LINES[1:])
        await uow.timetables.replace("fjordgata", LINES)
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.timetables.at_site("fjordgata") == LINES
        assert await uow.timetables.at_site("elsewhere") == LINES[1:]
        await uow.timetables.replace("fjordgata", [])
        await uow.commit()
        assert await uow.timetables.at_site("fjordgata") == []
