"""Blocks and heartbeats of grid companies through a real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import aiomqtt
import orjson
import pytest

from csms.mqtt.topics import Order, OrderKind, Topics
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.rig import PATIENCE_S, Bridged, bridged
from tests.service.grid_companies import KRAFT, NETT

GRID: Final = "chargeflex/v1/grid/nett"
SET: Final = f"{GRID}/sites/fjordgata/feeders/level-1/blocks/consumption/set"
GROUP: Final = f"{GRID}/groups/area-7/blocks/fallback/set"
BEAT: Final = f"{GRID}/heartbeat"
BLOCK: Final = {
    "capacity": 13_800,
    "unit": "W",
    "start_time": "2026-01-14T12:00:00Z",
    "end_time": "2026-01-14T13:00:00Z",
}


@asynccontextmanager
async def sending(path: Path, broker: Mosquitto) -> AsyncIterator[Bridged]:
    """A bridge that takes the word of one grid company, and hears its own answers."""
    way: dict[str, Any] = {"takes_orders": True, "tells_state": False}
    companies = (replace(NETT, takes_mqtt=True), KRAFT)
    async with bridged(path, broker, companies=companies, **way) as one:
        await one.device.client.unsubscribe("chargeflex/v1/status")
        for topic in (f"{SET}/result", f"{GROUP}/result", f"{BEAT}/result"):
            await one.device.client.subscribe(topic, qos=1)
        yield one


async def answer_to(one: Bridged, topic: str, body: object) -> Any:
    await one.device.tell(topic, body)
    async with asyncio.timeout(PATIENCE_S):
        message = await anext(one.device.client.messages)
    assert message.topic.value == f"{topic}/result"
    return orjson.loads(bytes(message.payload))


async def test_blocks_are_in_force_and_answered_as_over_http(
    database_file: Path, broker: Mosquitto
) -> None:
    async with sending(database_file, broker) as one:
        answer = await answer_to(one, SET, {"id": 7, "blocks": [BLOCK]})
        assert (answer["id"], answer["status"]) == (7, "done")
        result = answer["result"]
        assert (result["party"], result["silent_at"]) == ("nett", "2026-01-14T12:10:00Z")
        assert result["blocks"][0]["feeders"][0]["limit_a"] == [20.0, 20.0, 20.0]
        [step] = one.office.live.profiles["level-1", "nett"]
        assert step.amps == (20.0, 20.0, 20.0)


async def test_fallback_of_a_group_is_kept(database_file: Path, broker: Mosquitto) -> None:
    async with sending(database_file, broker) as one:
        answer = await answer_to(one, GROUP, {"blocks": [BLOCK]})
        assert len(answer["result"]["blocks"][0]["feeders"]) == 2
        assert one.office.live.profiles == {}


async def test_heartbeat_is_answered(database_file: Path, broker: Mosquitto) -> None:
    async with sending(database_file, broker) as one:
        answer = await answer_to(one, BEAT, {"expires_at": "2026-01-14T12:01:00Z"})
        assert answer["result"]["heard_at"] == "2026-01-14T12:00:00Z"


@pytest.mark.parametrize(
    ("topic", "body", "detail"),
    [
        (
            SET.replace("level-1", "intake"),
            {"blocks": [BLOCK]},
            "expected one of feeders fjordgata/level-1 from 'nett', got 'feeder fjordgata/intake'",
        ),
        (
            SET.replace("consumption", "wish"),
            {"blocks": [BLOCK]},
            (
                "kind: expected one of consumption, generation, optimum, fallback, "
                "fallback_generation, agreed, agreed_least, got 'wish'"
            ),
        ),
        (
            SET,
            {"blocks": [BLOCK, {**BLOCK, "capacity": -1}]},
            "blocks/1/capacity: Input should be greater than or equal to 0",
        ),
        (BEAT, {"at": "now"}, "payload: at: Extra inputs are not permitted"),
        (
            BEAT.replace("nett", "kraft"),
            {},
            "expected a grid company with `mqtt: true`, got 'kraft'",
        ),
        (
            BEAT.replace("nett", "mayor"),
            {},
            "expected a grid company with `mqtt: true`, got 'mayor'",
        ),
    ],
)
async def test_what_is_refused_is_answered_with_the_cause(
    database_file: Path, broker: Mosquitto, topic: str, body: object, detail: str
) -> None:
    async with sending(database_file, broker) as one:
        await one.device.client.subscribe(f"{topic}/result", qos=1)
        answer = await answer_to(one, topic, body)
        assert answer == {"status": "refused", "detail": detail}
        assert one.office.live.profiles == {}


@pytest.mark.parametrize("topic", [SET, BEAT])
async def test_what_the_broker_has_kept_is_not_obeyed(
    database_file: Path, broker: Mosquitto, topic: str
) -> None:
    body = orjson.dumps({"blocks": [BLOCK]} if topic == SET else {})
    async with aiomqtt.Client("127.0.0.1", broker.port) as before:
        await before.publish(topic, body, qos=1, retain=True)
    async with sending(database_file, broker) as one:
        await answer_to(one, GROUP, {"blocks": []})
        assert one.office.live.profiles == {}
        causes = [cause for _, cause in one.bridge.tally.refused]
        assert causes == ["retained"]


def test_topics_name_the_company_first() -> None:
    topics = Topics("chargeflex")
    assert topics.order_of(SET) == Order(
        kind=OrderKind.SET_BLOCKS,
        site_id="fjordgata",
        name="level-1",
        detail="consumption",
        party="nett",
    )
    assert topics.order_of(GROUP) == Order(
        kind=OrderKind.SET_GROUP_BLOCKS, name="area-7", detail="fallback", party="nett"
    )
    assert topics.order_of(BEAT.replace("nett", "nett%2Fs")) == Order(
        kind=OrderKind.BEAT, party="nett/s"
    )
    assert topics.order_of(f"{GRID}/groups/area-7/blocks") is None
