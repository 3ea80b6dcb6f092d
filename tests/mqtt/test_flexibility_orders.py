"""Flexibility asked for and taken through a real broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import aiomqtt
import orjson
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from csms.domain.grid_profile import BlockKind
from csms.domain.identity import EvseId
from csms.domain.transaction import StatedNeed
from csms.mqtt.message import Told
from csms.mqtt.orders import Orders
from csms.mqtt.refusals import Refusals
from csms.mqtt.topics import Order, OrderKind, Topics
from csms.service.meter_links import MeterLinks
from csms.tally import MqttTally
from tests.domain.sites import flat, place, small_site
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.rig import PATIENCE_S, Bridged, bridged, uses
from tests.service.grid_companies import KRAFT, LEVEL, NETT
from tests.service.handlers.stories import TellerV201
from tests.service.rig import NOON, after, open_office
from tests.service.sites import connect, with_meter

GRID: Final = "chargeflex/v1/grid/nett"
FEEDER: Final = f"{GRID}/sites/fjordgata/feeders/level-1"
GET: Final = f"{FEEDER}/flexibility/get"
ADD: Final = f"{FEEDER}/flexibility/agreements/add"
LIST: Final = f"{FEEDER}/flexibility/agreements/get"
OWN: Final = "chargeflex/v1/sites/fjordgata/feeders/level-1/flexibility/get"
BEAT: Final = f"{GRID}/heartbeat"
REPLIES: Final = "chargeflex/v1/replies/nett"
SITE: Final = with_meter(
    small_site(place("G-01", "level-1", 6.0), place("G-02", "level-2", 6.0, (2,))), flat(10.0)
)


async def answer_to(one: Bridged, topic: str, body: object) -> Any:
    """Ask, with a response topic and correlation data; return the answer."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ResponseTopic, properties.CorrelationData = REPLIES, b"\x00\x07"
    await one.device.client.publish(topic, orjson.dumps(body), qos=1, properties=properties)
    async with asyncio.timeout(PATIENCE_S):
        message = await anext(one.device.client.messages)
    assert message.topic.value == REPLIES
    assert not message.retain
    assert message.properties is not None
    assert message.properties.CorrelationData == b"\x00\x07"  # type: ignore[attr-defined]
    return orjson.loads(bytes(message.payload))


@asynccontextmanager
async def asking(path: Path, broker: Mosquitto) -> AsyncIterator[Bridged]:
    """A bridge that takes the word of one grid company; a vehicle charges since noon."""
    way: dict[str, Any] = {"takes_orders": True, "tells_state": False, "site": SITE}
    async with bridged(
        path, broker, companies=(replace(NETT, takes_mqtt=True), KRAFT), **way
    ) as one:
        await one.device.client.unsubscribe("chargeflex/v1/status")
        await one.device.client.subscribe(REPLIES, qos=1)
        yield one


async def plan(one: Bridged) -> None:
    """Let a vehicle charge that needs much, and the site be planned."""
    office, teller = one.office, TellerV201()
    connect(office.live, "G-01", "G-02")
    await office.hear(teller.adapter, *teller.starts(NOON))
    office.clock.instant = after(10)
    await office.hear(teller.adapter, *teller.measures(after(10), 1_235_500))
    need = StatedNeed(energy_wh=60_000, departs_at=after(480))
    await office.operations.state_need(EvseId("G-01", 1), need)
    async with asyncio.TaskGroup() as tasks:
        await one.room._controller("fjordgata")._round(tasks)


async def test_what_is_offered_is_told_as_over_http(database_file: Path, broker: Mosquitto) -> None:
    async with asking(database_file, broker) as one:
        await plan(one)
        answer = await answer_to(one, GET, {"id": "a"})
        assert (answer["id"], answer["status"]) == ("a", "done")
        told = answer["result"]
        assert (told["site_id"], told["feeder_id"]) == ("fjordgata", "level-1")
        assert told["planned_at"] == "2026-01-14T12:10:00Z"
        assert [offer["duration_s"] for offer in told["shed"]] == [900, 1800, 3600, 7200, 14_400]
        assert (await answer_to(one, OWN, {}))["result"] == told


async def test_what_is_offered_can_be_taken_and_is_listed(
    database_file: Path, broker: Mosquitto
) -> None:
    async with asking(database_file, broker) as one:
        await plan(one)
        assert await answer_to(one, LIST, {}) == {"status": "done", "result": []}
        offers = (await answer_to(one, GET, {}))["result"]
        offer = next(one for one in offers["shed"] if one["change_w"] < -1000)
        body = {"duration_s": offer["duration_s"], "shed_w": 1000}
        made = (await answer_to(one, ADD, body))["result"]
        assert (made["number"], made["start_at"]) == (1, offers["starts_at"])
        assert (made["shed_w"], made["delivered_w"]) == (1000, None)
        assert (await answer_to(one, LIST, {"limit": 1}))["result"] == [made]
        agreed = one.office.profiles.parties.of(NETT).said_of(LEVEL, BlockKind.AGREED)
        assert [block.phase for block in agreed] == ["ONE", "TWO", "THREE"]


@pytest.mark.parametrize(
    ("topic", "body", "detail"),
    [
        (GET, {}, "what feeder fjordgata/level-1 can shed is not known: no plan has been made yet"),
        (GET, {"duration_s": 900}, "payload: duration_s: Extra inputs are not permitted"),
        (ADD, {"duration_s": 900}, "shed_w: expected either this or absorb_w"),
        (
            ADD,
            {"duration_s": 900, "shed_w": 0},
            "shed_w: Input should be greater than 0",
        ),
        (LIST, {"limit": 101}, "limit: Input should be less than or equal to 100"),
        (
            GET.replace("level-1", "level-2"),
            {},
            (
                "expected one of feeders fjordgata/intake, fjordgata/level-1 from 'nett', "
                "got 'feeder fjordgata/level-2'"
            ),
        ),
        (
            GET.replace("nett", "kraft"),
            {},
            "expected a grid company with `mqtt: true`, got 'kraft'",
        ),
        (OWN.replace("level-1", "no"), {}, "site 'fjordgata' has no feeder 'no'"),
    ],
)
async def test_what_is_refused_is_answered_with_the_cause(
    database_file: Path, broker: Mosquitto, topic: str, body: object, detail: str
) -> None:
    async with asking(database_file, broker) as one:
        answer = await answer_to(one, topic, body)
        assert answer == {"status": "refused", "detail": detail}


async def test_what_is_not_offered_cannot_be_taken(database_file: Path, broker: Mosquitto) -> None:
    async with asking(database_file, broker) as one:
        await plan(one)
        answer = await answer_to(one, ADD, {"duration_s": 900, "shed_w": 90_000})
        assert answer["status"] == "refused"
        assert "expected what feeder fjordgata/level-1 offers" in answer["detail"]
        assert (await answer_to(one, LIST, {}))["result"] == []


@pytest.mark.parametrize("topic", [GET, ADD, LIST, OWN])
async def test_what_the_broker_has_kept_is_not_obeyed(
    database_file: Path, broker: Mosquitto, topic: str
) -> None:
    async with aiomqtt.Client("127.0.0.1", broker.port) as before:
        body = orjson.dumps({"duration_s": 900, "shed_w": 1000})
        await before.publish(topic, body, qos=1, retain=True)
    async with asking(database_file, broker) as one:
        assert (await answer_to(one, BEAT, {}))["status"] == "done"
        assert [cause for _, cause in one.bridge.tally.refused] == ["retained"]


async def test_limits_do_not_wait_for_what_plans_are_made_for(database_file: Path) -> None:
    way = replace(NETT, takes_mqtt=True)
    async with open_office(database_file, SITE, companies=(way,)) as office:
        topics, tally = Topics("chargeflex"), MqttTally()
        found = asyncio.Event()
        used = uses(office)

        class SlowOffers:
            """Has found nothing yet."""

            async def offer(self, *_: object) -> Any:
                """Wait until something is found."""
                await found.wait()
                raise LookupError("nothing")

        used = replace(used, flexibility=SlowOffers())  # type: ignore[arg-type]
        refusals = Refusals(MeterLinks(office.sites, office.clock), tally)
        orders = Orders(topics, used, refusals, tally, office.clock)
        said: asyncio.Queue[str] = asyncio.Queue()

        async def say(answer: Any) -> None:
            said.put_nowait(answer.topic)

        running = [asyncio.ensure_future(one) for one in (orders.run(), orders.answer(say))]
        try:
            for topic in (GET, BEAT):
                order = topics.order_of(topic)
                assert order is not None
                orders.take(Told(topic=topic, payload=b"{}", came_at=NOON), order)
            async with asyncio.timeout(PATIENCE_S):
                assert await said.get() == f"{BEAT}/result"
                found.set()
                assert await said.get() == f"{GET}/result"
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running)


def test_topics_of_flexibility_name_what_is_asked() -> None:
    topics = Topics("chargeflex")
    for topic, kind in (
        (GET, OrderKind.OFFER_FLEXIBILITY),
        (ADD, OrderKind.AGREE),
        (LIST, OrderKind.LIST_AGREEMENTS),
    ):
        assert topics.order_of(topic) == Order(
            kind=kind, site_id="fjordgata", name="level-1", party="nett"
        )
    assert topics.order_of(OWN) == Order(
        kind=OrderKind.FIND_FLEXIBILITY, site_id="fjordgata", name="level-1"
    )
    assert topics.order_of(f"{FEEDER}/flexibility") is None
    assert topics.order_of(f"{FEEDER}/flexibility/agreements") is None
