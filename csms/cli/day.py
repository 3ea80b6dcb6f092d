"""One day of a scenario in virtual time: the real system, and what other policies would do."""

import asyncio
import socket
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx2
import numpy as np

from csms.app import App
from csms.app_settings import AppSettings, World
from csms.cli.grid_player import GridPlayer, grid_player
from csms.cli.plant_player import PlayPlant, plant_of, play_plant
from csms.domain.access import AccessMode
from csms.gateway.server import GatewaySettings
from csms.service.planner import InlinePlanner
from csms.service.requirements import OPEN
from csms.settings.site_file import read_site
from csms.storage.database import DatabaseSettings
from simulators.building import MeterReporter, buildings_of
from simulators.clock import ScaledClock
from simulators.fleet import Fleet
from simulators.placement import Visit
from simulators.report import FleetReport
from simulators.resources.plant import Plant
from simulators.scenario import Scenario
from simulators.site import Feeder as SimulatedFeeder
from simulators.site import Place
from simulators.stations.link import connect_to
from simulators.supply import Earthing
from simulators.virtual_time import inline_sqlite, run_virtual
from smart_charging.arrays import Array
from smart_charging.feeder import Feeder
from smart_charging.study import day as study
from smart_charging.taps import Tap, pair_tap, wye_tap

LEAST_SHARE: Final = 0.97
"""Of the energy that perfect foresight would deliver: less is a fault."""

_SOLVER_TIME_LIMIT_S: Final = 10.0
_PING_EVERY_S: Final = 3600.0
_SLOT_S: Final = 300
_SAMPLE_S: Final = 5
_THREE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """A day under the real system, and the same day under other policies.

    Attributes:
        is_shared: Room was shared with batteries, heat and loads, which the other policies do not
            know: theirs is the room of all, so that no share of theirs is expected.
    """

    report: FleetReport
    uncontrolled: study.DayResult
    equal_share: study.DayResult
    perfect_foresight: study.DayResult
    is_shared: bool = False

    @property
    def share_of_foresight(self) -> float:
        """Energy delivered over what perfect foresight would have delivered."""
        best_wh = self.perfect_foresight.delivered_wh
        return self.report.delivered_wh / best_wh if best_wh else 1.0

    @property
    def faults(self) -> list[str]:
        """What must not be: a limit exceeded, or too little delivered."""
        faults = []
        if self.report.over_as > 0:
            faults.append(f"{self.report.over_as:.1f} ampere-seconds above a limit")
        if self.share_of_foresight < LEAST_SHARE and not self.is_shared:
            share_pct, least_pct = 100 * self.share_of_foresight, 100 * LEAST_SHARE
            faults.append(f"{share_pct:.2f} % of perfect foresight, expected {least_pct:.0f} %")
        return faults


Put: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[bool]]
"""Asks the API for something, given its path and a body; returns whether that was done."""


class DriversApp:
    """Tells the system through its API what drivers state, and what the feeders' meters show.

    Args:
        put: Asks the API for something; returns whether that was done.
        site_id: Whose meters.
    """

    def __init__(self, put: Put, site_id: str) -> None:
        self._put = put
        self._site_id = site_id

    async def state_need(self, visit: Visit) -> bool:
        """Pass on what a driver states, if anything; return whether that is done with."""
        session = visit.session
        if session.stated_departs_at is None and session.stated_energy_wh is None:
            return True
        need = {
            "energy_wh": session.stated_energy_wh or None,
            "departs_at": session.stated_departs_at and session.stated_departs_at.isoformat(),
        }
        path = f"/api/v1/stations/{visit.station_id}/evses/{visit.evse_number}/need"
        return await self._put(path, need)

    async def report_load(
        self, feeder_id: str, at: datetime, current_a: tuple[float, float, float]
    ) -> bool:
        """Pass on a measurement of a feeder's uncontrolled load; return whether it was taken."""
        path = f"/api/v1/sites/{self._site_id}/feeders/{feeder_id}/load"
        return await self._put(path, {"current_a": list(current_a), "at": at.isoformat()})


def put_by(client: httpx2.AsyncClient) -> Put:
    """Make what asks an API through a client."""

    async def put(path: str, body: dict[str, Any]) -> bool:
        try:
            response = await client.put(path, json=body)
        except httpx2.TransportError:
            return False
        return response.is_success

    return put


def run_day(scenario: Scenario, length: timedelta, play: PlayPlant | None = None) -> FleetReport:
    """Run a scenario against the real system in virtual time.

    Args:
        scenario: What happens.
        length: How much of it.
        play: Lets the site's resources live; None: as they should.
    """
    return run_virtual(_run(scenario, length, play or play_plant))


def compare(scenario: Scenario, report: FleetReport) -> DayFigures:
    """Hold a day's outcome against other policies on the same day."""
    day = study_day(scenario, report.at)
    return DayFigures(
        report=report,
        uncontrolled=study.uncontrolled(day),
        equal_share=study.equal_share(day),
        perfect_foresight=study.perfect_foresight(day),
        is_shared=bool(scenario.site.resources),
    )


def study_day(scenario: Scenario, until: datetime) -> study.Day:
    """The same day as the planning library's study takes it: ideal vehicles, true loads."""
    slots = int((until - scenario.starts_at).total_seconds()) // _SLOT_S
    starts = [scenario.starts_at + timedelta(seconds=_SLOT_S * i) for i in range(slots)]
    loads = _uncontrolled(scenario, slots)
    places = {(p.station_id, p.model.number): p for p in scenario.site.places}
    return study.Day(
        starts_at=scenario.starts_at,
        slots_s=(_SLOT_S,) * slots,
        feeders=tuple(
            _feeder(feeder, loads.get(feeder.feeder_id), starts, scenario)
            for feeder in scenario.site.feeders
        ),
        visits=tuple(
            _visit(i, visit, places[visit.station_id, visit.evse_number], until)
            for i, visit in enumerate(scenario.visits)
            if visit.session.arrives_at < until
        ),
    )


async def _run(scenario: Scenario, length: timedelta, play: PlayPlant) -> FleetReport:
    clock = ScaledClock(scenario.starts_at)
    with tempfile.TemporaryDirectory(prefix="chargeflex-") as folder:
        at = Path(folder) / "ocpp"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(at))
        listener.listen(len(scenario.station_ids) + 8)
        listener.setblocking(False)
        player = grid_player(scenario)
        app = _app(scenario, clock, Path(folder) / "demo.db", player)
        async with app.running(ocpp_at=listener):
            transport = httpx2.ASGITransport(app=app.api)
            async with httpx2.AsyncClient(transport=transport, base_url="http://demo") as client:
                drivers = DriversApp(put_by(client), scenario.site.site_id)
                plant = plant_of(scenario, clock)
                async with asyncio.TaskGroup() as tasks:
                    playing = tasks.create_task(player.run(client, clock))
                    living = tasks.create_task(play(plant, client))
                    lived = _Lived(scenario, clock, at, plant)
                    report = await _live_through(lived, drivers, length)
                    playing.cancel()
                    living.cancel()
                return report


@dataclass(frozen=True, slots=True)
class _Lived:
    """What is lived through, when, and where stations connect to."""

    scenario: Scenario
    clock: ScaledClock
    at: Path
    plant: Plant


async def _live_through(lived: _Lived, drivers: DriversApp, length: timedelta) -> FleetReport:
    scenario, clock = lived.scenario, lived.clock
    connect = connect_to("ws://demo/ocpp", lived.at)
    fleet = Fleet(scenario, clock, connect, announce=drivers.state_need, beside=lived.plant.drawn)
    meters = MeterReporter(
        scenario.site, fleet.buildings, clock, drivers.report_load, drawn=fleet.drawn
    )
    async with asyncio.TaskGroup() as tasks:
        lives = (tasks.create_task(fleet.run()), tasks.create_task(meters.run()))
        await clock.sleep(length.total_seconds())
        report = fleet.report()
        for life in lives:
            life.cancel()
    return report


def _app(scenario: Scenario, clock: ScaledClock, database: Path, player: GridPlayer) -> App:
    async def connector() -> Any:  # noqa: ANN401
        return await inline_sqlite(database)

    settings = AppSettings(
        access=AccessMode.OPEN,
        security=OPEN,
        sites=(read_site(scenario.site_path),),
        gateway=GatewaySettings(ping_every_s=_PING_EVERY_S),
        database=DatabaseSettings(url=f"sqlite:///{database}", is_durable=False),
        grid_companies=player.companies,
    )
    planner = InlinePlanner(_SOLVER_TIME_LIMIT_S)
    return App(settings, World(clock=clock, planner=planner, connector=connector))


def _uncontrolled(scenario: Scenario, slots: int) -> dict[str, Array]:
    """The true uncontrolled load of each feeder, averaged over every slot: [line, slot]."""
    buildings = buildings_of(scenario.site, scenario.starts_at, scenario.seed, scenario.habits)
    samples = slots * _SLOT_S // _SAMPLE_S
    instants = [scenario.starts_at + timedelta(seconds=_SAMPLE_S * i) for i in range(samples)]
    loads: dict[str, Array] = {}
    for feeder_id, building in buildings.items():
        amps = np.array([building.currents_at(instant) for instant in instants])
        loads[feeder_id] = amps.reshape(slots, -1, 3).mean(axis=1).T
    return loads


def _feeder(
    feeder: SimulatedFeeder, load: Array | None, starts: Sequence[datetime], scenario: Scenario
) -> Feeder:
    zone = scenario.site.zone
    limits = np.array([feeder.limit.at(start.astimezone(zone)) for start in starts]).T
    for cut in scenario.cuts:
        if cut.feeder_id == feeder.feeder_id:
            within = [cut.holds_at(start) for start in starts]
            limits[:, within] = np.minimum(limits[:, within], cut.amps)
    return Feeder(
        key=feeder.feeder_id,
        parent=feeder.parent_id,
        limit_a=limits,
        uncontrolled_a=np.zeros_like(limits) if load is None else load,
    )


def _visit(number: int, visit: Visit, place: Place, until: datetime) -> study.Visit:
    session, model, supply = visit.session, place.model, place.model.supply
    used = supply.lines_used(model.line_count, session.vehicle.line_count)
    if model.is_dc:
        used = _THREE
        w_per_a = supply.watts_per_ampere(_THREE) * model.efficiency
        max_a = min(model.max_a, session.vehicle.max_dc_w / w_per_a)
    else:
        w_per_a = supply.watts_per_ampere(used)
        max_a = min(model.max_a, session.vehicle.max_a)
    return study.Visit(
        key=f"{number} {visit.station_id}",
        feeder=place.feeder_id,
        tap=_tap(place, used, supply.earthing),
        w_per_a=w_per_a,
        max_a=max_a,
        min_a=model.min_a,
        arrives_at=session.arrives_at,
        departs_at=min(session.departs_at, until),
        energy_wh=visit.possible_wh,
    )


def _tap(place: Place, used: int, earthing: Earthing) -> Tap:
    if earthing is Earthing.TN or used == _THREE:
        return wye_tap(place.lines[:used])
    return pair_tap(place.lines[0], place.lines[1])
