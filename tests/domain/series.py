"""Prices to start from: hours of a January day, written as numbers."""

from datetime import UTC, datetime, timedelta

from csms.domain.prices import PriceSeries, PriceSlot

MIDNIGHT = datetime(2026, 1, 13, 23, tzinfo=UTC)
"""Of Wednesday, 2026-01-14, in Oslo."""


def hour(number: float, day: int = 0) -> datetime:
    """So many hours after midnight in Oslo, of Wednesday or so many days later."""
    return MIDNIGHT + timedelta(hours=number, days=day)


def slot(start: float, end: float, per_kwh: float, day: int = 0, **more: bool) -> PriceSlot:
    """A slot between two hours of the day."""
    return PriceSlot(starts_at=hour(start, day), ends_at=hour(end, day), per_kwh=per_kwh, **more)


def hourly(*per_kwh: float, day: int = 0, start: int = 0) -> PriceSeries:
    """A price for each hour from an hour of the day on."""
    return PriceSeries(
        tuple(slot(start + i, start + i + 1, one, day) for i, one in enumerate(per_kwh))
    )
