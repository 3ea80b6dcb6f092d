"""Setpoints go out as we write them or as a device takes them: never retained, and short-lived."""

import asyncio
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from csms.domain.resource import OrderedAt, Setpoint
from csms.mqtt.said import Said
from csms.mqtt.setpoints_out import SetpointsOut, said
from csms.mqtt.topics import Topics
from tests.domain.resources import BATTERY, with_resources
from tests.domain.sites import small_site
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.rig import PATIENCE_S, bridged
from tests.service.rig import NOON, open_office

TOPIC = "chargeflex/v1/sites/fjordgata/resources/battery/setpoint"
SITE = with_resources(small_site(), BATTERY)


def setpoint(watts: float, lives_s: float = 360.0) -> Setpoint:
    return Setpoint(watts, NOON, NOON + timedelta(seconds=lives_s))


def test_our_own_topic_tells_watts_and_until_when() -> None:
    one = said(None, TOPIC, setpoint(-2_500.0), 360)
    assert (one.topic, one.is_retained, one.lives_s) == (TOPIC, False, 360)
    assert orjson.loads(one.payload) == {
        "setpoint_w": -2500.0,
        "at": "2026-01-14T12:00:00+00:00",
        "until": "2026-01-14T12:06:00+00:00",
    }


@pytest.mark.parametrize(
    ("ordered_at", "watts", "payload"),
    [
        (OrderedAt(topic="t"), 2_500.0, b"2500.0"),
        (OrderedAt(topic="t", key="kW", per_w=-0.001), 2_500.0, b'{"kW":-2.5}'),
        (OrderedAt(topic="t", per_w=100.0 / 6_900.0), 6_900.0, b"100.0"),
        (OrderedAt(topic="t", on="ON", off="OFF"), 2_500.0, b"ON"),
        (OrderedAt(topic="t", on="ON", off="OFF"), 0.0, b"OFF"),
        (OrderedAt(topic="t", key="state", on="on", off="off"), 0.0, b'{"state":"off"}'),
    ],
)
def test_device_of_somebody_else_is_told_in_its_own_words(
    ordered_at: OrderedAt, watts: float, payload: bytes
) -> None:
    one = said(ordered_at, TOPIC, setpoint(watts), 360)
    assert (one.topic, one.payload, one.is_retained) == ("t", payload, False)


async def test_what_has_lapsed_before_it_could_be_sent_is_not_sent(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        sent: list[Said] = []

        async def say(one: Said) -> None:
            sent.append(one)

        out = SetpointsOut(office.sites, Topics("chargeflex"), office.clock)
        live = office.live
        live.resources["battery"].tell(setpoint(1_000.0, lives_s=60.0))
        live.setpoints_due["battery"] = None
        live.setpoints.set()
        office.clock.turn(61)
        sending = asyncio.ensure_future(out.run(say))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        live.resources["battery"].tell(
            Setpoint(500.0, office.clock.now(), NOON + timedelta(hours=1))
        )
        live.setpoints_due["battery"] = None
        live.setpoints.set()
        for _ in range(5):
            await asyncio.sleep(0)
        sending.cancel()
        assert [orjson.loads(one.payload)["setpoint_w"] for one in sent] == [500.0]


async def test_setpoint_reaches_a_device_through_the_broker(
    database_file: Path, broker: Mosquitto
) -> None:
    async with bridged(database_file, broker, SITE) as one:
        await one.device.client.subscribe(TOPIC, qos=1)
        live = one.office.live
        live.resources["battery"].tell(Setpoint(1_500.0, one.now, one.now + timedelta(minutes=6)))
        live.setpoints_due["battery"] = None
        live.setpoints.set()
        async with asyncio.timeout(PATIENCE_S):
            async for message in one.device.client.messages:
                if str(message.topic) == TOPIC:
                    assert orjson.loads(bytes(message.payload))["setpoint_w"] == 1_500.0
                    assert not message.retain
                    break
