"""What a station is and can do."""

from dataclasses import dataclass
from enum import StrEnum


class ConnectorStatus(StrEnum):
    """State of a connector, without what the vehicle does (see `ChargingState`)."""

    AVAILABLE = "available"
    OCCUPIED = "occupied"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"


class ChargingState(StrEnum):
    """What happens between EVSE and vehicle (OCPP 2.0.1 part 2 §3.14 ChargingStateEnumType)."""

    CHARGING = "charging"
    EV_CONNECTED = "ev_connected"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    IDLE = "idle"


class Registration(StrEnum):
    """The answer to a boot notification."""

    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"


class RateUnit(StrEnum):
    """Unit of a charging schedule."""

    AMPERE = "A"
    WATT = "W"

    @property
    def other(self) -> "RateUnit":
        """The one that this is not."""
        return RateUnit.WATT if self is RateUnit.AMPERE else RateUnit.AMPERE


@dataclass(frozen=True, slots=True, kw_only=True)
class StationModel:
    """How a station introduces itself."""

    vendor: str
    model: str
    serial: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a station can do with charging profiles.

    Attributes:
        rate_units: Units it takes; ampere is preferred.
        max_stack_level: The highest stack level it takes.
        max_periods: The most periods that one schedule may have.
        is_told: False while these are only assumptions.
        are_units_told: False while those are an assumption.
    """

    rate_units: frozenset[RateUnit] = frozenset({RateUnit.AMPERE})
    max_stack_level: int = 0
    max_periods: int = 6
    is_told: bool = False
    are_units_told: bool = False

    @property
    def rate_unit(self) -> RateUnit:
        """The unit to write limits in."""
        return RateUnit.AMPERE if RateUnit.AMPERE in self.rate_units else RateUnit.WATT
