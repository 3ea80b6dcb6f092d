"""What energy costs and has cost a site, as it is told: pure, from what was kept."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.cost import QUARTER, Cost, MeterQuarter, Prices, cost_of
from csms.domain.local_day import day_of, month_of
from csms.domain.prices import PriceSeries, PriceSlot
from csms.domain.site import Site
from csms.domain.tariff import CapacityFee
from csms.service.price_bodies import DayPeak, PowerFee, PriceLine, SpanCost, cost_fields
from csms.service.site_prices import money, reckoned

_HOUR: Final = timedelta(hours=1)


class Step(StrEnum):
    """How long what is told together lasts."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A site's prices as they were told, from two weeks before what is asked for."""

    energy: PriceSeries
    co2: PriceSeries

    def of(self, site: Site, start_at: datetime, end_at: datetime) -> Prices:
        """What a kWh costs in all between two instants, and how much CO2 it stands for."""
        return Prices(
            money=money(site, self.energy, start_at, end_at),
            co2=reckoned(site, self.co2, start_at, end_at),
        )


def price_lines(site: Site, known: Known, start_at: datetime, end_at: datetime) -> list[PriceLine]:
    """All prices between two instants; a line ends where one of them changes."""
    market = reckoned(site, known.energy, start_at, end_at)
    prices = known.of(site, start_at, end_at)
    all_series = (market, prices.money, prices.co2)
    slots = [slot for series in all_series for slot in series.slots]
    edges = sorted({edge for slot in slots for edge in (slot.starts_at, slot.ends_at)})
    lines: list[PriceLine] = []
    for from_at, until_at in pairwise(edges):
        found = [series.at(from_at) for series in all_series]
        if any(found):
            line = PriceLine(
                from_at=from_at,
                until_at=until_at,
                market=_value(found[0]),
                per_kwh=_value(found[1]),
                co2_g=_value(found[2]),
                is_assumed=any(one.is_assumed for one in found if one),
            )
            if lines and _is_same(lines[-1], line):
                lines[-1] = lines[-1].model_copy(update={"until_at": until_at})
            else:
                lines.append(line)
    return lines


def span_costs(
    site: Site, quarters: Iterable[MeterQuarter], prices: Prices, step: Step
) -> list[SpanCost]:
    """What quarters of the hour have cost, by hour, day or month of the site's time."""
    bounds = _BOUNDS[step]
    zone = site.timezone
    return [
        _span_cost(span, list(group), prices)
        for span, group in groupby(quarters, lambda one: bounds(one.at, zone))
    ]


def power_fee(fee: CapacityFee, peaks_w: Mapping[date, float]) -> PowerFee:
    """The fee on power by the highest hour of each day of the month so far."""
    values = list(peaks_w.values())
    return PowerFee(
        basis_w=round(fee.basis_w(values), 1),
        fee=fee.fee(values),
        day_peaks=[
            DayPeak(day=day, mean_w=round(mean_w, 1)) for day, mean_w in sorted(peaks_w.items())
        ],
    )


def _span_cost(
    span: tuple[datetime, datetime], quarters: list[MeterQuarter], prices: Prices
) -> SpanCost:
    total = Cost()
    for one in quarters:
        total = total.plus(cost_of(one.drawn_wh, one.at, one.at + QUARTER, prices))
    return SpanCost(
        from_at=span[0],
        until_at=span[1],
        charged_wh=round(sum(one.charged_wh for one in quarters), 1),
        seen_s=round(sum(one.covered_s for one in quarters), 1),
        **cost_fields(total),
    )


def _hour(instant: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:  # noqa: ARG001
    begins_at = instant.replace(minute=0, second=0, microsecond=0)
    return begins_at, begins_at + _HOUR


_BOUNDS: Final[Mapping[Step, Callable[[datetime, ZoneInfo], tuple[datetime, datetime]]]] = {
    Step.HOUR: _hour,
    Step.DAY: day_of,
    Step.MONTH: month_of,
}


def _is_same(before: PriceLine, line: PriceLine) -> bool:
    """Whether a line goes on with what was before it."""
    times = {"from_at", "until_at"}
    is_next = before.until_at == line.from_at
    return is_next and before.model_dump(exclude=times) == line.model_dump(exclude=times)


def _value(slot: PriceSlot | None) -> float | None:
    return None if slot is None else round(slot.per_kwh, 6)
