"""What was known of a station before the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from csms.domain.dialect import StationMake
from csms.domain.limits import Standing
from csms.domain.standing import HeldFallback
from csms.domain.station import ChargingState, ConnectorStatus, Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStation:
    """What was known of a station before the start.

    Attributes:
        protocol: The version that it spoke last, None if it has never connected.
        has_reported: Whether it has ever told anything of itself.
        booted_at: When it booted last.
        standings: By EVSE number, whether the fallback is held, and which one in A.
        connectors: By EVSE number, the status of its first connector and what the vehicle does.
        registration: What an operator wants its boots to be answered; None: its site says.
        is_expected: Whether an operator has announced or adopted it.
        make: As it introduced itself, None if it never did.
        held: By EVSE number, in which form the fallback stands.
    """

    protocol: str | None
    has_reported: bool
    standings: Mapping[int, tuple[Standing, float]]
    connectors: Mapping[int, tuple[ConnectorStatus, ChargingState | None]]
    registration: Registration | None = None
    booted_at: datetime | None = None
    is_expected: bool = False
    make: StationMake | None = None
    held: Mapping[int, HeldFallback] = field(default_factory=dict)
