"""A station whose clock is wrong is kept to its limit all the same, and is found out."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx2
import pytest

from csms.app import App
from csms.app_settings import AppSettings, World
from csms.domain.access import AccessMode
from csms.gateway.server import GatewaySettings
from csms.service.planner import InlinePlanner
from csms.service.requirements import OPEN
from csms.settings.site_file import read_site
from csms.storage.database import DatabaseSettings
from simulators.clock import ScaledClock
from simulators.sessions.session import Session, VehicleModel
from simulators.stations.link import connect_to
from simulators.stations.manners import Manners
from simulators.stations.outlet import OutletModel
from simulators.stations.station import Station, Surroundings
from simulators.stations.station_v16 import StationV16
from simulators.stations.station_v201 import StationV201
from simulators.supply import Earthing, Supply
from simulators.virtual_time import inline_sqlite
from tests.gateway.rig import in_virtual_time

NOON: Final = datetime(2026, 1, 14, 12, tzinfo=UTC)
SITE: Final = """
site: cottage
timezone: Etc/UTC
grid: {earthing: TN}
feeders: [{id: main, name: Main fuse, limit_a: 20}]
chargers: [{id: C-1, feeder: main, max_a: 32, fallback_a: 6}]
control: {plan_every_s: 60, min_gap_s: 5}
"""
_TICK_S: Final = 5
VEHICLE: Final = Session(
    session_id="s-1",
    user="ANNA",
    arrives_at=NOON,
    departs_at=NOON + timedelta(hours=10),
    energy_wh=60_000,
    start_soc_pct=10.0,
    vehicle=VehicleModel(battery_wh=100_000, line_count=3, max_a=32.0),
)


@dataclass
class Cottage:
    """The whole system with one station, in virtual time.

    Attributes:
        highest_a: The most that the station has drawn so far.
    """

    app: App
    station: Station
    clock: ScaledClock
    highest_a: float = 0.0

    async def live(self, seconds: int) -> None:
        """Let time pass, with an eye on the station."""
        for _ in range(seconds // _TICK_S):
            await self.clock.sleep(_TICK_S)
            self.station.advance()
            self.highest_a = max(self.highest_a, *self.station.true_currents(1))

    async def view(self) -> Any:
        """The site as an operator sees it."""
        transport = httpx2.ASGITransport(app=self.app.api)
        async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
            return (await client.get("/api/v1/sites/cottage/view")).json()


@asynccontextmanager
async def running(
    folder: Path, kind: type[Station], clock: ScaledClock, manners: Manners
) -> AsyncIterator[Cottage]:
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    database = folder / "csms.db"

    async def connector() -> Any:
        return await inline_sqlite(database)

    settings = AppSettings(
        access=AccessMode.OPEN,
        security=OPEN,
        sites=(read_site(folder / "site.yaml"),),
        gateway=GatewaySettings(ping_every_s=3600.0),
        database=DatabaseSettings(url=f"sqlite:///{database}", is_durable=False),
    )
    server_clock = ScaledClock(NOON)
    world = World(clock=server_clock, planner=InlinePlanner(5.0), connector=connector)
    app = App(settings, world)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(folder / "ocpp"))
        listener.listen()
        listener.setblocking(False)
        model = OutletModel(number=1, supply=Supply(Earthing.TN), line_count=3, max_a=32.0)
        surroundings = Surroundings(
            clock=clock,
            connect=connect_to("ws://csms/ocpp", folder / "ocpp"),
            rng=Random(1),  # noqa: S311
        )
        async with app.running(ocpp_at=listener):
            station = kind("C-1", [model], surroundings, manners)
            async with station_running(station):
                yield Cottage(app, station, clock)


@asynccontextmanager
async def station_running(station: Station) -> AsyncIterator[None]:
    life = asyncio.ensure_future(station.run())
    try:
        yield
    finally:
        life.cancel()
        await asyncio.wait({life})


each_kind = pytest.mark.parametrize("kind", [StationV16, StationV201], ids=["1.6", "2.0.1"])


@each_kind
@pytest.mark.parametrize(
    ("wrong_s", "words"),
    [
        (-3600.0, "its clock is 60 min slow"),
        (3600.0, "its clock is 60 min fast"),
        (-300 * 86_400.0, "its clock is 300 days slow"),
    ],
)
def test_station_whose_clock_is_wrong_charges_under_its_limit_and_is_found_out(
    tmp_path: Path, kind: type[Station], wrong_s: float, words: str
) -> None:
    @in_virtual_time
    async def check() -> None:
        manners = Manners(wrong_clock_s=wrong_s)
        async with running(tmp_path, kind, ScaledClock(NOON), manners) as cottage:
            await cottage.live(60)
            await cottage.station.plug_in(1, VEHICLE)
            await cottage.live(600)
            assert cottage.highest_a == pytest.approx(20.0)
            assert cottage.station.true_currents(1) == pytest.approx((20.0, 20.0, 20.0))
            evse = (await cottage.view())["evses"]["C-1/1"]
            assert words in evse["reason"]["text"]
            assert evse["current_a"] == pytest.approx([20.0, 20.0, 20.0])

    check()


@each_kind
@pytest.mark.parametrize("wrong_s", [-3600.0, 3600.0], ids=["slow", "fast"])
def test_station_whose_clock_is_wrong_and_that_takes_what_it_likes_is_found_out(
    tmp_path: Path, kind: type[Station], wrong_s: float
) -> None:
    @in_virtual_time
    async def check() -> None:
        manners = Manners(wrong_clock_s=wrong_s, ignores_limits=True)
        async with running(tmp_path, kind, ScaledClock(NOON), manners) as cottage:
            await cottage.live(60)
            await cottage.station.plug_in(1, VEHICLE)
            await cottage.live(600)
            view = await cottage.view()
            reason = view["evses"]["C-1/1"]["reason"]["text"]
            assert reason.startswith(
                "Draws more than it was allowed; counted at its rating of 32 A"
            )
            assert view["feeders"]["main"]["load_a"] == pytest.approx([32.0, 32.0, 32.0])
            assert view["feeders"]["main"]["level"] == "over"

    check()


@each_kind
def test_stations_of_another_year_set_their_clocks_and_charge_as_planned(
    tmp_path: Path, kind: type[Station]
) -> None:
    @in_virtual_time
    async def check() -> None:
        january = ScaledClock(NOON - timedelta(days=300))
        async with running(tmp_path, kind, january, Manners()) as cottage:
            assert not cottage.app.is_set_up("C-1")
            await cottage.live(60)
            assert cottage.app.is_set_up("C-1")
            assert not cottage.app.is_set_up("X-99")
            await cottage.station.plug_in(1, VEHICLE)
            await cottage.live(600)
            assert cottage.highest_a == pytest.approx(20.0)
            assert cottage.station.true_currents(1) == pytest.approx((20.0, 20.0, 20.0))
            text = (await cottage.view())["evses"]["C-1/1"]["reason"]["text"]
            assert "clock" not in text

    check()
