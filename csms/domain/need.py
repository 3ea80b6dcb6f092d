"""What a vehicle is planned to get: told, forecast, from its own past, or assumed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.expectation import Expectation, StayForecast, expectation_of
from csms.domain.site import AssumedNeed
from csms.domain.transaction import NOTHING_STATED, NeedTeller, StatedNeed, Transaction

_ENOUGH_PAST: Final = 4
"""Fewer past transactions than this say nothing yet."""
AT_LEAST: Final = timedelta(minutes=30)
"""A vehicle that is still here is planned for as if it stayed at least that long."""
_LEAST_LEFT_WH: Final = 1_000.0
"""Whoever still takes energy is expected to take at least so much more."""
_BEYOND_SHARE: Final = 1.0
_BEYOND_WH: Final = 20_000.0
_BEYOND_TOLD_SHARE: Final = 0.1
_NOON: Final = time(12)
_SOONEST: Final = timedelta(minutes=15)
_DEPARTURE_LEVELS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
_ENERGY_LEVELS: Final = (1 / 6, 1 / 2, 5 / 6)
"""Equally likely parts of what is expected, each by its middle."""
REALLY_NEEDED: Final = ((0.35, 0.4), (0.25, 0.65), (0.4, 1.0))
"""(probability, share): how much a vehicle really takes of what is told: half of them take less
than 63 % of what their drivers state (ACN-Data, 2019, both sites)."""


class NeedSource(StrEnum):
    """Where something of a need is known from, the surest first."""

    STATED = "stated"
    TIMETABLE = "timetable"
    FORECAST = "forecast"
    HISTORY = "history"
    ASSUMED = "assumed"


_TOLD: Final = (NeedSource.STATED, NeedSource.TIMETABLE)
_SURENESS: Final = {source: place for place, source in enumerate(NeedSource)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a vehicle beside its running transaction.

    Attributes:
        assumed: The site's assumptions.
        zone: The site's time zone.
        past: Ended transactions of the same token.
        forecast: What a model expects of it; None: it tells nothing.
        scheduled: What its fleet's timetable says; blank: nothing.
    """

    assumed: AssumedNeed
    zone: ZoneInfo
    past: tuple[Transaction, ...] = ()
    forecast: StayForecast | None = None
    scheduled: StatedNeed = NOTHING_STATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One way in which a stay may go on.

    Attributes:
        probability: Of it; those of all ways add up to 1.
        departs_at: When the vehicle leaves then.
        energy_wh: What it takes then, from the start of the transaction.
    """

    probability: float
    departs_at: datetime
    energy_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a vehicle is planned to get.

    Attributes:
        energy_wh: Energy wanted from the start of the transaction.
        beyond_wh: What it may take on top, if there is room to spare: nobody really knows.
        departs_at: When it leaves.
        energy_source: Where the energy is known from.
        departure_source: Where the departure is known from.
        energy_between_wh: Eight of ten such vehicles take so much; None: not known.
        departs_between: Eight of ten such vehicles leave in between; None: not known.
        courses: How the stay may go on, in place of what is said above; nothing: that is all that
            is known.
    """

    energy_wh: float
    beyond_wh: float
    departs_at: datetime
    energy_source: NeedSource
    departure_source: NeedSource
    energy_between_wh: tuple[float, float] | None = None
    departs_between: tuple[datetime, datetime] | None = None
    courses: tuple[Course, ...] = ()

    @property
    def source(self) -> NeedSource:
        """The less sure one of both sources."""
        return max(self.energy_source, self.departure_source, key=_SURENESS.__getitem__)

    @property
    def is_energy_told(self) -> bool:
        """Whether somebody says what it needs."""
        return is_told(self.energy_source)


@dataclass(frozen=True, slots=True)
class _Usual:
    """What is expected of a vehicle, and who says so."""

    energy_wh: Expectation
    stay_s: Expectation
    source: NeedSource


@dataclass(frozen=True, slots=True)
class _Energy:
    wh: float
    source: NeedSource
    between_wh: tuple[float, float] | None = None
    chances: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Departure:
    at: datetime
    source: NeedSource
    between: tuple[datetime, datetime] | None = None
    chances: tuple[tuple[float, datetime], ...] = ()


def is_told(source: NeedSource) -> bool:
    """Whether somebody says so, and it is not only expected."""
    return source in _TOLD


def told_energy_wh(transaction: Transaction, scheduled: StatedNeed) -> float | None:
    """The energy that somebody says a vehicle needs; None: nobody does.

    Args:
        transaction: The vehicle's.
        scheduled: What its fleet's timetable says.
    """
    told = (need.energy_wh for need, _ in _told(transaction, scheduled))
    return next((one for one in told if one is not None), None)


def estimate_need(transaction: Transaction, known: Known, now: datetime) -> Need:
    """Tell what a vehicle needs from what is known of it.

    What is told counts: for this stay, then by the fleet's timetable, then by the vehicle. What is
    missing of that comes from the forecast; else from the token's ended transactions, if there are
    enough; else from the site's assumptions. Of what is expected the middle is planned for that is
    still possible: the vehicle has not left yet, and takes more than it has got, or it would be
    content (docs/study.md compares other choices).

    Args:
        transaction: The running transaction.
        known: What is known beside that.
        now: The present instant.
    """
    usual = _usual(known)
    energy = _energy(transaction, known, usual)
    departure = _departure(transaction, known, usual, now)
    need = Need(
        energy_wh=energy.wh,
        beyond_wh=max(energy.wh * _BEYOND_SHARE, _BEYOND_WH),
        departs_at=max(departure.at, now + AT_LEAST).astimezone(UTC),
        energy_source=energy.source,
        departure_source=departure.source,
        energy_between_wh=energy.between_wh,
        departs_between=departure.between,
        courses=_courses(energy, departure, now),
    )
    if need.is_energy_told:
        return replace(need, beyond_wh=energy.wh * _BEYOND_TOLD_SHARE)
    return need


def _usual(known: Known) -> _Usual | None:
    if known.forecast is not None:
        return _Usual(known.forecast.energy_wh, known.forecast.stay_s, NeedSource.FORECAST)
    ended = [one for one in known.past if one.ended_at]
    if len(ended) < _ENOUGH_PAST:
        return None
    stays_s = [(one.ended_at - one.started_at).total_seconds() for one in ended if one.ended_at]
    energies_wh = [one.energy_wh for one in ended]
    return _Usual(expectation_of(energies_wh), expectation_of(stays_s), NeedSource.HISTORY)


def _told(
    transaction: Transaction, scheduled: StatedNeed
) -> tuple[tuple[StatedNeed, NeedSource], ...]:
    """Who says what, whoever outranks the others first."""
    stated, by_timetable = (transaction.need, NeedSource.STATED), (scheduled, NeedSource.TIMETABLE)
    is_by_people = transaction.need.stated_by is NeedTeller.OPERATOR
    return (stated, by_timetable) if is_by_people else (by_timetable, stated)


def _energy(transaction: Transaction, known: Known, usual: _Usual | None) -> _Energy:
    for need, source in _told(transaction, known.scheduled):
        if need.energy_wh is not None:
            chances = tuple((chance, share * need.energy_wh) for chance, share in REALLY_NEEDED)
            return _Energy(need.energy_wh, source, chances=chances)
    if usual is None:
        return _Energy(known.assumed.energy_wh, NeedSource.ASSUMED)
    drawn_wh = transaction.energy_wh
    least_wh = drawn_wh + _LEAST_LEFT_WH
    wh, low_wh, high_wh = (max(least_wh, found) for found in _of(usual.energy_wh, drawn_wh))
    possible_wh = _possible(usual, usual.energy_wh, drawn_wh, _ENERGY_LEVELS)
    chances = tuple((chance, max(least_wh, one)) for chance, one in possible_wh)
    return _Energy(wh, usual.source, (low_wh, high_wh), chances)


def _departure(
    transaction: Transaction, known: Known, usual: _Usual | None, now: datetime
) -> _Departure:
    for need, source in _told(transaction, known.scheduled):
        if need.departs_at is not None:
            return _Departure(need.departs_at, source)
    if usual is None:
        at = _assumed_departure(transaction, known.assumed, known.zone)
        return _Departure(at, NeedSource.ASSUMED)
    came, stood_s = transaction.started_at, (now - transaction.started_at).total_seconds()
    at, low, high = (
        max(now, came + timedelta(seconds=stay_s)).astimezone(UTC)
        for stay_s in _of(usual.stay_s, stood_s)
    )
    possible_s = _possible(usual, usual.stay_s, stood_s, _DEPARTURE_LEVELS)
    chances = tuple((chance, came + timedelta(seconds=stay_s)) for chance, stay_s in possible_s)
    return _Departure(at, usual.source, (low, high), chances)


def _of(expected: Expectation, passed: float) -> tuple[float, float, float]:
    """The middle of what is still possible, and the interval; `passed` where nothing is."""
    middle = expected.beyond(passed) or passed
    low, high = max(expected.low, passed), max(expected.high, passed)
    return middle, min(low, middle), max(high, middle)


def _possible(
    usual: _Usual, expected: Expectation, passed: float, levels: Sequence[float]
) -> list[tuple[float, float]]:
    """Equally likely values of what is still possible; `passed` where nothing is.

    Of a few stays of the past that is no better than their middle (docs/forecast.md).
    """
    if usual.source is not NeedSource.FORECAST:
        return []
    chance = 1.0 / len(levels)
    return [(chance, expected.beyond(passed, level) or passed) for level in levels]


def _courses(energy: _Energy, departure: _Departure, now: datetime) -> tuple[Course, ...]:
    """Every energy with every departure, where one of them is not certain."""
    if not energy.chances and not departure.chances:
        return ()
    soonest_at = now + (_SOONEST if departure.chances else AT_LEAST)
    return tuple(
        Course(
            probability=chance * other,
            departs_at=max(at, soonest_at).astimezone(UTC),
            energy_wh=wh,
        )
        for chance, at in departure.chances or ((1.0, departure.at),)
        for other, wh in energy.chances or ((1.0, energy.wh),)
    )


def _assumed_departure(transaction: Transaction, assumed: AssumedNeed, zone: ZoneInfo) -> datetime:
    """After the assumed stay; whoever comes in the afternoon or at night leaves in the morning."""
    came = transaction.started_at.astimezone(zone)
    leaves_by = assumed.leaves_by
    if leaves_by is None or leaves_by <= came.time() < _NOON:
        return transaction.started_at + timedelta(seconds=assumed.stay_s)
    day = came.date() if came.time() < leaves_by else came.date() + timedelta(days=1)
    return datetime.combine(day, leaves_by, zone)
