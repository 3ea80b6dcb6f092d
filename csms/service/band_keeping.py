"""Writes down how EVSEs come to be otherwise, and forgets what is old."""

import logging
from datetime import timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.evse_state import BandChange, EvseBand
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=8)
"""A week, and the day that is not over."""
_KEEP_EVERY_S: Final = 10.0
_FORGET_EVERY: Final = timedelta(days=1)


class BandKeeper:
    """Keeps how the EVSEs of all sites were.

    Args:
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock

    async def load(self) -> None:
        """Note that nobody looked since a station was last heard of, before the server ended."""
        async with self._open_uow() as uow:
            for live in self._sites:
                for last, seen_at in await uow.evse_bands.newest(live.site.site_id):
                    if last.band is not EvseBand.UNKNOWN:
                        at = max(last.at, seen_at or last.at)
                        ended = BandChange(last.evse, at, EvseBand.UNKNOWN)
                        await uow.evse_bands.add(live.site.site_id, [ended])
            await uow.commit()

    async def run(self) -> None:
        """Write down what is noted, and forget what is old, until cancelled."""
        forget_at = self._clock.now()
        while True:
            try:
                await self.keep()
                if self._clock.now() >= forget_at:
                    await self.forget_old()
                    forget_at = self._clock.now() + _FORGET_EVERY
            except Exception:  # it waits in memory, and is written the next time
                logger.exception("could not keep how EVSEs were")
            await self._clock.sleep(_KEEP_EVERY_S)

    async def keep(self) -> None:
        """Write down what is noted, in one transaction."""
        taken = [(live, changes) for live in self._sites if (changes := live.bands.take())]
        if not taken:
            return
        try:
            async with self._open_uow() as uow:
                for live, changes in taken:
                    await uow.evse_bands.add(live.site.site_id, changes)
                await uow.commit()
        except BaseException:  # it may be cancelled as well, and is written at the end
            for live, changes in taken:
                live.bands.give_back(changes)
            raise

    async def end(self) -> None:
        """Nobody looks from now on: write that down."""
        for live in self._sites:
            live.bands.end(self._clock.now())
        await self.keep()

    async def forget_old(self) -> None:
        """Forget what is too old."""
        async with self._open_uow() as uow:
            await uow.evse_bands.drop(self._clock.now() - KEPT)
            await uow.commit()
