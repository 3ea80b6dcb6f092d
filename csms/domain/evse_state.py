"""How an EVSE was over time, in the few states that a timeline shows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from csms.domain.identity import EvseId


class EvseBand(StrEnum):
    """How an EVSE is, as a timeline shows it."""

    AVAILABLE = "available"
    OCCUPIED = "occupied"
    """A vehicle is there and draws nothing."""
    CHARGING = "charging"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    """Nobody looked: the server did not run."""


@dataclass(frozen=True, slots=True)
class BandChange:
    """An EVSE is otherwise from an instant on."""

    evse: EvseId
    at: datetime
    band: EvseBand
