"""One seed of chaos: the real system through a day in which much goes wrong, and its outcome."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import process_time
from typing import Final

from csms.cli.chaos_planner import ThriftyPlanner
from csms.cli.chaos_resources import MeterLink, ServerLink
from csms.cli.chaos_server import MortalServer, ServerPlan
from csms.cli.chaos_witness import Witness
from csms.cli.day import DriversApp
from csms.cli.foresight import knowable_day, omniscient_day
from csms.cli.paths import shipped_config
from csms.cli.plant_player import plant_of
from csms.settings.site_file import read_site
from simulators.building import MeterReporter, Report
from simulators.chaos.day_drawing import ChaosDay, Wanted, draw_day
from simulators.chaos.excuses import Excuses
from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.fleet import WatchedFleet
from simulators.chaos.judge import Excess, StrictJudge
from simulators.chaos.meters import MeterOutages
from simulators.chaos.network import FaultyNetwork
from simulators.chaos.plant import WatchedPlant
from simulators.chaos.reach import Reach
from simulators.chaos.script import Cast, Script
from simulators.chaos.timeline import Note, Timeline
from simulators.clock import ScaledClock
from simulators.grid import Load
from simulators.report import FleetReport
from simulators.stations.link import connect_to
from simulators.stations.outlet import Amps
from simulators.virtual_time import run_virtual
from smart_charging.study import day as study

_SET_UP_WITHIN: Final = timedelta(seconds=10)
"""A station that has come back holds its fallback again, if nothing goes wrong."""
_FAULTS_TOLD: Final = 5
_AROUND: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be run.

    Attributes:
        faulty_share: Share of the stations that anything fails at.
        rate: How many times as often as usual anything fails.
        demand: How many times as many vehicles as usual come.
        stay: How many times as long as usual they stay.
        has_resources: Whether sites have batteries, sun, heat and loads that can wait.
        is_verbose: Whether to say what happened around the first excess.
    """

    seed: int
    stations: int
    hours: float
    kinds: frozenset[FaultKind]
    faulty_share: float = 1.0
    rate: float = 1.0
    demand: float = 1.0
    stay: float = 1.0
    has_resources: bool = False
    is_verbose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReport:
    """What came of one seed.

    Attributes:
        over_as: Ampere-seconds above a limit that nothing explains or excuses.
        excused_as: Those that something excuses that has made them unavoidable.
        first: The first excess that nothing excuses.
        faults_before: The last faults before it.
        around: What happened around it, if that was asked for.
        delivered_wh: To vehicles that have left by the end of the day.
        omniscient_wh: What a controller would have delivered that knows all and uses all room.
        foresight_wh: The same, if it keeps the room that no controller can be sure of.
        faults: How many there were, by kind.
        nonsense_refused: How many readings that cannot be true were refused.
        nonsense_taken: Those that were taken, in words.
        source_starts: How often a source that stands by was started.
        source_trips: How often it stopped while it carried load.
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
    omniscient_wh: float
    foresight_wh: float
    visits: int
    faults: Mapping[str, int]
    restarts: int
    plans: int
    digest: str
    cpu_s: float
    nonsense_refused: int = 0
    nonsense_taken: tuple[str, ...] = ()
    source_starts: int = 0
    source_trips: int = 0

    def share_of(self, best_wh: float) -> float:
        """Energy delivered over what another controller would have delivered."""
        return self.delivered_wh / best_wh if best_wh else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Play:
    """All that takes part in a day."""

    asked: Asked
    day: ChaosDay
    clock: ScaledClock
    timeline: Timeline
    planner: ThriftyPlanner
    server: MortalServer
    network: FaultyNetwork
    fleet: WatchedFleet
    meters: MeterReporter
    outages: MeterOutages
    script: Script
    plant: WatchedPlant | None


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
            stay=asked.stay,
            has_resources=asked.has_resources,
        )
        day = draw_day(wanted, folder)
        return run_virtual(_run(asked, day, folder, began_s))


async def _run(asked: Asked, day: ChaosDay, folder: Path, began_s: float) -> SeedReport:
    play = _set_up(asked, day, folder)
    _let_watch(play)
    report = await _live_through(play)
    return _judged(play, report, began_s)


def _set_up(asked: Asked, day: ChaosDay, folder: Path) -> _Play:
    """Put the real system and all that is simulated on stage."""
    scenario, timeline = day.scenario, Timeline()
    clock, site = ScaledClock(scenario.starts_at), read_site(scenario.site_path)
    planner = ThriftyPlanner(clock, Random(f"{asked.seed} planner"))  # noqa: S311 - a simulation

    def server_is_down(_until: datetime) -> None:
        timeline.happened(clock.now(), "the server is gone")
        excuses.server_is_gone()

    plan = ServerPlan(site=site, folder=folder, clock=clock, planner=planner)
    server = MortalServer(plan, server_is_down)
    drivers = DriversApp(server.put, scenario.site.site_id)
    network = FaultyNetwork(asked.seed, connect_to("ws://chaos/ocpp", server.socket_path))
    fleet = WatchedFleet(scenario, clock, network.connect, drivers.state_need)
    reach = _reach(day, fleet, network)
    excuses = Excuses(scenario.site, reach.is_told, _looking_again(fleet.judge, clock))
    fleet.judge.excuses = excuses
    link = MeterLink(server, scenario.site.site_id)
    rng = Random(f"{asked.seed} meters")  # noqa: S311 - a simulation
    outages = MeterOutages(clock, _reporting(drivers, excuses, clock), link.tell, rng)
    plant = _plant(asked, day, server, fleet, clock)
    cast = Cast(
        site=scenario.site,
        stations=fleet.stations,
        network=network,
        meters=outages,
        server=server,
        judge=fleet.judge,
        timeline=timeline,
        excuses=excuses,
        plant=plant,
    )

    def drawn() -> list[Load]:
        return fleet.drawn() + (plant.loads() if plant else [])

    meters = MeterReporter(
        scenario.site, fleet.buildings, clock, outages.report, day.meter_every_s, drawn
    )
    script = Script(asked.seed, day.faults, cast, clock)
    reach.troubles = script.troubles
    return _Play(
        asked=asked,
        day=day,
        clock=clock,
        timeline=timeline,
        planner=planner,
        server=server,
        network=network,
        fleet=fleet,
        meters=meters,
        outages=outages,
        script=script,
        plant=plant,
    )


def _plant(
    asked: Asked, day: ChaosDay, server: MortalServer, fleet: WatchedFleet, clock: ScaledClock
) -> WatchedPlant | None:
    """What the site has beside chargers, if that was asked for."""
    if not asked.has_resources:
        return None
    link = ServerLink(server, day.scenario.site.site_id)
    rng = Random(f"{asked.seed} nonsense")  # noqa: S311 - a simulation
    return WatchedPlant(plant_of(day.scenario, clock), link, fleet.judge, clock, rng)


def _reach(day: ChaosDay, fleet: WatchedFleet, network: FaultyNetwork) -> Reach:
    """Who can be told: a station that has come back is, with the next reading of a meter."""
    settled = timedelta(seconds=day.meter_every_s) + _SET_UP_WITHIN
    asked_again = timedelta(seconds=day.plan_every_s) + settled
    return Reach(fleet.stations, network, settled, asked_again)


def _reporting(drivers: DriversApp, excuses: Excuses, clock: ScaledClock) -> Report:
    """Report what meters show; what the system has taken, it has to answer."""

    async def report_load(feeder_id: str, at: datetime, current_a: Amps) -> None:
        if await drivers.report_load(feeder_id, at, current_a):
            excuses.meter_read(feeder_id, clock.now())

    return report_load


def _looking_again(judge: StrictJudge, clock: ScaledClock) -> Callable[[datetime], None]:
    loop = asyncio.get_running_loop()

    def wake(at: datetime) -> None:
        now = clock.now()
        at = max(at, now)  # what should have been seen before is seen at once
        loop.call_later((at - now).total_seconds(), judge.look_again, at)

    return wake


def _let_watch(play: _Play) -> None:
    """Have written down what explains an excess, and every limit sent, if that is asked for."""
    witness = Witness(play.fleet, play.server, play.timeline, play.clock)
    if play.asked.is_verbose:
        witness.listen_in()


async def _live_through(play: _Play) -> FleetReport:
    """Let the day pass; return what was charged."""
    await play.server.start()
    async with play.network.running(), asyncio.TaskGroup() as tasks:
        works = [play.server.run(), play.fleet.run(), play.meters.run(), play.script.run()]
        if play.plant is not None:
            works.append(play.plant.run())
        lives = [tasks.create_task(work) for work in works]
        await play.clock.sleep(play.day.scenario.length_s)
        report = play.fleet.report()
        play.fleet.close()
        for life in lives:
            life.cancel()
    await play.server.stop()
    return report


def _judged(play: _Play, report: FleetReport, began_s: float) -> SeedReport:
    """What came of the day, held against the limits and against perfect foresight."""
    asked, scenario = play.asked, play.day.scenario
    judge, timeline = play.fleet.judge, play.timeline
    until = first.began_at if (first := judge.first) else play.clock.now()
    best = omniscient_day(scenario, report.at, judge.imposed)
    knowable = study.perfect_foresight(knowable_day(scenario, best))
    liars: list[MeterOutages | WatchedPlant] = [play.outages]
    if play.plant is not None:
        liars.append(play.plant)
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
        delivered_wh=sum(one.delivered_wh for one in report.sessions if one.has_left),
        omniscient_wh=study.perfect_foresight(best).delivered_wh,
        foresight_wh=knowable.delivered_wh,
        visits=len(report.sessions),
        faults=Counter(str(fault.kind) for fault in play.day.faults),
        restarts=play.server.lives - 1,
        plans=play.planner.count,
        digest=judge.digest,
        cpu_s=process_time() - began_s,
        nonsense_refused=sum(one.refused for one in liars),
        nonsense_taken=tuple(words for one in liars for words in one.taken),
        source_starts=play.plant.source_starts if play.plant else 0,
        source_trips=play.plant.trips if play.plant else 0,
    )
