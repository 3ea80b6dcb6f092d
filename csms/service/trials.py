"""Makes of stations that have not shown yet that they keep to limits: one of each is tried.

A station may accept a limit for its transaction and charge without any. So the first limit of a
make goes to one of its stations only, at the least current, and counts at the station's rating
until its meter or its composite schedule shows that it is kept to. Then it holds for the make, and
is remembered. Where the rating never fits under a feeder's limit there is no such trial: a limit
is believed when it is accepted, and found out by the meter if it is not kept to.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from csms.domain.dialect import StationMake
from csms.domain.limits import Standing, TimedLimit
from csms.domain.profile_form import PLAIN_TX
from csms.service.dispatch import Target
from csms.service.electrics import near_s
from csms.service.grid_guard import is_overcommitted
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.profile_writing import open_forms

_TELLING_A: Final = 2.0
"""A rating so little above the least current tells nothing."""


def needs_proof(live: LiveSite, evse: LiveEvse) -> bool:
    """Whether limits of an EVSE's make have not been seen to be kept to, where that matters."""
    station, place = live.stations[evse.place.evse.station_id], evse.place
    if (
        place.keeps_limits
        or station.make is None
        or live.dialects.of(station).is_sure_of(PLAIN_TX.slot)
    ):
        return False
    best = next(open_forms(live, evse), PLAIN_TX)
    if best.slot != PLAIN_TX.slot:
        return False  # that goes out no higher than the fallback until it is sure
    return place.max_a > place.min_a + _TELLING_A and live.has_room_for_rating(place)


def on_trial(live: LiveSite) -> list[LiveEvse]:
    """Put one EVSE of each make that has to show it on trial, and end trials that are over."""
    chosen: dict[StationMake, LiveEvse] = {}
    unproven = [evse for evse in live.evses.values() if _is_able(live, evse)]
    for evse in sorted(unproven, key=_likeliest):
        make = live.stations[evse.place.evse.station_id].make
        if make is not None:
            chosen.setdefault(make, evse)
    _mark(live.evses.values(), list(chosen.values()))
    return list(chosen.values())


def trial_limits(live: LiveSite, tried: Iterable[LiveEvse], now: datetime) -> list[Target]:
    """What those on trial are told; nothing while too much is allowed, as they are cut as well."""
    if is_overcommitted(live, now):
        return []
    return [trial_limit(live, evse, now) for evse in tried if evse.is_occupied]


def trial_limit(live: LiveSite, evse: LiveEvse, now: datetime) -> Target:
    """The least current, for as long as measurements count: later there may be no room for it."""
    ends_at = now + timedelta(seconds=near_s(live))
    limit = TimedLimit(starts_at=now, ends_at=ends_at, steps=((0, evse.place.min_a),))
    return Target(evse.place.evse, limit)


def _mark(every: Iterable[LiveEvse], chosen: list[LiveEvse]) -> None:
    for evse in every:
        is_chosen = any(evse is one for one in chosen)
        if evse.allowance.is_on_trial != is_chosen:
            evse.allowance = replace(evse.allowance, is_on_trial=is_chosen)


def _is_able(live: LiveSite, evse: LiveEvse) -> bool:
    station, allowance = live.stations[evse.place.evse.station_id], evse.allowance
    is_there = station.is_connected and station.is_ready and evse.is_occupied
    is_held = allowance.standing is Standing.HELD and not allowance.is_disobeyed
    return is_there and is_held and evse.place.is_installed and needs_proof(live, evse)


def _likeliest(evse: LiveEvse) -> tuple[bool, bool, float, str]:
    """Who is on trial goes on; else who is likely to draw, and needs the least room."""
    is_idle = evse.habits.is_content
    return is_idle, not evse.allowance.is_on_trial, evse.place.max_a, str(evse.place.evse)
