"""What both versions of a station write alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from csms.ocpp.frames import JsonObject
from simulators.stations.charging_profiles import Unit
from simulators.stations.limiter import Limiter
from simulators.stations.manners import Composite
from simulators.stations.profile_store import composite

MAX_COMPOSITE_S: Final = 30 * 86_400
"""The longest composite schedule that a station reckons."""


def format_time(instant: datetime) -> str:
    """Write an instant in UTC, in milliseconds."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def drop_absent(fields: Mapping[str, Any]) -> JsonObject:
    """Leave out what has no value."""
    return {name: value for name, value in fields.items() if value is not None}


def composite_periods(
    limiter: Limiter, evse_number: int, unit: Unit, now: datetime, duration_s: int
) -> list[JsonObject]:
    """The periods of a composite schedule, in a unit that was asked for (1.6 §5.7, K08)."""
    if limiter.composite is Composite.NEGATIVE:
        return [{"startPeriod": 0, "limit": -1.0}]
    limit_at = limiter.over_time(evse_number, now)
    some = limiter.outlets.get(evse_number) or next(iter(limiter.outlets.values()))
    factor = 1.0 if unit is Unit.AMPERE else some.model.w_per_a
    return [
        {"startPeriod": start_s, "limit": round(amps * factor, 1)}
        for start_s, amps in composite(limit_at, now, duration_s)
    ]
