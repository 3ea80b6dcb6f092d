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
from csms.domain.demand import Coming
from csms.domain.events import StatusChanged
from csms.domain.fed_limit import FedLimit
from csms.domain.grid_company import PartyId
from csms.domain.grid_profile import WantedPower
from csms.domain.identity import EvseId, FeederId
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.metering import Reading
from csms.domain.need import told_energy_wh
from csms.domain.ramp import Ramp
from csms.domain.site import AmpereSchedule, PhaseAmps, Site
from csms.domain.station import ConnectorStatus
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
from csms.service.readings import sure_current, with_current
from csms.service.roofs import Roofs
from csms.service.site_prices import SitePrices
from csms.service.site_stations import SiteStations
from csms.service.station_time import in_our_time, is_older

logger = logging.getLogger(__name__)

_FRESH: Final = timedelta(minutes=2)


class LiveSite(SiteStations):
    """All of one site's state, and the flags that wake its parts.

    Args:
        site: The site as its file describes it.
        clock_rate: Seconds of its clock per second of the machine's, which takes its time to pass
            messages on.
        dialects: What is known of makes of stations; None: nothing yet.
        left_out: Drivers whose stays are not looked at; None: nobody.

    Attributes:
        left_out: Drivers whose own past is not looked at.
        settled: How long vehicles take to follow a limit.
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
        super().__init__(site, clock_rate, dialects)
        self.left_out = left_out or LeftOut()
        self.settled = timedelta(seconds=site.control.settle_s)
        self.meters: dict[FeederId, FeederMeter] = defaultdict(FeederMeter)
        self.meters.update((key, one.meter) for key, one in self.totals.items())
        self.guard = GuardRecord()
        self.held_limits: Mapping[FeederId, AmpereSchedule] = {}
        self.imposed: dict[tuple[FeederId, LimitParty], tuple[ImposedLimit, ...]] = {}
        self.profiles: dict[tuple[FeederId, PartyId], tuple[ImposedLimit, ...]] = {}
        self.outdoor = OutdoorCourse()
        self.fed: dict[tuple[FeederId, PartyId], tuple[FedLimit, ...]] = {}
        self.wanted: dict[tuple[FeederId, PartyId], tuple[WantedPower, ...]] = {}
        self.ramps: dict[FeederId, Ramp] = {}
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
        (self.want_back if wants_back else self.mark)()
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
