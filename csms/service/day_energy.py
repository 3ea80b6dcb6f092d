"""Energy that a site has delivered since its local midnight, as far as it was seen."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from csms.domain.local_day import day_of


class DayEnergy:
    """Counts the energy of one day, and begins anew with the next.

    Args:
        timezone: Of the site.
    """

    def __init__(self, timezone: ZoneInfo) -> None:
        self._timezone = timezone
        self._day = (datetime.min.replace(tzinfo=UTC),) * 2
        self._energy_wh = 0.0

    def today_wh(self, now: datetime) -> float:
        """Energy since local midnight."""
        begins_at, ends_at = self._day
        return self._energy_wh if begins_at <= now < ends_at else 0.0

    def count(self, energy_wh: float, now: datetime) -> None:
        """Energy has been delivered."""
        begins_at, ends_at = self._day
        if not begins_at <= now < ends_at:
            self._day, self._energy_wh = day_of(now, self._timezone), 0.0
        self._energy_wh += energy_wh
