"""The prices of a site as they are known now, and what is reckoned where they are not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from csms.domain.cost import Prices, all_in
from csms.domain.prices import PriceKind, PriceSeries, PriceSlot, price_at, unit_of, with_assumed
from csms.domain.site import Site
from csms.service.metered_quarters import MeteredQuarters

REMEMBERED: Final = timedelta(days=21)
"""What is assumed looks two weeks back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Prices that should be there, and are not.

    Attributes:
        since: When that was found.
        cause: Which, and what their source said last.
    """

    since: datetime
    cause: str


class SitePrices:
    """What is known of a site's prices.

    Args:
        site: The site.

    Attributes:
        received_at: When prices last came, by kind.
        silences: Kinds of which some are missing that should be there.
        quarters: What the site draws at its meter.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known = dict.fromkeys(self.kinds, PriceSeries())
        self.received_at: dict[PriceKind, datetime] = {}
        self.silences: dict[PriceKind, Silence] = {}
        self.quarters = MeteredQuarters(site.timezone)

    @property
    def kinds(self) -> tuple[PriceKind, ...]:
        """Which kinds the site has."""
        return tuple(self._site.pricing.sources) if self._site.pricing else ()

    @property
    def currency(self) -> str:
        """The currency of prices and tariff; empty: the site file names none."""
        return self._site.pricing.currency if self._site.pricing else ""

    @property
    def is_priced(self) -> bool:
        """Whether it is known what a kWh costs: by the market, by the tariff, or both."""
        return PriceKind.ENERGY in self.kinds or self._site.tariff is not None

    @property
    def is_kept(self) -> bool:
        """Whether it is kept what the site draws."""
        return self.is_priced or bool(self.kinds)

    @property
    def planned_kind(self) -> PriceKind:
        """What is cheap where the site aims at it."""
        return self._site.pricing.plan_by if self._site.pricing else PriceKind.ENERGY

    @property
    def planned_unit(self) -> str:
        """The unit of what is cheap."""
        return unit_of(self.planned_kind, self.currency) if self.currency else "per kWh"

    def known(self, kind: PriceKind) -> PriceSeries:
        """What was told of the last weeks, and of what comes."""
        return self._known.get(kind, PriceSeries())

    def fill(self, kind: PriceKind, prices: PriceSeries, received_at: datetime | None) -> None:
        """Set what was kept before the start."""
        self._known[kind] = prices
        if received_at is not None:
            self.received_at[kind] = received_at

    def take(self, kind: PriceKind, news: PriceSeries, now: datetime) -> PriceSeries:
        """Take prices in place of what was known of their time.

        Returns:
            All that has to be kept anew; nothing if nothing has changed.
        """
        self.received_at[kind] = now
        before = self.known(kind)
        after = before.replaced(news)
        if after == before:
            return PriceSeries()
        self._known[kind] = after.since(now - REMEMBERED)
        first_at, last_at = news.slots[0].starts_at, news.slots[-1].ends_at
        cut = [one for one in before.slots if one.starts_at < last_at and one.ends_at > first_at]
        first_at = min((one.starts_at for one in cut), default=first_at)
        last_at = max((*(one.ends_at for one in cut), last_at))
        return PriceSeries(after.within(min(first_at, news.slots[0].starts_at), last_at))

    def reckoned(self, kind: PriceKind, start_at: datetime, end_at: datetime) -> PriceSeries:
        """The market's prices between two instants; missing ones as on a like day before."""
        return reckoned(self._site, self.known(kind), start_at, end_at)

    def money(self, start_at: datetime, end_at: datetime) -> PriceSeries:
        """What a kWh costs in all between two instants."""
        return money(self._site, self.known(PriceKind.ENERGY), start_at, end_at)

    def both(self, start_at: datetime, end_at: datetime) -> Prices:
        """What a kWh costs in all, and how much CO2 it stands for."""
        return Prices(
            money=self.money(start_at, end_at),
            co2=self.reckoned(PriceKind.CO2, start_at, end_at),
        )

    def price_per_kwh(self, at: datetime) -> float | None:
        """What a kWh costs in all at an instant; None: that is not known."""
        site, market = self._site, self._market_at(PriceKind.ENERGY, at)
        if PriceKind.ENERGY not in self.kinds and site.tariff is not None:
            market = 0.0
        if market is None or site.tariff is None:
            return market
        return site.tariff.per_kwh(market, at, site.timezone)

    def co2_g_per_kwh(self, at: datetime) -> float | None:
        """How many g of CO2 a kWh stands for at an instant; None: that is not known."""
        return self._market_at(PriceKind.CO2, at)

    def _market_at(self, kind: PriceKind, at: datetime) -> float | None:
        pricing = self._site.pricing
        return None if pricing is None else price_at(self.known(kind), at, pricing.zone)

    def planned_at(self, at: datetime) -> float | None:
        """What counts as the price of an instant where the site aims at cheap energy."""
        is_co2 = self.planned_kind is PriceKind.CO2
        return self.co2_g_per_kwh(at) if is_co2 else self.price_per_kwh(at)

    def planned(self, start_at: datetime, end_at: datetime) -> PriceSeries:
        """What counts as a price where the site aims at cheap energy."""
        if self.planned_kind is PriceKind.CO2:
            return self.reckoned(PriceKind.CO2, start_at, end_at)
        return self.money(start_at, end_at)


def reckoned(site: Site, known: PriceSeries, start_at: datetime, end_at: datetime) -> PriceSeries:
    """A site's prices of one kind between two instants; missing ones as on a like day before."""
    zone = site.pricing.zone if site.pricing else site.timezone
    return with_assumed(known, start_at, end_at, zone)


def money(site: Site, known: PriceSeries, start_at: datetime, end_at: datetime) -> PriceSeries:
    """What a kWh costs a site in all between two instants; nothing where that is not known.

    Args:
        site: The site.
        known: The market's prices, as far as they were told.
        start_at: From when.
        end_at: Until when.
    """
    if site.pricing is not None and PriceKind.ENERGY in site.pricing.sources:
        market = reckoned(site, known, start_at, end_at)
    elif site.tariff is not None:
        market = PriceSeries((PriceSlot(starts_at=start_at, ends_at=end_at, per_kwh=0.0),))
    else:
        return PriceSeries()
    return all_in(market, site.tariff, site.timezone)
