"""A feeder's limit turns into another: what is too much is cut, what is free comes back slowly."""

from datetime import datetime

from csms.domain.identity import FeederId
from csms.domain.imposed_limit import ImposedLimit
from csms.domain.ramp import RampCause
from csms.domain.site import PhaseAmps
from csms.service.feeder_limits import limit_now
from csms.service.grid_guard import is_overcommitted
from csms.service.live_site import LiveSite
from csms.service.ramping import begin_ramps


def wake(live: LiveSite, now: datetime) -> None:
    """Let a controller cut at once where too much may be drawn, else plan anew."""
    if is_overcommitted(live, now):
        live.alarm()
    else:
        live.mark()


def limit_changed(live: LiveSite, feeder_id: FeederId, before_a: PhaseAmps, now: datetime) -> None:
    """A limit may be another: what is too much is cut, what is free comes back gradually.

    Args:
        live: The site, with the limit as it is now.
        feeder_id: Whose limit it is.
        before_a: What was in force before, by line.
        now: The present instant.
    """
    after_a = limit_now(live, feeder_id, now)
    if any(after > before for after, before in zip(after_a, before_a, strict=True)):
        begin_ramps(live, (feeder_id,), RampCause.LIMIT_OVER, now)
    wake(live, now)


def limited_before(limit_a: PhaseAmps, limit: ImposedLimit, now: datetime) -> PhaseAmps:
    """What a feeder was limited to while a limit was in force, if it ever was."""
    if limit.from_at > now:
        return limit_a
    first, second, third = map(min, limit_a, limit.amps)
    return (first, second, third)
