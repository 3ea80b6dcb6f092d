"""What energy costs, and has cost: the parts that look after it, as one."""

import asyncio
from collections.abc import Mapping

from csms.clock import Clock
from csms.domain.identity import SiteId
from csms.domain.prices import PriceKind, PriceSeries
from csms.service.costs import CostKeeper
from csms.service.ports import PriceFetcher
from csms.service.price_watch import PriceWatch
from csms.service.sites import Sites
from csms.service.unit_of_work import OpenUnitOfWork


class Pricing:
    """Has the prices of all sites, and keeps what they draw.

    Args:
        sites: All sites.
        fetchers: What brings prices, by site and kind.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(
        self,
        sites: Sites,
        fetchers: Mapping[tuple[SiteId, PriceKind], PriceFetcher],
        open_uow: OpenUnitOfWork,
        clock: Clock,
    ) -> None:
        self._watch = PriceWatch(sites, fetchers, open_uow, clock)
        self._costs = CostKeeper(sites, open_uow, clock)

    async def load(self) -> None:
        """Let every site know what was kept."""
        await self._watch.load()
        await self._costs.load()

    async def run(self) -> None:
        """Fetch prices and keep costs until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch.run())
            tasks.create_task(self._costs.run())

    async def told(self, site_id: SiteId, kind: PriceKind, prices: PriceSeries) -> None:
        """Take prices that somebody tells, in place of what was known of their time.

        Raises:
            UnknownSiteError: There is no such site.
            NoPricesError: Its file knows no prices of that kind.
            InvalidInputError: They cannot be true. Nothing is changed.
        """
        await self._watch.told(site_id, kind, prices)
