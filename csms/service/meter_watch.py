"""Meters of feeders that fall silent, and come back."""

from datetime import datetime, timedelta

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId
from csms.domain.site import Feeder
from csms.language.said import Said
from csms.service.guard_words import lasting
from csms.service.live_site import LiveSite


class MeterWatch:
    """Notes when a feeder's meter has been silent for too long, and when it is heard again.

    Args:
        live: The site.
        now: The present instant, from which a meter counts that has told nothing yet.
    """

    def __init__(self, live: LiveSite, now: datetime) -> None:
        self._live = live
        self._began_at = now
        self._silent_since: dict[FeederId, datetime] = {}

    def look(self, now: datetime) -> None:
        """See which meters are silent."""
        for feeder in self._live.site.feeders:
            if feeder.uncontrolled is not None and feeder.uncontrolled.is_metered:
                self._look_at(feeder, now)

    def _look_at(self, feeder: Feeder, now: datetime) -> None:
        key = feeder.feeder_id
        meter = self._live.meters.get(key)
        heard_at = (meter.heard_at if meter else None) or self._began_at
        is_silent = now - heard_at > timedelta(seconds=self._live.site.control.reading_lives_s)
        if is_silent and key not in self._silent_since:
            self._silent_since[key] = heard_at
            self._note(GuardEventKind.METER_STALE, feeder, heard_at, now)
        elif not is_silent and key in self._silent_since:
            self._note(GuardEventKind.METER_BACK, feeder, self._silent_since.pop(key), now)

    def _note(
        self, kind: GuardEventKind, feeder: Feeder, silent_since: datetime, now: datetime
    ) -> None:
        silent_s = (now - silent_since).total_seconds()
        cause = Said("It has told nothing for %(time)s", time=lasting(silent_s))
        if kind is GuardEventKind.METER_STALE:
            cause = Said("%(silent)s; the site file's worst case counts", silent=cause)
        self._live.guard.note(
            GuardEvent(
                kind=kind, at=now, cause=cause, feeder_id=feeder.feeder_id, lasted_s=silent_s
            )
        )
