"""Small things that tests of stations are built from."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from simulators.clock import ScaledClock
from simulators.sessions.session import Session, VehicleModel
from simulators.stations.link import connect_to
from simulators.stations.manners import POLITE, Manners
from simulators.stations.outlet import OutletModel
from simulators.stations.station import Station, Surroundings
from simulators.stations.station_v16 import StationV16
from simulators.stations.station_v201 import StationV201
from simulators.supply import Earthing, Supply
from tests.simulators.fake_csms import BOOTED, NOW, FakeCsms, Reply

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
TN = Supply(Earthing.TN)
IT = Supply(Earthing.IT)
ACCEPTED_TAG = {"idTagInfo": {"status": "Accepted"}}
ACCEPTED_TOKEN = {"idTokenInfo": {"status": "Accepted"}}
REPLIES: dict[str, Reply] = {
    "Authorize": {**ACCEPTED_TAG, **ACCEPTED_TOKEN},
    "BootNotification": BOOTED,
    "DiagnosticsStatusNotification": {},
    "FirmwareStatusNotification": {},
    "Heartbeat": NOW,
    "LogStatusNotification": {},
    "MeterValues": {},
    "StartTransaction": {"transactionId": 7, **ACCEPTED_TAG},
    "StatusNotification": {},
    "StopTransaction": {},
    "TransactionEvent": {},
}


def session(energy_wh: float = 10_000, **changes: Any) -> Session:
    """A session that no taper disturbs: 100 kWh battery, 10 % full."""
    model = {"battery_wh": 100_000, "line_count": 3, "max_a": 32.0, **changes.pop("vehicle", {})}
    fields = {
        "session_id": "s-1",
        "user": "ANNA",
        "arrives_at": NOON,
        "departs_at": NOON + timedelta(hours=10),
        "start_soc_pct": 10.0,
        **changes,
    }
    return Session(energy_wh=energy_wh, vehicle=VehicleModel(**model), **fields)


def outlet_model(number: int = 1, **changes: Any) -> OutletModel:
    return OutletModel(
        **{"number": number, "supply": TN, "line_count": 3, "max_a": 32.0, **changes}
    )


@dataclass
class Scene:
    """A station that runs against a scripted CSMS, in virtual time."""

    csms: FakeCsms
    station: Station
    clock: ScaledClock

    async def pass_time(self, seconds: float, every_s: float = 5.0) -> None:
        """Let time pass, looking at the station as a fleet does."""
        ends_at = self.clock.now() + timedelta(seconds=seconds)
        while (left_s := (ends_at - self.clock.now()).total_seconds()) > 0:
            await self.clock.sleep(min(every_s, left_s))
            self.station.advance()

    async def charge(self, energy_wh: float = 10_000, evse_number: int = 1) -> None:
        """Plug a vehicle in and wait until it draws all that it may."""
        await self.station.plug_in(evse_number, session(energy_wh))
        await self.pass_time(60)

    @property
    def amps(self) -> tuple[float, float, float]:
        return self.station.true_currents(1)


@asynccontextmanager
async def scene(
    version: str,
    folder: Path,
    *,
    replies: dict[str, Reply] | None = None,
    manners: Manners = POLITE,
    models: list[OutletModel] | None = None,
    boots: bool = True,
    tells_time: bool = True,
) -> AsyncIterator[Scene]:
    """Start a station at a CSMS; leaves it when it has booted and been quiet for a minute.

    The CSMS tells the true time, unless a test has it tell another one by its replies.
    """
    clock = ScaledClock(NOON)
    csms = FakeCsms({**REPLIES, **(replies or {})}, now=clock.now if tells_time else None)
    socket = folder / "csms"
    kind = StationV16 if version == "1.6" else StationV201
    surroundings = Surroundings(
        clock=clock,
        connect=connect_to("ws://csms/ocpp", socket),
        rng=Random(1),  # noqa: S311
    )
    station = kind("S/1", models or [outlet_model()], surroundings, manners)
    async with csms.listening(socket), asyncio.TaskGroup() as tasks:
        life = tasks.create_task(station.run())
        stage = Scene(csms, station, clock)
        if boots:
            await stage.pass_time(60)
        yield stage
        life.cancel()
