"""Forecasts of demand to start from."""

from datetime import UTC, date, datetime
from typing import Any

from csms.domain.demand import DemandForecast, DemandScore, feeder_series

TODAY = date(2026, 1, 14)
MIDNIGHT = datetime(2026, 1, 13, 23, 0, tzinfo=UTC)
"""In Oslo."""


def by_hours(*hours: tuple[int, int, float]) -> tuple[float, ...]:
    """A value for each quarter of a day: 0 but between hours of the site's clock."""
    values = [0.0] * 96
    for begin, end, value in hours:
        values[4 * begin : 4 * end] = [value] * (4 * (end - begin))
    return tuple(values)


def spread(values: tuple[float, ...]) -> dict[str, tuple[float, ...]]:
    """Quantiles about a median."""
    shares = {"q10": 0.96, "q25": 0.98, "q50": 1.0, "q75": 1.02, "q90": 1.04}
    bounds = {"low": 0.95, "high": 1.05}
    return {
        name: tuple(round(value * share, 2) for value in values)
        for name, share in {**shares, **bounds}.items()
    }


def forecast(series: str = feeder_series("level-1"), **more: Any) -> DemandForecast:
    """A day on which level 1 carries some 39 A from 17 to 19 o'clock."""
    fields = {
        "day": TODAY,
        "begins_at": MIDNIGHT,
        "made_at": MIDNIGHT,
        "method": "both",
        "is_naive": False,
        "values": spread(by_hours((17, 19, 39.0))),
        **more,
    }
    return DemandForecast(series=series, **fields)


def score(day: int, held_pct: float, series: str = "vehicles") -> DemandScore:
    """How a day of January came out."""
    return DemandScore(
        series=series,
        day=date(2026, 1, day),
        held_pct=held_pct,
        pinball=1.0,
        naive_pinball=2.0,
        bias=0.5,
        mean=10.0,
    )
