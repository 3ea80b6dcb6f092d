"""What was seen of every EVSE, kept for as long as nothing of it has changed.

A site is looked at twice a second while somebody has its page open, and of a thousand EVSEs few are
another by then. What an EVSE's view is made of are values that are replaced as a whole, so that one
look at them tells whether it has to be made anew. What follows from the time alone (a limit that
lapses, a departure that is overdue) is known in advance, or comes with the next look after
`KEPT_S`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter, is_
from typing import Final, TypeAlias

from csms.domain.identity import EvseId, StationId
from csms.domain.security import SecurityProfile
from csms.service.charging_control import PlanMade, parse_evse
from csms.service.electrics import tap_of
from csms.service.evse_view import evse_view
from csms.service.kept_need import KeptNeed, look_at_need
from csms.service.kept_room import KeptRoom, Line, kept_rooms
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.measured_flows import drawn_taps
from csms.service.reason_text import explain_evse
from csms.service.site_view import EvseView
from smart_charging.plan import Reason
from smart_charging.taps import Tap

KEPT_S: Final = 5.0
"""At the latest after so long, in the reader's time, an EVSE is looked at again."""

_all_of: Final = attrgetter(*(one.name for one in fields(LiveEvse)))
_shown_of: Final = attrgetter("is_connected", "protocol", "waiting")

ProfileOf: TypeAlias = Callable[[StationId], SecurityProfile]
"""Tells the lowest security profile that a station is let in with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What was seen of an EVSE.

    Attributes:
        name: Its key in a view.
        view: What people see of it.
        tap: What an ampere of it puts on the lines.
        allowed_a: The most that it may draw.
        drawn: What its meter shows: taps, and amperes on them.
        need: What its vehicle needs.
        made_of: What all of this follows from.
        reason: Likewise, by the newest plan.
        good_until: When it may be another by itself.
    """

    name: str
    view: EvseView
    tap: Tap
    allowed_a: float
    drawn: tuple[tuple[Tap, float], ...]
    need: KeptNeed
    made_of: tuple[object, ...]
    reason: Reason | None
    good_until: datetime


class Glances:
    """Looks at the EVSEs of one site.

    Args:
        profile_of: The lowest security profile of a station.
        kept: How long something that has not changed is good, in the site's time.
    """

    def __init__(self, profile_of: ProfileOf, kept: timedelta = timedelta(0)) -> None:
        self._profile_of = profile_of
        self._kept = kept
        self._glances: dict[EvseId, Glance] = {}
        self._newest: PlanMade | None = None
        self._reasons: Mapping[EvseId, Reason] = {}
        self._rooms: Mapping[Line, KeptRoom] = {}
        self._rooms_until: datetime | None = None

    def look(
        self, live: LiveSite, newest: PlanMade | None, now: datetime
    ) -> Mapping[EvseId, Glance]:
        """Look at all EVSEs of the site, with the newest plan's reasons, at an instant."""
        if newest is not self._newest:
            self._newest, self._reasons = newest, _reasons_of(newest)
        if self._rooms_until is None or now >= self._rooms_until:
            self._rooms, self._rooms_until = kept_rooms(live, now), now + self._kept
        known, self._glances = self._glances, {}
        for key, evse in live.evses.items():
            glance, made_of = known.get(key), _made_of(live, evse)
            if glance is None or not self._is_good(key, glance, made_of, now):
                need = look_at_need(live, evse, now, glance.need if glance else None)
                glance = self._glance(live, evse, now, made_of, need)
            self._glances[key] = glance
        return self._glances

    def _is_good(
        self, evse_id: EvseId, glance: Glance, made_of: tuple[object, ...], now: datetime
    ) -> bool:
        if now >= glance.good_until or not all(map(is_, glance.made_of, made_of)):
            return False
        reason = self._reasons.get(evse_id)
        return reason is glance.reason or reason == glance.reason

    def _glance(
        self,
        live: LiveSite,
        evse: LiveEvse,
        now: datetime,
        made_of: tuple[object, ...],
        need: KeptNeed,
    ) -> Glance:
        key = evse.place.evse
        profile = int(self._profile_of(key.station_id))
        reason = explain_evse(live, evse, now, self._reasons, self._rooms)
        turns = [at for at in _turns_of(evse) if at > now]
        return Glance(
            name=str(key),
            view=evse_view(live, evse, now, reason, need.view, profile),
            tap=tap_of(live, evse),
            allowed_a=evse.allowance.now_a(now),
            drawn=tuple(drawn_taps(live, evse, now)),
            need=need,
            made_of=made_of,
            reason=self._reasons.get(key),
            good_until=min((now + self._kept, *turns)),
        )


def _made_of(live: LiveSite, evse: LiveEvse) -> tuple[object, ...]:
    """All that is replaced when something of an EVSE changes."""
    station_id = evse.place.evse.station_id
    station, of_site = live.stations[station_id], (live.site, live.timetable)
    keeps_fallback = live.keeps_fallback(station_id)
    return (
        *of_site,
        evse,
        *_all_of(evse),
        *_shown_of(station),
        station.clock.error,
        keeps_fallback,
    )


def _turns_of(evse: LiveEvse) -> tuple[datetime, ...]:
    """When an EVSE is another by itself."""
    limit = evse.operator_limit
    ends = (limit.until_at,) if limit is not None and limit.until_at is not None else ()
    return (*evse.allowance.edges(), *ends)


def _reasons_of(newest: PlanMade | None) -> Mapping[EvseId, Reason]:
    if newest is None:
        return {}
    return {parse_evse(planned.key): planned.reason for planned in newest.plan.evses}
