"""Rounds in which all servers are loaded in turn, so that a noisy machine is as noisy for all."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from benchmarks.load.figures import LoadFigures
from benchmarks.load.floods import Message
from benchmarks.load.orders import Closed, Open
from benchmarks.throughput.contestants import PEER, Contestant, contesting
from benchmarks.throughput.rows import Row, Window

STEADY_STATIONS: Final = 10_000
STEADY_RATE: Final = 1000.0
_LEAST_STEADY_S: Final = 20.0
_HALF: Final = 0.5
_LABELS: Final = {
    "1.6": {Message.SAMPLE: "MeterValues", Message.HEARTBEAT: "Heartbeat"},
    "2.0.1": {Message.SAMPLE: "TransactionEvent"},
}
VERSIONS: Final = tuple(_LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured.

    Attributes:
        names: The servers that take part.
        seconds: Length of a load.
        rounds: How often each is loaded; the median counts.
    """

    names: tuple[str, ...]
    seconds: float
    rounds: int


def measure(stations: int, version: str, effort: Effort) -> Iterator[Row]:
    """Measure all servers with so many stations of a version."""
    with ExitStack() as stack:
        contestants = [
            stack.enter_context(contesting(name, stations, version)) for name in effort.names
        ]
        rest = {one.name: _rest(one, effort.seconds) for one in contestants}
        idle_kib = {one.name: one.kib_per_station() for one in contestants}
        for message, label in _LABELS[version].items():
            kept = {one.name: _readings(one) for one in contestants}
            windows = _in_turn(contestants, message, effort)
            for one in contestants:
                rate = sum(window.load.rate for window in windows[one.name]) / effort.rounds
                half, steady = _below(one, message, rate, effort.seconds)
                yield Row(
                    name=one.name,
                    message=label,
                    stations=stations,
                    windows=tuple(windows[one.name]),
                    rest=rest[one.name],
                    peers=() if one.name == PEER else tuple(windows.get(PEER, ())),
                    half=half,
                    steady=steady,
                    kept=_gained(one, kept[one.name]) if message is Message.SAMPLE else None,
                    idle_kib=idle_kib[one.name],
                    loaded_kib=one.kib_per_station(),
                )


def _in_turn(
    contestants: Sequence[Contestant], message: Message, effort: Effort
) -> dict[str, list[Window]]:
    windows: dict[str, list[Window]] = {one.name: [] for one in contestants}
    for _ in range(effort.rounds):
        for one in contestants:
            windows[one.name].append(_window(one, message, effort.seconds))
    return windows


def _window(one: Contestant, message: Message, seconds: float) -> Window:
    server_s, database_s, began_s = one.server_s(), one.database_s(), time.monotonic()
    load = one.generator.ask(Closed(message, seconds))
    took_s = time.monotonic() - began_s
    return Window(load, one.server_s() - server_s, one.database_s() - database_s, took_s)


def _rest(one: Contestant, seconds: float) -> float:
    """Processor time per second while nothing is sent: chargers are steered all the same."""
    used_s = one.server_s() + one.database_s()
    time.sleep(seconds)
    return (one.server_s() + one.database_s() - used_s) / seconds


def _below(
    one: Contestant, message: Message, rate: float, seconds: float
) -> tuple[LoadFigures | None, LoadFigures | None]:
    """Loads below what it can take: at half of that, and at the steady rate of many stations."""
    if message is Message.HEARTBEAT or not rate:
        return None, None
    half = one.generator.ask(Open(message, _HALF * rate, seconds))
    if one.stations < STEADY_STATIONS or one.store is None:
        return half, None
    steady_s = max(seconds, _LEAST_STEADY_S)
    return half, one.generator.ask(Open(message, STEADY_RATE, steady_s))


def _readings(one: Contestant) -> int:
    return one.store.readings() if one.store else 0


def _gained(one: Contestant, before: int) -> int | None:
    return one.store.readings() - before if one.store else None
