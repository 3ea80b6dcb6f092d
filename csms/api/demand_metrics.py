"""What sites are expected to need, as metrics: how forecasts come out, how full feeders get."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from csms.domain.demand import QUANTILES, STEP_S, VEHICLES
from csms.domain.identity import SiteId
from csms.service.demand_board import DemandBoard, SiteDemand, full_stretches
from csms.service.live_site import LiveSite
from csms.service.shed_now import shed_now

_CALIBRATION: Final = (
    ("coverage_ratio", "Share of steps within the bounds of 80 %", "coverage_pct"),
    ("pinball_ratio", "Mean loss of quantiles, of what there was", "pinball_pct"),
    ("baseline_pinball_ratio", "The same of the baseline", "naive_pinball_pct"),
    ("bias_ratio", "By how much medians were too high, of that", "bias_pct"),
)


class Sites(Protocol):
    """Where sites are."""

    def site_ids(self) -> tuple[SiteId, ...]:
        """All sites."""
        ...

    def live(self, site_id: SiteId) -> LiveSite:
        """A site as it is now."""
        ...

    def now(self) -> datetime:
        """The present instant."""
        ...


class DemandMetrics(Collector):
    """Gauges of what sites are expected to need.

    Args:
        sites: All sites.
        board: What is expected of them.
    """

    def __init__(self, sites: Sites, board: DemandBoard) -> None:
        self._sites, self._board = sites, board

    def collect(self) -> Iterator[Metric]:
        """Read all of them off what is known at this instant."""
        found = [
            Expected(self._sites.live(site_id), self._board.of(site_id))
            for site_id in self._sites.site_ids()
        ]
        yield from demand_gauges(found, self._sites.now())


@dataclass(frozen=True, slots=True)
class Expected:
    """One site with what is expected of it."""

    live: LiveSite
    demand: SiteDemand

    @property
    def site_id(self) -> str:
        """Which site."""
        return self.live.site.site_id


def demand_gauges(sites: list[Expected], now: datetime) -> Iterator[Metric]:
    """Gauges of all sites; what is not known is not told."""
    yield _power(sites, now)
    for name, text, field in _CALIBRATION:
        yield _calibration(sites, name, text, field)
    yield _drifting(sites)
    yield _full(sites, now)
    yield _shed(sites, now)


def _power(sites: list[Expected], now: datetime) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_demand_expected_watts",
        "Power into vehicles that is expected in this quarter of the hour",
        labels=("site", "quantile"),
    )
    for one in sites:
        for forecast in one.demand.ahead(now):
            if forecast.series != VEHICLES or forecast.begins_at > now:
                continue
            step = int((now - forecast.begins_at).total_seconds() // STEP_S)
            for name in QUANTILES:
                gauge.add_metric((one.site_id, name), forecast.values[name][step])
    return gauge


def _calibration(sites: list[Expected], name: str, text: str, field: str) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"chargeflex_demand_{name}", text, labels=("site", "series"))
    for one in sites:
        for series in sorted(one.demand.scores):
            value = getattr(one.demand.calibration(series), field)
            if value is not None:
                gauge.add_metric((one.site_id, series), value / 100)
    return gauge


def _drifting(sites: list[Expected]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_demand_drifting",
        "Whether forecasts miss so much that the baseline is used",
        labels=("site", "series"),
    )
    for one in sites:
        for series in sorted(one.demand.scores):
            drifts = one.demand.calibration(series).is_drifting
            gauge.add_metric((one.site_id, series), float(drifts))
    return gauge


def _full(sites: list[Expected], now: datetime) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_feeder_full_chance",
        "How likely a feeder gets full today or tomorrow, where that is more likely than not",
        labels=("site", "feeder"),
    )
    for one in sites:
        highest: dict[str, float] = {}
        for stretch in full_stretches(one.live, one.demand, now):
            known = highest.get(stretch.feeder_id, 0.0)
            highest[stretch.feeder_id] = max(known, stretch.chance)
        for feeder_id, chance in highest.items():
            gauge.add_metric((one.site_id, feeder_id), chance)
    return gauge


def _shed(sites: list[Expected], now: datetime) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_shed_watts",
        "Power into vehicles that could be shed just now, and that could wait for an hour",
        labels=("site", "lasting"),
    )
    for one in sites:
        found = shed_now(one.live, now)
        gauge.add_metric((one.site_id, "now"), found.now_w)
        gauge.add_metric((one.site_id, "hour"), found.hour_w)
    return gauge
