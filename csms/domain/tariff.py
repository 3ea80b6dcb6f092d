"""What a site pays beside the market's price: fees on energy by time of use, and fees on power.

Fees on power look at hourly means at the meter, month by month of the site's time.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

_W_PER_KW: Final = 1000.0
ALL_MONTHS: Final = frozenset(range(1, 13))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeWindow:
    """A stretch of the day, on some days of the week and months, in which another fee holds.

    Attributes:
        weekdays: 0 is Monday; of the day on which it opens.
        months: 1 is January.
        from_time: Local start.
        to_time: Local end; not after `from_time` means: on the next day.
    """

    weekdays: frozenset[int]
    from_time: time
    to_time: time
    per_kwh: float
    months: frozenset[int] = ALL_MONTHS

    def is_open(self, local: datetime) -> bool:
        """Whether the window is open at a local time."""
        now, yesterday = local.time(), (local.weekday() - 1) % 7
        if local.month not in self.months:
            return False
        if self.from_time < self.to_time:
            return local.weekday() in self.weekdays and self.from_time <= now < self.to_time
        opened_today = local.weekday() in self.weekdays and now >= self.from_time
        return opened_today or (yesterday in self.weekdays and now < self.to_time)


@dataclass(frozen=True, slots=True)
class EnergyFee:
    """A fee per kWh over time: a default, and windows of which the last one open counts."""

    default: float = 0.0
    windows: tuple[FeeWindow, ...] = ()

    def at(self, instant: datetime, zone: ZoneInfo) -> float:
        """The fee that holds at an instant."""
        local = instant.astimezone(zone)
        fees = [window.per_kwh for window in self.windows if window.is_open(local)]
        return fees[-1] if fees else self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandCharge:
    """A price on the month's highest hourly mean."""

    per_kw: float

    def fee(self, day_peaks_w: Sequence[float]) -> float:
        """The month's fee, by the highest hourly mean of each of its days so far."""
        return self.per_kw * self.basis_w(day_peaks_w) / _W_PER_KW

    def basis_w(self, day_peaks_w: Sequence[float]) -> float:
        """The power that is paid for."""
        return max(day_peaks_w, default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySteps:
    """A fee in steps, by the mean of the highest hours of several different days.

    Norwegian "kapasitetsledd" (NVE, since 2022-07-01); early in a month the mean is over the days
    that there are.

    Attributes:
        steps: (mean up to and with this many W, fee per month), both rising; beyond the last limit
            the last fee holds.
        days: How many days' highest hours are averaged.
    """

    steps: tuple[tuple[float, float], ...]
    days: int = 3

    def fee(self, day_peaks_w: Sequence[float]) -> float:
        """The month's fee, by the highest hourly mean of each of its days so far."""
        basis_w = self.basis_w(day_peaks_w)
        return next((fee for limit_w, fee in self.steps if basis_w <= limit_w), self.steps[-1][1])

    def basis_w(self, day_peaks_w: Sequence[float]) -> float:
        """The power that is paid for."""
        highest_w = sorted(day_peaks_w, reverse=True)[: self.days]
        return math.fsum(highest_w) / len(highest_w) if highest_w else 0.0


CapacityFee: TypeAlias = DemandCharge | CapacitySteps


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What a site pays for energy and power.

    Attributes:
        markup_per_kwh: What the supplier adds to the market's price.
        vat_share: What is added to both.
        energy: The grid's fee and taxes, with VAT.
        capacity: The fee on power; None: there is none.
        fed_markup_per_kwh: What is added to the market's price for energy that is fed back.
    """

    markup_per_kwh: float = 0.0
    vat_share: float = 0.0
    energy: EnergyFee = EnergyFee()
    capacity: CapacityFee | None = None
    fed_markup_per_kwh: float = 0.0

    def per_kwh(self, market: float, instant: datetime, zone: ZoneInfo) -> float:
        """What a kWh costs in all at an instant, given its price on the market."""
        supplier = (market + self.markup_per_kwh) * (1.0 + self.vat_share)
        return supplier + self.energy.at(instant, zone)


def day_peaks(hours: Iterable[tuple[datetime, float]], zone: ZoneInfo) -> Mapping[date, float]:
    """The highest hourly mean of each local day, in W.

    Args:
        hours: Start of each hour, and its mean power in W.
        zone: Whose days.
    """
    peaks: dict[date, float] = {}
    for starts_at, mean_w in hours:
        day = starts_at.astimezone(zone).date()
        peaks[day] = max(peaks.get(day, 0.0), mean_w)
    return peaks
