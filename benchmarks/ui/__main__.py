"""What the live page of a site costs: the browser, and the server.

    make bench-ui
    .venv/bin/python -m benchmarks.ui --stations 5000

One site of 1,000 single-phase connectors that all charge. They are simulated stations at a whole
server: 200 of them tell twelve meter values every second, each time another current. Chromium,
without a graphics card, shows the page at 1440 by 900 pixels. Counted are the page's frames, the
time of its main thread by DevTools' counters (both what it takes of the clock and of the
processor), when the page is live after it was asked for with an empty cache, and the processor time
of the server's own process with no page, one page and some more readers of the same stream.
`--trace` keeps what Chromium's tracing says, to be read by DevTools. Ends with exit code 1 where a
bar is missed.
"""

import argparse
import asyncio
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2

from benchmarks.load.fleet import Population
from benchmarks.load.floods import Message
from benchmarks.load.orders import Arrive, BeginLoad, Charge, Settle
from benchmarks.load.process import Generator, generating
from benchmarks.rig.databases import DATABASES, opened
from benchmarks.rig.processes import allow_many_files, own_processor_s
from benchmarks.rig.server import Server, serving
from benchmarks.rig.site_files import Layout
from benchmarks.ui.browser import PageFigures, watch_page
from benchmarks.ui.changes import Vary
from benchmarks.ui.server_cost import ServerCost, server_cost

_CHANGES_PER_S: Final = 200.0
_QUIET_S: Final = 5.0
_PRINTS: Final = 10
_PATIENCE_S: Final = 60.0
_PLAN_EVERY_S: Final = 150
"""What a plan costs is measured elsewhere; here it would only fall into one figure or another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """What is asked for."""

    frames_per_s: float = 55.0
    thread_ms_per_s: float = 150.0
    live_s: float = 1.5
    server_pct: float = 2.0


def main() -> int:
    """Measure and judge."""
    asked = _parsed()
    allow_many_files()
    layout = Layout(
        stations=asked.stations,
        per_site=asked.stations,
        control={"plan_every_s": _PLAN_EVERY_S},
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chargeflex-ui-")))
        store = stack.enter_context(opened(DATABASES["sqlite"][0], folder))
        server = stack.enter_context(serving(folder, layout, store.url))
        versions = ("1.6", "2.0.1")
        population = Population(
            address=server.stations_at, stations=asked.stations, versions=versions
        )
        generator = stack.enter_context(generating(population))
        _charge_all(generator, asked.stations)
        page, cost = _measured(server, layout.site_ids[0], asked)
    return judge(asked.stations, page, cost)


def _charge_all(generator: Generator, stations: int) -> None:
    generator.ask(Arrive())
    generator.ask(Charge(stations))
    generator.ask(Settle(quiet_s=_QUIET_S))
    generator.ask(Vary())
    generator.ask(BeginLoad(Message.SAMPLE, _CHANGES_PER_S))


def _measured(
    server: Server, site_id: str, asked: argparse.Namespace
) -> tuple[PageFigures, ServerCost]:
    cost = server_cost(server, site_id, asked.seconds)
    address = f"{server.api.url}/sites/{site_id}"
    _tell_printing(server, f"/sites/{site_id}")
    page = asyncio.run(watch_page(address, asked.seconds, asked.trace))
    return page, cost


def _tell_printing(server: Server, path: str) -> None:
    """Print what the server needs to print the page once, next to what goes on anyway."""
    before_s = own_processor_s(server.pid)
    for _ in range(_PRINTS):
        httpx2.get(server.api.url + path, timeout=_PATIENCE_S, trust_env=False).raise_for_status()
    each_s = (own_processor_s(server.pid) - before_s) / _PRINTS
    print(f"printing the page: {1000 * each_s:.0f} ms of the server's processor", flush=True)


def judge(stations: int, page: PageFigures, cost: ServerCost) -> int:
    """Print all figures, then what has a bar in one line; return the exit code."""
    bars = Bars()
    for line in (*page.lines(), *cost.lines()):
        print(line, flush=True)
    has_passed = (
        page.frames_per_s >= bars.frames_per_s
        and page.thread_cpu_ms_per_s < bars.thread_ms_per_s
        and page.live_s < bars.live_s
        and cost.page_pct < bars.server_pct
    )
    print(
        f"ui: {stations:,} connectors, {page.frames_per_s:.0f} frames/s "
        f"(bar {bars.frames_per_s:g}), main thread {page.thread_cpu_ms_per_s:.0f} ms/s "
        f"(bar {bars.thread_ms_per_s:g}), live after {page.live_s:.2f} s (bar {bars.live_s:g}), "
        f"server {cost.page_pct:.1f} % of a core per page (bar {bars.server_pct:g}) "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each measurement")
    parser.add_argument("--trace", type=Path, help="file that takes Chromium's trace")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
