"""Whether many stations below a feeder come back at once, as after a power cut."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from csms.domain.identity import FeederId, StationId

WITHIN: Final = timedelta(minutes=10)
"""Who comes back within as long comes back together."""
_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class MassReturn:
    """So many of all stations below a feeder that were connected before have come back."""

    count: int
    total: int


@dataclass(slots=True)
class ReturnNews:
    """What has happened since somebody last looked.

    Attributes:
        at: Feeders below which many stations have come back.
        stations: Who has come back with many others.
    """

    at: dict[FeederId, MassReturn] = field(default_factory=dict)
    stations: set[StationId] = field(default_factory=set)


class Returns:
    """Watches stations come and go. Who was gone before the start of the server is not known."""

    def __init__(self) -> None:
        self._seen: defaultdict[FeederId, set[StationId]] = defaultdict(set)
        self._gone: set[StationId] = set()
        self._back: defaultdict[FeederId, dict[StationId, datetime]] = defaultdict(dict)
        self._noticed_at: dict[FeederId, datetime] = {}
        self._news = ReturnNews()

    def left(self, station_id: StationId) -> None:
        """A station that was connected is gone."""
        self._gone.add(station_id)

    def came(self, station_id: StationId, feeders: Iterable[FeederId], now: datetime) -> None:
        """A station has connected.

        Args:
            station_id: Which one.
            feeders: Those that feed it, up to the root.
            now: The present instant.
        """
        is_back = station_id in self._gone
        self._gone.discard(station_id)
        for feeder_id in feeders:
            self._seen[feeder_id].add(station_id)
            if is_back:
                self._came_back(station_id, feeder_id, now)

    def forget(self, station_id: StationId) -> None:
        """A station has no place any more."""
        self._gone.discard(station_id)
        for stations in self._seen.values():
            stations.discard(station_id)
        for times in self._back.values():
            times.pop(station_id, None)

    def take(self) -> ReturnNews:
        """Take out what has happened."""
        taken, self._news = self._news, ReturnNews()
        return taken

    def _came_back(self, station_id: StationId, feeder_id: FeederId, now: datetime) -> None:
        times = self._back[feeder_id]
        times.pop(station_id, None)
        times[station_id] = now
        while now - times[first := next(iter(times))] > WITHIN:
            del times[first]
        noticed_at = self._noticed_at.get(feeder_id)
        if noticed_at is not None and now - noticed_at <= WITHIN:
            self._news.stations.add(station_id)
            return
        total = len(self._seen[feeder_id])
        if len(times) >= max(_FEWEST, math.ceil(total / 2)):
            self._noticed_at[feeder_id] = now
            self._news.at[feeder_id] = MassReturn(len(times), total)
            self._news.stations.update(times)
