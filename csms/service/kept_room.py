"""Room on feeders' lines that is kept for stations which are not there to be lowered."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Final, TypeAlias

from csms.domain.fallback import ways_to_root
from csms.domain.identity import FeederId, StationId
from csms.language.said import Said
from csms.service.live_site import LiveSite

_NOTICEABLE_A: Final = 0.5
_NAMED: Final = 2
"""More stations than this are not all named."""

Line: TypeAlias = tuple[FeederId, int]


@dataclass(slots=True)
class KeptRoom:
    """What is kept on one line of a feeder, and whether anybody who is connected has any of it.

    Attributes:
        amps: By station that is not connected.
    """

    amps: dict[StationId, float] = field(default_factory=dict)
    is_shared: bool = False

    def words(self) -> str:
        """How much is kept for whom; empty where there is none."""
        if not self.amps:
            return ""
        first, *others = names = sorted(self.amps, key=lambda name: (-self.amps[name], name))
        kept_a, left = sum(self.amps.values()), len(names) - _NAMED
        if not others:
            return Said(
                "%(amps).0f A are kept for %(station)s, which is not connected",
                amps=kept_a,
                station=first,
            )
        who = Said("%(first)s and %(second)s", first=first, second=others[0])
        if left > 0:
            who = Said("%(named)s and %(more)s more", named=", ".join(names[:_NAMED]), more=left)
        return Said(
            "%(amps).0f A are kept for %(stations)s, which are not connected",
            amps=kept_a,
            stations=who,
        )


def kept_rooms(live: LiveSite, now: datetime) -> Mapping[Line, KeptRoom]:
    """Find what is kept for stations that are not connected, by feeder and line."""
    ways = ways_to_root(live.site)
    rooms: defaultdict[Line, KeptRoom] = defaultdict(KeptRoom)
    for evse in live.evses.values():
        amps, station_id = evse.allowance.now_a(now), evse.place.evse.station_id
        if amps < _NOTICEABLE_A or not evse.place.is_installed:
            continue
        for line in product(ways[evse.place.feeder_id], evse.place.lines):
            room = rooms[line]
            if live.stations[station_id].is_connected:
                room.is_shared = True
            else:
                room.amps[station_id] = room.amps.get(station_id, 0.0) + amps
    return rooms
