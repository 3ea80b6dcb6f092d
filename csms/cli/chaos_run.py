"""One seed of chaos: the real system through a day in which much goes wrong, and its outcome."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Final

from csms.cli.chaos_planner import ThriftyPlanner
from csms.cli.chaos_server import MortalServer, ServerPlan
from csms.cli.chaos_witness import Witness
from csms.cli.day import DriversApp
from csms.cli.knowable_day import knowable_day
from csms.cli.paths import shipped_config
from csms.settings.site_file import read_site
from simulators.chaos.day_drawing import ChaosDay, Wanted, draw_day
from simulators.chaos.faults import FaultKind
from simulators.chaos.fleet import WatchedFleet
from simulators.chaos.judge import Excess
from simulators.chaos.meters import FaultyMeters
from simulators.chaos.network import FaultyNetwork
from simulators.chaos.script import Cast, Script
from simulators.chaos.timeline import Note, Timeline
from simulators.clock import ScaledClock
from simulators.stations.link import connect_to
from simulators.virtual_time import run_virtual
from smart_charging import study

_AFTER_METERS_S: Final = 10.0
_FAULTS_TOLD: Final = 5
_AROUND: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be run.

    Attributes:
        faulty_share: Share of the stations that anything fails at.
        rate: How many times as often as usual anything fails.
        demand: How many times as many vehicles as usual come.
        cut_s: How long the system may take to answer a sudden step of a building; None: twice the
            time between two measurements, and 10 s.
        is_verbose: Whether to say what happened around the first excess.
    """

    seed: int
    stations: int
    hours: float
    kinds: frozenset[FaultKind]
    faulty_share: float = 1.0
    rate: float = 1.0
    demand: float = 1.0
    cut_s: float | None = None
    is_verbose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReport:
    """What came of one seed.

    Attributes:
        over_as: Ampere-seconds above a limit that nothing explains or excuses.
        excused_as: Those that sudden steps of buildings excuse.
        first: The first excess that nothing excuses.
        faults_before: The last faults before it.
        around: What happened around it, if that was asked for.
        faults: How many there were, by kind.
        digest: The same for the same course of events.
    """

    seed: int
    timezone: str
    over_as: float
    excused_as: float
    first: Excess | None
    excess_count: int
    faults_before: tuple[Note, ...]
    around: tuple[Note, ...]
    delivered_wh: float
    foresight_wh: float
    visits: int
    faults: Mapping[str, int]
    restarts: int
    plans: int
    digest: str
    cpu_s: float

    @property
    def share_of_foresight(self) -> float:
        """Energy delivered over what perfect foresight would have delivered."""
        return self.delivered_wh / self.foresight_wh if self.foresight_wh else 1.0


def run_seed(asked: Asked) -> SeedReport:
    """Draw a day, run the real system through it, and judge it."""
    began_s = process_time()
    with tempfile.TemporaryDirectory(prefix="chargeflex-") as name:
        folder = Path(name)
        wanted = Wanted(
            seed=asked.seed,
            stations=asked.stations,
            hours=asked.hours,
            populations=shipped_config() / "populations",
            kinds=asked.kinds,
            faulty_share=asked.faulty_share,
            rate=asked.rate,
            demand=asked.demand,
        )
        day = draw_day(wanted, folder)
        return run_virtual(_run(asked, day, folder, began_s))


async def _run(asked: Asked, day: ChaosDay, folder: Path, began_s: float) -> SeedReport:
    scenario, timeline, planner = day.scenario, Timeline(), ThriftyPlanner()
    clock = ScaledClock(scenario.starts_at)
    site = read_site(scenario.site_path)
    script: list[Script] = []

    def server_is_down(until: datetime) -> None:
        timeline.happened(clock.now(), "the server is gone")
        script[0].server_is_down(until)

    server = MortalServer(
        ServerPlan(site=site, folder=folder, clock=clock, planner=planner), server_is_down
    )
    drivers = DriversApp(server.put, scenario.site.site_id)
    network = FaultyNetwork(asked.seed, connect_to("ws://chaos/ocpp", server.socket_path))
    fleet = WatchedFleet(scenario, clock, network.connect, drivers.state_need)
    meters = FaultyMeters(
        scenario.site, fleet.buildings, clock, drivers.report_load, day.meter_every_s, fleet.drawn
    )
    cast = Cast(
        site=scenario.site,
        stations=fleet.stations,
        network=network,
        meters=meters,
        server=server,
        judge=fleet.judge,
        timeline=timeline,
        cut_s=2 * day.meter_every_s + _AFTER_METERS_S if asked.cut_s is None else asked.cut_s,
    )
    script.append(Script(asked.seed, day.faults, cast, clock))
    witness = Witness(fleet, server, timeline, clock)
    if asked.is_verbose:
        witness.listen_in()
    await server.start()
    async with network.running(), asyncio.TaskGroup() as tasks:
        works = (server.run(), fleet.run(), meters.run(), script[0].run())
        lives = [tasks.create_task(work) for work in works]
        await clock.sleep(scenario.length_s)
        report = fleet.report()
        fleet.close()
        for life in lives:
            life.cancel()
    await server.stop()
    judge = fleet.judge
    until = first.began_at if (first := judge.first) else clock.now()
    best = study.perfect_foresight(knowable_day(scenario, report.at))
    around = timeline.around(until - _AROUND, until + _AROUND) if asked.is_verbose and first else []
    return SeedReport(
        seed=asked.seed,
        timezone=str(scenario.site.zone),
        over_as=judge.over_as,
        excused_as=judge.excused_as,
        first=first,
        excess_count=sum(excess.over_as > 0.0 for excess in judge.excesses),
        faults_before=tuple(timeline.faults_before(until, _FAULTS_TOLD)),
        around=tuple(around),
        delivered_wh=report.delivered_wh,
        foresight_wh=best.delivered_wh,
        visits=len(report.sessions),
        faults=Counter(str(fault.kind) for fault in day.faults),
        restarts=server.lives - 1,
        plans=planner.count,
        digest=judge.digest,
        cpu_s=process_time() - began_s,
    )
