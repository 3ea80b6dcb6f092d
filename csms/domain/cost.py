"""What a site's energy has cost it, quarter by quarter and transaction by transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.identity import SiteId
from csms.domain.prices import PriceSeries, PriceSlot
from csms.domain.tariff import Tariff

_W_PER_KW: Final = 1000.0
QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterQuarter:
    """What a site has drawn in a quarter of an hour.

    Attributes:
        at: When it begins.
        drawn_wh: At the meter.
        charged_wh: Into vehicles.
        covered_s: How much of it was seen.
    """

    at: datetime
    drawn_wh: float = 0.0
    charged_wh: float = 0.0
    covered_s: float = 0.0

    @property
    def mean_w(self) -> float:
        """The mean power at the meter while it was seen."""
        return self.drawn_wh * 3600.0 / self.covered_s if self.covered_s else 0.0

    def grown(self, power_w: float, charging_w: float, seconds: float) -> "MeterQuarter":
        """The same with so many more seconds of these powers."""
        hours = seconds / 3600.0
        return replace(
            self,
            drawn_wh=self.drawn_wh + power_w * hours,
            charged_wh=self.charged_wh + charging_w * hours,
            covered_s=self.covered_s + seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a kWh costs in all, and how many g of CO2 it stands for."""

    money: PriceSeries
    co2: PriceSeries


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What an energy has cost.

    Attributes:
        unpriced_wh: What of it was drawn while there was no price.
        assumed_wh: What of it was drawn at an assumed price.
    """

    energy_wh: float = 0.0
    cost: float = 0.0
    co2_g: float = 0.0
    unpriced_wh: float = 0.0
    assumed_wh: float = 0.0

    def plus(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(
            energy_wh=self.energy_wh + other.energy_wh,
            cost=self.cost + other.cost,
            co2_g=self.co2_g + other.co2_g,
            unpriced_wh=self.unpriced_wh + other.unpriced_wh,
            assumed_wh=self.assumed_wh + other.assumed_wh,
        )

    def scaled(self, share: float) -> "Cost":
        """A share of it."""
        return Cost(
            energy_wh=self.energy_wh * share,
            cost=self.cost * share,
            co2_g=self.co2_g * share,
            unpriced_wh=self.unpriced_wh * share,
            assumed_wh=self.assumed_wh * share,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionCost:
    """What a transaction's energy has cost the site.

    Attributes:
        number: Our number of the transaction.
        up_to_at: Until when it has been reckoned.
        is_settled: It has ended, and nothing more is added.
    """

    number: int
    site_id: SiteId
    started_at: datetime
    up_to_at: datetime
    cost: Cost = Cost()
    is_settled: bool = False

    def grown(self, energy_wh: float, until_at: datetime, prices: Prices) -> "TransactionCost":
        """The same with what was charged since, spread evenly over the time.

        Where a station corrects its energy downwards, what it has cost falls by as much.
        """
        more_wh, until_at = energy_wh - self.cost.energy_wh, max(until_at, self.up_to_at)
        if more_wh < 0:
            cost = self.cost.scaled(max(energy_wh, 0.0) / self.cost.energy_wh)
        else:
            cost = self.cost.plus(cost_of(more_wh, self.up_to_at, until_at, prices))
        return replace(self, cost=cost, up_to_at=until_at)

    def settled(self) -> "TransactionCost":
        """The same, of a transaction that has ended."""
        return replace(self, is_settled=True)


def cost_of(energy_wh: float, start_at: datetime, end_at: datetime, prices: Prices) -> Cost:
    """What an energy costs that was drawn evenly between two instants."""
    end_at = max(end_at, start_at + timedelta(seconds=1))
    whole_s = (end_at - start_at).total_seconds()
    slots = prices.money.within(start_at, end_at)
    shares = [(one.ends_at - one.starts_at).total_seconds() / whole_s for one in slots]
    known, assumed = sum(shares), _sum_where_assumed(slots, shares)
    per_kwh = sum(share * one.per_kwh for share, one in zip(shares, slots, strict=True))
    g_per_kwh = prices.co2.mean(start_at, end_at) or 0.0
    return Cost(
        energy_wh=energy_wh,
        cost=per_kwh * energy_wh / _W_PER_KW,
        co2_g=g_per_kwh * energy_wh / _W_PER_KW,
        unpriced_wh=max(0.0, 1.0 - known) * energy_wh,
        assumed_wh=assumed * energy_wh,
    )


def all_in(market: PriceSeries, tariff: Tariff | None, zone: ZoneInfo) -> PriceSeries:
    """What a kWh costs with all that a tariff adds to the market's price.

    Slots are cut into quarters of the hour where the tariff changes with the time.
    """
    if tariff is None:
        return market
    slots: Iterable[PriceSlot] = market.slots
    if tariff.energy.windows:
        slots = (part for slot in market.slots for part in _quarters(slot))
    return PriceSeries(
        tuple(
            replace(slot, per_kwh=tariff.per_kwh(slot.per_kwh, slot.starts_at, zone))
            for slot in slots
        )
    )


def quarter_of(instant: datetime) -> datetime:
    """When the quarter of an hour of an instant began."""
    seconds = QUARTER.total_seconds()
    return datetime.fromtimestamp(instant.timestamp() // seconds * seconds, tz=instant.tzinfo)


def _quarters(slot: PriceSlot) -> Iterable[PriceSlot]:
    begins_at = slot.starts_at
    while begins_at < slot.ends_at:
        ends_at = min(quarter_of(begins_at) + QUARTER, slot.ends_at)
        yield replace(slot, starts_at=begins_at, ends_at=ends_at)
        begins_at = ends_at


def _sum_where_assumed(slots: tuple[PriceSlot, ...], shares: list[float]) -> float:
    return sum(share for one, share in zip(slots, shares, strict=True) if one.is_assumed)
