"""The event desk of a site with many stations, on a database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from csms.clock import SystemClock
from csms.domain.events import StationEvent
from csms.domain.identity import EvseId, StationId
from csms.domain.site import AmpereSchedule, Earthing, EvsePlace, Feeder, Site
from csms.service.handlers.context import HandlerContext
from csms.service.handlers.desk import EventDesk
from csms.service.sites import Sites
from csms.storage.database import Database, DatabaseSettings
from csms.storage.unit_of_work import SqlUnitOfWork

ReplyT = TypeVar("ReplyT")


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk, and who reports to it."""

    events: EventDesk
    station_ids: Sequence[StationId]

    async def handle(self, event: StationEvent[ReplyT]) -> ReplyT:
        """Take an event; return after its commit."""
        return await self.events.handle(event)


@asynccontextmanager
async def open_desk(url: str, stations: int) -> AsyncIterator[Desk]:
    """Open a desk on a new database, with all stations connected."""
    station_ids = [f"CP-{number:05}" for number in range(stations)]
    database = Database(DatabaseSettings(url=url))
    try:
        await database.upgrade()
        clock = SystemClock()
        sites = Sites([city(station_ids)], lambda: SqlUnitOfWork(database), clock)
        await sites.load()
        for live in sites:
            for station_id in station_ids:
                live.station_connected(station_id, "1.6", clock.now())
        context = HandlerContext(
            sites=sites,
            open_uow=lambda: SqlUnitOfWork(database),
            clock=clock,
        )
        yield Desk(EventDesk(context), station_ids)
    finally:
        await database.close()


def city(station_ids: Sequence[StationId]) -> Site:
    """One feeder over all stations."""
    limit_a = 10.0 * len(station_ids)
    places = tuple(
        EvsePlace(
            evse=EvseId(station_id, 1),
            feeder_id="main",
            lines=(1, 2, 3),
            max_a=32.0,
            fallback_a=6.0,
        )
        for station_id in station_ids
    )
    feeder = Feeder(
        feeder_id="main",
        name="Main",
        parent_id=None,
        limit=AmpereSchedule((limit_a, limit_a, limit_a)),
    )
    return Site(
        site_id="city",
        name="City",
        timezone=ZoneInfo("Etc/UTC"),
        earthing=Earthing.TN,
        voltage_v=230.0,
        feeders=(feeder,),
        places=places,
    )
