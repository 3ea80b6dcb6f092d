"""Stations that take limits in their own way end up limited, and no feeder is overloaded for it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
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
from simulators.stations.manners import Composite, Manners
from simulators.stations.outlet import OutletModel
from simulators.stations.station import Station, Surroundings
from simulators.stations.station_v16 import StationV16
from simulators.stations.station_v201 import StationV201
from simulators.supply import Earthing, Supply
from simulators.virtual_time import inline_sqlite
from tests.gateway.rig import in_virtual_time

NOON: Final = datetime(2026, 1, 14, 12, tzinfo=UTC)
LIMIT_A: Final = 40.0
SITE: Final = """
site: yard
timezone: Etc/UTC
grid: {earthing: TN}
feeders: [{id: main, name: Main fuse, limit_a: 40}]
chargers:
  - {id: Y-1, feeder: main, max_a: 32, fallback_a: 6}
  - {id: Y-2, feeder: main, max_a: 32, fallback_a: 6}
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
each_kind = pytest.mark.parametrize("kind", [StationV16, StationV201], ids=["1.6", "2.0.1"])


@dataclass
class Yard:
    """The whole system with two stations on one feeder, in virtual time.

    Attributes:
        over_s: For how long the feeder has carried more than its limit.
        currents_a: What each station draws.
    """

    app: App
    stations: list[Station]
    clock: ScaledClock
    over_s: int = 0
    currents_a: list[float] = field(default_factory=list)

    async def live(self, seconds: int) -> None:
        """Let time pass, with an eye on the feeder."""
        for _ in range(seconds // _TICK_S):
            await self.clock.sleep(_TICK_S)
            for station in self.stations:
                station.advance()
            self.currents_a = [max(station.true_currents(1)) for station in self.stations]
            if sum(self.currents_a) > LIMIT_A + 0.01:
                self.over_s += _TICK_S

    async def charge(self, seconds: int) -> None:
        """Let vehicles come, and time pass."""
        for number, station in enumerate(self.stations):
            await station.plug_in(1, replace(VEHICLE, session_id=f"s-{number}", user=f"U-{number}"))
        await self.live(seconds)

    async def get(self, path: str) -> Any:
        """What the API answers."""
        transport = httpx2.ASGITransport(app=self.app.api)
        async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
            answer = await client.get(f"/api/v1{path}")
            assert answer.status_code == 200, answer.text
            return answer.json()

    async def reason(self, station_id: str) -> str:
        """Why a station has its limit."""
        return str(
            (await self.get("/sites/yard/view"))["evses"][f"{station_id}/1"]["reason"]["text"]
        )

    async def purposes(self, station_id: str) -> set[str]:
        """Of which purpose the limits are that a station has taken."""
        limits = await self.get(f"/stations/{station_id}/limits?limit=500")
        return {one["purpose"] for one in limits if one["verdict"] == "accepted" and one["ends_at"]}

    async def notices(self, station_id: str) -> list[str]:
        """What was found of a station, the oldest first."""
        found = await self.get(f"/stations/{station_id}/notices")
        return [one["kind"] for one in found if one["kind"].startswith("limits_")][::-1]


@asynccontextmanager
async def running(folder: Path, kind: type[Station], *manners: Manners) -> AsyncIterator[Yard]:
    """Two stations; those without manners of their own are polite."""
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
    clock = ScaledClock(NOON)
    app = App(settings, World(clock=clock, planner=InlinePlanner(5.0), connector=connector))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(folder / "ocpp"))
        listener.listen()
        listener.setblocking(False)
        surroundings = Surroundings(
            clock=clock,
            connect=connect_to("ws://csms/ocpp", folder / "ocpp"),
            rng=Random(1),  # noqa: S311
        )
        model = OutletModel(number=1, supply=Supply(Earthing.TN), line_count=3, max_a=32.0)
        stations = [
            kind(f"Y-{number}", [model], surroundings, one)
            for number, one in enumerate((*manners, *[Manners()] * (2 - len(manners))), start=1)
        ]
        async with app.running(ocpp_at=listener):
            lives = [asyncio.ensure_future(station.run()) for station in stations]
            try:
                await clock.sleep(60)
                yield Yard(app, stations, clock)
            finally:
                for life in lives:
                    life.cancel()
                await asyncio.wait(lives)


REFUSALS: Final[dict[str, tuple[Manners, str]]] = {
    "no limits of transactions": (Manners(refuses_tx_profile=True), "tx_default"),
    "no defaults": (Manners(refuses_tx_defaults=True), "station_max"),
    "neither of them": (
        Manners(refuses_tx_defaults=True, refuses_tx_profile=True),
        "station_max",
    ),
    "no validity": (Manners(refuses_validity=True), "tx"),
    "one period": (Manners(one_period=True), "tx"),
    "whole numbers": (Manners(whole_numbers=True), "tx"),
    "only watts": (Manners(only_watts=True), "tx"),
    "whole numbers of watts, one of them": (
        Manners(only_watts=True, whole_numbers=True, one_period=True),
        "tx",
    ),
}


@each_kind
@pytest.mark.parametrize(("manners", "purpose"), REFUSALS.values(), ids=REFUSALS.keys())
def test_station_that_refuses_one_form_is_limited_in_another(
    tmp_path: Path, kind: type[Station], manners: Manners, purpose: str
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with running(tmp_path, kind, manners) as yard:
            await yard.charge(1200)
            assert sum(yard.currents_a) == pytest.approx(LIMIT_A, abs=1.5)
            assert min(yard.currents_a) >= 9.5
            assert yard.over_s == 0
            assert await yard.purposes("Y-1") >= {purpose}
            assert await yard.notices("Y-1") == []

    check()


IGNORED: Final[dict[str, tuple[Manners, str]]] = {
    "limits of transactions": (Manners(ignores_tx_profile=True), "tx_default"),
    "all but the station's maximum": (
        Manners(ignores_tx_profile=True, ignores_tx_defaults=True),
        "station_max",
    ),
}


@each_kind
@pytest.mark.parametrize(("manners", "purpose"), IGNORED.values(), ids=IGNORED.keys())
def test_station_that_accepts_what_it_does_not_keep_to_is_found_and_limited_otherwise(
    tmp_path: Path, kind: type[Station], manners: Manners, purpose: str
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with running(tmp_path, kind, manners) as yard:
            await yard.charge(2400)
            assert {"limits_ignored", "limits_misread"} & set(await yard.notices("Y-1"))
            assert purpose in await yard.purposes("Y-1")
            yard.over_s = 0
            await yard.live(1200)
            assert yard.over_s == 0
            assert sum(yard.currents_a) == pytest.approx(LIMIT_A, abs=1.5)

    check()


@each_kind
def test_station_that_charges_without_a_limit_once_it_has_one_never_finds_the_room_given_away(
    tmp_path: Path, kind: type[Station]
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with running(tmp_path, kind, Manners(ignores_tx_profile=True)) as yard:
            await yard.charge(2400)
            assert "limits_ignored" in await yard.notices("Y-1") + await yard.notices("Y-2")
            assert yard.over_s == 0  # not even before it was found: its make was on trial

    check()


@each_kind
@pytest.mark.parametrize("composite", Composite)
def test_station_is_asked_back_and_what_it_answers_harms_nobody(
    tmp_path: Path, kind: type[Station], composite: Composite
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with running(tmp_path, kind, Manners(composite=composite)) as yard:
            await yard.charge(900)
            assert yard.over_s == 0
            assert sum(yard.currents_a) == pytest.approx(LIMIT_A, abs=1.5)
            assert await yard.notices("Y-1") == []
            # Both are of one make: one that is wrong is enough for neither to be asked again.
            dialect = (await yard.get("/stations/Y-1"))["dialect"]
            tells_profiles = composite in {Composite.TRUE, Composite.PRETENDED}
            assert dialect["reads_back"] is tells_profiles

    check()


@each_kind
def test_station_that_keeps_to_nothing_is_counted_at_its_rating(
    tmp_path: Path, kind: type[Station]
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with running(tmp_path, kind, Manners(ignores_limits=True)) as yard:
            await yard.charge(2400)
            yard.over_s = 0
            await yard.live(600)
            assert yard.over_s == 0
            # The other is of the same make, and there is no room to try it: it keeps its fallback.
            assert yard.currents_a == pytest.approx([32.0, 6.0], abs=0.5)
            text = await yard.reason("Y-1")
            assert text == "Draws more than it was allowed; counted at its rating of 32 A"

    check()
