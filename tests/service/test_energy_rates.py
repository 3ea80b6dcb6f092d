"""What a kilowatt-hour costs at an instant, for those who count."""

from dataclasses import replace

import pytest

from csms.domain.prices import PriceKind, PriceSeries, PriceSlot
from csms.service.live_site import LiveSite
from tests.domain.sites import place, small_site
from tests.service.priced import priced
from tests.service.rig import NOON, after
from tests.service.sites import transaction

SITE = small_site(place("A", "level-1", 6.0))


def slot(begins: int, ends: int, per_kwh: float) -> PriceSlot:
    return PriceSlot(starts_at=after(begins), ends_at=after(ends), per_kwh=per_kwh)


def charge(live: LiveSite, energy_wh: float, minutes: float) -> None:
    live.tally.count(transaction("A", energy_wh=energy_wh), after(minutes))


def test_energy_costs_what_the_market_asks_at_that_moment() -> None:
    live = LiveSite(priced(SITE, (PriceKind.ENERGY, PriceKind.CO2)))
    prices = PriceSeries((slot(0, 60, 1.0), slot(60, 120, 2.0)))
    live.prices.fill(PriceKind.ENERGY, prices, NOON)
    live.prices.fill(PriceKind.CO2, PriceSeries((slot(0, 120, 30.0),)), NOON)
    charge(live, 1_000.0, 10)
    charge(live, 3_000.0, 70)
    found = live.tally.figures(1, after(70))
    assert found.cost == pytest.approx(5.0)
    assert found.co2_g == pytest.approx(90.0)


def test_prices_that_nobody_told_cost_nothing_that_is_known() -> None:
    live = LiveSite(priced(replace(SITE, price_per_kwh=9.0)))
    charge(live, 1_000.0, 10)
    assert live.tally.figures(1, after(10)).cost is None


def test_without_prices_energy_costs_what_drivers_pay() -> None:
    live = LiveSite(replace(SITE, price_per_kwh=0.35))
    charge(live, 2_000.0, 10)
    assert live.tally.figures(1, after(10)).cost == pytest.approx(0.7)
