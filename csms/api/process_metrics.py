"""Metrics of the process: its connections, calls, commands and event loop."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import accumulate
from typing import Final, Protocol

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from csms.tally import BOUNDS_S, Durations, LoopLag, MqttTally, Traffic

_EDGES: Final = (*(str(bound) for bound in BOUNDS_S), "+Inf")


class CommitTally(Protocol):
    """What has been committed."""

    batches: int
    units: int
    failed_units: int
    commit_s: float
    units_under_way: int


class JournalTally(Protocol):
    """What has become of messages."""

    kept: int
    lost: int


@dataclass(frozen=True, slots=True)
class Tallies:
    """What is counted as it happens.

    Attributes:
        journal: None: messages are not kept.
        mqtt: None: there is no broker, by the settings.
    """

    traffic: Traffic
    lag: LoopLag
    commits: CommitTally
    journal: JournalTally | None = None
    mqtt: MqttTally | None = None


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
        yield from _commits(self._tallies.commits)
        if self._tallies.journal:
            yield _messages(self._tallies.journal)
        if self._tallies.mqtt:
            yield from _mqtt(self._tallies.mqtt)
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


def _messages(journal: JournalTally) -> CounterMetricFamily:
    counter = CounterMetricFamily(
        "chargeflex_journal_messages",
        "Calls with their answers, by whether the journal has kept them",
        labels=("outcome",),
    )
    counter.add_metric(("kept",), journal.kept)
    counter.add_metric(("lost",), journal.lost)
    return counter


def _mqtt(mqtt: MqttTally) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "chargeflex_mqtt_connected",
        "Whether there is a connection to the MQTT broker",
        value=mqtt.is_connected,
    )
    yield CounterMetricFamily(
        "chargeflex_mqtt_connections",
        "Connections that there have been to the MQTT broker",
        value=mqtt.connections,
    )
    taken = CounterMetricFamily(
        "chargeflex_mqtt_messages_taken", "MQTT messages that were used", labels=("topic",)
    )
    for topic, count in mqtt.taken.items():
        taken.add_metric((topic,), count)
    yield taken
    refused = CounterMetricFamily(
        "chargeflex_mqtt_messages_refused",
        "MQTT messages that were not used, by what of them is wrong",
        labels=("topic", "cause"),
    )
    for labels, count in mqtt.refused.items():
        refused.add_metric(labels, count)
    yield refused
    yield CounterMetricFamily(
        "chargeflex_mqtt_messages_sent", "MQTT messages that the broker was given", value=mqtt.sent
    )


def _commits(commits: CommitTally) -> Iterator[Metric]:
    units = CounterMetricFamily(
        "chargeflex_units_of_work", "Units of work, by whether they were kept", labels=("outcome",)
    )
    units.add_metric(("kept",), commits.units)
    units.add_metric(("failed",), commits.failed_units)
    yield units
    took = SummaryMetricFamily(
        "chargeflex_commit_seconds", "Time that commits took, of many units of work each"
    )
    took.add_metric((), commits.batches, commits.commit_s)
    yield took
    yield GaugeMetricFamily(
        "chargeflex_units_of_work_under_way",
        "Units of work that are open",
        value=commits.units_under_way,
    )


def _tasks() -> int:
    return len(asyncio.all_tasks())
