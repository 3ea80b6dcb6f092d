"""The present state of a site, in memory: what is known of each EVSE, and what it may draw.

The database is the truth; this is what the controller and the page look at. It is filled from the
database at the start and follows every committed report.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from csms.domain.altered import altered
from csms.domain.charging_profile import LimitSource
from csms.domain.demand import Coming
from csms.domain.events import StatusChanged
from csms.domain.external_limit import ExternalLimit
from csms.domain.fed_limit import FedLimit
from csms.domain.grid_company import PartyId
from csms.domain.grid_profile import WantedPower
from csms.domain.identity import EvseId, FeederId, StationId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.limits import Standing
from csms.domain.metering import Reading
from csms.domain.need import told_energy_wh
from csms.domain.ramp import Ramp
from csms.domain.site import AmpereSchedule, PhaseAmps, Site
from csms.domain.station import ConnectorStatus, Registration
from csms.domain.station_clock import TOLERANCE, StationClock, describe_error
from csms.domain.timetable import Timetable
from csms.domain.transaction import Transaction
from csms.domain.weather import OutdoorCourse
from csms.service.dialects import Dialects
from csms.service.energy_rates import MarketRates
from csms.service.feeder_meter import FeederMeter
from csms.service.guard_record import GuardRecord
from csms.service.left_out import LeftOut
from csms.service.live_evse import LiveEvse, stray_at
from csms.service.live_resource import LiveResource
from csms.service.live_station import LiveStation
from csms.service.readings import sure_current, with_current
from csms.service.returns import Returns
from csms.service.roofs import Roofs
from csms.service.site_places import SitePlaces
from csms.service.site_prices import SitePrices
from csms.service.station_time import in_our_time, is_older

logger = logging.getLogger(__name__)

_FRESH: Final = timedelta(minutes=2)
_BOOTS_WITHIN: Final = timedelta(seconds=5)
"""A station that comes is left alone for as long, until it has booted: some take nothing before."""
_METERED_WITHIN: Final = timedelta(seconds=90)


class LiveSite(SitePlaces):
    """All of one site's state, and the flags that wake its parts.

    Args:
        site: The site as its file describes it.
        clock_rate: Seconds of its clock per second of the machine's, which takes its time to pass
            messages on.
        dialects: What is known of makes of stations; None: nothing yet.
        left_out: Drivers whose stays are not looked at; None: nobody.

    Attributes:
        dialects: How makes of stations take charging profiles.
        left_out: Drivers whose own past is not looked at.
        settled: How long vehicles take to follow a limit.
        to_read_at: When stations are to be asked what they will allow, by EVSE.
        guard: What the guard of its limits notes.
        meters: What is known of uncontrolled load, by feeder.
        held_limits: While the file is being changed, what feeders are to be limited to; the lower
            of both counts.
        imposed: Limits that others than the site file put on its feeders.
        profiles: Likewise, what grid companies' capacity profiles leave to feeders.
        outdoor: How warm it is outdoors, as it was told.
        fed: What grid companies let feeders feed in.
        wanted: What grid companies would like best of feeders, or is agreed with them.
        ramps: Feeders on which room comes back gradually.
        returns: Watches whether many stations come back at once.
        timetable: When vehicles of fleets leave.
        prices: What energy costs.
        resources: Batteries, sun, heat and loads that can wait.
        roofs: What is known of the sun.
        coming: Vehicles that are expected, by quarters of an hour of today and tomorrow.
    """

    def __init__(
        self,
        site: Site,
        clock_rate: float = 1.0,
        dialects: Dialects | None = None,
        left_out: LeftOut | None = None,
    ) -> None:
        super().__init__(site, clock_rate)
        self.dialects = Dialects() if dialects is None else dialects
        self.left_out = left_out or LeftOut()
        self.settled = timedelta(seconds=site.control.settle_s)
        self.meters: dict[FeederId, FeederMeter] = defaultdict(FeederMeter)
        self.meters.update((key, one.meter) for key, one in self.totals.items())
        self.to_read_at: dict[EvseId, datetime] = {}
        self.guard = GuardRecord()
        self.held_limits: Mapping[FeederId, AmpereSchedule] = {}
        self.imposed: dict[tuple[FeederId, LimitParty], tuple[ImposedLimit, ...]] = {}
        self.profiles: dict[tuple[FeederId, PartyId], tuple[ImposedLimit, ...]] = {}
        self.outdoor = OutdoorCourse()
        self.fed: dict[tuple[FeederId, PartyId], tuple[FedLimit, ...]] = {}
        self.wanted: dict[tuple[FeederId, PartyId], tuple[WantedPower, ...]] = {}
        self.ramps: dict[FeederId, Ramp] = {}
        self.returns = Returns()
        self.timetable = Timetable()
        self.prices = SitePrices(site)
        self.tally.rates = MarketRates(self.prices, site.price_per_kwh)
        self.resources = {one.resource_id: LiveResource(one) for one in site.resources}
        if self.prices.is_kept:
            self.tally.rates = self.prices
        self.roofs = Roofs()
        self.coming: tuple[Coming, ...] = ()
        for place in site.places:
            self.add_place(place)

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

    def status_changed(self, event: StatusChanged, now: datetime) -> None:
        """A connector's status is another one."""
        evse = self.evses.get(EvseId(event.station_id, event.evse_number))
        if evse is None:
            return
        evse.note_connector(event.connector_number, event.status, now)
        if event.status is ConnectorStatus.AVAILABLE:
            evse.charging_state = None  # whatever the last vehicle did
            if evse.is_stray:
                self._drop(evse)
        evse.note_charging_state(event.charging_state, now)
        self._look(evse, now)
        self.mark()

    def transaction_changed(
        self,
        transaction: Transaction,
        now: datetime,
        past: tuple[Transaction, ...] | None = None,
        reading: Reading | None = None,
    ) -> None:
        """A transaction has started, gone on or ended.

        Args:
            transaction: As it is now.
            now: The present instant.
            past: Ended transactions of its token, where they were looked up.
            reading: What its EVSE's meter has shown with that, if it has.
        """
        evse = self._charging_evse(transaction)
        if evse is not None:
            self._follow(evse, transaction, now, past)
        self.tally.count(transaction, now, self.told_wh(transaction))
        if evse is not None and (reading is None or not self._has_read(evse, reading, now)):
            self._look(evse, now)

    def told_wh(self, transaction: Transaction) -> float | None:
        """What somebody said that a vehicle needs, once it has left; None: nobody, or not yet."""
        if transaction.ended_at is None:
            return None
        scheduled = self.timetable.need_of(transaction, self.site.timezone)
        return told_energy_wh(transaction, scheduled)

    def _follow(
        self,
        evse: LiveEvse,
        transaction: Transaction,
        now: datetime,
        past: tuple[Transaction, ...] | None,
    ) -> None:
        transaction = in_our_time(transaction, self.stations[transaction.station_id].clock, now)
        if past is not None:
            evse.past = past
        current = evse.transaction
        if current is None or current.number != transaction.number:
            self._other_changed(evse, transaction, now)
            return
        if transaction.ended_at is not None:
            evse.end(transaction if transaction.closing else None)
            if evse.is_stray:
                self._drop(evse)
            self.mark()
            return
        evse.transaction, evse.heard_at = transaction, now
        evse.note_charging_state(transaction.charging_state, now)
        is_news = past is not None or (current.need, current.charging_state) != (
            transaction.need,
            transaction.charging_state,
        )
        (self.mark if is_news else self.note)()

    def read(self, evse_id: EvseId, reading: Reading, now: datetime) -> None:
        """A meter reading has come."""
        evse = self.evses.get(evse_id)
        if evse is not None:
            self._has_read(evse, reading, now)

    def _has_read(self, evse: LiveEvse, reading: Reading, now: datetime) -> bool:
        """Take a reading; return whether it tells what is drawn now, and so was counted."""
        station_id = evse.place.evse.station_id
        clock, told = self.stations[station_id].clock, reading
        reading = with_current(self.site, evse.place, told)
        if evse.draw is not None and reading.current_a is not None:
            sure_a = sure_current(self.site, evse.place, told)
            evse.draw.read(now, clock.lateness(told.at, now), reading.current_a, sure_a)
        if clock.error:
            reading = altered(reading, at=clock.read(told.at))
        if evse.reading and reading.at < evse.reading.at:
            return False
        self.note()
        if reading.current_a is None:
            if evse.reading is not None and reading.soc_pct is not None:
                evse.reading = altered(evse.reading, soc_pct=reading.soc_pct)
            return False
        evse.reading = reading
        self._look(evse, now)
        self.metered.set()
        if now - reading.at < _FRESH:  # what was kept while offline says nothing of now
            self._learn(evse, reading.current_a, now)
        return True

    def _learn(self, evse: LiveEvse, current_a: PhaseAmps, now: datetime) -> None:
        """See what a current that was just read says of the vehicle and of the station."""
        lent, was_trusted = evse.habits.ceiling_a is not None, not evse.mistrust
        if not evse.learn(current_a, now, self.settled):
            return
        wants_back = lent and evse.habits.ceiling_a is None
        (self.expect if wants_back else self.mark)()
        if was_trusted and evse.mistrust:
            self.alarm()  # it counts at its rating from now on
        if evse.findings:
            self.look_at(evse.place.evse.station_id)

    def read_feeder(self, feeder_id: FeederId, at: datetime, current_a: PhaseAmps) -> None:
        """The uncontrolled load of a feeder was measured."""
        self.meters[feeder_id].read(at, current_a)
        self.metered.set()
        self.note()

    def _other_changed(self, evse: LiveEvse, transaction: Transaction, now: datetime) -> None:
        """Another transaction than the one that is known has begun, or something has come late."""
        if transaction.ended_at is None and not is_older(transaction, evse.transaction):
            evse.heard_at = now
            evse.begin(transaction)
            if evse.allowance.is_disobeyed:
                self.look_at(evse.place.evse.station_id)
            self.newcomers[evse.place.evse] = None
            self.expect()
        elif evse.closed is not None and evse.closed.number == transaction.number:
            evse.closed = transaction if transaction.closing else None
            self.note()

    def _charging_evse(self, transaction: Transaction) -> LiveEvse | None:
        """Where a transaction is, None if that is not told, or does not matter any more.

        An EVSE that the site file does not know is counted at the station's rating while it
        charges all the same, where the station hangs.
        """
        key = transaction.evse
        if key is None or key in self.evses or transaction.ended_at is not None:
            return self.evses.get(key) if key else None
        places = [evse.place for evse in self.evses_of(key.station_id) if not evse.is_stray]
        if not places:
            return None
        stray = stray_at(key, places)
        self._enter(stray)
        max_a = stray.place.max_a
        logger.warning("%s charges, which the site file does not know; counted at %g A", key, max_a)
        self.alarm()
        return stray
