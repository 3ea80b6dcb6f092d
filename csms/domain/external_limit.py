"""Limits that others than us have set on a station (OCPP 2.0.1 K12)."""

from dataclasses import dataclass
from datetime import datetime

from csms.domain.charging_profile import CompositeSchedule, LimitSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLimit:
    """A limit that somebody else has set.

    Attributes:
        evse_number: None: the whole station.
        is_grid_critical: Whether the grid needs it.
    """

    source: LimitSource
    evse_number: int | None
    is_grid_critical: bool
    schedules: tuple[CompositeSchedule, ...]
    told_at: datetime
