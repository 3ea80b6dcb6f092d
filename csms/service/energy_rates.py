"""What a kilowatt-hour costs at an instant, and what it brings about, for those who count."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from csms.domain.prices import PriceKind
from csms.service.site_prices import SitePrices

_QUARTER: Final = timedelta(minutes=15)


class EnergyRates(Protocol):
    """Tells what energy costs and brings about. Asked for every reading: it takes no time."""

    def price_per_kwh(self, at: datetime) -> float | None:
        """The price at an instant, in the site's currency; None: it is not known."""
        ...

    def co2_g_per_kwh(self, at: datetime) -> float | None:
        """CO2 of the energy at an instant; None: it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class FlatRates:
    """The same at any time.

    Attributes:
        price: Per kWh; None: not known.
    """

    price: float | None = None

    def price_per_kwh(self, at: datetime) -> float | None:  # noqa: ARG002 - always the same
        """The price."""
        return self.price

    def co2_g_per_kwh(self, at: datetime) -> float | None:  # noqa: ARG002 - nobody tells it
        """Not known."""
        return None


class MarketRates:
    """Those of a site's prices and tariff, by quarters of the hour; else what drivers pay.

    Args:
        prices: Of the site.
        paid_per_kwh: What drivers pay; None: nothing is told.
    """

    def __init__(self, prices: SitePrices, paid_per_kwh: float | None) -> None:
        self._prices = prices
        self._price = self._paid = paid_per_kwh
        self._co2_g: float | None = None
        self._begins_at = self._until = datetime.min.replace(tzinfo=UTC)

    def price_per_kwh(self, at: datetime) -> float | None:
        """What a kWh costs in all."""
        self._look(at)
        return self._price

    def co2_g_per_kwh(self, at: datetime) -> float | None:
        """The CO2 that a kWh stands for."""
        self._look(at)
        return self._co2_g

    def _look(self, at: datetime) -> None:
        """Once in a quarter of the hour prices are looked up."""
        if self._begins_at <= at < self._until:
            return
        begins_at = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
        self._begins_at, self._until = begins_at, begins_at + _QUARTER
        both = self._prices.both(begins_at, self._until)
        is_priced = self._prices.is_priced
        self._price = both.money.mean(begins_at, self._until) if is_priced else self._paid
        has_co2 = PriceKind.CO2 in self._prices.kinds
        self._co2_g = both.co2.mean(begins_at, self._until) if has_co2 else None
