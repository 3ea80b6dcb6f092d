"""Thousands of stations that connect at once, as they do when the network is back.

    make bench-storm
    .venv/bin/python -m benchmarks.storm --stations 500 --database postgres

Two storms: all stations come to a server that has never seen them; and, with a quarter of them
charging, all connections are lost and come back at once. A station is served when it is connected,
has booted and told its status, and has answered all that the server had to set up: settings, its
standing limit, how it meters. One that is refused counts, and tries again after 1 to 5 s. Half
speak OCPP 1.6, half 2.0.1; all belong to one site. Plans are counted by their numbers, until the
server has been quiet. Ends with exit code 1 where a bar is missed.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.load.fleet import Population
from benchmarks.load.orders import Arrive, Charge, Leave, Settle
from benchmarks.load.process import Generator, generating
from benchmarks.rig.databases import DATABASES, Store, opened
from benchmarks.rig.processes import allow_many_files, processor_s, resident_bytes
from benchmarks.rig.server import Server, serving
from benchmarks.rig.site_files import Layout

_STATIONS: Final = 5_000
_CHARGING_SHARE: Final = 0.25
_MOST_S: Final = 60.0
_MOST_PLANS: Final = 10
_QUIET_S: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What came of a storm.

    Attributes:
        arrived_s: Until the last station was connected, had booted and told its status.
        served_s: And was set up.
        refusals: How often a station was refused, or cut while it connected.
        unserved: Stations that were never given a standing limit.
        plans: Plans that were made meanwhile.
        server_s: Processor time of the server.
        database_s: And of the database's own processes.
        kib_per_station: Memory of the server.
    """

    name: str
    arrived_s: float
    served_s: float
    refusals: int
    unserved: int
    plans: int
    server_s: float
    database_s: float
    kib_per_station: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, its database, and the stations that come to it."""

    layout: Layout
    store: Store
    server: Server
    generator: Generator

    def plans(self) -> int:
        """How many plans have been made."""
        return self.server.api.newest_plan(self.layout.site_ids)[0]

    def storm(self, name: str, blank_bytes: int) -> Storm:
        """Let all stations come at once, and wait until the server is quiet."""
        plans, server_s = self.plans(), processor_s(self.server.pid)
        database_s, began_s = self.store.processor_s(), time.monotonic()
        arrival = self.generator.ask(Arrive(at_once=True))
        rest = self.generator.ask(Settle(quiet_s=_QUIET_S))
        grown_bytes = resident_bytes(self.server.pid) - blank_bytes
        return Storm(
            name=name,
            arrived_s=arrival.took_s,
            served_s=max(arrival.took_s, rest.set_up_s - began_s),
            refusals=arrival.refusals,
            unserved=rest.without_default,
            plans=self.plans() - plans,
            server_s=processor_s(self.server.pid) - server_s,
            database_s=self.store.processor_s() - database_s,
            kib_per_station=grown_bytes / self.layout.stations / 1024,
        )


def main() -> int:
    """Let the storms come and judge them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", type=int, default=_STATIONS)
    parser.add_argument("--per-site", type=int, help="default: all belong to one site")
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    asked = parser.parse_args()
    allow_many_files()
    layout = Layout(stations=asked.stations, per_site=asked.per_site or asked.stations)
    storms = []
    for kind in DATABASES[asked.database]:
        storms += _storms(kind, layout)
    return judge(storms, layout)


def _storms(kind: str, layout: Layout) -> list[Storm]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chargeflex-storm-")))
        store = stack.enter_context(opened(kind, folder))
        server = stack.enter_context(serving(folder, layout, store.url))
        blank_bytes = resident_bytes(server.pid)
        population = Population(
            address=server.stations_at, stations=layout.stations, versions=("1.6", "2.0.1")
        )
        generator = stack.enter_context(generating(population))
        scene = Scene(layout, store, server, generator)
        first = scene.storm(f"{kind}, first", blank_bytes)
        _print(first, layout)
        generator.ask(Charge(round(_CHARGING_SHARE * layout.stations)))
        generator.ask(Settle(quiet_s=_QUIET_S))
        generator.ask(Leave())
        again = scene.storm(f"{kind}, again", blank_bytes)
        _print(again, layout)
    return [first, again]


def _print(storm: Storm, layout: Layout) -> None:
    cpu_ms = 1000 * (storm.server_s + storm.database_s) / layout.stations
    print(
        f"{storm.name}: all {layout.stations:,} connected after {storm.arrived_s:.1f} s, set up "
        f"after {storm.served_s:.1f} s, {storm.refusals} refusals, {storm.unserved} never set up, "
        f"{storm.plans} plans, {cpu_ms:.1f} ms of processor time and {storm.kib_per_station:.0f} "
        "KiB for a station",
        flush=True,
    )


def judge(storms: Sequence[Storm], layout: Layout) -> int:
    """Print what has a bar in one line; return the exit code."""
    served_s = max(storm.served_s for storm in storms)
    refusals = sum(storm.refusals + storm.unserved for storm in storms)
    plans = max(storm.plans for storm in storms)
    most_plans = _MOST_PLANS * len(layout.site_ids)
    has_passed = served_s < _MOST_S and not refusals and plans <= most_plans
    print(
        f"storm: {layout.stations:,} stations served in {served_s:.1f} s, {refusals} refused, "
        f"{plans} plans (bar {_MOST_S:g} s, 0, {most_plans}) {'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


if __name__ == "__main__":
    sys.exit(main())
