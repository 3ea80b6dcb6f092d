"""What a kWh costs, or how much CO2 it stands for, over time: slots of any length, with gaps."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from csms.domain.errors import InvalidInputError
from csms.domain.local_day import midnight

Span: TypeAlias = tuple[datetime, datetime]

_QUARTER: Final = timedelta(minutes=15)
_DAYS_BACK: Final = 14
_SHORTEST_DAY: Final = timedelta(hours=23)
_SATURDAY: Final = 5
_STRONG: Final = frozenset({"EUR", "USD", "GBP", "CHF"})
_MOST_STRONG: Final = 10.0
"""The market's own highest price is 4 to 5 EUR per kWh."""
_MOST: Final = 100.0
_MOST_G: Final = 2000.0
"""More than any power station puts out."""


class PriceKind(StrEnum):
    """What a series tells of a kWh."""

    ENERGY = "energy"
    """What it costs on the market, in currency."""
    CO2 = "co2"
    """How many g of CO2 it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSlot:
    """A stretch of time with one price.

    Attributes:
        is_assumed: Nobody has told it: it is that of a day before.
    """

    starts_at: datetime
    ends_at: datetime
    per_kwh: float
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Prices over time: slots in their order, none of which overlap; there may be gaps."""

    slots: tuple[PriceSlot, ...] = ()

    def at(self, instant: datetime) -> PriceSlot | None:
        """The slot that an instant is in, None if nothing is known of it."""
        i = bisect_right(self.slots, instant, key=lambda slot: slot.starts_at)
        found = self.slots[i - 1] if i else None
        return found if found and instant < found.ends_at else None

    def within(self, start_at: datetime, end_at: datetime) -> tuple[PriceSlot, ...]:
        """All slots between two instants; those at the edges are cut there."""
        first = bisect_right(self.slots, start_at, key=lambda slot: slot.ends_at)
        cut = []
        for slot in self.slots[first:]:
            if slot.starts_at >= end_at:
                break
            cut.append(_cut(slot, start_at, end_at))
        return tuple(cut)

    def mean(self, start_at: datetime, end_at: datetime) -> float | None:
        """The price between two instants, by time, of what is known; None: nothing is."""
        slots = self.within(start_at, end_at)
        if not slots:
            return None
        lengths_s = [(slot.ends_at - slot.starts_at).total_seconds() for slot in slots]
        total = sum(s * slot.per_kwh for s, slot in zip(lengths_s, slots, strict=True))
        return total / sum(lengths_s)

    def gaps(self, start_at: datetime, end_at: datetime) -> list[Span]:
        """Where nothing is known between two instants."""
        slots = self.within(start_at, end_at)
        begins = [start_at, *(slot.ends_at for slot in slots)]
        ends = [*(slot.starts_at for slot in slots), end_at]
        return [span for span in zip(begins, ends, strict=True) if span[0] < span[1]]

    def known_until(self, instant: datetime) -> datetime:
        """Up to when prices are known without a gap; the instant itself if it is in one."""
        last = max((slot.ends_at for slot in self.slots), default=instant)
        gaps = self.gaps(instant, last) if last > instant else []
        return gaps[0][0] if gaps else max(last, instant)

    def replaced(self, news: "PriceSeries") -> "PriceSeries":
        """The same with news in place of what was known of their time."""
        if not news.slots:
            return self
        kept = [slot for span in _spans_beside(self, news) for slot in self.within(*span)]
        return PriceSeries(tuple(sorted((*kept, *news.slots), key=lambda slot: slot.starts_at)))

    def since(self, instant: datetime) -> "PriceSeries":
        """The same without what has ended before an instant."""
        first = bisect_right(self.slots, instant, key=lambda slot: slot.ends_at)
        return PriceSeries(self.slots[first:])


def series_of(slots: Iterable[PriceSlot]) -> PriceSeries:
    """Put slots that came from outside into their order.

    Raises:
        InvalidInputError: Two of them overlap, or one ends before it begins.
    """
    ordered = sorted(slots, key=lambda slot: slot.starts_at)
    for slot in ordered:
        if slot.ends_at <= slot.starts_at:
            message = f"expected an end after {slot.starts_at.isoformat()}"
            raise InvalidInputError("until", f"{message}, got {slot.ends_at.isoformat()}")
    for before, after in pairwise(ordered):
        if after.starts_at < before.ends_at:
            at = after.starts_at.isoformat()
            raise InvalidInputError("from", f"expected one price for each instant, got two at {at}")
    return PriceSeries(tuple(ordered))


def check_price(per_kwh: float, kind: PriceKind, currency: str) -> None:
    """Refuse a price that cannot be true: mostly it is one for a MWh.

    Raises:
        InvalidInputError: It is none.
    """
    most = _MOST_G if kind is PriceKind.CO2 else _MOST_STRONG if currency in _STRONG else _MOST
    least = 0.0 if kind is PriceKind.CO2 else -most
    if not (math.isfinite(per_kwh) and least <= per_kwh <= most):
        unit = unit_of(kind, currency)
        message = f"expected {least:g} to {most:g} {unit}, got {per_kwh:g}: is it for a MWh?"
        raise InvalidInputError("value", message)


def unit_of(kind: PriceKind, currency: str) -> str:
    """The unit of a series, as people write it."""
    return "g/kWh" if kind is PriceKind.CO2 else f"{currency}/kWh"


def with_assumed(
    known: PriceSeries, start_at: datetime, end_at: datetime, zone: ZoneInfo
) -> PriceSeries:
    """Fill gaps between two instants with what was known of a day before, at the same local time.

    The last day of the same kind counts (Monday to Friday, Saturday, Sunday), where none is known
    the last of any kind. What no day of two weeks tells stays a gap.

    Args:
        known: What was told.
        start_at: From when.
        end_at: Until when.
        zone: Whose days.
    """
    assumed = [slot for gap in known.gaps(start_at, end_at) for slot in _assumed(known, gap, zone)]
    slots = (*known.within(start_at, end_at), *assumed)
    return PriceSeries(tuple(sorted(slots, key=lambda slot: slot.starts_at)))


def price_at(known: PriceSeries, instant: datetime, zone: ZoneInfo) -> float | None:
    """The price of an instant, told or assumed; None: no day of two weeks tells it."""
    slot = known.at(instant)
    if slot is not None:
        return slot.per_kwh
    local = instant.astimezone(zone)
    return _of_a_like_day(known, local, _like_days(known, local.date(), zone))


def _assumed(known: PriceSeries, gap: Span, zone: ZoneInfo) -> Iterator[PriceSlot]:
    if not known.slots:
        return
    begins_at = max(gap[0], known.slots[0].starts_at + _SHORTEST_DAY)
    last_at = min(gap[1], known.slots[-1].ends_at + timedelta(days=_DAYS_BACK + 1))
    open_slot: PriceSlot | None = None
    like: dict[date, list[int]] = {}
    while begins_at < last_at:
        ends_at = min(_next_quarter(begins_at), last_at)
        local = begins_at.astimezone(zone)
        if local.date() not in like:
            like[local.date()] = _like_days(known, local.date(), zone)
        price = _of_a_like_day(known, local, like[local.date()])
        if open_slot and price == open_slot.per_kwh:
            open_slot = replace(open_slot, ends_at=ends_at)
        else:
            if open_slot:
                yield open_slot
            open_slot = None
            if price is not None:
                open_slot = PriceSlot(
                    starts_at=begins_at, ends_at=ends_at, per_kwh=price, is_assumed=True
                )
        begins_at = ends_at
    if open_slot:
        yield open_slot


def _of_a_like_day(known: PriceSeries, local: datetime, days_back: Iterable[int]) -> float | None:
    for days in days_back:
        slot = known.at(local - timedelta(days=days))  # the same local time, whatever clocks did
        if slot is not None:
            return slot.per_kwh
    return None


def _like_days(known: PriceSeries, day: date, zone: ZoneInfo) -> list[int]:
    """How many days before a day others are that may stand for it; the most alike first."""
    wanted = _kind_of_day(day)
    found = [
        days
        for days in range(1, _DAYS_BACK + 1)
        if known.within(*_bounds(day - timedelta(days=days), zone))
    ]
    return sorted(found, key=lambda days: _kind_of_day(day - timedelta(days=days)) != wanted)


def _bounds(day: date, zone: ZoneInfo) -> Span:
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


def _kind_of_day(day: date) -> int:
    """0 for Monday to Friday; Saturday and Sunday are kinds of their own."""
    return max(0, day.weekday() - _SATURDAY + 1)


def _next_quarter(instant: datetime) -> datetime:
    quarter_s = _QUARTER.total_seconds()
    next_s = (instant.timestamp() // quarter_s + 1) * quarter_s
    return datetime.fromtimestamp(next_s, tz=instant.tzinfo)


def _cut(slot: PriceSlot, start_at: datetime, end_at: datetime) -> PriceSlot:
    if slot.starts_at >= start_at and slot.ends_at <= end_at:
        return slot
    return replace(slot, starts_at=max(slot.starts_at, start_at), ends_at=min(slot.ends_at, end_at))


def _spans_beside(known: PriceSeries, news: PriceSeries) -> list[Span]:
    """Stretches of what is known that the news say nothing of."""
    if not known.slots:
        return []
    return news.gaps(
        min(known.slots[0].starts_at, news.slots[0].starts_at),
        max(known.slots[-1].ends_at, news.slots[-1].ends_at),
    )
