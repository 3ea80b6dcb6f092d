"""Exchanges for tests of the journal."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from csms.domain.exchange import Exchange
from csms.journal.lines import line_of
from csms.journal.segments import Writer

NOON: Final = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def exchange(number: int = 1, **fields: Any) -> Exchange:
    """A heartbeat and its answer, a tenth of a second later; or what else the fields say."""
    at = fields.pop("at", NOON)
    told: dict[str, Any] = {
        "station_id": "G-01",
        "is_from_station": True,
        "version": "1.6",
        "action": "Heartbeat",
        "message_id": str(number),
        "called_at": at,
        "call": "{}",
        "answered_at": at + timedelta(milliseconds=100),
        "answer": f'[3,"{number}",{{"currentTime":"2026-01-14T12:00:00Z"}}]',
    }
    return Exchange(**{**told, **fields})


def append(folder: Path, exchanges: Iterable[Exchange]) -> None:
    """Add exchanges to the segments of their hours."""
    Writer(folder).append([line_of(one) for one in exchanges])
