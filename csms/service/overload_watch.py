"""Every second in which a measured current was above a limit, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId
from csms.domain.site import PhaseAmps
from csms.service.feeder_limits import limits_now
from csms.service.grid_guard import LineFlow
from csms.service.guard_record import Excess, Overload, least_margin
from csms.service.live_site import LiveSite
from csms.service.load_bound import most_measured
from csms.service.measured_flows import measured_load
from csms.service.overload_cause import Cause, find_cause

_LEAST_A: Final = 0.5
_SHARE: Final = 0.01
"""Meters round: less than this above a limit is none."""
_NOTED_EVERY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Episode:
    """An excess on one line that has not ended.

    Attributes:
        since: When it was first measured.
        noted_at: Up to when it has been noted.
        peak: The highest current since then, and the limit that held.
        cause: The one that says most, of those since then.
    """

    since: datetime
    noted_at: datetime
    peak: LineFlow
    cause: Cause


class OverloadWatch:
    """Notes what is above a limit by the meters: when it ends, and every minute while it lasts.

    It begins with the first look that shows it, and ends with one that does not. What is not
    measured is not counted.

    Args:
        live: The site.
    """

    def __init__(self, live: LiveSite) -> None:
        self._live = live
        self._episodes: dict[tuple[FeederId, int], _Episode] = {}

    def look(self, now: datetime) -> None:
        """Compare what the meters show with the limits."""
        live, limits = self._live, limits_now(self._live, now)
        if not self._episodes and not _may_be_over(most_measured(live, now), limits):
            return
        for feeder_id, load_a in measured_load(live, now, is_proven=True).items():
            limit_a = limits[feeder_id]
            if any(map(_is_over, load_a, limit_a)):
                margin_a = least_margin(load_a, limit_a)
                excess = Excess(at=now, load_a=load_a, margin_a=margin_a)
                live.guard.note_excess(feeder_id, excess)
            for line, (amps, most_a) in enumerate(zip(load_a, limit_a, strict=True), start=1):
                self._see(LineFlow(feeder_id=feeder_id, line=line, amps=amps, limit_a=most_a), now)

    def stop(self, now: datetime) -> None:
        """Note what lasts: nobody looks any more."""
        for key in list(self._episodes):
            self._end(key, now)

    def _see(self, flow: LineFlow, now: datetime) -> None:
        """Take what a line carries."""
        key = (flow.feeder_id, flow.line)
        if not _is_over(flow.amps, flow.limit_a):
            if key in self._episodes:
                self._end(key, now)
            return
        episode = self._went_on(key, flow, now)
        self._episodes[key] = episode
        self._live.guard.overloads[key] = Overload(
            feeder_id=flow.feeder_id,
            line=flow.line,
            amps=flow.amps,
            limit_a=flow.limit_a,
            since=episode.since,
            cause=episode.cause.words,
        )

    def _went_on(self, key: tuple[FeederId, int], flow: LineFlow, now: datetime) -> _Episode:
        """An episode with one more measurement, the first one of it where there was none."""
        cause = find_cause(self._live, flow, now)
        known = self._episodes.get(key)
        if known is None:
            self._live.note()
            return _Episode(since=now, noted_at=now, peak=flow, cause=cause)
        if now - known.noted_at >= _NOTED_EVERY:
            self._note(known, now)
            return replace(known, noted_at=now, peak=flow, cause=cause)
        return replace(
            known,
            peak=max(known.peak, flow, key=lambda one: one.amps - one.limit_a),
            cause=max(known.cause, cause, key=lambda one: one.weight),
        )

    def _end(self, key: tuple[FeederId, int], now: datetime) -> None:
        self._note(self._episodes.pop(key), now)
        self._live.guard.overloads.pop(key, None)
        self._live.note()

    def _note(self, episode: _Episode, now: datetime) -> None:
        peak = episode.peak
        self._live.guard.note(
            GuardEvent(
                kind=GuardEventKind.OVER_LIMIT,
                at=episode.noted_at,
                cause=episode.cause.words,
                feeder_id=peak.feeder_id,
                line=peak.line,
                amps=round(peak.amps, 1),
                limit_a=round(peak.limit_a, 1),
                lasted_s=(now - episode.noted_at).total_seconds(),
            )
        )


def _may_be_over(most: Mapping[FeederId, PhaseAmps], limits: Mapping[FeederId, PhaseAmps]) -> bool:
    return any(
        _is_over(amps, limit_a)
        for feeder_id, load_a in most.items()
        for amps, limit_a in zip(load_a, limits[feeder_id], strict=True)
    )


def _is_over(amps: float, limit_a: float) -> bool:
    return amps > limit_a + max(_LEAST_A, limit_a * _SHARE)
