"""Why a line carries more than its limit, in words for an operator."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from csms.domain.fallback import feeders_below
from csms.domain.identity import FeederId, StationId
from csms.language.said import Said
from csms.service.grid_guard import LineFlow
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.measured_flows import measured_uncontrolled
from csms.service.readings import line_amps

_ROUNDING_A: Final = 0.5
_IN_USE_A: Final = 0.5
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a line carries too much; the one that weighs more says more."""

    weight: int
    words: str


_NOT_FOLLOWED: Final = Cause(0, Said("Vehicles had not yet followed"))
_ALONE: Final = Said("Uncontrolled load alone is above the limit")


def find_cause(live: LiveSite, over: LineFlow, now: datetime) -> Cause:
    """Find out why a line carries more than its limit.

    Args:
        live: The site.
        over: What the line carries.
        now: The present instant.
    """
    uncontrolled = measured_uncontrolled(live, now, is_proven=True)
    if uncontrolled[over.feeder_id][over.line - 1] > over.limit_a:
        return Cause(3, _ALONE)
    below = feeders_below(live.site, over.feeder_id)
    if unforeseen := _unforeseen_load(live, below, over.line, now):
        return Cause(2, unforeseen)
    if stations := _disobeying(live, below, over.line):
        return Cause(1, _blamed(stations))
    return _NOT_FOLLOWED


def _unforeseen_load(
    live: LiveSite, below: frozenset[FeederId], line: int, now: datetime
) -> str | None:
    """Load that is measured to be higher than the site file's worst case, in words."""
    for feeder in live.site.feeders:
        load = feeder.uncontrolled
        if load is None or feeder.feeder_id not in below:
            continue
        meter = live.meters.get(feeder.feeder_id)
        latest = meter and meter.latest(now, live.site.control.reading_lives_s)
        worst_a = load.worst_case.at(now, live.site.timezone)[line - 1]
        if latest and latest[line - 1] > worst_a + _ROUNDING_A:
            return Said(
                "The building draws more than the site file's worst case: %(amps).1f of "
                "%(worst)g A at %(feeder)s",
                amps=latest[line - 1],
                worst=worst_a,
                feeder=feeder.name,
            )
    return None


def _disobeying(live: LiveSite, below: frozenset[FeederId], line: int) -> list[StationId]:
    """Stations that were found to draw more than they may, and draw from this line."""
    stations = {
        evse.place.evse.station_id
        for evse in live.evses.values()
        if evse.mistrust
        and not evse.is_unseen
        and evse.place.feeder_id in below
        and _draws_from(live, evse, line)
    }
    return sorted(stations)


def _draws_from(live: LiveSite, evse: LiveEvse, line: int) -> bool:
    amps = line_amps(live.site, evse)
    return amps is not None and amps[line - 1] > _IN_USE_A


def _blamed(stations: list[StationId]) -> str:
    named = ", ".join(stations[:_MOST_NAMED])
    if len(stations) > _MOST_NAMED:
        more = len(stations) - _MOST_NAMED
        named = Said("%(named)s and %(more)s more", named=named, more=more)
    if len(stations) == 1:
        return Said("%(station)s draws more than allowed", station=named)
    return Said("%(stations)s draw more than allowed", stations=named)
