"""Stations that are there, and all the same are counted at the most that they could draw."""

from datetime import datetime

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import StationId
from csms.domain.limits import Standing
from csms.language.said import Said
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite


class SteeringWatch:
    """Notes when a station that is connected and set up cannot be steered any more.

    Args:
        live: The site.
    """

    def __init__(self, live: LiveSite) -> None:
        self._live = live
        self._noted: dict[StationId, str] = {}

    def look(self, now: datetime) -> None:
        """See who cannot be steered. Who is away, or is being set up, stays what it was."""
        live = self._live
        found: dict[StationId, tuple[LiveEvse, str]] = {}
        for evse in live.evses.values():
            station_id = evse.place.evse.station_id
            words = _words(evse)
            if words and station_id not in found and live.stations[station_id].is_connected:
                found[station_id] = (evse, words)
        for station_id, (evse, words) in found.items():
            if live.stations[station_id].is_ready and self._noted.get(station_id) != words:
                self._noted[station_id] = words
                self._note(station_id, evse, words, now)
        for station_id in [one for one in self._noted if one not in found]:
            station = live.stations.get(station_id)
            if station is None or (station.is_connected and station.is_ready):
                del self._noted[station_id]

    def _note(self, station_id: StationId, evse: LiveEvse, words: str, now: datetime) -> None:
        place = evse.place
        self._live.guard.note(
            GuardEvent(
                kind=GuardEventKind.UNSTEERABLE,
                at=now,
                cause=words,
                feeder_id=place.feeder_id,
                station_id=station_id,
                amps=place.max_a,
            )
        )


def _words(evse: LiveEvse) -> str:
    """Why an EVSE is counted at its rating; empty: it is not, or its station is being set up."""
    allowance = evse.allowance
    if not evse.place.is_installed:
        return ""
    if allowance.is_disobeyed:
        return evse.mistrust or Said("Draws more than it was allowed")
    if allowance.standing is Standing.REFUSED:
        return Said(
            "Refuses its standing limit: %(words)s",
            words=evse.refusal or Said("it does not say why"),
        )
    return ""
