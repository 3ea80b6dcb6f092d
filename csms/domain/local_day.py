"""Days as people count them, from one local midnight to the next."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(instant: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local day of an instant: its midnight and the next one, in UTC."""
    today = instant.astimezone(zone).date()
    return midnight(today, zone), midnight(today + timedelta(days=1), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def month_of(instant: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local month of an instant: its begin and that of the next one, in UTC."""
    first = instant.astimezone(zone).date().replace(day=1)
    next_first = (first + timedelta(days=31)).replace(day=1)
    return midnight(first, zone), midnight(next_first, zone)
