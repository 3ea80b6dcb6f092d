"""From what site files say of prices to what fetches them."""

from collections.abc import Iterable

from csms.domain.identity import SiteId
from csms.domain.price_source import HttpPlace, PriceSource, SitePricing
from csms.domain.prices import PriceKind
from csms.domain.site import Site
from csms.prices.files import FilePrices
from csms.prices.http import HttpPrices
from csms.prices.reading import Wanted


def price_fetchers(
    sites: Iterable[Site],
) -> dict[tuple[SiteId, PriceKind], FilePrices | HttpPrices]:
    """What fetches the prices of all sites, by site and kind."""
    return {
        (site.site_id, kind): _fetcher(source, site.pricing, kind)
        for site in sites
        if site.pricing is not None
        for kind, source in site.pricing.sources.items()
        if source is not None
    }


def _fetcher(source: PriceSource, pricing: SitePricing, kind: PriceKind) -> FilePrices | HttpPrices:
    wanted = Wanted(kind, pricing.currency)
    if isinstance(source.place, HttpPlace):
        return HttpPrices(source.place, source.shape, wanted, pricing.zone)
    return FilePrices(source.place, source.shape, wanted, pricing.zone)
