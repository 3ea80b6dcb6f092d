"""What people are told of the way on which meters' readings come: that it is cut, or brings wrong.

A meter that nothing comes from is looked after by `csms.service.silent_meters`, whatever the cause.
"""

from datetime import datetime, timedelta
from typing import Final

from csms.clock import Clock
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId, SiteId
from csms.service.sites import Sites

_AGAIN_AFTER: Final = timedelta(minutes=10)
"""What is refused of one feeder is noted that often at the most."""


class MeterLinks:
    """Notes at sites what goes wrong with the messages of their meters.

    Args:
        sites: All sites.
        clock: The time.
    """

    def __init__(self, sites: Sites, clock: Clock) -> None:
        self._sites = sites
        self._clock = clock
        self._refused_at: dict[tuple[SiteId, FeederId], datetime] = {}
        self._lost_at: datetime | None = None
        self._fed = {
            live.site.site_id
            for live in sites
            if any(one.uncontrolled and one.uncontrolled.source for one in live.site.feeders)
        }

    def brought(self, site_id: SiteId) -> None:
        """A reading has come to a site on this way, which it therefore depends on."""
        self._fed.add(site_id)

    def refused(self, site_id: SiteId, feeder_id: FeederId, cause: str) -> None:
        """A reading of a feeder's meter was refused.

        Raises:
            UnknownSiteError: There is no such site.
        """
        now, key = self._clock.now(), (site_id, feeder_id)
        noted_at = self._refused_at.get(key)
        if noted_at is not None and now - noted_at < _AGAIN_AFTER:
            return
        guard = self._sites.live(site_id).guard
        self._refused_at[key] = now
        guard.note(
            GuardEvent(kind=GuardEventKind.METER_REFUSED, at=now, cause=cause, feeder_id=feeder_id)
        )

    def lost(self, cause: str) -> None:
        """Nothing comes on this way any more, or nothing has come yet."""
        if self._lost_at is None:
            self._lost_at = self._clock.now()
            self._note(GuardEventKind.BROKER_LOST, cause, None)

    def back(self, cause: str) -> None:
        """Readings can come again."""
        if self._lost_at is not None:
            lasted_s = (self._clock.now() - self._lost_at).total_seconds()
            self._lost_at = None
            self._note(GuardEventKind.BROKER_BACK, cause, lasted_s)

    def _note(self, kind: GuardEventKind, cause: str, lasted_s: float | None) -> None:
        for site_id in self._fed:
            self._sites.live(site_id).guard.note(
                GuardEvent(kind=kind, at=self._clock.now(), cause=cause, lasted_s=lasted_s)
            )
