"""A building meter by MQTT: what it shows to be too much is cut by the next message."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

import aiomqtt

from csms.app import App
from csms.app_settings import AppSettings, World
from csms.domain.access import AccessMode
from csms.mqtt.settings import MqttSettings
from csms.ocpp.frames import Call
from csms.service.planner import InlinePlanner
from csms.service.requirements import OPEN
from csms.settings.site_file import read_site
from csms.storage.database import DatabaseSettings
from simulators.clock import ScaledClock
from simulators.sessions.session import Session, VehicleModel
from simulators.stations.link import Answer, connect_to
from simulators.stations.outlet import OutletModel
from simulators.stations.station import Obey, Station, Surroundings
from simulators.stations.station_v201 import StationV201
from simulators.supply import Earthing, Supply
from tests.e2e.rig import PATIENCE_S, server_in, until
from tests.mqtt.mosquitto import running_broker

SITE: Final = """
site: cottage
timezone: Etc/UTC
grid: {earthing: TN}
feeders:
  - id: main
    limit_a: 63
    uncontrolled:
      worst_case_a: 50
      metered: true
      mqtt: {topic: shellypro3em/status/em:0, lines: [$.a_current, $.b_current, $.c_current]}
chargers:
  - {id: C-1, feeder: main, max_a: 32, fallback_a: 6, keeps_fallback: true, keeps_limits: true}
control: {plan_every_s: 60, min_gap_s: 1, ramp_a_per_min: 10000}
"""
TOPIC: Final = "shellypro3em/status/em:0"


@dataclass
class Limits:
    """The limits that a station is sent for its transaction, as they come."""

    calls: list[str] = field(default_factory=list)
    sent_a: "asyncio.Queue[float]" = field(default_factory=asyncio.Queue)

    def note(self, call: Call, obey: Obey) -> Answer | None:
        """Let the station obey, and note what it was sent."""
        self.calls.append(call.action)
        profile = call.payload.get("chargingProfile", {})
        if profile.get("chargingProfilePurpose") == "TxProfile":
            [schedule] = profile["chargingSchedule"]
            self.sent_a.put_nowait(schedule["chargingSchedulePeriod"][0]["limit"])
        return obey(call)

    async def wait_for(self, most_a: float, least_a: float) -> None:
        """Wait until a limit between these comes."""
        async with asyncio.timeout(PATIENCE_S):
            while not least_a <= await self.sent_a.get() <= most_a:
                pass


def vehicle(now: datetime) -> Session:
    return Session(
        session_id="s-1",
        user="ANNA",
        arrives_at=now,
        departs_at=now + timedelta(hours=10),
        energy_wh=60_000,
        start_soc_pct=10.0,
        vehicle=VehicleModel(battery_wh=100_000, line_count=3, max_a=32.0),
    )


@asynccontextmanager
async def charging(folder: Path, port: int) -> AsyncIterator[Limits]:
    """The whole system with one vehicle that charges."""
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    settings = AppSettings(
        access=AccessMode.OPEN,
        security=OPEN,
        sites=(read_site(folder / "site.yaml"),),
        database=DatabaseSettings(url=f"sqlite:///{folder / 'csms.db'}", is_durable=False),
        mqtt=MqttSettings(host="127.0.0.1", port=port),
    )
    app = App(settings, World(planner=InlinePlanner(5.0)))
    model = OutletModel(number=1, supply=Supply(Earthing.TN), line_count=3, max_a=32.0)
    clock, limits = ScaledClock(datetime.now(UTC)), Limits()
    surroundings = Surroundings(
        clock=clock,
        connect=connect_to("ws://csms/ocpp", folder / "ocpp"),
        rng=Random(1),  # noqa: S311
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(folder / "ocpp"))
        listener.listen()
        listener.setblocking(False)
        async with app.running(ocpp_at=listener):
            station: Station = StationV201("C-1", [model], surroundings)
            station.trouble = limits.note
            life = asyncio.ensure_future(station.run())

            async def is_set_up() -> bool:
                return app.is_set_up("C-1")

            await until(is_set_up, "the station is set up")
            await station.plug_in(1, vehicle(clock.now()))
            yield limits
            life.cancel()
            await asyncio.wait({life})


async def test_load_that_a_meter_shows_is_cut_by_the_next_message_to_the_station(
    tmp_path: Path,
) -> None:
    with running_broker(tmp_path) as broker:
        async with (
            charging(tmp_path, broker.port) as limits,
            aiomqtt.Client("127.0.0.1", broker.port) as meter,
        ):
            await limits.wait_for(13.0, 13.0)  # 63 A less the worst case of 50 A
            await meter.publish(TOPIC, '{"a_current": 8, "b_current": 8.5, "c_current": 3}')
            await limits.wait_for(32.0, 32.0)
            limits.calls.clear()
            await meter.publish(TOPIC, '{"a_current": 9, "b_current": 44.2, "c_current": 3}')
            await limits.wait_for(18.8, 6.0)
            assert limits.calls == ["SetChargingProfile"]


async def status_at(port: int, wanted: bytes) -> None:
    """Wait until the broker says this of the server."""
    async with aiomqtt.Client("127.0.0.1", port) as client, asyncio.timeout(PATIENCE_S):
        await client.subscribe("a/b/v1/status", qos=1)
        async for message in client.messages:
            if message.payload == wanted:
                return


async def test_server_is_ready_without_its_broker_and_told_to_be_offline_when_it_is_killed(
    tmp_path: Path,
) -> None:
    with running_broker(tmp_path) as broker, server_in(tmp_path) as server:
        (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
        (tmp_path / "secret").write_text("to-be-ignored-by-this-broker\n", encoding="utf-8")
        settings = tmp_path / "chargeflex.yaml"
        settings.write_text(
            f"{settings.read_text(encoding='utf-8')}"
            f"mqtt:\n  {{host: 127.0.0.1, port: {broker.port}, prefix: a/b, user: chargeflex,\n"
            "   password_file: secret}\n",
            encoding="utf-8",
        )
        broker.kill()
        await server.start()  # until /readyz says so

        async def is_told() -> bool:
            [event, *_] = (await server.get("/api/v1/sites/cottage/view"))["guard"]["events"]
            return bool(event["kind"] == "broker_lost")

        await until(is_told, "the page tells that there is no broker")
        broker.start()
        await status_at(broker.port, b"online")
        assert (await server.get("/readyz"))["status"] == "ok"
        server.kill()
        await status_at(broker.port, b"offline")
