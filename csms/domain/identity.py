"""Names of things: stations, EVSEs, sites and feeders."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

StationId: TypeAlias = str
SiteId: TypeAlias = str
FeederId: TypeAlias = str
EvseNumber: TypeAlias = Annotated[int, Meta(ge=0, le=99)]
"""Of a station's EVSEs, from 1 on; 0 stands for the station."""
TransactionId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=36)]
"""A station's id of a transaction."""

LONGEST_ID = 48
"""Of a station's identity (OCPP 2.0.1 part 4 §3.1.1)."""
WHOLE_STATION = 0
"""EVSE number that stands for the station itself (OCPP 1.6 connector 0, 2.0.1 EVSE 0)."""


class EvseId(msgspec.Struct, frozen=True, order=True, gc=False):
    """One EVSE: what charges one vehicle at a time. Written `station/number`."""

    station_id: StationId
    number: int

    def __str__(self) -> str:
        return f"{self.station_id}/{self.number}"


def is_proper_id(station_id: str) -> bool:
    """Whether a station can have an identity."""
    return 0 < len(station_id) <= LONGEST_ID and station_id.isprintable()
