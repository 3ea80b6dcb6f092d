"""What energy costs at sites, as metrics."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from csms.domain.prices import PriceKind
from csms.service.live_site import LiveSite


def price_gauges(sites: Iterable[LiveSite], now: datetime) -> Iterator[Metric]:
    """Gauges of prices; what is not known is not told.

    Args:
        sites: All sites.
        now: The present instant.
    """
    priced = [live for live in sites if live.prices.is_kept]
    price = GaugeMetricFamily(
        "chargeflex_price_per_kwh",
        "What a kWh costs now with all that the tariff adds",
        labels=("site", "currency"),
    )
    co2 = GaugeMetricFamily(
        "chargeflex_co2_grams_per_kwh", "CO2 that a kWh stands for now", labels=("site",)
    )
    for live in priced:
        site_id, prices = live.site.site_id, live.prices
        if (per_kwh := prices.price_per_kwh(now)) is not None:
            price.add_metric((site_id, prices.currency), per_kwh)
        if (grams := prices.co2_g_per_kwh(now)) is not None:
            co2.add_metric((site_id,), grams)
    yield price
    yield co2
    yield from _standing(priced, now)


def _standing(priced: Iterable[LiveSite], now: datetime) -> Iterator[Metric]:
    """How old prices are, how far they reach, and whether some are missing."""
    labels = ("site", "kind")
    age = GaugeMetricFamily(
        "chargeflex_prices_age_seconds", "Time since prices have come last", labels=labels
    )
    ahead = GaugeMetricFamily(
        "chargeflex_prices_ahead_seconds", "How far ahead prices are known", labels=labels
    )
    missing = GaugeMetricFamily(
        "chargeflex_prices_missing",
        "Whether prices are missing that should be there",
        labels=labels,
    )
    for live in priced:
        for kind in live.prices.kinds:
            of = (live.site.site_id, str(kind))
            received_at = live.prices.received_at.get(kind)
            if received_at is not None:
                age.add_metric(of, (now - received_at).total_seconds())
            ahead.add_metric(of, _ahead_s(live, kind, now))
            missing.add_metric(of, kind in live.prices.silences)
    yield age
    yield ahead
    yield missing


def _ahead_s(live: LiveSite, kind: PriceKind, now: datetime) -> float:
    return (live.prices.known(kind).known_until(now) - now).total_seconds()
