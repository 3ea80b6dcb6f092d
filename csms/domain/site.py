"""A site: its electrical tree, where its stations stand in it, and how it is to be controlled."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from csms.domain.errors import UnknownFeederError
from csms.domain.identity import EvseId, FeederId, SiteId, StationId
from csms.domain.meter_source import MeterSource
from csms.domain.price_source import SitePricing
from csms.domain.resource import Resource
from csms.domain.security import SiteSecurity
from csms.domain.settings import WantedSetting
from csms.domain.site_policy import ControlPolicy, SharingPolicy
from csms.domain.tariff import Tariff
from csms.domain.weather_source import WeatherSource

PhaseAmps: TypeAlias = tuple[float, float, float]
"""Current by line of the site: L1, L2, L3."""

NO_AMPS: Final[PhaseAmps] = (0.0, 0.0, 0.0)
Step: TypeAlias = tuple[datetime, PhaseAmps]
"""Amps, and the instant from which they hold."""

_THREE: Final = 3
_ONE_DAY: Final = timedelta(days=1)
_DAYS_KEPT: Final = 32
"""Of a schedule's steps; where more are asked for, all are forgotten."""


class Earthing(StrEnum):
    """How the grid is earthed, which decides what a single-phase vehicle hangs between."""

    TN = "TN"
    """With a neutral: a single-phase vehicle loads one line. Voltage is line to neutral."""
    IT = "IT"
    """No neutral: a single-phase vehicle hangs between two lines. Voltage is line to line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of the day, on some days of the week, in which other amps hold.

    Attributes:
        weekdays: 0 is Monday.
        from_time: Local start.
        to_time: Local end; not after `from_time` means: on the next day.
        amps: What holds within.
    """

    weekdays: frozenset[int]
    from_time: time
    to_time: time
    amps: PhaseAmps

    def spans_on(self, day: datetime) -> tuple[datetime, datetime] | None:
        """When the window that opens on the local day opens and closes, in UTC, or None.

        In UTC, because local times of one zone do not compare rightly while its clocks are
        turned back. A local time that comes twice counts when it first comes.
        """
        if day.weekday() not in self.weekdays:
            return None
        return _span(day.date(), self.from_time, self.to_time, day.tzinfo)


@lru_cache(maxsize=4096)
def _span(
    opens_on: date, from_time: time, to_time: time, zone: tzinfo | None
) -> tuple[datetime, datetime]:
    """When a window opens and closes, in UTC; every plan asks for the same few days."""
    opens_at = datetime.combine(opens_on, from_time, zone)
    closes_on = opens_on if to_time > from_time else opens_on + _ONE_DAY
    closes_at = datetime.combine(closes_on, to_time, zone)
    return opens_at.astimezone(UTC), closes_at.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class AmpereSchedule:
    """Amps per line over time: a default, and windows of which the last one open counts.

    Every plan asks for the same few days, hundreds of times: their steps are kept.
    """

    default: PhaseAmps
    windows: tuple[Window, ...] = ()
    _days: dict[tuple[date, ZoneInfo], tuple[Step, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def at(self, instant: datetime, zone: ZoneInfo) -> PhaseAmps:
        """The amps that hold at an instant."""
        local = instant.astimezone(zone)
        amps = self.default
        for window in self.windows:
            for day in (local - _ONE_DAY, local):
                span = window.spans_on(day)
                if span and span[0] <= instant < span[1]:
                    amps = window.amps
        return amps

    def least(self, start_at: datetime, end_at: datetime, zone: ZoneInfo) -> PhaseAmps:
        """The lowest amps of each line between two instants."""
        return _merge(min, self._during(start_at, end_at, zone))

    def most(self, start_at: datetime, end_at: datetime, zone: ZoneInfo) -> PhaseAmps:
        """The highest amps of each line between two instants."""
        return _merge(max, self._during(start_at, end_at, zone))

    def turns(self, start_at: datetime, end_at: datetime, zone: ZoneInfo) -> list[datetime]:
        """Every instant between two at which a window opens or closes."""
        return self._turns(start_at, end_at, zone)[1:]

    def _during(self, start_at: datetime, end_at: datetime, zone: ZoneInfo) -> list[PhaseAmps]:
        """The amps at an instant, and all others that hold until another one."""
        if not self.windows:
            return [self.default]
        during: list[PhaseAmps] = []
        for turns_at, amps in self._steps(start_at, end_at, zone):
            if turns_at <= start_at:
                during = [amps]
            elif turns_at < end_at:
                during.append(amps)
        return during

    def _steps(self, start_at: datetime, end_at: datetime, zone: ZoneInfo) -> tuple[Step, ...]:
        """All steps from the day of one instant to that of another, by UTC."""
        day, last_day = start_at.astimezone(UTC).date(), end_at.astimezone(UTC).date()
        steps = self._steps_of(day, zone)
        while day < last_day:
            day += _ONE_DAY
            steps += self._steps_of(day, zone)
        return steps

    def _steps_of(self, day: date, zone: ZoneInfo) -> tuple[Step, ...]:
        """What holds at the beginning of a day, and from every turn within it."""
        known = self._days.get((day, zone))
        if known is None:
            begins_at = datetime.combine(day, time(), UTC)
            turns = sorted(set(self._turns(begins_at, begins_at + _ONE_DAY, zone)))
            known = tuple((turn, self.at(turn, zone)) for turn in turns)
            if len(self._days) >= _DAYS_KEPT:
                self._days.clear()
            self._days[day, zone] = known
        return known

    def _turns(self, start_at: datetime, end_at: datetime, zone: ZoneInfo) -> list[datetime]:
        """The start, and every instant until the end at which a window opens or closes."""
        turns = [start_at]
        if not self.windows:
            return turns
        day = start_at.astimezone(zone) - _ONE_DAY
        last_day = end_at.astimezone(zone).date()
        while day.date() <= last_day:
            spans = [window.spans_on(day) for window in self.windows]
            edges = [edge for span in spans if span for edge in span]
            turns += [edge for edge in edges if start_at < edge < end_at]
            day += _ONE_DAY
        return turns


def _merge(choose: Callable[[Iterable[float]], float], options: list[PhaseAmps]) -> PhaseAmps:
    if len(options) == 1:
        return options[0]
    first, second, third = (choose(line) for line in zip(*options, strict=True))
    return (first, second, third)


class MeterShows(StrEnum):
    """What a feeder's meter shows."""

    UNCONTROLLED = "uncontrolled"
    """Only what nobody steers."""
    ALL = "all"
    """All that the feeder carries, chargers included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UncontrolledLoad:
    """Load at a feeder that nobody steers.

    Attributes:
        worst_case: The most that it may draw; holds whenever no fresh measurement is known.
        largest_step_a: The largest load that may switch on between two measurements; where the
            meter shows all, before it can be told apart from chargers. A fresh measurement plus
            this is taken instead of the worst case where that is lower.
        is_metered: Whether measurements come in at all.
        meter_shows: What they are measurements of.
        source: What others tell that they are read from; None: they come as readings.
    """

    worst_case: AmpereSchedule
    largest_step_a: float
    is_metered: bool
    meter_shows: MeterShows = MeterShows.UNCONTROLLED
    source: MeterSource | None = None

    @property
    def has_total_meter(self) -> bool:
        """Whether a meter shows all that the feeder carries."""
        return self.is_metered and self.meter_shows is MeterShows.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """A node of the electrical tree: transformer, fuse, panel, circuit.

    Attributes:
        parent_id: The feeder that feeds this one, None at the root.
        limit: The most that each line may carry.
    """

    feeder_id: FeederId
    name: str
    parent_id: FeederId | None
    limit: AmpereSchedule
    uncontrolled: UncontrolledLoad | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvsePlace:
    """Where an EVSE stands in the tree and what its hardware allows.

    Attributes:
        lines: The site's lines that the station's L1, L2, L3 are wired to. Three for a
            three-phase EVSE in any rotation; one (TN) or two (IT) for a single-phase one.
        max_a: Rating of the EVSE per line (of its supply, for DC).
        min_a: The lowest current that is not a pause (6 A, IEC 61851-1).
        fallback_a: Standing limit that it keeps without us.
        is_dc: Whether limits are written in W of output.
        efficiency: Output over supply power, for DC.
        is_installed: False: planned only, and counted as drawing nothing.
        keeps_fallback: Whether its station keeps the fallback while it is without power, as whoever
            commissioned it has found; None: that is found out.
        keeps_limits: The same of whether it keeps to limits.
    """

    evse: EvseId
    feeder_id: FeederId
    lines: tuple[int, ...]
    max_a: float
    min_a: float = 6.0
    fallback_a: float = 0.0
    is_dc: bool = False
    efficiency: float = 1.0
    is_installed: bool = True
    keeps_fallback: bool | None = None
    keeps_limits: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestPlace:
    """Where stations that the site file does not list are placed, so that they can be counted."""

    feeder_id: FeederId
    lines: tuple[int, ...]
    max_a: float
    fallback_a: float = 0.0
    max_stations: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedNeed:
    """What is assumed of a vehicle of which neither driver nor history tells anything.

    Attributes:
        energy_wh: Energy wanted.
        stay_s: How long it stays from the start of the transaction.
        leaves_by: Local time of day by which overnight guests leave; None: only `stay_s` counts.
    """

    energy_wh: float
    stay_s: int
    leaves_by: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site as its file describes it.

    Attributes:
        voltage_v: Line to neutral (TN) or line to line (IT).
        feeders: Parents before their children; the first is the root.
        settings: How settings of its stations should be.
        price_per_kwh: What drivers pay, in the currency of the stations; None: nothing is told.
        pricing: Where prices of energy come from; None: there are none.
        tariff: What the site pays beside them; None: nothing is known of it.
        weather: Where outdoor temperatures come from beside the API and MQTT; None: from nowhere.
    """

    site_id: SiteId
    name: str
    timezone: ZoneInfo
    earthing: Earthing
    voltage_v: float
    feeders: tuple[Feeder, ...]
    places: tuple[EvsePlace, ...]
    resources: tuple[Resource, ...] = ()
    guests: GuestPlace | None = None
    assumed: AssumedNeed = field(
        default_factory=lambda: AssumedNeed(energy_wh=15_000, stay_s=8 * 3600)
    )
    control: ControlPolicy = field(default_factory=ControlPolicy)
    policy: SharingPolicy = field(default_factory=SharingPolicy)
    settings: tuple[WantedSetting, ...] = ()
    price_per_kwh: float | None = None
    security: SiteSecurity = field(default_factory=SiteSecurity)
    pricing: SitePricing | None = None
    tariff: Tariff | None = None
    weather: WeatherSource | None = None

    def watts_per_ampere(self, line_count: int) -> float:
        """Power that one ampere in each of so many lines carries.

        In TN each line counts against neutral; in IT two lines are one voltage, three are a
        balanced three-phase load.
        """
        if self.earthing is Earthing.TN:
            return self.voltage_v * line_count
        return self.voltage_v * (math.sqrt(3) if line_count == _THREE else 1.0)

    def amps_of(self, resource: Resource, watts: float) -> float:
        """What a power of a resource is on each of its lines."""
        return watts / self.watts_per_ampere(len(resource.lines))

    @property
    def station_ids(self) -> frozenset[StationId]:
        """All stations of the site."""
        return frozenset(place.evse.station_id for place in self.places)

    def feeder(self, feeder_id: FeederId) -> Feeder:
        """Find a feeder.

        Raises:
            UnknownFeederError: The site has none of that name.
        """
        for feeder in self.feeders:
            if feeder.feeder_id == feeder_id:
                return feeder
        raise UnknownFeederError(self.site_id, feeder_id)
