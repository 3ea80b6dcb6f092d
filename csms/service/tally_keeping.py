"""Keeps what is counted of sites."""

import logging
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.service.live_site import LiveSite
from csms.service.problem_builder import need_of
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 60.0
_KEEP_EVERY: Final = timedelta(minutes=10)
_STATIONS_COME_WITHIN: Final = timedelta(minutes=2)
"""Stations that have not come back so long after the start are away."""
_EXPECTED_AFTER: Final = timedelta(minutes=2)
"""What is expected of a vehicle is noted so long after it came: a forecast takes a moment."""
_EXPECTED_WITHIN: Final = timedelta(minutes=30)
"""What is noted later has seen too much of the stay to be called a forecast."""


class TallyKeeper:
    """Keeps the counts of all sites a few times an hour, and when asked to.

    Args:
        sites: All sites.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, sites: Sites, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._sites = sites
        self._open_uow = open_uow
        self._clock = clock

    async def run(self) -> None:
        """Let time pass in the counts, and keep them, until cancelled."""
        begun_at = self._clock.now()
        keep_at = begun_at + _KEEP_EVERY
        while True:
            await self._clock.sleep(_LOOK_EVERY_S)
            try:
                self.look(is_begun=self._clock.now() >= begun_at + _STATIONS_COME_WITHIN)
                if self._clock.now() >= keep_at:
                    keep_at = self._clock.now() + _KEEP_EVERY
                    await self.keep()
            except Exception:  # they are counted all the same, and kept the next time
                logger.exception("could not look after the key figures")

    def look(self, *, is_begun: bool) -> None:
        """Let time pass, and note what is expected of vehicles that have come.

        Args:
            is_begun: Whether stations have had time to come back since the start.
        """
        now = self._clock.now()
        for live in self._sites:
            live.tally.advance(now)
            _expect(live, now)
            if is_begun and live.tally.waits_for_stations:
                live.tally.waits_for_stations = False
                for station_id in live.stations:
                    live.look_at_all(station_id, now)

    async def keep(self) -> bool:
        """Keep what is counted, in one transaction; return whether that worked."""
        now = self._clock.now()
        taken = []
        try:
            async with self._open_uow() as uow:
                for live in self._sites:
                    days, mark = live.tally.take(now)
                    taken.append((live, days))
                    await uow.site_days.put(live.site.site_id, days, mark, now)
                await uow.commit()
        except BaseException as error:  # it may be cancelled as well, and is kept at the end
            for live, days in taken:
                live.tally.changed.update(one.day for one in days)
            if not isinstance(error, Exception):
                raise
            logger.exception("could not keep the key figures; it is tried again")
            return False
        return True


def _expect(live: LiveSite, now: datetime) -> None:
    for evse in live.evses.values():
        transaction = evse.transaction
        if transaction is None or live.tally.is_expected(transaction):
            continue
        stood = now - transaction.started_at
        if _EXPECTED_AFTER <= stood <= _EXPECTED_WITHIN:
            need = need_of(live, evse, now)
            if need is not None:
                live.tally.expect(transaction, need)
