"""When stations were last heard of: known at once, and kept every minute for those that spoke."""

import logging
from datetime import datetime
from typing import Final

from csms.clock import Clock
from csms.domain.identity import StationId
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_KEEP_EVERY_S: Final = 60.0


class Presence:
    """Keeps when each station was last heard of (OCPP 1.6 §4.6: any message shows that it lives).

    No message writes a row for that: after a crash what is kept is a minute old at the most.

    Args:
        sites: All sites; they know it at once.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock
        self._kept: dict[StationId, datetime] = {}

    async def run(self) -> None:
        """Keep it every minute, until cancelled."""
        while True:
            await self._clock.sleep(_KEEP_EVERY_S)
            try:
                await self.keep()
            except Exception:  # it is known all the same, and kept the next time
                logger.exception("could not keep when stations were last heard of")

    async def keep(self) -> int:
        """Keep it of those that have spoken since the last time; return how many they were."""
        news = {
            station_id: station.heard_at
            for live in self._sites
            for station_id, station in live.stations.items()
            if station.heard_at is not None and station.heard_at != self._kept.get(station_id)
        }
        if not news:
            return 0
        async with self._open_uow() as uow:
            for station_id, heard_at in news.items():
                await uow.stations.note_seen(station_id, heard_at)
            await uow.commit()
        self._kept |= news
        return len(news)
