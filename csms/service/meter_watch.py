"""A feeder's meter that falls silent: what it may hide grows, and is answered before a plan comes.

A reading is answered when it comes (`Operations.report_feeder_load`). Nothing comes from a meter
that is silent, so it is looked after here: with every reading that is missing the margin grows by
a step, and a stale meter means the worst case (`csms.service.electrics`).
"""

import logging
from typing import Final

from csms.domain.identity import FeederId
from csms.service.grid_guard import is_overcommitted
from csms.service.site_access import SiteAccess

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 5.0


class MeterWatch:
    """Looks after the meters of a site's feeders.

    Args:
        access: The site.
    """

    def __init__(self, access: SiteAccess) -> None:
        self._access, self._live = access, access.live
        self._metered = [
            feeder.feeder_id
            for feeder in access.live.site.feeders
            if feeder.uncontrolled is not None and feeder.uncontrolled.is_metered
        ]
        self._known: dict[FeederId, int | None] = {}

    async def run(self) -> None:
        """Look every few seconds until cancelled; at once at an end where nothing is metered."""
        while self._metered:
            await self._access.clock.sleep(_LOOK_EVERY_S)
            try:
                self.look()
            except Exception:  # the next plan reckons with it as well
                logger.exception("could not look after the meters")

    def look(self) -> None:
        """Have limits cut if a silent meter may hide too much."""
        now, lives_s = self._access.clock.now(), self._live.site.control.reading_lives_s
        silent = {}
        for feeder_id in self._metered:
            meter = self._live.meters[feeder_id]
            is_stale = meter.latest(now, lives_s) is None
            silent[feeder_id] = None if is_stale else meter.missed(now)
        if silent == self._known:
            return
        self._known = silent
        if is_overcommitted(self._live, now):
            self._live.alarm()
