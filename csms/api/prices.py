"""What energy costs at a site, and what it has cost."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import ApiContext, Context
from csms.api.paging import PAGED, Page
from csms.domain.cost import QUARTER
from csms.domain.errors import InvalidInputError
from csms.domain.local_day import day_of
from csms.domain.prices import PriceKind
from csms.service.cost_report import Known, Step, power_fee, price_lines, span_costs
from csms.service.instant import Instant
from csms.service.live_site import LiveSite
from csms.service.price_bodies import (
    SiteCosts,
    SitePriceList,
    ToldPrices,
    TransactionCostLine,
    cost_fields,
)
from csms.service.row_number import BeforeNumber

router = APIRouter(prefix="/sites", tags=["prices"])

_LOOK_BACK: Final = timedelta(days=14)
"""What is assumed is that of a day so long before at the most."""
_LONGEST: Final = timedelta(days=400)
_MOST_TRANSACTIONS: Final = 1000


class SpanQuery(BaseModel):
    """Which time is wanted."""

    model_config = ConfigDict(extra="forbid")

    since: Instant | None = Field(
        default=None, alias="from", description="Default: the site's last midnight"
    )
    until: Instant | None = Field(
        default=None, alias="to", description="Default: now; of prices the end of tomorrow"
    )

    def span(self, since: datetime, until: datetime) -> tuple[datetime, datetime]:
        """From when until when, where nothing else is said.

        Raises:
            InvalidInputError: It ends before it begins, or is too long.
        """
        start_at = (self.since or since).astimezone(UTC)
        end_at = (self.until or until).astimezone(UTC)
        if not timedelta() < end_at - start_at <= _LONGEST:
            message = f"expected an instant after from, {_LONGEST.days} days later at the most"
            raise InvalidInputError("to", f"{message}, got {end_at.isoformat()}")
        return start_at, end_at


class CostsQuery(SpanQuery):
    """Which costs are wanted, and how they are told."""

    by: Step = Step.HOUR


class TransactionCostsQuery(SpanQuery):
    """Which transactions are wanted: those that have begun in that time."""

    before: BeforeNumber = None
    limit: Annotated[int, Field(ge=1, le=_MOST_TRANSACTIONS)] = 100


@router.get("/{site_id}/prices")
async def read_prices(
    context: Context, site_id: str, query: Annotated[SpanQuery, Query()]
) -> SitePriceList:
    """What a kWh costs: until the end of tomorrow if nothing else is asked for."""
    live = context.room.live(site_id)
    now = context.room.now()
    midnight, next_midnight = day_of(now, live.site.timezone)
    start_at, end_at = query.span(midnight, next_midnight + timedelta(days=1))
    known = await _known(context, live, start_at, end_at)
    has_energy = PriceKind.ENERGY in live.prices.kinds
    return SitePriceList(
        currency=live.prices.currency,
        planned_by=live.prices.planned_kind,
        known_until=live.prices.known(PriceKind.ENERGY).known_until(now) if has_energy else None,
        missing=[one.cause for one in live.prices.silences.values()],
        slots=await asyncio.to_thread(price_lines, live.site, known, start_at, end_at),
    )


@router.put("/{site_id}/prices", status_code=status.HTTP_204_NO_CONTENT)
async def tell_prices(context: Context, site_id: str, told: ToldPrices) -> None:
    """Tell prices, in place of what was known of their time; they are planned with at once.

    The site file has to know prices of that kind.
    """
    await context.pricing.told(site_id, told.kind, told.series)


@router.get("/{site_id}/costs")
async def read_costs(
    context: Context, site_id: str, query: Annotated[CostsQuery, Query()]
) -> SiteCosts:
    """What the site has drawn at its meter and what that has cost, by hour, day or month.

    At the prices as they are known now; kept only where the site file knows prices or a tariff.
    """
    live = context.room.live(site_id)
    now = context.room.now()
    start_at, end_at = query.span(day_of(now, live.site.timezone)[0], now)
    quarters = await context.reads.meter_quarters(site_id, start_at, end_at)
    last_at = end_at + QUARTER  # the last one may have begun just before
    known = await _known(context, live, start_at, last_at)
    tariff = live.site.tariff
    fee = tariff.capacity if tariff else None
    prices = await asyncio.to_thread(known.of, live.site, start_at, last_at)
    return SiteCosts(
        currency=live.prices.currency,
        lines=await asyncio.to_thread(span_costs, live.site, quarters, prices, query.by),
        power=None if fee is None else power_fee(fee, live.prices.quarters.day_peaks_w(now)),
    )


@router.get("/{site_id}/costs/transactions", responses=PAGED)
async def read_transaction_costs(
    context: Context, page: Page, site_id: str, query: Annotated[TransactionCostsQuery, Query()]
) -> list[TransactionCostLine]:
    """What transactions that began in between have cost the site, the newest first."""
    live = context.room.live(site_id)
    now = context.room.now()
    start_at, end_at = query.span(day_of(now, live.site.timezone)[0], now)
    found = await context.reads.transaction_costs(
        site_id, start_at, end_at, before=query.before, limit=query.limit
    )
    if found:
        page.link_next(found, query.limit, before=found[-1][0].number)
    return [
        TransactionCostLine(
            number=one.number,
            station_id=row["station_id"],
            evse_number=row["evse_number"],
            started_at=one.started_at,
            ended_at=row["ended_at"],
            up_to_at=one.up_to_at,
            **cost_fields(one.cost),
        )
        for one, row in found
    ]


async def _known(
    context: ApiContext, live: LiveSite, start_at: datetime, end_at: datetime
) -> Known:
    """The prices of a site as they were told, and those of the days that others may be like."""
    site_id, since = live.site.site_id, start_at - _LOOK_BACK
    return Known(
        energy=await context.reads.prices(site_id, PriceKind.ENERGY, since, end_at),
        co2=await context.reads.prices(site_id, PriceKind.CO2, since, end_at),
    )
