"""Days and months as a site's clocks have them: days of 23 and 25 hours among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_ONE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, from an instant on and before another."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class LocalDay(Stretch):
    """A day of a site."""

    day: date

    @property
    def month(self) -> str:
        """The month that it belongs to: `2026-01`."""
        return f"{self.day:%Y-%m}"


def local_day(day: date, zone: ZoneInfo) -> LocalDay:
    """A day by its date."""
    return LocalDay(_midnight(day, zone), _midnight(day + _ONE, zone), day)


def day_of(instant: datetime, zone: ZoneInfo) -> LocalDay:
    """The day in which an instant lies."""
    return local_day(instant.astimezone(zone).date(), zone)


def days_in(stretch: Stretch, zone: ZoneInfo) -> Iterator[LocalDay]:
    """All days that a stretch of time touches, in order."""
    found = day_of(stretch.begins_at, zone)
    while found.begins_at < stretch.ends_at:
        yield found
        found = local_day(found.day + _ONE, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins; where its midnight is skipped, when the clocks were put forward."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
