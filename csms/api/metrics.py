"""Metrics in Prometheus' text format: those of sites are read off their views when asked for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from csms.api.figure_metrics import WINDOWS, figure_gauges
from csms.api.price_metrics import price_gauges
from csms.api.process_metrics import ProcessMetrics, Tallies, durations
from csms.domain.guard_event import GuardEventKind
from csms.domain.identity import SiteId
from csms.service.live_site import LiveSite
from csms.service.site_view import EvseState, SiteView
from csms.tally import Durations


class Views(Protocol):
    """Where views come from."""

    def site_ids(self) -> tuple[SiteId, ...]:
        """All sites."""
        ...

    def now(self) -> datetime:
        """The present instant."""
        ...

    def view(self, site_id: SiteId) -> SiteView:
        """The view of a site at this instant."""
        ...

    def live(self, site_id: SiteId) -> LiveSite:
        """A site as it is now."""
        ...

    def plan_times(self, site_id: SiteId) -> Mapping[str, Durations]:
        """How long a site's plans took, by method."""
        ...


class SiteMetrics(Collector):
    """Gauges of every site, feeder and EVSE state.

    Args:
        views: Where views come from.
    """

    def __init__(self, views: Views) -> None:
        self._views = views

    def collect(self) -> Iterator[Metric]:
        """Read all gauges off the views of this instant."""
        views = [self._views.view(site_id) for site_id in self._views.site_ids()]
        yield _connectors(views)
        yield _power(views)
        for name, text, field in (
            ("load", "Measured current of a feeder's line", "load_a"),
            ("allowed", "Current that a feeder's line may carry at most", "allowed_a"),
            ("limit", "Limit of a feeder's line", "limit_a"),
        ):
            yield _feeder_lines(views, name, text, field)
        yield _solve_time(views)
        yield self._plan_times()
        sites = [self._views.live(site_id) for site_id in self._views.site_ids()]
        yield _guard_events(sites)
        yield from price_gauges(sites, self._views.now())
        yield from self._figures()
        yield _over_limit(sites)

    def _figures(self) -> Iterator[Metric]:
        now = self._views.now()
        by_site = {
            site_id: {
                window: self._views.live(site_id).tally.figures(days, now)
                for window, days in WINDOWS.items()
            }
            for site_id in self._views.site_ids()
        }
        yield from figure_gauges(by_site)

    def _plan_times(self) -> HistogramMetricFamily:
        by_site = {site_id: self._views.plan_times(site_id) for site_id in self._views.site_ids()}
        return durations(
            "chargeflex_plan_seconds",
            "Time that plans took",
            ("site", "method"),
            [
                ((site_id, method), taken)
                for site_id, times in by_site.items()
                for method, taken in times.items()
            ],
        )


def metrics_renderer(views: Views, tallies: Tallies, *more: Collector) -> "MetricsRenderer":
    """Make what writes all metrics as text."""
    registry = CollectorRegistry()
    registry.register(SiteMetrics(views))
    for collector in (ProcessMetrics(tallies), *more):
        registry.register(collector)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return MetricsRenderer(registry)


class MetricsRenderer:
    """Writes a registry's metrics as text."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def __call__(self) -> bytes:
        """Write all metrics."""
        return generate_latest(self._registry)


def _connectors(views: list[SiteView]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_connectors", "Connectors by state", labels=("site", "state")
    )
    for view in views:
        for state in EvseState:
            gauge.add_metric((view.site_id, str(state)), view.counts.get(state, 0))
    return gauge


def _power(views: list[SiteView]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_charging_power_watts", "Power into all vehicles", labels=("site",)
    )
    for view in views:
        gauge.add_metric((view.site_id,), view.power_w)
    return gauge


def _feeder_lines(views: list[SiteView], name: str, text: str, field: str) -> GaugeMetricFamily:
    labels = ("site", "feeder", "line")
    gauge = GaugeMetricFamily(f"chargeflex_feeder_{name}_amperes", text, labels=labels)
    for view in views:
        for feeder_id, feeder in view.feeders.items():
            for line, amps in enumerate(getattr(feeder, field), start=1):
                gauge.add_metric((view.site_id, feeder_id, f"L{line}"), amps)
    return gauge


def _guard_events(sites: list[LiveSite]) -> CounterMetricFamily:
    counter = CounterMetricFamily(
        "chargeflex_guard_events",
        "What the guard of the limits has done or seen",
        labels=("site", "kind"),
    )
    for live in sites:
        for kind in GuardEventKind:
            counter.add_metric((live.site.site_id, str(kind)), live.guard.counts[kind])
    return counter


def _over_limit(sites: list[LiveSite]) -> CounterMetricFamily:
    counter = CounterMetricFamily(
        "chargeflex_over_limit_seconds",
        "Time in which a measured current was above a limit of a feeder",
        labels=("site", "feeder"),
    )
    for live in sites:
        for feeder in live.site.feeders:
            over_s = live.guard.over_s.get(feeder.feeder_id, 0.0)
            counter.add_metric((live.site.site_id, feeder.feeder_id), over_s)
    return counter


def _solve_time(views: list[SiteView]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_plan_solve_seconds", "Time that the newest plan took", labels=("site",)
    )
    for view in views:
        if view.plan is not None:
            gauge.add_metric((view.site_id,), view.plan.solve_ms / 1000)
    return gauge
