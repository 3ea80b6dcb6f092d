"""Sites that know prices, and somebody who brings them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path

from csms.domain.errors import PriceSourceError
from csms.domain.json_path import JsonPath
from csms.domain.price_source import (
    DayText,
    FilePlace,
    PriceShape,
    PriceSource,
    PriceUnit,
    SitePricing,
)
from csms.domain.prices import PriceKind, PriceSeries
from csms.domain.site import Site
from csms.domain.site_policy import Aim, SharingPolicy
from csms.domain.tariff import Tariff
from tests.domain.sites import OSLO

SHAPE = PriceShape(begins=JsonPath("$.t"), value=JsonPath("$.v"), unit=PriceUnit("NOK/kWh"))


def source(tomorrow_from: time = time(13), look_every_s: int = 3600) -> PriceSource:
    """A source whose place does not matter."""
    place = FilePlace(Path(), DayText("prices.json"))
    return PriceSource(
        place=place, shape=SHAPE, tomorrow_from=tomorrow_from, look_every_s=look_every_s
    )


def priced(
    site: Site,
    kinds: Iterable[PriceKind] = (PriceKind.ENERGY,),
    *,
    has_source: bool = False,
    tariff: Tariff | None = None,
    aim: Aim | None = None,
    plan_by: PriceKind = PriceKind.ENERGY,
) -> Site:
    """A site whose file knows prices of these kinds, in NOK."""
    pricing = SitePricing(
        currency="NOK",
        zone=OSLO,
        sources=dict.fromkeys(kinds, source() if has_source else None),
        plan_by=plan_by,
    )
    policy = site.policy if aim is None else SharingPolicy(aim=aim)
    return replace(site, pricing=pricing, tariff=tariff, policy=policy)


@dataclass
class FakeProvider:
    """Brings what a test has put down for a day, once.

    Attributes:
        days: Prices by day; other days are not there.
        error: What goes wrong instead.
        asked: The days that were asked for, in order.
    """

    days: dict[date, PriceSeries] = field(default_factory=dict)
    error: PriceSourceError | None = None
    asked: list[date] = field(default_factory=list)

    async def fetch(self, day: date) -> PriceSeries | None:
        self.asked.append(day)
        if self.error is not None:
            raise self.error
        return self.days.get(day, PriceSeries())
