"""The stations of a site: they come and go, boot, are set up, tell their time, and are limited."""

import logging
from datetime import datetime, timedelta
from typing import Final

from csms.domain.charging_profile import LimitSource
from csms.domain.external_limit import ExternalLimit
from csms.domain.identity import EvseId, StationId
from csms.domain.limits import Standing
from csms.domain.site import Site
from csms.domain.station import Registration
from csms.domain.station_clock import TOLERANCE, StationClock, describe_error
from csms.service.dialects import Dialects
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation
from csms.service.returns import Returns
from csms.service.site_places import SitePlaces

logger = logging.getLogger(__name__)

_BOOTS_WITHIN: Final = timedelta(seconds=5)
"""A station that comes is left alone for as long, until it has booted: some take nothing before."""
_METERED_WITHIN: Final = timedelta(seconds=90)


class SiteStations(SitePlaces):
    """What is known of a site's stations.

    Args:
        site: The site as its file describes it.
        clock_rate: Seconds of its clock per second of the machine's.
        dialects: What is known of makes of stations; None: nothing yet.

    Attributes:
        dialects: How makes of stations take charging profiles.
        to_read_at: When stations are to be asked what they will allow, by EVSE.
        returns: Watches whether many stations come back at once.
    """

    def __init__(self, site: Site, clock_rate: float, dialects: Dialects | None) -> None:
        super().__init__(site, clock_rate)
        self.dialects = Dialects() if dialects is None else dialects
        self.to_read_at: dict[EvseId, datetime] = {}
        self.returns = Returns()

    def remove_station(self, station_id: StationId) -> None:
        """A guest has no place any more."""
        for evse in list(self.evses_of(station_id)):
            self._drop(evse)
        del self.stations[station_id]
        self.returns.forget(station_id)
        self.mark()

    def max_periods(self, evse: LiveEvse) -> int:
        """How many periods a limit may have: its station's bound, and its vehicle's (K15.FR.07)."""
        most = self.stations[evse.place.evse.station_id].capabilities.max_periods
        return most if evse.max_periods is None else max(1, min(most, evse.max_periods))

    def station_connected(self, station_id: StationId, protocol: str, now: datetime) -> None:
        """A station has connected; it has to be set up."""
        station = self.stations[station_id]
        station.is_connected, station.protocol, station.connected_at = True, protocol, now
        station.gone_at = None
        self.look_at_all(station_id, now)
        self.returns.came(station_id, self._feeders_of(station_id), now)
        self._set_up_anew(station, now + _BOOTS_WITHIN)
        for evse in self.evses_of(station_id):
            evse.retry_at = None  # a limit that did not reach it may reach it now
        self.mark()

    def station_disconnected(self, station_id: StationId) -> None:
        """A station's connection is gone: it may be without power, and lose what it does not keep.

        Whoever has not been seen to keep its fallback counts at its rating until it has it again.
        """
        self.stations[station_id].is_connected = False
        if not self.keeps_fallback(station_id):
            self._doubt_fallbacks(station_id)
        self.returns.left(station_id)
        self.mark()

    def keeps_fallback(self, station_id: StationId) -> bool:
        """Whether a station keeps its fallback while it is without power.

        As whoever commissioned it has found, or as was seen of its make. That OCPP demands it
        (2.0.1 K01.FR.27) is not enough.
        """
        for evse in self.evses_of(station_id):
            if evse.place.keeps_fallback is not None:
                return evse.place.keeps_fallback
        return self.dialects.of(self.stations[station_id]).keeps is True

    def station_booted(self, station_id: StationId) -> None:
        """A station has restarted; whether it still holds its fallback has to be made sure."""
        station = self.stations[station_id]
        station.clock = StationClock(late_by=self._messages_late_by)  # it may have lost its time
        station.message_limits.clear()
        station.is_to_tell = True
        self._ask_anew(station)
        if not self.keeps_fallback(station_id):
            self.profiles_in_doubt(station_id)
            return
        for evse in self.evses_of(station_id):
            evse.is_to_renew = True
        self._set_up_anew(station, None)
        self.mark()

    def begin_anew(self, station_id: StationId) -> None:
        """Ask a station again what it can do, and believe again what it accepts."""
        self._ask_anew(self.stations[station_id])
        self.profiles_in_doubt(station_id)

    def station_registered(self, station_id: StationId, registration: Registration) -> None:
        """A station's boot has been answered."""
        station = self.stations[station_id]
        station.registration = registration
        station.asked_for.clear()
        self.unready.set()
        self.note()

    def profiles_in_doubt(self, station_id: StationId) -> None:
        """A station may have lost its profiles; it counts at its rating until it is set up."""
        self._set_up_anew(self.stations[station_id], None)
        self._doubt_fallbacks(station_id)
        self.mark()

    def clock_seen(self, station_id: StationId, at: datetime, now: datetime) -> None:
        """A message has told what a station takes the time to be.

        If that is another error than was known, it reads other times out of the limit that it
        holds: that is as good as uncertain, and is sent again.

        Args:
            station_id: Whose message.
            at: When it was written, by the station's clock.
            now: The present instant.
        """
        clock = self.stations[station_id].clock
        before = clock.error
        clock.see(at, now)
        if abs(clock.error - before) <= TOLERANCE:
            return
        if clock.error and not before:
            logger.warning("its clock is %s", describe_error(clock.error))
        for evse in self.evses_of(station_id):
            evse.doubt_limit()
        self.mark()

    def schedule_wanted(self, evse_id: EvseId) -> None:
        """A vehicle waits for a schedule: its limit is sent, even if it is the same as before."""
        evse = self.evses[evse_id]
        evse.retry_at = None
        evse.doubt_limit()
        self.expect()

    def look_at(self, station_id: StationId) -> None:
        """Something was found of a station: it is set up again, with what that asks for."""
        station = self.stations[station_id]
        station.is_ready, station.set_up_at = False, None
        self.unready.set()

    def read_back_later(self, evse: LiveEvse, now: datetime) -> None:
        """Have a station asked what it will allow, once its meter has had time to show it."""
        self.to_read_at[evse.place.evse] = now + _METERED_WITHIN

    def limit_told(self, station_id: StationId, limit: ExternalLimit) -> None:
        """Somebody else limits a station."""
        self.stations[station_id].limit_told(limit)
        self.mark()

    def limit_released(
        self, station_id: StationId, source: LimitSource, evse_number: int | None
    ) -> None:
        """Somebody else limits an EVSE no longer; None: nor anything of the station."""
        self.stations[station_id].limit_released(source, evse_number)
        self.mark()

    def _doubt_fallbacks(self, station_id: StationId) -> None:
        """A station counts at its rating, and what others may draw is looked at at once."""
        for evse in self.evses_of(station_id):
            evse.allowance = evse.allowance.restanding(Standing.UNKNOWN)
        self.pressing.set()

    def _ask_anew(self, station: LiveStation) -> None:
        station.ask_anew()
        for evse in self.evses_of(station.station_id):
            evse.begin_anew()

    def _set_up_anew(self, station: LiveStation, at: datetime | None) -> None:
        station.set_up_anew(at)
        self.unready.set()
