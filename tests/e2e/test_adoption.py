"""A station that nobody knows, from its first try to its first transaction, over real sockets."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from websockets.exceptions import InvalidStatus

from csms.api.server import bind
from csms.app import App
from csms.app_settings import AppSettings, World
from csms.domain.access import AccessMode
from csms.domain.attempt import StrangerPolicy
from csms.domain.site import GuestPlace
from csms.service.planner import InlinePlanner
from csms.service.requirements import OPEN, SecurityPolicy
from csms.storage.database import DatabaseSettings
from tests.conformance.station import CallFailed, Station, connected
from tests.domain.sites import place, small_site

GUESTS: Final = GuestPlace(feeder_id="level-2", lines=(1, 2, 3), max_a=16.0)
SITE: Final = small_site(place("G-01", "level-1", 6.0), guests=GUESTS)
HOLD: Final = replace(OPEN, strangers=StrangerPolicy.HOLD)
GUARDED: Final = SecurityPolicy(strangers=StrangerPolicy.REFUSE)
OBEDIENT: Final[dict[str, Any]] = {
    "1.6": {
        "GetConfiguration": {"configurationKey": [], "unknownKey": []},
        "ChangeConfiguration": {"status": "Accepted"},
        "SetChargingProfile": {"status": "Accepted"},
        "TriggerMessage": {"status": "NotImplemented"},
    },
    "2.0.1": {
        "SetChargingProfile": {"status": "Accepted"},
        "TriggerMessage": {"status": "NotImplemented"},
    },
}
BOOTS: Final[dict[str, Any]] = {
    "1.6": {"chargePointVendor": "Acme", "chargePointModel": "Box"},
    "2.0.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "Box"}},
}
each_version = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


@asynccontextmanager
async def running(
    folder: Path, policy: SecurityPolicy
) -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """Run the whole system; yield a client of its API, and where stations connect."""
    settings = AppSettings(
        access=AccessMode.OPEN,
        sites=(SITE,),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'csms.db'}", is_durable=False),
        security=policy,
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


async def adopt(client: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await client.post("/unknown-stations/NEW-1/adoption", json={"site_id": "fjordgata"})
    assert answer.status_code == HTTPStatus.OK, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def boot(station: Station, version: str) -> str:
    return str((await station.call("BootNotification", BOOTS[version]))["status"])


@each_version
async def test_stranger_waits_and_is_served_at_its_next_boot(tmp_path: Path, version: str) -> None:
    async with (
        running(tmp_path, HOLD) as (client, url),
        connected(url, "NEW-1", version, OBEDIENT[version]) as station,
    ):
        assert await boot(station, version) == "Pending"
        with pytest.raises(CallFailed, match="SecurityError"):
            await station.call("Heartbeat")
        (entry,) = (await client.get("/unknown-stations")).json()
        assert (entry["station_id"], entry["is_waiting"]) == ("NEW-1", True)
        assert (entry["vendor"], entry["model"]) == ("Acme", "Box")
        assert (await client.get("/stations/NEW-1")).status_code == HTTPStatus.NOT_FOUND
        await adopt(client)
        assert await boot(station, version) == "Accepted"
        await station.call("Heartbeat")
        await station.asked_for("SetChargingProfile")
        kept = (await client.get("/stations/NEW-1")).json()
        assert (kept["site_id"], kept["is_guest"], kept["model"]) == ("fjordgata", True, "Box")
        assert (await client.get("/unknown-stations")).json() == []


@each_version
async def test_stranger_that_was_turned_away_comes_in_with_the_password_that_was_made(
    tmp_path: Path, version: str
) -> None:
    async with running(tmp_path, GUARDED) as (client, url):
        with pytest.raises(InvalidStatus):
            async with connected(url, "NEW-1", version, {}):
                pytest.fail("expected a refusal")
        (entry,) = (await client.get("/unknown-stations")).json()
        assert entry["cause"] == "it is in no site file, and it brings no password"
        assert entry["offered"] == [f"ocpp{version}"]
        password = (await adopt(client))["password"]
        proof = base64.b64encode(f"NEW-1:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {proof}"}
        async with connected(url, "NEW-1", version, OBEDIENT[version], headers=headers) as station:
            assert await boot(station, version) == "Accepted"


async def test_flood_of_made_up_names_is_bounded_and_leaves_the_door_open(tmp_path: Path) -> None:
    async with running(tmp_path, GUARDED) as (client, url):

        async def knock(number: int) -> None:
            with pytest.raises(InvalidStatus):
                async with connected(url, f"X-{number}", "1.6", {}):
                    pytest.fail("expected a refusal")

        for start in range(0, 200, 50):
            await asyncio.gather(*(knock(start + number) for number in range(50)))
        assert 30 <= len((await client.get("/unknown-stations")).json()) < 60
        await adopt(client)
