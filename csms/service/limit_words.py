"""Imposed limits in words, for reasons, notes and logs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.identity import FeederId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.site import PhaseAmps
from csms.service.feeder_limits import binding_limit
from csms.service.live_site import LiveSite

PARTY_WORDS: Final[Mapping[LimitParty, str]] = {
    LimitParty.OPERATOR: "the operator",
    LimitParty.GRID_COMPANY: "the grid company",
}
_SITE_FILE: Final = "the site file"
_SOON: Final = timedelta(hours=20)
"""Times of day further away than this need a date."""


def limited_to(limit: ImposedLimit, amps: str, zone: ZoneInfo, now: datetime) -> str:
    """By whom, to what, until when and why: "limited to 20 A by the operator until 19:30: …".

    Args:
        limit: The limit.
        amps: To what, in words.
        zone: The site's.
        now: The present instant.
    """
    begins = f" from {_time(limit.from_at, zone, now)}" if limit.from_at > now else ""
    ends = f"until {_time(limit.until_at, zone, now)}" if limit.until_at else "until it is lifted"
    why = f": {limit.words}" if limit.words else ""
    return f"limited to {amps} by {limit.by or PARTY_WORDS[limit.party]}{begins} {ends}{why}"


def limited_by(live: LiveSite, feeder_id: FeederId, now: datetime) -> list[str]:
    """Whose limit binds each line of a feeder just now."""
    bounds = [binding_limit(live, feeder_id, line, now) for line in (1, 2, 3)]
    return [_SITE_FILE if one is None else one.by or PARTY_WORDS[one.party] for one in bounds]


def amps_words(amps: PhaseAmps) -> str:
    """Amperes by line, once where all are the same."""
    if len(set(amps)) == 1:
        return f"{amps[0]:g} A"
    return f"{' / '.join(f'{line:g}' for line in amps)} A"


def _time(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    pattern = "%H:%M" if instant - now < _SOON else "%d %b %H:%M"
    return instant.astimezone(zone).strftime(pattern)
