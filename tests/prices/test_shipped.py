"""The prices that are shipped are there on every day that the demo may show."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from csms.domain.prices import PriceKind
from csms.prices.building import price_fetchers
from csms.settings.site_file import read_site

GARAGE: Final = Path(__file__).parents[2] / "config" / "sites" / "garage.yaml"
FIRST: Final = date(2026, 1, 14)


async def test_each_day_of_the_demo_has_its_hours() -> None:
    site = read_site(GARAGE)
    fetcher = price_fetchers([site])[site.site_id, PriceKind.ENERGY]
    for day in range(8):
        prices = await fetcher.fetch(FIRST + timedelta(days=day))
        assert prices is not None
        assert len(prices.slots) == 24
        begins, ends = prices.slots[0].starts_at, prices.slots[-1].ends_at
        assert begins.astimezone(site.timezone).date() == FIRST + timedelta(days=day)
        assert ends - begins == timedelta(hours=24)
        assert prices.gaps(begins, ends) == []
