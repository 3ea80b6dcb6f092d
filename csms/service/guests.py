"""Guests: stations that no site file lists, placed where the file says that guests are.

A guest counts at its rating until it holds its fallback, connected or not: without any profile a
station charges as if nothing limited it (OCPP 1.6 §3.13.6). So one is let in only where there is
room for its rating, and it counts until it is set up or removed. Who connected and never said a
word is no charger, as far as anybody knows, and is forgotten.
"""

from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from csms.domain.fallback import feeders_below
from csms.domain.identity import EvseId, FeederId, StationId
from csms.domain.limits import Standing
from csms.domain.site import EvsePlace, GuestPlace
from csms.service.feeder_limits import limit_in_force
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.ports import Admission, Refusal

NOT_KNOWN: Final = Admission("it is in no site file, and no site has a place for guests")
_TOLERANCE_A: Final = 1e-6


def guest_place(live: LiveSite, station_id: StationId) -> EvsePlace | None:
    """A guest's place in the tree, None if the site has none left."""
    guests = live.site.guests
    if guests is None or station_id in live.stations:
        return None
    if live.guest_count >= guests.max_stations:
        return None
    return EvsePlace(
        evse=EvseId(station_id, 1),
        feeder_id=guests.feeder_id,
        lines=guests.lines,
        max_a=guests.max_a,
        fallback_a=guests.fallback_a,
    )


def judge_guest(live: LiveSite, now: datetime) -> Admission:
    """Decide whether a site has a place and the room for one more guest.

    What is charging can be lowered at once; what cannot be lowered has to leave room for the
    guest's rating, on every line and at every feeder above it, for as long as limits live.
    """
    guests = live.site.guests
    if guests is None:
        return NOT_KNOWN
    if live.guest_count >= guests.max_stations:
        return Admission(f"all {guests.max_stations} places for guests are taken")
    feeder_id: FeederId | None = guests.feeder_id
    while feeder_id is not None:
        for line in guests.lines:
            left_a = _left_a(live, feeder_id, line, now)
            if left_a < guests.max_a - _TOLERANCE_A:
                shortage = _shortage(live, guests, feeder_id, line, left_a)
                return Admission(shortage, Refusal.NO_ROOM)
        feeder_id = live.site.feeder(feeder_id).parent_id
    return Admission()


def has_only_passed_by(live: LiveSite, station_id: StationId, now: datetime) -> bool:
    """Whether a guest connected, never said a word, and has been gone for as long as limits live.

    Guests that an operator has announced or adopted are waited for.
    """
    station = live.stations[station_id]
    if not live.is_guest(station_id) or station.is_connected or station.has_reported:
        return False
    if station.is_expected:
        return False
    if any(evse.allowance.standing is not Standing.UNKNOWN for evse in live.evses_of(station_id)):
        return False
    stays_for = timedelta(seconds=live.site.control.limits_live_s)
    return station.gone_at is not None and now - station.gone_at >= stays_for


def _left_a(live: LiveSite, feeder_id: FeederId, line: int, now: datetime) -> float:
    """What a feeder's line has left beside the worst of the building and who cannot be lowered.

    Currents are added as plain numbers, which in an IT grid is on the safe side.
    """
    site, below = live.site, feeders_below(live.site, feeder_id)
    until, zone = now + timedelta(seconds=site.control.limits_live_s), site.timezone
    loads_a = (
        one.uncontrolled.worst_case.most(now, until, zone)[line - 1]
        for one in site.feeders
        if one.feeder_id in below and one.uncontrolled
    )
    kept_a = (
        _least_a(live, evse, now)
        for evse in live.evses.values()
        if evse.place.is_installed and evse.place.feeder_id in below and line in evse.place.lines
    )
    limit_a = limit_in_force(live, site.feeder(feeder_id), now, until)[line - 1]
    return limit_a - sum(chain(loads_a, kept_a))


def _least_a(live: LiveSite, evse: LiveEvse, now: datetime) -> float:
    """What an EVSE cannot be lowered below just now."""
    station_id, allowance = evse.place.evse.station_id, evse.allowance
    station = live.stations[station_id]
    if not station.is_connected and station.protocol is not None:
        return allowance.now_a(now)
    is_certain = allowance.is_disobeyed or allowance.standing is not Standing.UNKNOWN
    if is_certain or live.is_guest(station_id):
        return allowance.standing_a
    return allowance.fallback_a  # it is about to be set up, as the site file counts on


def _shortage(
    live: LiveSite, guests: GuestPlace, feeder_id: FeederId, line: int, left_a: float
) -> str:
    name = live.site.feeder(feeder_id).name
    return (
        f"a guest may draw {guests.max_a:g} A, and {name} has {max(left_a, 0.0):.1f} A left on "
        f"L{line} beside what cannot be lowered"
    )
