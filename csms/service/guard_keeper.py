"""Writes down what the guard of each site's limits has noted, and forgets what is old."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from csms.clock import Clock
from csms.service.live_site import LiveSite
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=400)
"""A year, and the month in which it is settled."""
_SHOWN_AT_START: Final = 20
_GATHER_S: Final = 0.5
"""What is noted within this time is written at once."""
_RETRY_S: Final = 5.0
_DAY_S: Final = 24 * 3600.0


class GuardKeeper:
    """Keeps the guard's notes. What cannot be written waits in memory, as much as there is room.

    Args:
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock
        self._lost_told = 0

    async def load(self) -> None:
        """Let every site know its last events again."""
        async with self._open_uow() as uow:
            for live in self._sites:
                newest = await uow.guard_events.newest(live.site.site_id, _SHOWN_AT_START)
                live.guard.remember(newest)

    async def run(self) -> None:
        """Write down what is noted until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._forget_daily())
            for live in self._sites:
                tasks.create_task(self._follow(live))

    async def keep(self) -> bool:
        """Write down what waits, in one transaction; return whether that worked."""
        taken = {live.site.site_id: live.guard.take() for live in self._sites}
        try:
            async with self._open_uow() as uow:
                for site_id, events in taken.items():
                    await uow.guard_events.add(site_id, events)
                await uow.commit()
        except BaseException as error:  # it may be cancelled as well, and is written at the end
            for live in self._sites:
                live.guard.give_back(taken[live.site.site_id])
            if not isinstance(error, Exception):
                raise
            logger.exception("could not keep what the guard has noted; it is tried again")
            return False
        self._tell_lost()
        return True

    async def forget_old(self) -> None:
        """Forget events that are too old."""
        async with self._open_uow() as uow:
            await uow.guard_events.drop(self._clock.now() - KEPT)
            await uow.commit()

    async def _follow(self, live: LiveSite) -> None:
        while True:
            await live.guard.has_news.wait()
            live.note()  # somebody may want to see it
            await self._clock.sleep(_GATHER_S)
            if live.guard.has_news.is_set() and not await self.keep():
                await self._clock.sleep(_RETRY_S)

    async def _forget_daily(self) -> None:
        while True:
            try:
                await self.forget_old()
            except Exception:  # they are forgotten tomorrow
                logger.exception("could not forget old events of the guard")
            await self._clock.sleep(_DAY_S)

    def _tell_lost(self) -> None:
        """Say once how many events there was no room for."""
        lost = sum(live.guard.lost for live in self._sites)
        if lost > self._lost_told:
            logger.error(
                "%d events of the guard were lost, as they could not be written in time",
                lost - self._lost_told,
            )
            self._lost_told = lost
