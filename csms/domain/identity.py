"""Names of things: stations, EVSEs, sites and feeders."""

from dataclasses import dataclass
from typing import TypeAlias

StationId: TypeAlias = str
SiteId: TypeAlias = str
FeederId: TypeAlias = str

WHOLE_STATION = 0
"""EVSE number that stands for the station itself (OCPP 1.6 connector 0, 2.0.1 EVSE 0)."""


@dataclass(frozen=True, slots=True, order=True)
class EvseId:
    """One EVSE: what charges one vehicle at a time. Written `station/number`."""

    station_id: StationId
    number: int

    def __str__(self) -> str:
        return f"{self.station_id}/{self.number}"
