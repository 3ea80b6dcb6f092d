"""Half load for half an hour: nothing grows, and nobody waits for the event loop.

    make bench-soak
    .venv/bin/python -m benchmarks.soak --minutes 3 --stations 100

Stations of both versions report twelve meter values each at half of what the server took in a
short closed loop before, or at `--rate`. Compared is what it holds at a sixth of the time (minute 5
of 30) with the end: memory, threads, open files, and asyncio tasks where /metrics tells them. One
more station pings the server all the time: an answer that takes more than 100 ms is explained if
for half of that time the machine had no processor to spare (by the kernel's count for the server's
first thread, or by the generator's own lateness), or if a plan was made just then. Ends with exit
code 1 where a bar is missed.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.load.control import BeginProbe, EndProbe
from benchmarks.load.figures import LoadFigures
from benchmarks.load.fleet import Population
from benchmarks.load.floods import Message
from benchmarks.load.orders import Arrive, BeginLoad, Charge, Closed, EndLoad, Settle
from benchmarks.load.probe import LATE_MS, ProbeFigures
from benchmarks.load.process import Generator, generating
from benchmarks.rig.databases import DATABASES, opened
from benchmarks.rig.processes import allow_many_files
from benchmarks.rig.server import Server, serving
from benchmarks.rig.site_files import Layout
from benchmarks.soak.watching import MOST_GROWTH, Log, watch

_QUIET_S: Final = 15.0
_SHORT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Soak:
    """What was seen of a server."""

    log: Log
    load: LoadFigures
    probe: ProbeFigures


def main() -> int:
    """Soak and judge."""
    asked = _parsed()
    allow_many_files()
    layout = Layout(stations=asked.stations + 1, per_site=asked.per_site)
    with _ready(layout, DATABASES[asked.database][0]) as (server, generator):
        generator.ask(Charge(asked.stations))
        generator.ask(Settle(quiet_s=_QUIET_S))
        rate = asked.rate or generator.ask(Closed(Message.SAMPLE, _SHORT_S)).rate / 2
        print(f"{rate:.0f} messages/s for {asked.minutes:g} minutes", flush=True)
        generator.ask(BeginProbe(server.pid))
        generator.ask(BeginLoad(Message.SAMPLE, rate))
        log = watch(server, layout.site_ids, 60 * asked.minutes)
        probe = generator.ask(EndProbe())
        soak = Soak(log, generator.ask(EndLoad()), probe)
    _print(soak)
    return judge(soak)


@contextmanager
def _ready(layout: Layout, kind: str) -> Iterator[tuple[Server, Generator]]:
    """A server with all stations connected."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chargeflex-soak-")))
        store = stack.enter_context(opened(kind, folder))
        server = stack.enter_context(serving(folder, layout, store.url))
        population = Population(
            address=server.stations_at, stations=layout.stations, versions=("1.6", "2.0.1")
        )
        generator = stack.enter_context(generating(population))
        generator.ask(Arrive())
        yield server, generator


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--per-site", type=int, default=1000)
    parser.add_argument("--rate", type=float, help="messages per second; default: half load")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    return parser.parse_args()


def _print(soak: Soak) -> None:
    load, probe, log = soak.load, soak.probe, soak.log
    print(
        f"load: {load.answered:,} answered, {load.errors} errors, {load.unanswered} not answered, "
        f"p50 {load.p50_ms:.1f} ms, p99 {load.p99_ms:.1f} ms, max {load.max_ms:.0f} ms"
    )
    print(
        f"probe: {probe.pings:,} pings p50 {probe.ping_p50_ms:.1f} ms, p99 {probe.ping_p99_ms:.1f} "
        f"ms, max {probe.ping_max_ms:.0f} ms; heartbeats p50 {probe.heartbeat_p50_ms:.1f} ms, "
        f"p99 {probe.heartbeat_p99_ms:.1f} ms, max {probe.heartbeat_max_ms:.0f} ms"
    )
    for lag in log.unexplained(probe.lags):
        print(f"late: {lag.ms:.0f} ms, of which the machine took {lag.busy_ms:.0f} ms")
    for name, growth in log.growths().items():
        print(f"{name}: {growth.base:.0f}, in the end {growth.end:.0f}")


def judge(soak: Soak) -> int:
    """Print what has a bar in one line; return the exit code."""
    growths = soak.log.growths()
    has_leak = any(growth.is_leak for growth in growths.values())
    lags = soak.probe.lags
    unexplained = soak.log.unexplained(lags)
    has_passed = not (has_leak or unexplained or soak.load.errors or soak.load.unanswered)
    changes = ", ".join(f"{name} {100 * growth.share:+.1f} %" for name, growth in growths.items())
    print(
        f"soak: {soak.load.rate:.0f} messages/s, {changes}, {len(lags)} answers over {LATE_MS:g} "
        f"ms, {len(unexplained)} unexplained (bar {100 * MOST_GROWTH:+g} %, 0) "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


if __name__ == "__main__":
    sys.exit(main())
