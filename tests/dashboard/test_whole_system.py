"""From a vehicle at a simulated station to what an operator sees of it in a browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Final

import pytest

from csms.api.server import bind, serve_http
from csms.app import App
from csms.app_settings import AppSettings, World
from csms.domain.access import AccessMode
from csms.service.planner import InlinePlanner
from csms.service.requirements import OPEN
from csms.settings.site_file import read_site
from csms.storage.database import DatabaseSettings
from simulators.clock import ScaledClock
from simulators.sessions.session import Session, VehicleModel
from simulators.stations.link import connect_to
from simulators.stations.outlet import OutletModel
from simulators.stations.station import Station, Surroundings
from simulators.stations.station_v16 import StationV16
from simulators.supply import Earthing, Supply
from tests.dashboard.rig import Server, Tab
from tests.dashboard.views import NOON, after

pytestmark = pytest.mark.asyncio(loop_scope="session")

SITE: Final = """
site: cottage
name: Cottage
timezone: Europe/Oslo
grid: {earthing: TN, voltage_v: 230}
feeders:
  - {id: main, name: Main fuse, limit_a: 20}
chargers:
  - {id: C-1, feeder: main, lines: [1, 2, 3], max_a: 32}
control: {plan_every_s: 60, min_gap_s: 5, limits_live_s: 900, settle_s: 6, meter_every_s: 30}
"""
RATE: Final = 60.0
TILE: Final = '[data-key="C-1/1"]'


def vehicle() -> Session:
    """30 kWh for a vehicle that stays until evening."""
    model = VehicleModel(battery_wh=80_000, line_count=3, max_a=32.0)
    return Session(
        session_id="s-1",
        user="ANNA",
        arrives_at=NOON,
        departs_at=after(600),
        energy_wh=30_000,
        start_soc_pct=10.0,
        vehicle=model,
    )


@asynccontextmanager
async def running(folder: Path, clock: ScaledClock) -> AsyncIterator[tuple[Server, int]]:
    """Run the whole system; yield its web server and the port for stations."""
    path = folder / "site.yaml"
    path.write_text(SITE, encoding="utf-8")
    settings = AppSettings(
        access=AccessMode.OPEN,
        security=OPEN,
        sites=(read_site(path),),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'csms.db'}", is_durable=False),
    )
    app = App(settings, World(clock=clock, clock_rate=RATE, planner=InlinePlanner(5.0)))
    with bind("127.0.0.1", 0) as http_at, bind("127.0.0.1", 0) as ocpp_at:
        server = Server(http_at.getsockname()[1])
        async with app.running(ocpp_at), asyncio.TaskGroup() as tasks:
            tasks.create_task(serve_http(app.api, http_at, server.stop))
            try:
                yield server, ocpp_at.getsockname()[1]
            finally:
                server.stop.set()


@asynccontextmanager
async def station_at(port: int, clock: ScaledClock) -> AsyncIterator[Station]:
    """A station of 32 A that lives on its own."""
    model = OutletModel(number=1, supply=Supply(Earthing.TN), line_count=3, max_a=32.0)
    surroundings = Surroundings(
        clock=clock,
        connect=connect_to(f"ws://127.0.0.1:{port}/ocpp"),
        rng=Random(1),  # noqa: S311
    )
    station = StationV16("C-1", [model], surroundings)

    async def live() -> None:
        while True:
            station.advance()
            await clock.sleep(5)

    async with asyncio.TaskGroup() as tasks:
        lives = [tasks.create_task(station.run()), tasks.create_task(live())]
        try:
            yield station
        finally:
            for life in lives:
                life.cancel()


async def test_a_vehicle_charges_before_the_operators_eyes(tab: Tab, tmp_path: Path) -> None:
    clock = ScaledClock(NOON, RATE)
    async with running(tmp_path, clock) as (server, port):
        await tab.open(server.url)
        await tab.says(f"{TILE} .tile-state", "Never seen")
        async with station_at(port, clock) as station:
            await tab.says(f"{TILE} .tile-state", "Available")
            await station.plug_in(1, vehicle())
            await tab.says(f"{TILE} .tile-state", "Charging")
            await tab.says(f"{TILE} .tile-current", "20.0 of 20 A")
            await tab.says(f"{TILE} .tile-power", "13.8 kW")
            reason = await tab.text(f"{TILE} .tile-reason")
            assert reason.startswith("Main fuse is full on L1")
            await tab.says('[data-feeder="main"] [data-line="1"]', "L1 20.0 A 0.0 A")
            await tab.page.wait_for_selector(".chart canvas")
            station.unplug(1)
            await tab.says(f"{TILE} .tile-state", "Available")
        await tab.says(f"{TILE} .tile-state", "Offline")
        assert (await tab.text(f"{TILE} .tile-reason")).startswith("Not connected; may draw")
        assert tab.complaints == []
