"""What a site has drawn at its meter, quarter by quarter: this month, and the last days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.cost import MeterQuarter, quarter_of
from csms.domain.local_day import month_of
from csms.domain.tariff import day_peaks

_PROFILE_DAYS: Final = 7
_LEAST_COVERED_S: Final = 300.0
"""Of an hour that was seen for less nothing is said."""


class MeteredQuarters:
    """Quarters of this month and of the last days, in memory.

    Args:
        zone: Whose days and months.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._quarters: dict[datetime, MeterQuarter] = {}

    def since(self, now: datetime) -> datetime:
        """From when on quarters are remembered."""
        return min(month_of(now, self._zone)[0], now - timedelta(days=_PROFILE_DAYS))

    def fill(self, quarters: Iterable[MeterQuarter]) -> None:
        """Set what was kept before the start."""
        self._quarters.update((one.at, one) for one in quarters)

    def add(self, now: datetime, power_w: float, charging_w: float, seconds: float) -> MeterQuarter:
        """Count so many seconds until now of a power; return the quarter that they are in."""
        at = quarter_of(now - timedelta(seconds=seconds / 2))
        known = self._quarters.get(at) or MeterQuarter(at=at)
        self._quarters[at] = known.grown(power_w, charging_w, seconds)
        if known.covered_s == 0.0:
            oldest = self.since(now)
            for old in [key for key in self._quarters if key < oldest]:
                del self._quarters[old]
        return self._quarters[at]

    def day_peaks_w(self, now: datetime) -> Mapping[date, float]:
        """The highest hour of each day of this month; the running hour does not count yet."""
        begins_at = month_of(now, self._zone)[0]
        this_hour = _hour_of(now)
        sums: defaultdict[datetime, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
        for at, one in self._quarters.items():
            if begins_at <= at < this_hour:
                drawn_wh, covered_s = sums[_hour_of(at)]
                sums[_hour_of(at)] = (drawn_wh + one.drawn_wh, covered_s + one.covered_s)
        means = (
            (hour, drawn_wh * 3600.0 / covered_s)
            for hour, (drawn_wh, covered_s) in sums.items()
            if covered_s >= _LEAST_COVERED_S
        )
        return day_peaks(means, self._zone)

    def usual_building_w(self, now: datetime) -> Mapping[tuple[int, int], float]:
        """What the building drew beside vehicles in the last days, by local hour and quarter."""
        since = now - timedelta(days=_PROFILE_DAYS)
        seen: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
        for at, one in self._quarters.items():
            if at >= since and one.covered_s >= _LEAST_COVERED_S:
                building_wh = max(0.0, one.drawn_wh - one.charged_wh)
                key = local_quarter(at, self._zone)
                seen[key].append(building_wh * 3600.0 / one.covered_s)
        return {key: sum(values) / len(values) for key, values in seen.items()}


def local_quarter(instant: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """The local hour of an instant, and which of its quarters."""
    local = instant.astimezone(zone)
    return local.hour, local.minute // 15


def _hour_of(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
