"""Looks at a site for what its guard has to note, and at meters that tell it nothing."""

import logging
from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock, wait_at_most
from csms.service.feed_watch import FeedWatch
from csms.service.live_site import LiveSite
from csms.service.meter_watch import MeterWatch
from csms.service.overload_watch import OverloadWatch
from csms.service.resource_readings import SilentResources
from csms.service.silent_meters import SilentMeters
from csms.service.steering_watch import SteeringWatch

logger = logging.getLogger(__name__)

_AT_MOST_EVERY_S: Final = 1.0
"""What all lines carry is worked out that often at the most, when meters were read."""
_AT_LEAST_EVERY_S: Final = 5.0
"""And that often at the least: limits change between two readings as well."""


class GuardWatch:
    """Notes what is seen of a site's limits.

    Args:
        live: The site.
        clock: The time.
    """

    def __init__(self, live: LiveSite, clock: Clock) -> None:
        self._live = live
        self._clock = clock
        self._overloads = OverloadWatch(live)
        self._meters = MeterWatch(live, clock.now())
        self._silent_meters = SilentMeters(live)
        self._steering = SteeringWatch(live)
        self._silent_resources = SilentResources(live)
        self._feeds = FeedWatch(live)
        self._looked_at = clock.now()

    async def run(self) -> None:
        """Look until cancelled."""
        try:
            while True:
                await wait_at_most(self._clock, self._live.metered, _AT_LEAST_EVERY_S)
                try:
                    self.look(self._clock.now())
                except Exception:  # the next look comes in a second
                    logger.exception("could not see how the limits are kept")
                await self._clock.sleep(_AT_MOST_EVERY_S)
        finally:
            self._overloads.stop(self._clock.now())

    def look(self, now: datetime) -> None:
        """Look once, at what there may be news of."""
        self._live.metered.clear()
        self._overloads.look(now)
        self._feeds.look(now)
        if now - self._looked_at >= timedelta(seconds=_AT_LEAST_EVERY_S):
            self._looked_at = now
            self._meters.look(now)
            self._silent_meters.look(now)
            self._steering.look(now)
            self._silent_resources.look(now)
