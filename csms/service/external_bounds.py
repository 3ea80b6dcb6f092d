"""What others than us limit an EVSE to, as the plan's upper bound (OCPP 2.0.1 K12 to K14).

It is never a permission: the grid's guard counts on nothing of it. A limit whose source is the CSO
is our own, told back to us: it bounds nothing, or no limit could ever be raised again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final

from csms.domain.charging_profile import LimitSource
from csms.domain.external_limit import ExternalLimit
from csms.domain.station import RateUnit
from csms.language.said import Said
from csms.service.electrics import watts_per_ampere
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.live_station import LiveStation

_WHO: Final = {
    LimitSource.CSO: Said("its operator"),
    LimitSource.EMS: Said("an energy management system"),
    LimitSource.SO: Said("the grid's operator"),
    LimitSource.OTHER: Said("somebody else"),
}


@dataclass(frozen=True, slots=True)
class ExternalBound:
    """The most that others let an EVSE draw.

    Attributes:
        amps: Per line.
        limit: Theirs.
    """

    amps: float
    limit: ExternalLimit

    @property
    def words(self) -> Said:
        """Who limits it, and to what."""
        text = Said(
            "Limited to %(amps).0f A at the station by %(who)s",
            amps=self.amps,
            who=_WHO[self.limit.source],
        )
        return (
            Said("%(bound)s, as the grid needs it", bound=text)
            if self.limit.is_grid_critical
            else text
        )


def external_bound(live: LiveSite, evse: LiveEvse, now: datetime) -> ExternalBound | None:
    """The tightest limit of others on an EVSE at an instant, None if there is none.

    What a whole station may draw is shared evenly by the EVSEs where vehicles charge.
    """
    station = live.stations[evse.place.evse.station_id]
    if not station.external_limits:
        return None
    bounds = [
        ExternalBound(amps, limit)
        for limit in _of_others(station, evse.place.evse.number)
        if (amps := _amps(live, evse, limit, now)) < inf
    ]
    return min(bounds, key=lambda bound: bound.amps, default=None)


def _of_others(station: LiveStation, evse_number: int) -> Iterator[ExternalLimit]:
    for limit in station.external_limits.values():
        if limit.source is not LimitSource.CSO and limit.evse_number in (None, evse_number):
            yield limit


def _amps(live: LiveSite, evse: LiveEvse, limit: ExternalLimit, now: datetime) -> float:
    station = live.stations[evse.place.evse.station_id]
    now, told_at = station.clock.set_by(now), station.clock.set_by(limit.told_at)
    factors = {RateUnit.AMPERE: 1.0, RateUnit.WATT: 1.0 / watts_per_ampere(live, evse)}
    amps = min(
        (
            rate * factors[schedule.unit]
            for schedule in limit.schedules
            if (rate := schedule.rate_at(now, told_at)) is not None
        ),
        default=inf,
    )
    if limit.evse_number is not None:
        return max(0.0, amps)
    charging = sum(one.is_occupied for one in live.evses_of(station.station_id))
    return max(0.0, amps) / max(1, charging)
