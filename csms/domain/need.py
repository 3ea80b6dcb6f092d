"""What a vehicle is planned to get: stated, forecast, from its own past, or assumed."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.expectation import Expectation, StayForecast, expectation_of
from csms.domain.site import AssumedNeed
from csms.domain.transaction import Transaction

_ENOUGH_PAST: Final = 4
"""Fewer past transactions than this say nothing yet."""
_AT_LEAST: Final = timedelta(minutes=30)
"""A vehicle that is still here is planned for as if it stayed at least that long."""
_LEAST_LEFT_WH: Final = 1_000.0
"""Whoever still takes energy is expected to take at least so much more."""
_BEYOND_SHARE: Final = 1.0
_BEYOND_WH: Final = 20_000.0
_BEYOND_STATED_SHARE: Final = 0.1
_NOON: Final = time(12)
REALLY_NEEDED: Final = ((0.35, 0.4), (0.25, 0.65), (0.4, 1.0))
"""(probability, share): how much a vehicle really takes of what its driver states: half of them
take less than 63 % (ACN-Data, 2019, both sites)."""


class NeedSource(StrEnum):
    """Where the need of a vehicle is known from."""

    STATED = "stated"
    FORECAST = "forecast"
    HISTORY = "history"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a vehicle beside its running transaction.

    Attributes:
        assumed: The site's assumptions.
        zone: The site's time zone.
        past: Ended transactions of the same token.
        forecast: What a model expects of it; None: it tells nothing.
    """

    assumed: AssumedNeed
    zone: ZoneInfo
    past: tuple[Transaction, ...] = ()
    forecast: StayForecast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a vehicle is planned to get.

    Attributes:
        energy_wh: Energy wanted from the start of the transaction.
        beyond_wh: What it may take on top, if there is room to spare: nobody really knows.
        departs_at: When it leaves.
        source: The weakest source that either figure comes from.
        energy_between_wh: Eight of ten such vehicles take so much; None: not known.
        departs_between: Eight of ten such vehicles leave in between; None: not known.
    """

    energy_wh: float
    beyond_wh: float
    departs_at: datetime
    source: NeedSource
    energy_between_wh: tuple[float, float] | None = None
    departs_between: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class _Usual:
    """What is expected of a vehicle, and who says so."""

    energy_wh: Expectation
    stay_s: Expectation
    source: NeedSource


def estimate_need(transaction: Transaction, known: Known, now: datetime) -> Need:
    """Tell what a vehicle needs from what is known of it.

    What the driver stated counts. What is missing of that comes from the forecast; else from the
    token's ended transactions, if there are enough; else from the site's assumptions. Of what is
    expected the middle is planned for that is still possible: the vehicle has not left yet, and
    takes more than it has got, or it would be content (docs/study.md compares other choices).

    Args:
        transaction: The running transaction.
        known: What is known beside that.
        now: The present instant.
    """
    usual, stated = _usual(known), transaction.need
    is_complete = stated.energy_wh is not None and stated.departs_at is not None
    energy_wh, energy_between_wh = _energy(transaction, known, usual)
    departs_at, departs_between = _departure(transaction, known, usual, now)
    is_stated = stated.energy_wh is not None
    beyond_wh = (
        energy_wh * _BEYOND_STATED_SHARE
        if is_stated
        else max(energy_wh * _BEYOND_SHARE, _BEYOND_WH)
    )
    guess = usual.source if usual else NeedSource.ASSUMED
    return Need(
        energy_wh=energy_wh,
        beyond_wh=beyond_wh,
        departs_at=max(departs_at, now + _AT_LEAST).astimezone(UTC),
        source=NeedSource.STATED if is_complete else guess,
        energy_between_wh=energy_between_wh,
        departs_between=departs_between,
    )


def _usual(known: Known) -> _Usual | None:
    if known.forecast is not None:
        return _Usual(known.forecast.energy_wh, known.forecast.stay_s, NeedSource.FORECAST)
    ended = [one for one in known.past if one.ended_at]
    if len(ended) < _ENOUGH_PAST:
        return None
    stays_s = [(one.ended_at - one.started_at).total_seconds() for one in ended if one.ended_at]
    energies_wh = [one.energy_wh for one in ended]
    return _Usual(expectation_of(energies_wh), expectation_of(stays_s), NeedSource.HISTORY)


def _energy(
    transaction: Transaction, known: Known, usual: _Usual | None
) -> tuple[float, tuple[float, float] | None]:
    stated_wh, drawn_wh = transaction.need.energy_wh, transaction.energy_wh
    if stated_wh is not None:
        return stated_wh, None
    if usual is None:
        return known.assumed.energy_wh, None
    least_wh = drawn_wh + _LEAST_LEFT_WH
    energy_wh, low_wh, high_wh = (
        max(least_wh, found_wh) for found_wh in _of(usual.energy_wh, drawn_wh)
    )
    return energy_wh, (low_wh, high_wh)


def _departure(
    transaction: Transaction, known: Known, usual: _Usual | None, now: datetime
) -> tuple[datetime, tuple[datetime, datetime] | None]:
    stated_at, came = transaction.need.departs_at, transaction.started_at
    if stated_at is not None:
        return stated_at, None
    if usual is None:
        return _assumed_departure(transaction, known.assumed, known.zone), None
    elapsed_s = (now - came).total_seconds()
    at, low, high = (
        max(now, came + timedelta(seconds=stay_s)).astimezone(UTC)
        for stay_s in _of(usual.stay_s, elapsed_s)
    )
    return at, (low, high)


def _of(expected: Expectation, passed: float) -> tuple[float, float, float]:
    """The middle of what is still possible, and the interval; `passed` where nothing is."""
    middle = expected.beyond(passed) or passed
    low, high = max(expected.low, passed), max(expected.high, passed)
    return middle, min(low, middle), max(high, middle)


def _assumed_departure(transaction: Transaction, assumed: AssumedNeed, zone: ZoneInfo) -> datetime:
    """After the assumed stay; whoever comes in the afternoon or at night leaves in the morning."""
    came = transaction.started_at.astimezone(zone)
    leaves_by = assumed.leaves_by
    if leaves_by is None or leaves_by <= came.time() < _NOON:
        return transaction.started_at + timedelta(seconds=assumed.stay_s)
    day = came.date() if came.time() < leaves_by else came.date() + timedelta(days=1)
    return datetime.combine(day, leaves_by, zone)
