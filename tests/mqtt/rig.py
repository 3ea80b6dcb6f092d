"""A bridge between a real broker and the use cases, and somebody else who speaks to the broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiomqtt
import orjson

from csms.domain.meter_source import MeterSource
from csms.domain.site import Site
from csms.mqtt.bridge import MqttBridge
from csms.mqtt.connection import Pace
from csms.mqtt.settings import MqttSettings, MqttVersion
from csms.mqtt.use_cases import UseCases
from csms.service.audit_log import AuditLog
from csms.service.charging_control import SiteController
from csms.service.control_room import ControlRoom
from csms.service.grid_desk import GridDesk
from csms.service.planner import InlinePlanner
from tests.domain.sites import flat, place, small_site
from tests.mqtt.mosquitto import Mosquitto
from tests.service.offers import offers_of
from tests.service.rig import FakeClock, Office, open_office
from tests.service.sites import with_meter

PATIENCE_S: Final = 30.0
"""What has not happened by then has failed to happen."""
OWN: Final = "chargeflex/v1/sites/fjordgata/feeders/intake/meter"
STATUS: Final = "chargeflex/v1/status"
_QUICK: Final = Pace(first_s=0.02, longest_s=0.1)


@dataclass
class MachineWaits(FakeClock):
    """Stands still until a test turns it; who waits for the broker waits for the machine's time."""

    async def sleep(self, seconds: float) -> None:
        """Wait, without turning the clock."""
        await asyncio.sleep(seconds)


def metered_site(source: MeterSource | None = None) -> Site:
    """Two chargers of 32 A behind 63 A, with a meter at the intake; its worst case is 50 A."""
    places = (place("G-01", "level-1", 0.0), place("G-02", "level-2", 0.0))
    site = with_meter(small_site(*places), flat(50.0), step_a=0.0)
    intake, *levels = site.feeders
    assert intake.uncontrolled is not None
    load = replace(intake.uncontrolled, source=source)
    return replace(site, feeders=(replace(intake, uncontrolled=load), *levels))


class Device:
    """Somebody else at the broker."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client

    async def tell(self, topic: str, payload: object, *, retain: bool = False) -> None:
        """Send something; bytes as they are, all else as JSON."""
        body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
        await self.client.publish(topic, body, qos=1, retain=retain)

    async def hear(self, payload: bytes) -> aiomqtt.Message:
        """Wait for a message that says this, of those that were subscribed to."""
        async with asyncio.timeout(PATIENCE_S):
            async for message in self.client.messages:
                if message.payload == payload:
                    return message
        raise AssertionError("the messages have ended")


@dataclass
class Bridged:
    """The use cases, the bridge, the broker and a device.

    Attributes:
        running: The bridge's task.
    """

    office: Office
    room: ControlRoom
    bridge: MqttBridge
    device: Device
    running: asyncio.Task[None]

    async def read(self, topic: str, payload: object, **how: bool) -> tuple[float, ...] | None:
        """Send what completes a reading; return what the meter has shown then."""
        live = self.office.live
        live.metered.clear()
        await self.device.tell(topic, payload, **how)
        async with asyncio.timeout(PATIENCE_S):
            await live.metered.wait()
        return live.meters["intake"].latest(self.now, 180)

    @property
    def now(self) -> datetime:
        """The present instant."""
        instant: datetime = self.office.clock.now()
        return instant


def rooms(office: Office) -> ControlRoom:
    """The controllers of all sites, of which only the feeds run."""
    controllers = {
        live.site.site_id: SiteController(
            live, office.gateway, InlinePlanner(5.0), office.open_uow, office.clock
        )
        for live in office.sites
    }
    return ControlRoom(controllers, office.clock, 1.0, office.security.required)


def uses(office: Office, room: ControlRoom | None = None) -> UseCases:
    """What a bridge makes use of."""
    room = room or rooms(office)
    return UseCases(
        sites=office.sites,
        operations=office.operations,
        limits=office.limits,
        grid=GridDesk(office.profiles, office.sites, room.newest, office.clock),
        flexibility=offers_of(office, room, InlinePlanner(5.0)),
        pricing=office.pricing,
        feeds=room,
        log=AuditLog(office.open_uow, office.clock),
    )


@asynccontextmanager
async def device_at(
    broker: Mosquitto, version: MqttVersion = MqttVersion.V5, **more: Any
) -> AsyncIterator[Device]:
    """Somebody else who hears whether the server is there."""
    protocols = {"5": aiomqtt.ProtocolVersion.V5, "3.1.1": aiomqtt.ProtocolVersion.V311}
    client = aiomqtt.Client("127.0.0.1", broker.port, protocol=protocols[version], **more)
    async with client:
        await client.subscribe(STATUS, qos=1)
        yield Device(client)
    if client._disconnected.done():
        client._disconnected.exception()  # a broker that was killed is no news here


def settings_for(broker: Mosquitto, **more: Any) -> MqttSettings:
    """Settings by which a server finds the broker."""
    return MqttSettings(**{"host": "127.0.0.1", "port": broker.port, **more})


@asynccontextmanager
async def bridged(
    path: Path, broker: Mosquitto, site: Site | None = None, **more: Any
) -> AsyncIterator[Bridged]:
    """A bridge that is connected."""
    version, way = more.get("version", MqttVersion.V5), more.pop("device", {})
    companies = more.pop("companies", ())
    site = site or metered_site()
    async with (
        open_office(path, site, clock=MachineWaits(), companies=companies) as office,
        device_at(broker, version, **way) as device,
    ):
        settings = settings_for(broker, **more)
        room = rooms(office)
        bridge = MqttBridge(settings, uses(office, room), office.clock, _QUICK)
        task = asyncio.ensure_future(bridge.run())
        feeding = [asyncio.ensure_future(room.feed(name).run()) for name in room.site_ids()]
        try:
            await device.hear(b"online")
            yield Bridged(office, room, bridge, device, task)
        finally:
            for one in (task, *feeding):
                one.cancel()
            await asyncio.wait({task, *feeding})
