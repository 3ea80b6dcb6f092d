"""Imposed limits in words, for reasons, notes and logs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.connector_limit import ConnectorLimit
from csms.domain.identity import FeederId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.ramp import RampCause
from csms.domain.site import PhaseAmps
from csms.language.said import Said, joined
from csms.service.feeder_limits import binding_limit
from csms.service.live_site import LiveSite

PARTY_WORDS: Final[Mapping[LimitParty, str]] = {
    LimitParty.OPERATOR: Said("the operator"),
    LimitParty.GRID_COMPANY: Said("the grid company"),
}
RAMP_WORDS: Final[Mapping[RampCause, str]] = {
    RampCause.LIMIT_OVER: Said("a limit was lifted"),
    RampCause.RETURN: Said("many chargers came back at once"),
    RampCause.START: Said("the server started"),
    RampCause.CUT: Said("limits had to be cut"),
}
"""Why room comes back gradually, as it ends a sentence."""
_SITE_FILE: Final = Said("the site file")
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
    span = Said("until it is lifted")
    if limit.until_at:
        span = Said("until %(time)s", time=_time(limit.until_at, zone, now))
    if limit.from_at > now:
        span = Said("from %(begins)s %(span)s", begins=_time(limit.from_at, zone, now), span=span)
    text = Said(
        "limited to %(amps)s by %(party)s %(span)s",
        amps=amps,
        party=limit.by or PARTY_WORDS[limit.party],
        span=span,
    )
    return joined([text, limit.words], ": ") if limit.words else text


def connector_limited_to(limit: ConnectorLimit, zone: ZoneInfo, now: datetime) -> str:
    """To what the operator limits a connector, until when and why, as a sentence."""
    text = Said("Limited to %(amps)g A by the operator until it is released", amps=limit.amps)
    if limit.until_at:
        until = _time(limit.until_at, zone, now)
        text = Said(
            "Limited to %(amps)g A by the operator until %(time)s", amps=limit.amps, time=until
        )
    return joined([text, limit.words], ": ") if limit.words else text


def no_longer_limits(party: LimitParty, feeder: str) -> Said:
    """That a party has lifted its limit, as a sentence."""
    match party:
        case LimitParty.OPERATOR:
            return Said("The operator no longer limits %(feeder)s", feeder=feeder)
        case LimitParty.GRID_COMPANY:
            return Said("The grid company no longer limits %(feeder)s", feeder=feeder)


def limited_by(live: LiveSite, feeder_id: FeederId, now: datetime) -> list[str]:
    """Whose limit binds each line of a feeder just now."""
    bounds = [binding_limit(live, feeder_id, line, now) for line in (1, 2, 3)]
    return [_SITE_FILE if one is None else one.by or PARTY_WORDS[one.party] for one in bounds]


def amps_words(amps: PhaseAmps) -> str:
    """Amperes by line, once where all are the same."""
    if len(set(amps)) == 1:
        return Said("%(amps)g A", amps=amps[0])
    l1, l2, l3 = amps
    return Said("%(l1)g / %(l2)g / %(l3)g A", l1=l1, l2=l2, l3=l3)


def _time(instant: datetime, zone: ZoneInfo, now: datetime) -> datetime | str:
    local = instant.astimezone(zone)
    return local if instant - now < _SOON else f"{local:%d %b %H:%M}"
