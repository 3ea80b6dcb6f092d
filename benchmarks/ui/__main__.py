"""What the live page of a site costs: the browser, and the server.

    make bench-ui
    .venv/bin/python -m benchmarks.ui --stations 5000

One site of 1,000 single-phase connectors that all charge. They are simulated stations at a whole
server: 200 of them tell twelve meter values every second, each time another current. Chromium,
without a graphics card, shows the page at 1440 by 900 pixels. Told are

- when the page is painted and when it is live, asked for with an empty cache (the median of three),
  with the processor time that the browser's main thread and the server take for it;
- frames at its top and where its tiles are, beside those of an empty page in the same browser right
  before and after: of a busy machine neither gets more;
- the processor time of the page's main thread, and how long that waited for a processor, as the
  kernel counts them (`schedstat`);
- the processor time of the server's own process with no page, one, and some more readers of the
  same stream: what the first page costs, and each further one.

`--trace` keeps what Chromium's tracing says, to be read by DevTools. Ends with exit code 1 where a
bar is missed.
"""

import argparse
import asyncio
import sys
from contextlib import ExitStack
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
from benchmarks.ui.browser import watch_page
from benchmarks.ui.changes import Vary
from benchmarks.ui.figures import Bars, PageFigures, ServerCost
from benchmarks.ui.server_cost import server_cost

_CHANGES_PER_S: Final = 200.0
_QUIET_S: Final = 5.0
_PRINTS: Final = 10
_PATIENCE_S: Final = 60.0
_PLAN_EVERY_S: Final = 150
"""What a plan costs is measured elsewhere; here it would only fall into one figure or another."""


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
        _tell_printing(server, f"/sites/{layout.site_ids[0]}")
        generator.ask(Vary())
        generator.ask(BeginLoad(Message.SAMPLE, _CHANGES_PER_S))
        page, cost = _measured(server, layout.site_ids[0], asked)
    return _judge(asked.stations, page, cost)


def _charge_all(generator: Generator, stations: int) -> None:
    generator.ask(Arrive())
    generator.ask(Charge(stations))
    generator.ask(Settle(quiet_s=_QUIET_S))


def _measured(
    server: Server, site_id: str, asked: argparse.Namespace
) -> tuple[PageFigures, ServerCost]:
    cost = server_cost(server, site_id, asked.seconds)
    address = f"{server.api.url}/sites/{site_id}"
    page = asyncio.run(
        watch_page(address, asked.seconds, lambda: own_processor_s(server.pid), asked.trace)
    )
    return page, cost


def _tell_printing(server: Server, path: str) -> None:
    """Print what the server needs to print the page once, while its stations say nothing."""
    before_s = own_processor_s(server.pid)
    for _ in range(_PRINTS):
        httpx2.get(server.api.url + path, timeout=_PATIENCE_S, trust_env=False).raise_for_status()
    each_s = (own_processor_s(server.pid) - before_s) / _PRINTS
    print(f"printing the page: {1000 * each_s:.0f} ms of the server's processor", flush=True)


def _judge(stations: int, page: PageFigures, cost: ServerCost) -> int:
    """Print all figures, then what has a bar in one line; return the exit code."""
    for line in (*page.lines(), *cost.lines()):
        print(line, flush=True)
    line, has_passed = Bars().judge(stations, page, cost)
    print(line)
    return 0 if has_passed else 1


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each measurement")
    parser.add_argument("--trace", type=Path, help="file that takes Chromium's trace")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
