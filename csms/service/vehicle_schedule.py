"""Whether a vehicle means to stay within the limit that its station was sent (OCPP 2.0.1 K15)."""

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Final

from csms.domain.charging_needs import VehicleSchedule
from csms.domain.limits import Allowance
from csms.domain.station import RateUnit
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite

_TOLERANCE_A: Final = 0.5
"""Stations and vehicles round, and reckon watts by another voltage."""


def judge_schedule(live: LiveSite, evse: LiveEvse, schedule: VehicleSchedule, now: datetime) -> str:
    """Say where a vehicle's schedule exceeds its limit; empty: nowhere (2.0.1 K15.FR.11, .12).

    It is looked at from now on, and as far as limits reach that were sent: after that they lapse,
    and others come before.
    """
    allowance = evse.allowance
    clock = live.stations[evse.place.evse.station_id].clock
    begins_at = clock.read(schedule.starts_at)
    ends_at = _last_at(allowance, schedule, begins_at)
    starts = [begins_at + timedelta(seconds=start_s) for start_s, _ in schedule.periods]
    for at in sorted({now, *starts, *allowance.edges()}):
        if not max(now, begins_at) <= at or (ends_at is not None and at >= ends_at):
            continue
        _, rate = schedule.periods[max(0, bisect_right(starts, at) - 1)]
        wanted_a, allowed_a = _in_amperes(live, evse, schedule, rate), allowance.now_a(at)
        if wanted_a > allowed_a + _TOLERANCE_A:
            return f"{wanted_a:.1f} A at {at:%H:%M:%S} UTC, where {allowed_a:.1f} A are allowed"
    return ""


def _last_at(
    allowance: Allowance, schedule: VehicleSchedule, begins_at: datetime
) -> datetime | None:
    """Where the look ends: with the limits that were sent, or with the schedule; None: nowhere."""
    ends = [limit.ends_at for limit in allowance.limits]
    lapses_at = [max(ends)] if ends else []
    is_over = [begins_at + timedelta(seconds=schedule.duration_s)] if schedule.duration_s else []
    return min((*lapses_at, *is_over), default=None)


def _in_amperes(live: LiveSite, evse: LiveEvse, schedule: VehicleSchedule, rate: float) -> float:
    """A rate in A per phase."""
    if schedule.unit is RateUnit.AMPERE:
        return rate
    place = evse.place
    return rate / (live.site.watts_per_ampere(len(place.lines)) * place.efficiency)
