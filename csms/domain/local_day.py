"""Days as people count them, from one local midnight to the next."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_of(instant: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local day of an instant: its midnight and the next one, in UTC."""
    today = instant.astimezone(zone).date()
    begins_at = datetime.combine(today, time.min, zone)
    ends_at = datetime.combine(today + timedelta(days=1), time.min, zone)
    return begins_at.astimezone(UTC), ends_at.astimezone(UTC)
