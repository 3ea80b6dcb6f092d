"""Names of things: stations, EVSEs, sites and feeders."""

from typing import TypeAlias

import msgspec

StationId: TypeAlias = str
SiteId: TypeAlias = str
FeederId: TypeAlias = str

WHOLE_STATION = 0
"""EVSE number that stands for the station itself (OCPP 1.6 connector 0, 2.0.1 EVSE 0)."""


class EvseId(msgspec.Struct, frozen=True, order=True, gc=False):
    """One EVSE: what charges one vehicle at a time. Written `station/number`."""

    station_id: StationId
    number: int

    def __str__(self) -> str:
        return f"{self.station_id}/{self.number}"
