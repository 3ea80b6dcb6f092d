"""The whole system plans a vehicle by what its driver's habits let expect."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from csms.app import App
from csms.app_settings import AppSettings, World
from csms.domain.access import AccessMode
from csms.forecasting.settings import ForecastSettings
from csms.service.planner import InlinePlanner
from csms.service.requirements import OPEN
from csms.storage.database import Database
from simulators.clock import ScaledClock
from tests.e2e.rig import until
from tests.forecasting.rig import MIDNIGHT
from tests.service.rig import settings_of
from tests.storage.rig import SITE

SIX: Final = MIDNIGHT + timedelta(hours=6)


@asynccontextmanager
async def running(path: Path) -> AsyncIterator[tuple[App, str]]:
    """The system from six o'clock on; yields it and where stations connect."""
    app = App(
        AppSettings(
            access=AccessMode.OPEN,
            security=OPEN,
            sites=(SITE,),
            database=settings_of(path),
            forecasts=ForecastSettings(),
        ),
        World(clock=ScaledClock(SIX), planner=InlinePlanner(5.0)),
    )
    with socket.create_server(("127.0.0.1", 0)) as at:
        port = at.getsockname()[1]
        async with app.running(at):
            yield app, f"ws://127.0.0.1:{port}/ocpp"


async def begin(station: ClientConnection, token: str) -> None:
    """Let a vehicle come, as a 1.6 station tells it; whatever it is told is accepted."""
    at = SIX.strftime("%Y-%m-%dT%H:%M:%SZ")
    start = {"connectorId": 1, "idTag": token, "meterStart": 0, "timestamp": at}
    await station.send(json.dumps([2, "1", "StartTransaction", start]))
    async for message in station:
        frame = json.loads(message)
        if frame[0] == 2:
            await station.send(json.dumps([3, frame[1], {"status": "Accepted"}]))


async def need_of(app: App) -> Any:
    """What the vehicle at G-01 is planned to get."""
    transport = httpx2.ASGITransport(app=app.api)
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        view = (await client.get(f"/api/v1/sites/{SITE.site_id}/view")).json()
        return view["evses"]["G-01/1"]["need"]


async def said_of_stays(database: Database) -> Sequence[str]:
    """What is kept of all forecasts that were used."""
    async with database.reading() as connection:
        return (
            (await connection.exec_driver_sql("SELECT content FROM stay_forecast")).scalars().all()
        )


async def test_vehicle_is_planned_by_its_drivers_habits(modelled: Database, tmp_path: Path) -> None:
    """Ann takes 4 kWh, and leaves after two hours."""
    async with running(tmp_path / "modelled.db") as (app, url):

        async def is_forecast() -> bool:
            need = await need_of(app)
            return need is not None and need["source"] == "forecast"

        async def is_kept() -> bool:
            return bool(await said_of_stays(modelled))

        async with connect(f"{url}/G-01", subprotocols=[Subprotocol("ocpp1.6")]) as station:
            coming = asyncio.create_task(begin(station, "ANN"))
            await until(is_forecast, "the vehicle is planned by a forecast")
            need = await need_of(app)
            await until(is_kept, "what the forecast said is kept")
            coming.cancel()
    assert need["energy_wh"] == pytest.approx(4_000, abs=1_000)
    assert need["departs_at"][:13] in ("2026-01-14T07", "2026-01-14T08")
    kept = await said_of_stays(modelled)
    assert len(kept) == 1
    assert "ANN" not in kept[0]
