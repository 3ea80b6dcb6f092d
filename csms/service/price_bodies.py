"""Prices and costs as programs send and are told them, by whichever way."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from csms.domain.cost import Cost
from csms.domain.prices import PriceKind, PriceSeries, PriceSlot, series_of
from csms.service.instant import Instant

_LONGEST: Final = timedelta(hours=1)
_MOST: Final = 2000
Value: TypeAlias = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ToldSlot(_Body):
    """A price, and when it begins."""

    from_at: Instant = Field(alias="from", description="When it begins")
    until_at: Instant | None = Field(
        default=None,
        alias="until",
        description="When it ends; null: when the next one begins, after an hour at most",
    )
    per_kwh: Value = Field(description="In the site's currency, or in g of CO2")


class ToldPrices(_Body):
    """Prices, in place of what was known of their time."""

    kind: PriceKind = Field(default=PriceKind.ENERGY, description="Of energy, or of CO2")
    slots: list[ToldSlot] = Field(min_length=1, max_length=_MOST)

    @property
    def series(self) -> PriceSeries:
        """What is told.

        Raises:
            InvalidInputError: Two slots overlap, or one ends before it begins.
        """
        return series_of(_slots(sorted(self.slots, key=lambda slot: slot.from_at)))


class PriceLine(_Body):
    """What a kWh costs for a while; null: that is not known."""

    from_at: datetime = Field(alias="from")
    until_at: datetime = Field(alias="until")
    market: float | None = Field(description="On the market, per kWh")
    per_kwh: float | None = Field(description="With all that the tariff adds")
    co2_g: float | None = Field(description="g of CO2 that a kWh stands for")
    is_assumed: bool = Field(description="Whether one of them is that of a day before")


class SitePriceList(_Body):
    """A site's prices between two instants."""

    currency: str = Field(description="Empty: the site file names none")
    planned_by: PriceKind = Field(description="What is cheap where the site aims at it")
    known_until: datetime | None = Field(description="Up to when energy has a price without a gap")
    missing: list[str] = Field(description="What should be there, and is not")
    slots: list[PriceLine]


class CostLine(_Body):
    """What energy has cost."""

    energy_wh: float = Field(description="What was drawn")
    cost: float = Field(description="In the site's currency, without fees on power")
    co2_g: float = Field(description="0 where no source tells it")
    unpriced_wh: float = Field(description="Drawn while no price was known: not in the cost")
    assumed_wh: float = Field(description="Drawn at the price of a day before")


class SpanCost(CostLine):
    """What a site's energy has cost within an hour, a day or a month."""

    from_at: datetime = Field(alias="from")
    until_at: datetime = Field(alias="until")
    charged_wh: float = Field(description="What of the energy went into vehicles")
    seen_s: float = Field(description="For how long it was seen what the site draws")


class TransactionCostLine(CostLine):
    """What a transaction's energy has cost the site, at the prices of when it was charged."""

    number: int
    station_id: str
    evse_number: int | None
    started_at: datetime
    ended_at: datetime | None
    up_to_at: datetime = Field(description="Until when it has been reckoned")


class DayPeak(_Body):
    """The highest hour of a day."""

    day: date
    mean_w: float


class PowerFee(_Body):
    """The fee on power of the running month, by its hours so far."""

    basis_w: float = Field(description="The power that is paid for")
    fee: float
    day_peaks: list[DayPeak]


class SiteCosts(_Body):
    """What a site's energy has cost between two instants."""

    currency: str
    lines: list[SpanCost]
    power: PowerFee | None = Field(description="Of the running month; null: the tariff has none")


def cost_fields(cost: Cost) -> dict[str, float]:
    """The fields of a cost, rounded."""
    return {
        "energy_wh": round(cost.energy_wh, 1),
        "cost": round(cost.cost, 4),
        "co2_g": round(cost.co2_g, 1),
        "unpriced_wh": round(cost.unpriced_wh, 1),
        "assumed_wh": round(cost.assumed_wh, 1),
    }


def _slots(slots: Iterable[ToldSlot]) -> Iterator[PriceSlot]:
    lasted = _LONGEST
    for slot, after in pairwise((*slots, None)):
        assert slot is not None  # noqa: S101 - only the last one has none after it
        until_at = slot.until_at
        if until_at is None:
            lasted = lasted if after is None else min(after.from_at - slot.from_at, _LONGEST)
            until_at = slot.from_at + lasted
        yield PriceSlot(starts_at=slot.from_at, ends_at=until_at, per_kwh=slot.per_kwh)
