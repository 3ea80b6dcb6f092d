"""When a transaction began, by its station's clock, which may be wrong."""

from datetime import datetime, timedelta
from typing import Final

from csms.domain.altered import altered
from csms.domain.station_clock import TOLERANCE, StationClock
from csms.domain.transaction import Transaction

_LONGEST_STAY: Final = timedelta(days=366)


def in_our_time(transaction: Transaction, clock: StationClock, now: datetime) -> Transaction:
    """A transaction that began when it did, not when its station's clock says."""
    if not clock.error and now - _LONGEST_STAY <= transaction.started_at <= now:
        return transaction
    began_at = min(max(clock.read(transaction.started_at), now - _LONGEST_STAY), now)
    return altered(transaction, started_at=began_at)


def is_older(transaction: Transaction, current: Transaction | None) -> bool:
    """Whether a transaction began before the one that runs: its station tells of it late."""
    return current is not None and transaction.started_at < current.started_at - TOLERANCE
