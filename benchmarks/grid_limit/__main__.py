"""How fast a limit from outside is in force at the chargers, by each door.

    make bench-grid-limit
    .venv/bin/python -m benchmarks.grid_limit --stations 100 --cuts 1

One site of 1,000 single-phase connectors, half 1.6 and half 2.0.1, that all charge at 16 A and
report twelve meter values every ten seconds. A grid company sends a block that leaves each its
standing 6 A: over HTTP, then by MQTT through a broker. Then an operator limits them to the same by
what the page sends. Counted is the time from the beginning of that request until the lower limit
has come, connector by connector. Ends with exit code 1 where a bar is missed, or where no broker is
installed.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.load.control import Watch
from benchmarks.load.figures import percentile
from benchmarks.load.fleet import Population
from benchmarks.load.floods import Message
from benchmarks.load.orders import Arrive, BeginLoad, Charge, EndLoad, Settle
from benchmarks.load.process import Generator, generating
from benchmarks.rig.api import Api
from benchmarks.rig.broker import broker_running
from benchmarks.rig.building_meter import metering
from benchmarks.rig.databases import DATABASES, opened
from benchmarks.rig.processes import allow_many_files
from benchmarks.rig.server import serving
from benchmarks.rig.site_files import Layout, least_load_a

_BAR_S: Final = 10.0
_REPORT_EVERY_S: Final = 10.0
_QUIET_S: Final = 15.0
_PATIENCE_S: Final = 60.0
_WARM_UP_S: Final = 5.0
_PLAN_EVERY_S: Final = 60
_RAMP_A_PER_MIN: Final = 10_000
"""Room comes back at once, so that the next limit has something to lower."""
_TOKEN: Final = "benchmark"  # noqa: S105 - of a server that is gone in a minute
_TOPIC: Final = "chargeflex/v1/grid/nett/sites/{site}/feeders/root/blocks/consumption/set"
_PATH: Final = "/api/v1/grid/sites/{site}/feeders/root/blocks/consumption"
_PAGE_PATH: Final = "/api/v1/sites/{site}/feeders/root/limits/operator"

Door: TypeAlias = Callable[[float | None], None]
"""Limits the site to so many amperes a line; None: no more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Stations at a server, and the ways to it."""

    generator: Generator
    stations: int
    cuts: int

    def limited_by(self, name: str, door: Door) -> list[float]:
        """Limit the site again and again; return the seconds of each connector."""
        waits_s: list[float] = []
        for _ in range(self.cuts):
            waits_s += self._limit(door)
            self._recover(door)
        waits_s.sort()
        figures = ", ".join(
            f"{share} {percentile(waits_s, share_pct):.2f} s"
            for share, share_pct in (("p50", 50), ("p99", 99), ("max", 100))
        )
        print(f"{name}: {len(waits_s)} limits, {figures}", flush=True)
        return waits_s

    def warm_up(self, door: Door) -> None:
        """Have all draw what they can: at first they wait for a plan that raises them."""
        self._limit(door, _WARM_UP_S)
        self._recover(door)

    def _limit(self, door: Door, patience_s: float = _PATIENCE_S) -> list[float]:
        watch = Watch(is_lower=True, patience_s=patience_s)
        self.generator.begin(watch)
        began_s = time.monotonic()
        door(least_load_a(self.stations))
        waits_s = [at_s - began_s for at_s in self.generator.finish(watch)]
        return waits_s + [patience_s] * (self.stations - len(waits_s))

    def _recover(self, door: Door) -> None:
        """Wait until all draw again what they can."""
        watch = Watch(is_lower=False, patience_s=10 * _PLAN_EVERY_S)
        self.generator.begin(watch)
        door(None)
        self.generator.finish(watch)
        self.generator.ask(Settle(quiet_s=_QUIET_S))

    @contextmanager
    def loaded(self) -> Iterator[None]:
        """All report their meters until this is left."""
        self.generator.ask(BeginLoad(Message.SAMPLE, self.stations / _REPORT_EVERY_S))
        try:
            yield
        finally:
            self.generator.ask(EndLoad())


def main() -> int:
    """Measure and judge."""
    asked = _parsed()
    allow_many_files()
    layout = Layout(
        stations=asked.stations,
        per_site=asked.stations,
        control={"plan_every_s": _PLAN_EVERY_S, "ramp_a_per_min": _RAMP_A_PER_MIN},
        has_meter=True,
    )
    site = layout.site_ids[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chargeflex-grid-limit-")))
        store = stack.enter_context(opened(DATABASES["sqlite"][0], folder))
        port = stack.enter_context(broker_running(folder))
        server = stack.enter_context(serving(folder, layout, store.url, _settings(site, port)))
        population = Population(
            address=server.stations_at, stations=asked.stations, versions=("1.6", "2.0.1")
        )
        generator = stack.enter_context(generating(population))
        generator.ask(Arrive())
        stack.enter_context(metering(server.api, site))
        generator.ask(Charge(asked.stations))
        generator.ask(Settle(quiet_s=_QUIET_S))
        scene = Scene(generator, asked.stations, asked.cuts)
        doors = _doors(server.api, site, port)
        with scene.loaded():
            scene.warm_up(doors["HTTP"])
            waits_s = {name: scene.limited_by(name, door) for name, door in doors.items()}
    return judge(asked.stations, waits_s)


def _doors(api: Api, site: str, port: int) -> dict[str, Door]:
    """The ways in, by name."""
    path, topic, page = (one.format(site=site) for one in (_PATH, _TOPIC, _PAGE_PATH))
    return {
        "HTTP": lambda amps: api.put(path, _blocks(amps), token=_TOKEN),
        "MQTT": lambda amps: _publish(port, topic, _blocks(amps)),
        "the page": lambda amps: (
            api.delete(page) if amps is None else api.put(page, {"amps": amps})
        ),
    }


def _blocks(amps: float | None) -> dict[str, Any]:
    """What a grid company sends."""
    if amps is None:
        return {"blocks": []}
    now = datetime.now(UTC)
    block = {
        "capacity": amps,
        "unit": "A",
        "start_time": now.isoformat(),
        "end_time": (now + timedelta(hours=1)).isoformat(),
    }
    return {"blocks": [block]}


def _settings(site: str, port: int) -> str:
    """What lets the grid company in, by both of its doors."""
    return (
        f"mqtt: {{host: 127.0.0.1, port: {port}, state: false, orders: true}}\n"
        f"grid_companies:\n  - {{id: nett, token_sha256: {sha256(_TOKEN.encode()).hexdigest()}, "
        f"feeders: [{site}/root], mqtt: true, heartbeat_s: null}}\n"
    )


def _publish(port: int, topic: str, body: Mapping[str, Any]) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(topic, json.dumps(body), qos=1).wait_for_publish(_PATIENCE_S)
    client.disconnect()
    client.loop_stop()


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--cuts", type=int, default=3, help="by each door")
    return parser.parse_args()


def judge(stations: int, waits_s: Mapping[str, list[float]]) -> int:
    """Print what has a bar in one line, by door; return the exit code."""
    p99_s = {name: percentile(sorted(one), 99) for name, one in waits_s.items()}
    has_passed = max(p99_s.values()) < _BAR_S
    figures = ", ".join(f"{one:.2f} s by {name}" for name, one in p99_s.items())
    print(
        f"grid-limit: {stations:,} connectors, in force p99 {figures} (bar {_BAR_S:g} s) "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


if __name__ == "__main__":
    sys.exit(main())
