"""The EVSEs and stations of a site: where they are, and how they are counted."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from csms.domain.fallback import has_room_for_rating, ways_to_root
from csms.domain.identity import EvseId, FeederId, StationId
from csms.domain.site import EvsePlace, Site
from csms.domain.station_clock import TOLERANCE, StationClock
from csms.service.band_record import BandRecord
from csms.service.charger_draw import ChargerDraw
from csms.service.live_evse import LiveEvse
from csms.service.live_station import LiveStation
from csms.service.site_tally import SiteTally
from csms.service.total_meter import total_meters
from csms.service.wake_ups import WakeUps


class SitePlaces(WakeUps):
    """Where the stations of a site are, guests and strays among them.

    Args:
        site: The site as its file describes it.
        clock_rate: Seconds of its clock per second of the machine's.

    Attributes:
        site: The same. Guests have their places in `evses` and `stations` only.
        listed_stations: Stations that the file lists; all others are guests.
        totals: Meters that show all that a feeder carries.
        tally: What is counted of the site.
        bands: How its EVSEs come to be otherwise.
    """

    def __init__(self, site: Site, clock_rate: float) -> None:
        super().__init__()
        self.site = site
        self.listed_stations = site.station_ids
        self.evses: dict[EvseId, LiveEvse] = {}
        self.stations: dict[StationId, LiveStation] = {}
        self.totals = total_meters(site)
        self.tally = SiteTally(site)
        self.bands = BandRecord()
        self._messages_late_by = TOLERANCE * clock_rate
        self._at_station: defaultdict[StationId, dict[EvseId, LiveEvse]] = defaultdict(dict)
        self._fits: dict[EvseId, bool] = {}
        self._ways = ways_to_root(site)

    def add_place(self, place: EvsePlace) -> None:
        """Give an EVSE its place; guests get theirs when they come."""
        self._enter(LiveEvse.placed(place))
        station_id = place.evse.station_id
        clock = StationClock(late_by=self._messages_late_by)
        self.stations.setdefault(station_id, LiveStation(station_id=station_id, clock=clock))

    def follow_file(self, site: Site) -> None:
        """The site file says something else, nothing of which waits for a start.

        See `csms.domain.site_change`: limits and names of feeders, new chargers, and policies.
        """
        self.site = site
        self.listed_stations = site.station_ids
        self._fits.clear()  # they follow from the limits
        for place in site.places:
            if place.evse not in self.evses:
                self.add_place(place)
        self.mark()

    def is_guest(self, station_id: StationId) -> bool:
        """Whether the site file does not list a station."""
        return station_id not in self.listed_stations

    @property
    def guest_count(self) -> int:
        """How many guests there are."""
        return len(self.stations) - len(self.listed_stations)

    def evses_of(self, station_id: StationId) -> Iterator[LiveEvse]:
        """The EVSEs of a station."""
        return iter(self._at_station.get(station_id, {}).values())

    def has(self, evse_id: EvseId) -> bool:
        """Whether the site file knows an EVSE, or it is a guest's."""
        return evse_id in self.evses and not self.evses[evse_id].is_stray

    def has_room_for_rating(self, place: EvsePlace) -> bool:
        """Whether an EVSE could ever draw its rating, if others kept to their fallbacks."""
        if place.evse not in self._fits:
            self._fits[place.evse] = has_room_for_rating(self.site, place)
        return self._fits[place.evse]

    def is_single(self, station_id: StationId) -> bool:
        """Whether a station has one EVSE, as far as the site file knows."""
        return len(self._at_station.get(station_id, {})) == 1

    def look_at_all(self, station_id: StationId, now: datetime) -> None:
        """Have counted how the EVSEs of a station are now."""
        for evse in self.evses_of(station_id):
            self._look(evse, now)

    def _enter(self, evse: LiveEvse) -> None:
        key = evse.place.evse
        if self.totals and not self.totals.keys().isdisjoint(self._ways[evse.place.feeder_id]):
            evse.draw = ChargerDraw()
        self.evses[key] = self._at_station[key.station_id][key] = evse

    def _look(self, evse: LiveEvse, now: datetime) -> None:
        """Have counted how an EVSE is now, if it is still here."""
        key = evse.place.evse
        if key in self.evses:
            self.tally.look(evse, self.stations[key.station_id], now)
            self.bands.look(evse, self.stations[key.station_id], now)

    def _drop(self, evse: LiveEvse) -> None:
        key = evse.place.evse
        self.tally.forget(key)
        self.bands.forget(key)
        del self.evses[key], self._at_station[key.station_id][key]

    def _feeders_of(self, station_id: StationId) -> set[FeederId]:
        """The feeders of a station, up to the root."""
        places = [evse.place for evse in self.evses_of(station_id)]
        return {way for place in places for way in self._ways[place.feeder_id]}
