"""What a feeder carries at the least, whatever is limited: the building, and standing fallbacks."""

from datetime import datetime, timedelta
from typing import Final

from csms.domain.fallback import feeders_below
from csms.domain.identity import FeederId
from csms.domain.limits import Standing
from csms.domain.site import PhaseAmps
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite

_WEEK: Final = timedelta(days=7)
"""What the building draws at most repeats itself every week."""


def least_load(
    live: LiveSite, feeder_id: FeederId, start_at: datetime, end_at: datetime | None
) -> PhaseAmps:
    """The worst case of the building, and what all below may draw that nobody can take from them.

    A station that reboots or loses its link falls back to its standing fallback, so no limit goes
    below that. Currents are added as plain numbers, which in an IT grid is on the safe side.

    Args:
        live: The site.
        feeder_id: Which feeder.
        start_at: From when on.
        end_at: Until when; None: for good.
    """
    below = feeders_below(live.site, feeder_id)
    until = min(end_at or start_at + _WEEK, start_at + _WEEK)
    least = [0.0, 0.0, 0.0]
    for feeder in live.site.feeders:
        if feeder.feeder_id in below and feeder.uncontrolled:
            worst = feeder.uncontrolled.worst_case.most(start_at, until, live.site.timezone)
            least = [amps + more for amps, more in zip(least, worst, strict=True)]
    for evse in live.evses.values():
        if evse.place.is_installed and evse.place.feeder_id in below:
            for line in evse.place.lines:
                least[line - 1] += _least_a(evse)
    return (least[0], least[1], least[2])


def shortfall(limit_a: PhaseAmps, least_a: PhaseAmps) -> str:
    """What it means that a limit is lower than what a feeder carries at the least; else empty."""
    lines = [
        f"{least:.1f} A on L{number}"
        for number, (amps, least) in enumerate(zip(limit_a, least_a, strict=True), start=1)
        if amps < least
    ]
    if not lines:
        return ""
    return (
        f"The worst case of the building and the standing fallbacks below add up to "
        f"{', '.join(lines)}: more than this limit, and no charger is lowered below its fallback"
    )


def _least_a(evse: LiveEvse) -> float:
    """Its fallback, or its rating if it does not keep to that."""
    allowance = evse.allowance
    if allowance.is_disobeyed or allowance.standing is Standing.REFUSED:
        return allowance.rating_a
    return allowance.fallback_a
