"""Prices as they were told, what sites have drawn, and what transactions have cost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from csms.domain.cost import Cost, MeterQuarter, TransactionCost
from csms.domain.identity import SiteId
from csms.domain.prices import PriceKind, PriceSeries, PriceSlot
from csms.storage.price_tables import MeterQuarterRow, PriceSlotRow, TransactionCostRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_slot = table_of(PriceSlotRow)
_quarter = table_of(MeterQuarterRow)
_cost = table_of(TransactionCostRow)


class PriceRepository(Repository):
    """Prices, by site and kind."""

    async def put(
        self, site_id: SiteId, kind: PriceKind, prices: PriceSeries, received_at: datetime
    ) -> None:
        """Keep prices in place of all that touches their time."""
        if not prices.slots:
            return
        theirs = (_slot.c.site_id == site_id, _slot.c.kind == kind.value)
        last_at, first_at = prices.slots[-1].ends_at, prices.slots[0].starts_at
        touched = (_slot.c.starts_at < last_at, _slot.c.ends_at > first_at)
        await self._unit.execute(delete(_slot).where(*theirs, *touched))
        rows = [
            {
                "site_id": site_id,
                "kind": kind.value,
                "starts_at": one.starts_at,
                "ends_at": one.ends_at,
                "per_kwh": one.per_kwh,
                "received_at": received_at,
            }
            for one in prices.slots
        ]
        await self._unit.execute(insert(_slot), rows)

    async def since(
        self, site_id: SiteId, kind: PriceKind, instant: datetime
    ) -> tuple[PriceSeries, datetime | None]:
        """All that ends after an instant, and when the last of it came."""
        query = select(_slot).where(
            _slot.c.site_id == site_id, _slot.c.kind == kind.value, _slot.c.ends_at > instant
        )
        found = (await self._unit.execute(query.order_by(_slot.c.starts_at))).mappings().all()
        received_at = max((row["received_at"] for row in found), default=None)
        return read_series(found), received_at

    async def drop(self, before: datetime) -> None:
        """Forget what has ended before an instant."""
        await self._unit.execute(delete(_slot).where(_slot.c.ends_at < before))


class CostRepository(Repository):
    """What sites have drawn, and what transactions have cost."""

    async def put_quarter(self, site_id: SiteId, quarter: MeterQuarter) -> None:
        """Keep a quarter as it is now."""
        row = {
            "site_id": site_id,
            "at": quarter.at,
            "drawn_wh": quarter.drawn_wh,
            "charged_wh": quarter.charged_wh,
            "covered_s": quarter.covered_s,
        }
        await self._put(MeterQuarterRow, row)

    async def quarters_since(self, site_id: SiteId, instant: datetime) -> list[MeterQuarter]:
        """All quarters that begin at an instant or later."""
        query = select(_quarter).where(_quarter.c.site_id == site_id, _quarter.c.at >= instant)
        found = await self._unit.execute(query.order_by(_quarter.c.at))
        return [read_quarter(row) for row in found.mappings()]

    async def put_transactions(self, costs: Iterable[TransactionCost]) -> None:
        """Keep what transactions have cost so far."""
        for one in costs:
            await self._put(TransactionCostRow, _cost_row(one))

    async def unsettled_at(self, site_id: SiteId) -> list[TransactionCost]:
        """What transactions have cost to which something may be added yet."""
        query = select(_cost).where(_cost.c.site_id == site_id, _cost.c.is_settled.is_(False))
        found = await self._unit.execute(query.order_by(_cost.c.number))
        return [read_cost(row) for row in found.mappings()]


def read_series(rows: Sequence[Mapping[Any, Any]]) -> PriceSeries:
    """The prices that rows tell, in the order of time."""
    return PriceSeries(
        tuple(
            PriceSlot(starts_at=row["starts_at"], ends_at=row["ends_at"], per_kwh=row["per_kwh"])
            for row in rows
        )
    )


def read_quarter(row: Mapping[Any, Any]) -> MeterQuarter:
    """The quarter that a row tells."""
    return MeterQuarter(
        at=row["at"],
        drawn_wh=row["drawn_wh"],
        charged_wh=row["charged_wh"],
        covered_s=row["covered_s"],
    )


def read_cost(row: Mapping[Any, Any]) -> TransactionCost:
    """The cost that a row tells."""
    return TransactionCost(
        number=row["number"],
        site_id=row["site_id"],
        started_at=row["started_at"],
        up_to_at=row["up_to_at"],
        cost=Cost(
            energy_wh=row["energy_wh"],
            cost=row["cost"],
            co2_g=row["co2_g"],
            unpriced_wh=row["unpriced_wh"],
            assumed_wh=row["assumed_wh"],
        ),
        is_settled=row["is_settled"],
    )


def _cost_row(one: TransactionCost) -> dict[str, Any]:
    cost = one.cost
    return {
        "number": one.number,
        "site_id": one.site_id,
        "started_at": one.started_at,
        "cost": cost.cost,
        "co2_g": cost.co2_g,
        "energy_wh": cost.energy_wh,
        "unpriced_wh": cost.unpriced_wh,
        "assumed_wh": cost.assumed_wh,
        "up_to_at": one.up_to_at,
        "is_settled": one.is_settled,
    }
