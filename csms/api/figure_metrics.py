"""Key figures of sites as metrics: today, over a week, over a month."""

from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric

from csms.domain.site_day import KeyFigures
from csms.service.site_tally import DAYS_KEPT

WINDOWS: Final[Mapping[str, int]] = {"today": 1, "7d": 7, "30d": DAYS_KEPT}
"""Names of stretches of days that end today, and how many days they are."""

_GAUGES: Final = (
    ("energy_watt_hours", "Energy into vehicles", "energy_wh", 1.0),
    ("peak_watts", "Highest power into all vehicles at an instant", "peak_w", 1.0),
    ("peak_quarter_watts", "Highest mean power of a quarter of the hour", "peak_quarter_w", 1.0),
    ("plugged_ratio", "Share of connectors' time with a vehicle", "plugged_pct", 0.01),
    ("charging_ratio", "Share of connectors' time with energy flowing", "charging_pct", 0.01),
    ("availability_ratio", "Share of time connected and in order", "availability_pct", 0.01),
    ("plug_ins", "Vehicles that came", "plug_ins", 1.0),
    ("plug_in_success_ratio", "Share of them not kept from it", "plug_in_success_pct", 0.01),
    ("departures", "Transactions that have ended", "departures", 1.0),
    ("unmet_watt_hours", "Energy told and not delivered at departure", "unmet_wh", 1.0),
    ("met_ratio", "Share of the energy told that was delivered", "met_pct", 0.01),
    ("cost", "Cost of energy, in the currency of the price", "cost", 1.0),
    ("co2_grams", "CO2 of energy", "co2_g", 1.0),
    ("energy_error_watt_hours", "Mean error of expected energy", "energy_error_wh", 1.0),
    ("energy_bias_watt_hours", "Mean excess of expected energy", "energy_bias_wh", 1.0),
    ("stay_error_seconds", "Mean error of expected departures", "stay_error_s", 1.0),
    ("stay_bias_seconds", "Mean lateness of expected departures", "stay_bias_s", 1.0),
)


def figure_gauges(by_site: Mapping[str, Mapping[str, KeyFigures]]) -> Iterator[Metric]:
    """Gauges of key figures; what cannot be reckoned is not told.

    Args:
        by_site: Figures by site and window.
    """
    for name, text, field, factor in _GAUGES:
        gauge = GaugeMetricFamily(f"chargeflex_site_{name}", text, labels=("site", "window"))
        for site_id, windows in by_site.items():
            for window, figures in windows.items():
                value = getattr(figures, field)
                if value is not None:
                    gauge.add_metric((site_id, window), value * factor)
        yield gauge
