"""The present state of a site, in memory: what is known of each EVSE, and what it may draw.

The database is the truth; this is what the controller and the page look at. It is filled from the
database at the start and follows every committed report.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from csms.domain.events import StatusChanged
from csms.domain.identity import EvseId, FeederId, StationId
from csms.domain.limits import Allowance, Standing
from csms.domain.metering import Reading
from csms.domain.site import NO_AMPS, Earthing, EvsePlace, PhaseAmps, Site
from csms.domain.station import Capabilities, ChargingState, ConnectorStatus
from csms.domain.station_clock import TOLERANCE, StationClock, describe_error
from csms.domain.transaction import Transaction
from csms.domain.vehicle import VehicleHabits

logger = logging.getLogger(__name__)

_TOLERANCE_A: Final = 1.0
"""Meters and stations round; less than this above a limit is not disobedience."""
_ROUNDS_OVER: Final = 3
_IN_USE_A: Final = 0.5
_READINGS_KEPT: Final = 360
_FRESH: Final = timedelta(minutes=2)
_BOOTS_WITHIN: Final = timedelta(seconds=5)
"""A station that comes is left alone for as long, until it has booted: some take nothing before."""
_LONGEST_STAY: Final = timedelta(days=366)


@dataclass(slots=True, kw_only=True)
class LiveEvse:
    """What is known of one EVSE.

    Attributes:
        since: When it began to charge, or was paused.
        refusal: Why the station did not take its last limit; empty if it did.
        retry_at: After a refusal, when it may be asked again.
        past: Ended transactions of the token that is charging here, newest first.
        lowered_at: When an answer of its station last lowered what it may draw.
        is_stray: The site file does not know it; it is only here while it charges all the same.
    """

    place: EvsePlace
    allowance: Allowance
    status: ConnectorStatus | None = None
    charging_state: ChargingState | None = None
    transaction: Transaction | None = None
    reading: Reading | None = None
    habits: VehicleHabits = field(default_factory=VehicleHabits)
    is_paused: bool = True
    since: datetime | None = None
    refusal: str = ""
    retry_at: datetime | None = None
    past: tuple[Transaction, ...] = ()
    rounds_over: int = 0
    over_since: datetime | None = None
    lowered_at: datetime | None = None
    is_stray: bool = False

    @property
    def is_occupied(self) -> bool:
        """Whether a transaction runs and its vehicle is there."""
        return self.transaction is not None and self.status is not ConnectorStatus.AVAILABLE

    def allow(self, allowance: Allowance, now: datetime) -> None:
        """Change what it may draw, and remember when that was lowered."""
        self.lowered_at = self.last_lowered_at(now)
        if allowance.now_a(now) < self.allowance.now_a(now):
            self.lowered_at = now
        self.allowance = allowance

    def last_lowered_at(self, now: datetime) -> datetime | None:
        """When it last had to lower its current: by an answer, by a step, or by a lapse."""
        instants = [at for at in (self.lowered_at, self.allowance.last_fall(now)) if at]
        return max(instants, default=None)


@dataclass(slots=True, kw_only=True)
class LiveStation:
    """What is known of one station.

    Attributes:
        protocol: The version that it spoke last, None if it has never connected.
        is_ready: Set up since it last connected or booted.
        connected_at: Distinguishes its connections.
        gone_at: When it was last seen to be gone; None: it is connected, or has yet to come.
        has_reported: Whether it has ever told anything.
        doubts: How often it has come anew, or may have lost its profiles: what was set up before
            that counts for nothing.
        setting_up: The task that sets it up.
        set_up_at: When to set it up; None: at once.
        clock: How far its clock is off.
    """

    station_id: StationId
    protocol: str | None = None
    is_connected: bool = False
    is_ready: bool = False
    connected_at: datetime | None = None
    gone_at: datetime | None = None
    has_reported: bool = False
    doubts: int = 0
    setting_up: "asyncio.Task[None] | None" = None
    set_up_at: datetime | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    clock: StationClock = field(default_factory=StationClock)


class FeederMeter:
    """The last readings of a feeder's uncontrolled load."""

    def __init__(self) -> None:
        self._readings: deque[tuple[datetime, PhaseAmps]] = deque(maxlen=_READINGS_KEPT)

    def read(self, at: datetime, current_a: PhaseAmps) -> None:
        """Take a reading."""
        self._readings.append((at, current_a))

    def latest(self, now: datetime, lives_s: float) -> PhaseAmps | None:
        """The newest reading, None if it is stale."""
        if not self._readings or now - self._readings[-1][0] > timedelta(seconds=lives_s):
            return None
        return self._readings[-1][1]

    def highest(self, now: datetime, lives_s: float, window_s: float) -> PhaseAmps | None:
        """The highest of each line within a window, None if the newest reading is stale."""
        if self.latest(now, lives_s) is None:
            return None
        since = now - timedelta(seconds=window_s)
        recent = [amps for at, amps in self._readings if at >= since]
        first, second, third = (max(line) for line in zip(*recent, strict=True))
        return (first, second, third)


class LiveSite:
    """All of one site's state, and the flag that wakes its controller.

    Args:
        site: The site as its file describes it.
        clock_rate: Seconds of its clock per second of the machine's, which takes its time to pass
            messages on.

    Attributes:
        site: The same, with the places of guests.
        listed_stations: Stations that the file lists; all others are guests.
        dirty: Set when something happens that a plan may depend on.
        urgent: Set when that cannot wait for the gap between two plans.
        changed: Set when something happens that somebody may want to see.
        unready: Set when there is a station to be set up.
    """

    def __init__(self, site: Site, clock_rate: float = 1.0) -> None:
        self.site = site
        self._messages_late_by = TOLERANCE * clock_rate
        self.listed_stations = site.station_ids
        self.evses: dict[EvseId, LiveEvse] = {}
        self.stations: dict[StationId, LiveStation] = {}
        self.meters: dict[FeederId, FeederMeter] = defaultdict(FeederMeter)
        self._energy_day: date | None = None
        self._energy_today_wh = 0.0
        self.dirty = asyncio.Event()
        self.urgent = asyncio.Event()
        self.changed = asyncio.Event()
        self.unready = asyncio.Event()
        for place in site.places:
            self.add_place(place)

    def add_place(self, place: EvsePlace) -> None:
        """Give an EVSE a place, also after the start (guests)."""
        allowance = Allowance(rating_a=place.max_a, fallback_a=place.fallback_a)
        self.evses[place.evse] = LiveEvse(place=place, allowance=allowance)
        station_id = place.evse.station_id
        station = LiveStation(station_id=station_id, clock=self._new_clock())
        self.stations.setdefault(station_id, station)
        if place not in self.site.places:
            self.site = replace(self.site, places=(*self.site.places, place))

    def is_guest(self, station_id: StationId) -> bool:
        """Whether the site file does not list a station."""
        return station_id not in self.listed_stations

    def remove_station(self, station_id: StationId) -> None:
        """A guest has no place any more."""
        for evse in list(self.evses_of(station_id)):
            del self.evses[evse.place.evse]
        del self.stations[station_id]
        places = (one for one in self.site.places if one.evse.station_id != station_id)
        self.site = replace(self.site, places=tuple(places))
        self.mark()

    def mark(self) -> None:
        """Something has happened that a plan may depend on."""
        self.dirty.set()
        self.changed.set()

    def alarm(self) -> None:
        """Something has happened that a plan must answer at once."""
        self.urgent.set()
        self.mark()

    def note(self) -> None:
        """Something has happened that can wait for the next plan."""
        self.changed.set()

    def evses_of(self, station_id: StationId) -> Iterator[LiveEvse]:
        """The EVSEs of a station."""
        return (evse for key, evse in self.evses.items() if key.station_id == station_id)

    def has(self, evse_id: EvseId) -> bool:
        """Whether the site file knows an EVSE, or it is a guest's."""
        return evse_id in self.evses and not self.evses[evse_id].is_stray

    def station_connected(self, station_id: StationId, protocol: str, now: datetime) -> None:
        """A station has connected; it has to be set up."""
        station = self.stations[station_id]
        station.is_connected, station.protocol, station.connected_at = True, protocol, now
        station.gone_at = None
        self._set_up_anew(station, now + _BOOTS_WITHIN)
        for evse in self.evses_of(station_id):
            evse.retry_at = None  # a limit that did not reach it may reach it now
        self.mark()

    def station_disconnected(self, station_id: StationId) -> None:
        """A station's connection is gone."""
        self.stations[station_id].is_connected = False
        self.mark()

    def station_booted(self, station_id: StationId) -> None:
        """A station has restarted; whether it still holds its fallback has to be made sure."""
        station = self.stations[station_id]
        station.capabilities = replace(station.capabilities, is_told=False)
        station.clock = self._new_clock()  # it may have lost its time
        for evse in self.evses_of(station_id):
            evse.allowance = replace(evse.allowance, is_disobeyed=False)
        self.profiles_in_doubt(station_id)

    def profiles_in_doubt(self, station_id: StationId) -> None:
        """A station may have lost its profiles; it counts at its rating until it is set up."""
        self._set_up_anew(self.stations[station_id], None)
        for evse in self.evses_of(station_id):
            evse.allowance = evse.allowance.restanding(Standing.UNKNOWN)
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
            if evse.allowance.accepted is not None:
                evse.allowance = evse.allowance.sent(evse.allowance.accepted)
        self.mark()

    def _set_up_anew(self, station: LiveStation, at: datetime | None) -> None:
        station.is_ready, station.set_up_at = False, at
        station.doubts += 1
        self.unready.set()

    def status_changed(self, event: StatusChanged, now: datetime) -> None:
        """A connector's status is another one."""
        evse = self.evses.get(EvseId(event.station_id, event.evse_number))
        if evse is None:
            return
        evse.status = event.status
        if event.status is ConnectorStatus.AVAILABLE:
            evse.charging_state = None  # whatever the last vehicle did
            self._forget_stray(evse)
        _note_charging_state(evse, event.charging_state, now)
        self.mark()

    def transaction_changed(
        self,
        transaction: Transaction,
        now: datetime,
        past: tuple[Transaction, ...] | None = None,
    ) -> None:
        """A transaction has started, gone on or ended.

        Args:
            transaction: As it is now.
            now: The present instant.
            past: Ended transactions of its token, where they were looked up.
        """
        evse = self._charging_evse(transaction)
        if evse is None:
            return
        transaction = self._in_our_time(transaction, now)
        if past is not None:
            evse.past = past
        current = evse.transaction
        if current is None or current.number != transaction.number:
            if transaction.ended_at is None:
                _begin(evse, transaction)
                self.mark()
            return
        if transaction.ended_at is not None:
            _end(evse)
            self._forget_stray(evse)
            self.mark()
            return
        evse.transaction = transaction
        _note_charging_state(evse, transaction.charging_state, now)
        is_news = past is not None or (current.need, current.charging_state) != (
            transaction.need,
            transaction.charging_state,
        )
        (self.mark if is_news else self.note)()

    def energy_today_wh(self, now: datetime) -> float:
        """Energy delivered since local midnight, as far as it was seen."""
        today = now.astimezone(self.site.timezone).date()
        return self._energy_today_wh if self._energy_day == today else 0.0

    def count_energy(self, energy_wh: float, now: datetime) -> None:
        """Energy has been delivered."""
        total_wh = self.energy_today_wh(now) + energy_wh
        self._energy_day = now.astimezone(self.site.timezone).date()
        self._energy_today_wh = total_wh

    def read(self, evse_id: EvseId, reading: Reading, now: datetime) -> None:
        """A meter reading has come."""
        evse = self.evses.get(evse_id)
        if evse is None:
            return
        reading = replace(reading, at=self.stations[evse_id.station_id].clock.read(reading.at))
        if evse.reading and reading.at < evse.reading.at:
            return
        reading = self._complete(evse.place, reading)
        self.note()
        if reading.current_a is not None:
            evse.reading = reading
            is_fresh = now - reading.at < _FRESH  # what was kept while offline says nothing of now
            if is_fresh and self._learns(evse, reading.current_a, now):
                self.mark()
        elif evse.reading is not None and reading.soc_pct is not None:
            evse.reading = replace(evse.reading, soc_pct=reading.soc_pct)

    def read_feeder(self, feeder_id: FeederId, at: datetime, current_a: PhaseAmps) -> None:
        """The uncontrolled load of a feeder was measured."""
        self.meters[feeder_id].read(at, current_a)
        self.note()

    def line_amps(self, evse: LiveEvse) -> PhaseAmps | None:
        """What an EVSE was measured to draw, by line of the site."""
        reading = evse.reading
        if reading is None or reading.current_a is None:
            return None
        amps = list(NO_AMPS)
        conductors = reading.current_a
        if self.site.earthing is Earthing.IT and len(evse.place.lines) == 2:
            conductors = (max(conductors),) * 3  # what one line brings the other takes back
        for line, current_a in zip(evse.place.lines, conductors, strict=False):
            amps[line - 1] = current_a
        return (amps[0], amps[1], amps[2])

    def drawn_a(self, evse: LiveEvse, now: datetime) -> PhaseAmps | None:
        """What an EVSE draws, by conductor of the station, as far as is known.

        A reading from before it was last lowered, or from the seconds that its vehicle had to
        follow, may show more than it draws now: until the next reading it is taken to obey.
        """
        reading = evse.reading
        if reading is None or reading.current_a is None:
            return None
        most_a = evse.allowance.now_a(now)
        if max(reading.current_a) <= most_a:
            return reading.current_a
        lowered_at = evse.last_lowered_at(now)
        settled = timedelta(seconds=self.site.control.settle_s)
        if lowered_at is None or reading.at >= lowered_at + settled:
            return reading.current_a
        first, second, third = (min(amps, most_a) for amps in reading.current_a)
        return (first, second, third)

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
        max_a = max(place.max_a for place in places)
        place = replace(places[0], evse=key, max_a=max_a, fallback_a=max_a, is_installed=True)
        allowance = Allowance(rating_a=max_a, fallback_a=max_a)
        self.evses[key] = LiveEvse(place=place, allowance=allowance, is_stray=True)
        logger.warning("%s charges, which the site file does not know; counted at %g A", key, max_a)
        self.alarm()
        return self.evses[key]

    def _new_clock(self) -> StationClock:
        return StationClock(late_by=self._messages_late_by)

    def _forget_stray(self, evse: LiveEvse) -> None:
        if evse.is_stray:
            del self.evses[evse.place.evse]

    def _in_our_time(self, transaction: Transaction, now: datetime) -> Transaction:
        """A transaction that began when it did, not when its station's clock says."""
        began_at = self.stations[transaction.station_id].clock.read(transaction.started_at)
        began_at = min(max(began_at, now - _LONGEST_STAY), now)
        return replace(transaction, started_at=began_at)

    def _complete(self, place: EvsePlace, reading: Reading) -> Reading:
        """Reckon the current from the power where a station tells only that."""
        if reading.current_a is not None or reading.power_w is None:
            return reading
        watts = self.site.watts_per_ampere(len(place.lines)) * place.efficiency
        amps = reading.power_w / watts
        return replace(reading, current_a=(amps, amps, amps))

    def _learns(self, evse: LiveEvse, current_a: PhaseAmps, now: datetime) -> bool:
        """Learn from a current; return whether it says something that a plan depends on."""
        before = _planned_by(evse)
        settled = timedelta(seconds=self.site.control.settle_s)
        allowed_a = evse.allowance.most_a(now - settled, now)
        evse.habits = evse.habits.observe(current_a, allowed_a, evse.place.min_a)
        excess_a = max(current_a) - allowed_a
        if _stays_over(evse, excess_a, now, settled):
            evse.allowance = replace(evse.allowance, is_disobeyed=True)
        is_paused = max(current_a) < _IN_USE_A
        if is_paused != evse.is_paused or evse.since is None:
            evse.is_paused, evse.since = is_paused, now
        return _planned_by(evse) != before


def _stays_over(evse: LiveEvse, excess_a: float, now: datetime, settled: timedelta) -> bool:
    """Note how much more an EVSE draws than it may; return whether it keeps on doing so."""
    if excess_a <= _TOLERANCE_A:
        evse.over_since, evse.rounds_over = None, 0
        return False
    evse.over_since, evse.rounds_over = evse.over_since or now, evse.rounds_over + 1
    return evse.rounds_over >= _ROUNDS_OVER and now - evse.over_since >= settled


def _planned_by(evse: LiveEvse) -> tuple[object, ...]:
    """What a plan depends on, of all that is learned from currents."""
    habits = evse.habits
    ceiling_a = None if habits.ceiling_a is None else round(habits.ceiling_a)
    return habits.line_count, ceiling_a, habits.is_content, evse.allowance.is_disobeyed


def _begin(evse: LiveEvse, transaction: Transaction) -> None:
    """A vehicle of which nothing is known yet."""
    evse.transaction = transaction
    evse.habits, evse.refusal, evse.retry_at = VehicleHabits(), "", None
    evse.rounds_over, evse.over_since = 0, None
    evse.lowered_at = None
    evse.since, evse.is_paused = transaction.started_at, True
    evse.charging_state = transaction.charging_state or evse.charging_state


def _end(evse: LiveEvse) -> None:
    evse.transaction = None
    evse.charging_state = ChargingState.IDLE  # 2.0.1 need not say so with the end
    evse.allowance = evse.allowance.transaction_ended()
    evse.reading = None


def _note_charging_state(evse: LiveEvse, state: ChargingState | None, now: datetime) -> None:
    """What the station says of the vehicle.

    That it has suspended charging counts only right after it charged, and while it might have gone
    on: after a pause many stations call a vehicle suspended until it has begun again.
    """
    if state is None:
        return
    has_stopped = (
        evse.charging_state is ChargingState.CHARGING and state is ChargingState.SUSPENDED_EV
    )
    if has_stopped and evse.allowance.now_a(now) >= evse.place.min_a:
        evse.habits = evse.habits.stopped(evse.place.min_a)
    evse.charging_state = state
