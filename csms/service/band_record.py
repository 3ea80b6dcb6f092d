"""How the EVSEs of a site come to be otherwise: noted in memory, at the cost of a comparison."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from csms.domain.evse_state import BandChange, EvseBand
from csms.domain.identity import EvseId
from csms.domain.station import ConnectorStatus
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation

_IN_USE_A: Final = 0.5
_MOST_WAITING: Final = 50_000
"""Of changes that cannot be written, so many wait; the oldest are forgotten first."""


class BandRecord:
    """What has changed at the EVSEs of one site since it was last written down."""

    def __init__(self) -> None:
        self._last: dict[EvseId, EvseBand] = {}
        self._news: deque[BandChange] = deque(maxlen=_MOST_WAITING)

    def look(self, evse: LiveEvse, station: LiveStation, now: datetime) -> None:
        """Something has happened at an EVSE: note whether it is otherwise."""
        if station.protocol is not None:  # it has been connected at least once
            self._note(evse.place.evse, band_of(evse, station), now)

    def forget(self, evse_id: EvseId) -> None:
        """An EVSE is no longer there."""
        self._last.pop(evse_id, None)

    def end(self, now: datetime) -> None:
        """Nobody looks from now on."""
        for evse_id in list(self._last):
            self._note(evse_id, EvseBand.UNKNOWN, now)

    def take(self) -> list[BandChange]:
        """What is to be written down."""
        taken = list(self._news)
        self._news.clear()
        return taken

    def give_back(self, changes: Iterable[BandChange]) -> None:
        """It could not be written down."""
        self._news.extendleft(reversed(list(changes)))

    def _note(self, evse_id: EvseId, band: EvseBand, now: datetime) -> None:
        if self._last.get(evse_id) is not band:
            self._last[evse_id] = band
            self._news.append(BandChange(evse_id, now, band))


def band_of(evse: LiveEvse, station: LiveStation) -> EvseBand:
    """How an EVSE is just now."""
    if not station.is_connected:
        return EvseBand.OFFLINE
    match evse.status:
        case ConnectorStatus.FAULTED:
            return EvseBand.FAULTED
        case ConnectorStatus.UNAVAILABLE:
            return EvseBand.UNAVAILABLE
    if not evse.is_occupied:
        is_free = evse.status is not ConnectorStatus.OCCUPIED
        return EvseBand.AVAILABLE if is_free else EvseBand.OCCUPIED
    drawn_a = max(evse.reading.current_a) if evse.reading and evse.reading.current_a else 0.0
    return EvseBand.CHARGING if drawn_a > _IN_USE_A else EvseBand.OCCUPIED
