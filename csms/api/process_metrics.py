"""Metrics of the process: its connections, calls, commands and event loop."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import accumulate
from typing import Final

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from csms.tally import BOUNDS_S, Durations, LoopLag, Traffic

_EDGES: Final = (*(str(bound) for bound in BOUNDS_S), "+Inf")


@dataclass(frozen=True, slots=True)
class Tallies:
    """What is counted as it happens."""

    traffic: Traffic
    lag: LoopLag


class ProcessMetrics(Collector):
    """Metrics that are read off tallies.

    Args:
        tallies: What has been counted.
    """

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies

    def collect(self) -> Iterator[Metric]:
        """Read all of them."""
        traffic = self._tallies.traffic
        yield InfoMetricFamily(
            "chargeflex_build", "The program", value={"version": version("chargeflex")}
        )
        yield _connected(traffic)
        yield _opened(traffic)
        yield durations(
            "chargeflex_call_handling_seconds",
            "Time from a station's call to its answer",
            ("version", "action"),
            traffic.calls.items(),
        )
        yield _refused(traffic)
        yield durations(
            "chargeflex_command_seconds",
            "Time from a command to a station until its outcome",
            ("version", "command", "outcome"),
            traffic.commands.items(),
        )
        yield durations(
            "chargeflex_event_loop_lag_seconds",
            "How late the event loop comes to what is due",
            (),
            [((), self._tallies.lag.late)],
        )
        yield GaugeMetricFamily(
            "chargeflex_asyncio_tasks", "Tasks of the event loop", value=_tasks()
        )


def durations(
    name: str,
    text: str,
    labels: Sequence[str],
    tallied: Iterable[tuple[Sequence[str], Durations]],
) -> HistogramMetricFamily:
    """A histogram of durations, by labels."""
    family = HistogramMetricFamily(name, text, labels=labels)
    for values, one in tallied:
        ends = zip(_EDGES, accumulate(one.counts), strict=True)
        family.add_metric(values, [(edge, float(count)) for edge, count in ends], one.sum_s)
    return family


def _connected(traffic: Traffic) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(
        "chargeflex_stations_connected", "Stations that are connected", labels=("version",)
    )
    for name, count in traffic.connected.items():
        gauge.add_metric((name,), count)
    return gauge


def _opened(traffic: Traffic) -> CounterMetricFamily:
    counter = CounterMetricFamily(
        "chargeflex_connections_opened", "Connections of stations", labels=("version",)
    )
    for name, count in traffic.opened.items():
        counter.add_metric((name,), count)
    return counter


def _refused(traffic: Traffic) -> CounterMetricFamily:
    counter = CounterMetricFamily(
        "chargeflex_calls_refused",
        "Calls of stations that were answered with an error",
        labels=("version", "code"),
    )
    for labels, count in traffic.refused.items():
        counter.add_metric(labels, count)
    return counter


def _tasks() -> int:
    return len(asyncio.all_tasks())
