"""From an operator's request to a foreign station and back, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx2
from ocpp import v201
from ocpp.routing import on
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from csms.api.server import bind
from csms.app import App
from csms.app_settings import AppSettings, World
from csms.domain.access import AccessMode
from csms.service.planner import InlinePlanner
from csms.service.requirements import OPEN
from csms.storage.database import DatabaseSettings
from tests.domain.sites import place, small_site

TOKEN: Final = {"value": "04A2B3C4", "kind": "ISO14443"}


class ForeignStation(v201.ChargePoint):  # type: ignore[misc] # the package is not typed
    """A station made with the `ocpp` package that starts a transaction when asked to."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.asked: list[dict[str, Any]] = []

    @on("RequestStartTransaction")  # type: ignore[untyped-decorator]
    def on_request_start(self, **fields: Any) -> Any:
        self.asked.append(fields)
        return v201.call_result.RequestStartTransaction(status="Accepted", transaction_id="tx-1")

    async def boot(self) -> None:
        """Introduce itself."""
        told = {"model": "NL-22", "vendor_name": "Nordlys"}
        call = v201.call.BootNotification(charging_station=told, reason="PowerUp")
        await self.call(call, suppress=False)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """Run the whole system; yield a client of its API, and where stations connect."""
    settings = AppSettings(
        access=AccessMode.OPEN,
        sites=(small_site(place("G-01", "level-1", 6.0)),),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'csms.db'}", is_durable=False),
        security=OPEN,
    )
    app = App(settings, World(planner=InlinePlanner(5.0)))
    transport = httpx2.ASGITransport(app=app.api)
    with bind("127.0.0.1", 0) as at:
        url = f"ws://127.0.0.1:{at.getsockname()[1]}/ocpp"
        async with (
            app.running(at),
            httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1") as client,
        ):
            yield client, url


@asynccontextmanager
async def station_at(url: str) -> AsyncIterator[ForeignStation]:
    """A foreign station that is connected and has introduced itself."""
    async with connect(f"{url}/G-01", subprotocols=["ocpp2.0.1"], proxy=None) as socket:  # type: ignore[list-item]
        station = ForeignStation("G-01", socket)
        living = asyncio.create_task(station.start())
        try:
            await station.boot()
            yield station
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError, ConnectionClosed):
                await living


async def test_numbered_command_reaches_a_foreign_station_and_is_followed(tmp_path: Path) -> None:
    async with running(tmp_path) as (client, url), station_at(url) as station:
        body = {"command": "start", "id_token": TOKEN, "evse_number": 1}
        answer = await client.post("/stations/G-01/commands", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "status": "accepted",
            "answer": "",
            "detail": "",
            "transaction": "tx-1",
            "job": 1,
        }
        token = {"id_token": "04A2B3C4", "type": "ISO14443"}
        assert station.asked == [{"id_token": token, "remote_start_id": 1, "evse_id": 1}]
        job = (await client.get("/jobs/1")).json()
        assert (job["kind"], job["status"], job["result"]) == ("start", "accepted", "tx-1")
        assert job["command"]["id_token"] == {"value": "04…C4", "kind": "ISO14443"}


async def test_command_that_a_foreign_station_does_not_know_is_told_as_not_supported(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as (client, url), station_at(url):
        body = {"site": "fjordgata", "command": {"command": "reset"}}
        [result] = (await client.post("/commands", json=body)).json()
        assert result["station_id"] == "G-01"
        assert result["result"]["status"] == "not_supported"
        assert "NotImplemented" in result["result"]["detail"]
