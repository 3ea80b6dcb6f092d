"""What a vehicle is planned to get: stated, or from its own past, or assumed."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from statistics import quantiles
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.site import AssumedNeed
from csms.domain.transaction import Transaction

_ENOUGH_PAST: Final = 4
"""Fewer past transactions than this say nothing yet."""
_ENERGY_DECILE: Final = 7
"""Plan for more than the vehicle usually takes: too much is given back, too little is missed."""
_STAY_DECILE: Final = 3
"""Plan for leaving earlier than usual."""
_AT_LEAST: Final = timedelta(minutes=30)
"""A vehicle that is still here is planned for as if it stayed at least that long."""
_BEYOND_SHARE: Final = 1.0
_BEYOND_WH: Final = 20_000.0
_BEYOND_STATED_SHARE: Final = 0.1
_NOON: Final = time(12)
REALLY_NEEDED: Final = ((0.35, 0.4), (0.25, 0.65), (0.4, 1.0))
"""(probability, share): how much a vehicle really takes of what is planned for it. Drivers state
more than they take: half of them take less than 63 % (ACN-Data, 2019, both sites); and where
nobody states anything the plan is for more than the usual."""


class NeedSource(StrEnum):
    """Where the need of a vehicle is known from."""

    STATED = "stated"
    HISTORY = "history"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a vehicle is planned to get.

    Attributes:
        energy_wh: Energy wanted from the start of the transaction.
        beyond_wh: What it may take on top, if there is room to spare: nobody really knows.
        departs_at: When it leaves.
        source: The weakest source that either figure comes from.
    """

    energy_wh: float
    beyond_wh: float
    departs_at: datetime
    source: NeedSource


def estimate_need(
    transaction: Transaction,
    past: tuple[Transaction, ...],
    assumed: AssumedNeed,
    now: datetime,
    zone: ZoneInfo,
) -> Need:
    """Tell what a vehicle needs from what is known of it.

    What the driver stated counts; what is missing of that comes from the token's ended
    transactions, if there are enough, and else from the site's assumptions.

    Args:
        transaction: The running transaction.
        past: Ended transactions of the same token.
        assumed: The site's assumptions.
        now: The present instant.
        zone: The site's time zone.
    """
    stated = transaction.need
    has_past = len(past) >= _ENOUGH_PAST
    guess = NeedSource.HISTORY if has_past else NeedSource.ASSUMED
    is_complete = stated.energy_wh is not None and stated.departs_at is not None
    if stated.energy_wh is not None:
        energy_wh, beyond_wh = stated.energy_wh, stated.energy_wh * _BEYOND_STATED_SHARE
    else:
        energy_wh = _usual_energy_wh(past) if has_past else assumed.energy_wh
        beyond_wh = max(energy_wh * _BEYOND_SHARE, _BEYOND_WH)
    departs_at = stated.departs_at
    if departs_at is None and has_past:
        departs_at = _usual_departure(transaction, past, now)
    elif departs_at is None:
        departs_at = _assumed_departure(transaction, assumed, zone)
    return Need(
        energy_wh=energy_wh,
        beyond_wh=beyond_wh,
        departs_at=max(departs_at, now + _AT_LEAST).astimezone(UTC),
        source=NeedSource.STATED if is_complete else guess,
    )


def _usual_energy_wh(past: tuple[Transaction, ...]) -> float:
    return quantiles([one.energy_wh for one in past], n=10)[_ENERGY_DECILE - 1]


def _usual_departure(
    transaction: Transaction, past: tuple[Transaction, ...], now: datetime
) -> datetime:
    """Among past stays that were at least as long as this one is already."""
    elapsed_s = (now - transaction.started_at).total_seconds()
    stays_s = [(one.ended_at - one.started_at).total_seconds() for one in past if one.ended_at]
    longer = [stay_s for stay_s in stays_s if stay_s > elapsed_s] or [max(stays_s)]
    stay_s = quantiles(longer, n=10)[_STAY_DECILE - 1] if len(longer) > 1 else longer[0]
    return transaction.started_at + timedelta(seconds=stay_s)


def _assumed_departure(transaction: Transaction, assumed: AssumedNeed, zone: ZoneInfo) -> datetime:
    """After the assumed stay; whoever comes in the afternoon or at night leaves in the morning."""
    came = transaction.started_at.astimezone(zone)
    leaves_by = assumed.leaves_by
    if leaves_by is None or leaves_by <= came.time() < _NOON:
        return transaction.started_at + timedelta(seconds=assumed.stay_s)
    day = came.date() if came.time() < leaves_by else came.date() + timedelta(days=1)
    return datetime.combine(day, leaves_by, zone)
