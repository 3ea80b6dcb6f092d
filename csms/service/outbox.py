"""The outbox: sends commands that wait once their stations have come and are set up."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.identity import StationId
from csms.log import about
from csms.service.command_desk import CommandDesk
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 2.0
_LONGEST_REST: Final = timedelta(minutes=1)
"""Where nothing waits, the database is left alone for that long at most."""


class Outbox:
    """Looks after what waits. Each station is sent one command after the other.

    A command that was being sent when the program ended is not sent again: its station may have
    done it.

    Args:
        sites: All sites.
        desk: Sends commands.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self, sites: Sites, desk: CommandDesk, open_uow: OpenUnitOfWork, clock: Clock
    ) -> None:
        self._sites = sites
        self._desk = desk
        self._open_uow = open_uow
        self._clock = clock
        self._served: set[StationId] = set()
        self._shown: set[StationId] = set()
        self._rests_until: datetime | None = None

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        async with self._open_uow() as uow:
            await uow.jobs.close_unanswered(self._clock.now())
            await uow.commit()
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._clock.sleep(_LOOK_EVERY_S)
                if self._rests():
                    continue
                try:
                    await self.look(tasks)
                except Exception:  # what waits is looked at again
                    logger.exception("could not look into the outbox")

    async def look(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to send what waits for stations that are ready."""
        self._desk.has_news.clear()
        self._rests_until, now = None, self._clock.now()
        async with self._open_uow() as uow:
            expired = await uow.jobs.expire(now)
            await uow.jobs.expire_reservations(now)
            waited_for = await uow.jobs.waited_for()
            next_at = await uow.jobs.next_expiry()
            await uow.commit()
        self._rests_until = min(next_at or now + _LONGEST_REST, now + _LONGEST_REST)
        if expired:
            logger.warning("%d commands were not sent: their stations did not come", expired)
        self._show(waited_for)
        for station_id in waited_for.keys() - self._served:
            if self._is_ready(station_id):
                self._served.add(station_id)
                tasks.create_task(self._serve(station_id))

    def _rests(self) -> bool:
        """Whether there is nothing to be looked for: nothing waits, and nothing ends yet."""
        if self._shown or self._desk.has_news.is_set() or self._rests_until is None:
            return False
        return self._clock.now() < self._rests_until

    def _show(self, waited_for: Mapping[StationId, int]) -> None:
        """Let it be seen how many commands wait for each station."""
        for station_id in waited_for.keys() | self._shown:
            live = self._sites.of_station(station_id)
            count = waited_for.get(station_id, 0)
            if live is not None and live.stations[station_id].waiting != count:
                live.stations[station_id].waiting = count
                live.note()
        self._shown = set(waited_for)

    async def _serve(self, station_id: StationId) -> None:
        with about(station=station_id):
            try:
                await self._send_all(station_id)
            except Exception:  # what still waits is sent later
                logger.exception("could not send what waits for %s", station_id)
            finally:
                self._served.discard(station_id)

    async def _send_all(self, station_id: StationId) -> None:
        async with self._open_uow() as uow:
            waiting = await uow.jobs.waiting_for(station_id)
        for one in waiting:
            if not self._is_ready(station_id):
                return
            async with self._open_uow() as uow:
                is_taken = await uow.jobs.take(one.number, self._clock.now())
                await uow.commit()
            if is_taken:
                await self._desk.deliver(station_id, one.number, one.command)

    def _is_ready(self, station_id: StationId) -> bool:
        live = self._sites.of_station(station_id)
        if live is None:
            return False
        station = live.stations[station_id]
        return station.is_connected and station.is_ready
