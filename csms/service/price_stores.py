"""Ports for keeping prices, what sites have drawn, and what transactions have cost."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from csms.domain.cost import MeterQuarter, TransactionCost
from csms.domain.identity import SiteId
from csms.domain.prices import PriceKind, PriceSeries


class PriceStore(Protocol):
    """Keeps prices, by site and kind."""

    async def put(
        self, site_id: SiteId, kind: PriceKind, prices: PriceSeries, received_at: datetime
    ) -> None:
        """Keep prices in place of all that touches their time."""
        ...

    async def since(
        self, site_id: SiteId, kind: PriceKind, instant: datetime
    ) -> tuple[PriceSeries, datetime | None]:
        """All that ends after an instant, and when the last of it came."""
        ...

    async def drop(self, before: datetime) -> None:
        """Forget what has ended before an instant."""
        ...


class CostStore(Protocol):
    """Keeps what sites have drawn, and what transactions have cost."""

    async def put_quarter(self, site_id: SiteId, quarter: MeterQuarter) -> None:
        """Keep a quarter as it is now."""
        ...

    async def quarters_since(self, site_id: SiteId, instant: datetime) -> list[MeterQuarter]:
        """All quarters that begin at an instant or later."""
        ...

    async def put_transactions(self, costs: Iterable[TransactionCost]) -> None:
        """Keep what transactions have cost so far."""
        ...

    async def unsettled_at(self, site_id: SiteId) -> list[TransactionCost]:
        """What transactions have cost to which something may be added yet."""
        ...
