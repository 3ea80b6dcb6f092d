"""How fast limits come: after a vehicle is plugged in, and when the building needs all there is.

    make bench-latency
    .venv/bin/python -m benchmarks.latency --stations 100 --plug-ins 20

One site of 1,000 single-phase connectors, half 1.6 and half 2.0.1. Those that charge report twelve
meter values every ten seconds all the while. When their makes have shown that they keep to limits,
vehicles come to the connectors that are left, one after the other: counted is the time from the
message that tells of the vehicle to the limit for its transaction. Then all charge at 16 A, and the
building's meter shows a load that leaves each connector its standing 6 A: counted is the time from
the beginning of that request until the lower limit has come, connector by connector. Ends with exit
code 1 where a bar is missed.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.load.control import PlugIn, Watch
from benchmarks.load.figures import LoadFigures, percentile
from benchmarks.load.fleet import Population
from benchmarks.load.floods import Message
from benchmarks.load.orders import Arrive, BeginLoad, Charge, EndLoad, Settle
from benchmarks.load.process import Generator, generating
from benchmarks.rig.api import Api
from benchmarks.rig.building_meter import BuildingMeter, metering
from benchmarks.rig.databases import DATABASES, opened
from benchmarks.rig.processes import allow_many_files
from benchmarks.rig.server import serving
from benchmarks.rig.site_files import Layout, worst_load_a

_PLUG_IN_S: Final = 2.0
_EMERGENCY_S: Final = 3.0
_REPORT_EVERY_S: Final = 10.0
_QUIET_S: Final = 15.0
_PATIENCE_S: Final = 60.0
_TRIAL_S: Final = 180.0
_PLAN_EVERY_S: Final = 60
"""A high load of the building counts that long after it is gone, and the next has to wait."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Stations at a server, and the building beside them."""

    generator: Generator
    meter: BuildingMeter
    api: Api
    layout: Layout

    @property
    def stations(self) -> int:
        """How many there are."""
        return self.layout.stations

    @contextmanager
    def loaded(self) -> Iterator[None]:
        """All that charge report their meters until this is left."""
        self.generator.ask(BeginLoad(Message.SAMPLE, self.stations / _REPORT_EVERY_S))
        try:
            yield
        finally:
            _print_load(self.generator.ask(EndLoad()))

    def plug_in(self, count: int, every_s: float) -> list[float]:
        """Let vehicles come; return the seconds that each waited for its limit."""
        with self.loaded():
            self._see_trials_end()
            order = PlugIn(count=count, every_s=every_s, patience_s=_PATIENCE_S)
            waits_s = self.generator.ask(order)
        waits_s.sort()
        _print_waits("plugged in", waits_s)
        return waits_s

    def _see_trials_end(self) -> None:
        """Makes that are not known are tried with the first vehicles, which has to be over."""
        give_up_at = time.monotonic() + _TRIAL_S
        while (waiting := self.api.starting(self.layout.site_ids[0])) > 0:
            if time.monotonic() > give_up_at:
                raise SystemExit(f"latency: {waiting} connectors still wait for a trial of makes")
            time.sleep(1.0)

    def emergencies(self, count: int) -> list[float]:
        """Let the building draw all it can, again and again; return each connector's seconds."""
        waits_s: list[float] = []
        with self.loaded():
            for number in range(count):
                if number:
                    self._recover()
                waits_s += self._emergency()
        return sorted(waits_s)

    def _emergency(self) -> list[float]:
        watch = Watch(is_lower=True, patience_s=_PATIENCE_S)
        self.generator.begin(watch)
        began_s = self.meter.show(worst_load_a(self.stations))
        waits_s = sorted(at_s - began_s for at_s in self.generator.finish(watch))
        waits_s += [_PATIENCE_S] * (self.stations - len(waits_s))
        _print_waits("emergency", waits_s)
        return waits_s

    def _recover(self) -> None:
        """Wait until all draw again what they can."""
        watch = Watch(is_lower=False, patience_s=3 * _PLAN_EVERY_S)
        self.generator.begin(watch)
        self.meter.show(0.0)
        self.generator.finish(watch)
        self.generator.ask(Settle(quiet_s=_QUIET_S))


def main() -> int:
    """Measure and judge."""
    asked = _parsed()
    allow_many_files()
    control = {"plan_every_s": _PLAN_EVERY_S}
    if asked.min_gap is not None:
        control["min_gap_s"] = asked.min_gap
    layout = Layout(
        stations=asked.stations, per_site=asked.stations, control=control, has_meter=True
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chargeflex-latency-")))
        store = stack.enter_context(opened(DATABASES[asked.database][0], folder))
        server = stack.enter_context(serving(folder, layout, store.url))
        population = Population(
            address=server.stations_at, stations=asked.stations, versions=("1.6", "2.0.1")
        )
        generator = stack.enter_context(generating(population))
        generator.ask(Arrive())
        meter = stack.enter_context(metering(server.api, layout.site_ids[0]))
        generator.ask(Charge(asked.stations - asked.plug_ins))
        generator.ask(Settle(quiet_s=_QUIET_S))
        scene = Scene(generator, meter, server.api, layout)
        plug_ins_s = scene.plug_in(asked.plug_ins, asked.every)
        generator.ask(Settle(quiet_s=_QUIET_S))
        emergencies_s = scene.emergencies(asked.emergencies)
    return judge(asked.stations, plug_ins_s, emergencies_s)


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--plug-ins", type=int, default=100, help="vehicles that come")
    parser.add_argument("--every", type=float, default=0.5, help="seconds between them")
    parser.add_argument("--emergencies", type=int, default=3)
    parser.add_argument("--min-gap", type=int, help="the site's min_gap_s; default: the program's")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    return parser.parse_args()


def _print_waits(what: str, waits_s: list[float]) -> None:
    figures = ", ".join(
        f"{name} {percentile(waits_s, share_pct):.2f} s"
        for name, share_pct in (("p50", 50), ("p99", 99), ("max", 100))
    )
    print(f"{what}: {len(waits_s)} limits, {figures}", flush=True)


def _print_load(load: LoadFigures) -> None:
    print(
        f"meanwhile {load.rate:.0f} reports/s answered, p50 {load.p50_ms:.0f} ms, "
        f"p99 {load.p99_ms:.0f} ms, {load.errors + load.unanswered} not answered",
        flush=True,
    )


def judge(stations: int, plug_ins_s: list[float], emergencies_s: list[float]) -> int:
    """Print what has a bar in one line; return the exit code."""
    plug_in_s, emergency_s = percentile(plug_ins_s, 99), percentile(emergencies_s, 99)
    has_passed = plug_in_s < _PLUG_IN_S and emergency_s < _EMERGENCY_S
    print(
        f"latency: {stations:,} connectors, plug-in to limit p99 {plug_in_s:.2f} s, emergency to "
        f"limit p99 {emergency_s:.2f} s (bar {_PLUG_IN_S:g} s, {_EMERGENCY_S:g} s) "
        f"{'PASS' if has_passed else 'FAIL'}"
    )
    return 0 if has_passed else 1


if __name__ == "__main__":
    sys.exit(main())
