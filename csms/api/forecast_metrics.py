"""Metrics of forecasts: how what was said of the last stays came out."""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from csms.domain.identity import SiteId
from csms.domain.stay_outcome import Foretold
from csms.service.forecast_view import Answerer, SiteForecast

_UNITS: Final = {Foretold.ENERGY: "watthours", Foretold.STAY: "seconds"}


class ForecastMetrics(Collector):
    """Gauges of the forecasts at every site.

    Args:
        site_ids: All sites.
        of_site: What is known of forecasts at one.
    """

    def __init__(
        self,
        site_ids: Callable[[], tuple[SiteId, ...]],
        of_site: Callable[[SiteId], SiteForecast],
    ) -> None:
        self._site_ids = site_ids
        self._of_site = of_site

    def collect(self) -> Iterator[Metric]:
        """Read all of them off what is known at this instant."""
        sites = [self._of_site(site_id) for site_id in self._site_ids()]
        yield _made_at(sites)
        yield _answers(sites)
        yield _held(sites)
        yield _drifts(sites)
        for what in Foretold:
            yield _loss(sites, what)
            yield _bias(sites, what)


def _made_at(sites: list[SiteForecast]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_forecast_model_made_timestamp_seconds",
        "When the model was made that is asked about a site's vehicles",
        labels=("site",),
    )
    for site in sites:
        if site.model:
            gauge.add_metric((site.site_id,), site.model.made_at.timestamp())
    return gauge


def _answers(sites: list[SiteForecast]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_forecast_answers",
        "Who answers what is asked of vehicles: 1 for one of them",
        labels=("site", "what", "by"),
    )
    for site in sites:
        for what in Foretold:
            for one in Answerer:
                value = float(site.answers(what) is one)
                gauge.add_metric((site.site_id, str(what), str(one)), value)
    return gauge


def _held(sites: list[SiteForecast]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_forecast_held_ratio",
        "Share of the last stays that came out within their 80 % interval",
        labels=("site", "what"),
    )
    for site in sites:
        for what, one in site.calibrations.items():
            gauge.add_metric((site.site_id, str(what)), one.held)
    return gauge


def _drifts(sites: list[SiteForecast]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_forecast_drifts",
        "Whether forecasts drift, so that the baseline answers",
        labels=("site", "what"),
    )
    for site in sites:
        for what, one in site.calibrations.items():
            gauge.add_metric((site.site_id, str(what)), float(bool(one.drift)))
    return gauge


def _loss(sites: list[SiteForecast], what: Foretold) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        f"chargeflex_forecast_{what}_loss_{_UNITS[what]}",
        "Mean pinball loss over the last stays, of the model and of the baseline",
        labels=("site", "by"),
    )
    for site in sites:
        if one := site.calibrations.get(what):
            gauge.add_metric((site.site_id, "model"), one.loss)
            gauge.add_metric((site.site_id, "baseline"), one.baseline_loss)
    return gauge


def _bias(sites: list[SiteForecast], what: Foretold) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        f"chargeflex_forecast_{what}_bias_{_UNITS[what]}",
        "By how much more was forecast than came, on average over the last stays",
        labels=("site",),
    )
    for site in sites:
        if one := site.calibrations.get(what):
            gauge.add_metric((site.site_id,), one.bias)
    return gauge
