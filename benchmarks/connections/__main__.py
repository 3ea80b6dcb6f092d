"""What a connection costs: processor time of a message, memory, pings, pauses.

    make bench-connections
    .venv/bin/python -m benchmarks.connections --stations 2000

First the WebSocket of the gateway beside the asyncio API of `websockets`, on uvloop and on
asyncio's own loop, all with the same answer to every message: processor time of the server, in
turns, and memory per connection. Then the gateway with a handler that does nothing and many
stations: memory, the longest collection of garbage, and the processor time of pings. Between them,
what compression saves and costs. Ends with exit code 1 if a bar is missed.
"""

import argparse
import resource
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from benchmarks.connections.compression import measure
from benchmarks.connections.stations import (
    Server,
    Stations,
    call,
    call_text,
    connected,
    serving,
)

_KINDS: Final = ("sockets", "websockets", "websockets-asyncio")
_ROUNDS: Final = 9
_SPEAKING: Final = 100
_TIMES: Final = 20
_MEMORY_OF: Final = 1_000
_IDLE_S: Final = 22.0
_MOST_KIB: Final = 8.0
_MOST_PAUSE_S: Final = 0.02
_MOST_RATIO: Final = 0.67


def _sampled() -> list[dict[str, Any]]:
    measurands = (
        ("Current.Import", "A"),
        ("Voltage", "V"),
        ("Power.Active.Import", "W"),
        ("Energy.Active.Import.Register", "Wh"),
    )
    return [
        {"value": "1234.5", "measurand": measurand, "unit": unit, "phase": phase, "format": "Raw"}
        for measurand, unit in measurands
        for phase in ("L1", "L2", "L3")
    ]


_METER_VALUES: Final = {
    "connectorId": 1,
    "meterValue": [{"timestamp": "2026-01-14T12:00:00Z", "sampledValue": _sampled()}],
}
_MESSAGES_OF: Final = {
    "Heartbeat": call("Heartbeat", {}),
    "MeterValues": call("MeterValues", _METER_VALUES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What the gateway needs for many stations.

    Attributes:
        kib: Memory per station after it has sent two messages.
        pause_s: Processor time of the longest collection of garbage.
        pings_share: Processor time per time while nobody says anything.
    """

    kib: float
    pause_s: float
    pings_share: float


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", type=int, default=10_000)
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ratio = _compare_messages()
    _compare_memory()
    _show_compression()
    untuned = _gather("gateway-untuned", asked.stations)
    print(f"longest pause untuned {1000 * untuned.pause_s:.0f} ms", flush=True)
    return _judge(ratio, asked.stations, _gather("gateway", asked.stations))


def _compare_messages() -> float:
    """Print the processor time of messages; return the worst ratio to what asyncio's loop needs."""
    worst = 0.0
    with ExitStack() as running:
        servers = {kind: running.enter_context(_speaking(kind)) for kind in _KINDS}
        _print_row("processor time", _KINDS)
        for name, message in _MESSAGES_OF.items():
            rounds = [[_cost_s(*servers[kind], message) for kind in _KINDS] for _ in range(_ROUNDS)]
            costs_us = [1e6 * median(costs) for costs in zip(*rounds, strict=True)]
            _print_row(name, [f"{cost_us:.1f} us" for cost_us in costs_us])
            worst = max(worst, median(costs[0] / costs[-1] for costs in rounds))
    return worst


@contextmanager
def _speaking(kind: str) -> Iterator[tuple[Server, Stations]]:
    with serving(kind) as server, connected(server.port, _SPEAKING) as stations:
        for message in _MESSAGES_OF.values():
            stations.exchange(message, _TIMES)
        yield server, stations


def _cost_s(server: Server, stations: Stations, message: bytes) -> float:
    before = server.used()
    stations.exchange(message, _TIMES)
    return (server.used().cpu_s - before.cpu_s) / (_TIMES * _SPEAKING)


def _compare_memory() -> None:
    """Print how much memory another thousand connections take."""
    kib = []
    for kind in _KINDS:
        with serving(kind) as server, connected(server.port, _MEMORY_OF) as stations:
            _say_two(stations)
            kib.append(_memory_kib(server, _MEMORY_OF))
    _print_row("memory each", [f"{each:.1f} KiB" for each in kib])


def _show_compression() -> None:
    text = call_text("MeterValues", _METER_VALUES)
    for name, way in (
        ("not compressed", measure(text, is_deflated=False)),
        ("compressed", measure(text, is_deflated=True)),
        ("windows kept", measure(text, is_deflated=True, keeps_windows=True)),
    ):
        _print_row(name, [f"{way.size_bytes:,} bytes", f"{1e6 * way.cost_s:.1f} us"])


def _print_row(name: str, cells: Sequence[str]) -> None:
    print(f"{name:<15}" + "".join(f"{cell:>20}" for cell in cells), flush=True)


def _memory_kib(server: Server, count: int) -> float:
    before = server.used()
    with connected(server.port, count) as stations:
        _say_two(stations)
        return (server.used().memory_kib - before.memory_kib) / count


def _say_two(stations: Stations) -> None:
    """Two messages of each station, a hundred of them at a time."""
    for first in range(0, len(stations.sockets), _SPEAKING):
        some = Stations(stations.sockets[first : first + _SPEAKING])
        some.exchange(_MESSAGES_OF["MeterValues"], 2)


def _gather(kind: str, count: int) -> Crowd:
    with serving(kind) as server:
        with connected(server.port, _SPEAKING) as stations:
            stations.exchange(_MESSAGES_OF["MeterValues"], _TIMES)
        before = server.used()
        with connected(server.port, count) as stations:
            _say_two(stations)
            there = server.used()
            stations.answer_pings(_IDLE_S)
            idle = server.used()
    return Crowd(
        kib=(there.memory_kib - before.memory_kib) / count,
        pause_s=max(there.longest_pause_s, idle.longest_pause_s),
        pings_share=(idle.cpu_s - there.cpu_s) / _IDLE_S,
    )


def _judge(ratio: float, stations: int, crowd: Crowd) -> int:
    has_passed = ratio <= _MOST_RATIO and crowd.kib <= _MOST_KIB and crowd.pause_s <= _MOST_PAUSE_S
    print(
        f"connections: {ratio:.2f} of the processor time of websockets on asyncio; "
        f"{stations:,} stations: {crowd.kib:.1f} KiB each, {1000 * crowd.pause_s:.1f} ms longest "
        f"pause, {100 * crowd.pings_share:.1f} % of a processor for pings (bar {_MOST_RATIO:g}, "
        f"{_MOST_KIB:g} KiB, {1000 * _MOST_PAUSE_S:g} ms) {'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


if __name__ == "__main__":
    sys.exit(main())
