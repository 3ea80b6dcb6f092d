"""A feeder's meter that falls silent: what it may hide grows, and is answered before a plan comes.

A reading is answered when it comes (`Operations.report_feeder_load`). Nothing comes from a meter
that is silent, so it is looked after here: with every reading that is missing the margin grows by
a step, and a stale meter means the worst case (`csms.service.electrics`).
"""

from datetime import datetime

from csms.domain.identity import FeederId
from csms.service.grid_guard import is_overcommitted
from csms.service.live_site import LiveSite


class SilentMeters:
    """Has limits cut where a meter that is silent may hide too much.

    Args:
        live: The site.
    """

    def __init__(self, live: LiveSite) -> None:
        self._live = live
        self._metered = [
            feeder.feeder_id
            for feeder in live.site.feeders
            if feeder.uncontrolled is not None and feeder.uncontrolled.is_metered
        ]
        self._known: dict[FeederId, int | None] = {}

    def look(self, now: datetime) -> None:
        """See how many readings are missing, and act where another one is."""
        lives_s = self._live.site.control.reading_lives_s
        missed = {}
        for feeder_id in self._metered:
            meter = self._live.meters[feeder_id]
            is_stale = meter.latest(now, lives_s) is None
            missed[feeder_id] = None if is_stale else meter.missed(now)
        if missed == self._known:
            return
        self._known = missed
        if is_overcommitted(self._live, now):
            self._live.alarm()
