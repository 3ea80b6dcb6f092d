"""Orders through a real broker: obeyed as the API does, answered, never kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiomqtt
import orjson
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from csms.domain.audit import AuditWanted
from csms.domain.identity import EvseId
from csms.domain.imposed_limit import LimitParty
from csms.domain.prices import PriceKind, PriceSeries, PriceSlot
from csms.domain.transaction import StatedNeed
from csms.mqtt.message import Told
from csms.mqtt.orders import Orders
from csms.mqtt.refusals import Refusals
from csms.mqtt.settings import MqttVersion
from csms.mqtt.topics import Topics
from csms.service.meter_links import MeterLinks
from csms.storage.audit import AuditReads
from csms.tally import MqttTally
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.rig import OWN, PATIENCE_S, Bridged, bridged, metered_site, uses
from tests.service.handlers.stories import TellerV201
from tests.service.priced import priced
from tests.service.rig import NOON, after, open_office
from tests.service.sites import connect, hold, plug_in

SITE: Final = "chargeflex/v1/sites/fjordgata"
SET: Final = f"{SITE}/feeders/intake/limits/grid_company/set"
LIFT: Final = f"{SITE}/feeders/intake/limits/grid_company/lift"
NEED: Final = f"{SITE}/stations/G-01/evses/1/need/set"
PRICES: Final = f"{SITE}/prices/set"
REPLIES: Final = "chargeflex/v1/replies/me"


@dataclass
class Client:
    """Somebody who orders things and waits for answers."""

    bridged: Bridged
    client: aiomqtt.Client
    is_v5: bool
    answers: list[aiomqtt.Message] = field(default_factory=list)

    async def order(self, topic: str, body: object, **how: Any) -> Any:
        """Send an order; return the answer."""
        properties = None
        if self.is_v5 and how.get("response_topic", REPLIES) is not None:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.ResponseTopic = how.get("response_topic", REPLIES)
            properties.CorrelationData = b"\x00\x07"
        payload = body if isinstance(body, bytes) else orjson.dumps(body)
        await self.client.publish(topic, payload, qos=1, properties=properties)
        async with asyncio.timeout(PATIENCE_S):
            self.answers.append(await anext(self.client.messages))
        return orjson.loads(bytes(self.answers[-1].payload))

    def limits(self) -> list[tuple[str, LimitParty, tuple[float, ...]]]:
        """What is imposed."""
        found = self.bridged.office.limits.in_force("fjordgata")
        return [(one.feeder_id, one.party, one.amps) for one in found]


@asynccontextmanager
async def ordering(
    path: Path, broker: Mosquitto, version: MqttVersion = MqttVersion.V5, **more: Any
) -> AsyncIterator[Client]:
    """Somebody who may order things."""
    way = {"version": version, "takes_orders": True, "tells_state": False, **more}
    async with bridged(path, broker, **way) as one:
        client = one.device.client
        await client.unsubscribe("chargeflex/v1/status")
        await client.subscribe(REPLIES, qos=1)
        for topic in (
            f"{SITE}/+/+/limits/+/+/result",
            f"{SITE}/stations/+/evses/+/need/set/result",
            f"{SITE}/prices/set/result",
        ):
            await client.subscribe(topic, qos=1)
        yield Client(one, client, version is MqttVersion.V5)


async def test_several_limits_are_imposed_together_and_one_of_them_is_lifted(
    database_file: Path, broker: Mosquitto
) -> None:
    evening = {"amps": 20, "from": "2026-01-14T18:00:00Z", "until": "2026-01-14T19:00:00Z"}
    async with ordering(database_file, broker) as one:
        answer = await one.order(SET, {"limits": [evening, {"amps": 30}]})
        assert [limit["amps"][0] for limit in answer["result"]] == [30.0, 20.0]
        assert [amps[0] for _, _, amps in one.limits()] == [30.0, 20.0]
        answer = await one.order(SET, {"limits": [evening, {"amps": -1}]})
        assert answer["status"] == "refused"
        assert answer["detail"].startswith("limits/1/amps: ")
        answer = await one.order(SET, {"limits": [{"amps": 30}, {"amps": 20}]})
        assert answer["detail"].startswith("limits/1/from: expected one limit for each start")
        assert {cause for _, cause in one.bridged.bridge.tally.refused} == {"limits"}
        answer = await one.order(LIFT, {"from": "2026-01-14T18:00:00Z"})
        assert answer == {"status": "done", "result": None}
        assert [amps[0] for _, _, amps in one.limits()] == [30.0]


async def test_prices_are_taken_whole_or_refused_with_their_place(
    database_file: Path, broker: Mosquitto
) -> None:
    told = {"from": "2026-01-14T12:00:00Z", "per_kwh": 0.85}
    async with ordering(database_file, broker, site=priced(metered_site())) as one:
        known = one.bridged.office.live.prices.known
        assert await one.order(PRICES, {"slots": [told]}) == {"status": "done", "result": None}
        assert known(PriceKind.ENERGY) == PriceSeries(
            (PriceSlot(starts_at=NOON, ends_at=after(60), per_kwh=0.85),)
        )
        answer = await one.order(PRICES, {"slots": [{**told, "per_kwh": 850}]})
        assert answer["detail"] == "value: expected -100 to 100 NOK/kWh, got 850: is it for a MWh?"
        answer = await one.order(PRICES, {"slots": [told, {**told, "per_kwh": "dear"}]})
        assert answer["detail"].startswith("slots/1/per_kwh: ")
        answer = await one.order(PRICES, {"kind": "co2", "slots": [told]})
        assert answer["detail"] == "site 'fjordgata' has no prices of the kind 'co2' in its file"
        assert len(known(PriceKind.ENERGY).slots) == 1


async def test_limit_is_imposed_and_lifted_and_answered_where_it_is_wanted(
    database_file: Path, broker: Mosquitto
) -> None:
    async with ordering(database_file, broker) as one:
        answer = await one.order(SET, {"amps": 20, "words": "hot transformer"})
        assert answer == {
            "status": "done",
            "result": {
                "feeder_id": "intake",
                "party": "grid_company",
                "amps": [20.0, 20.0, 20.0],
                "from": "2026-01-14T12:00:00Z",
                "until": None,
                "words": "hot transformer",
                "least_a": [50.0, 50.0, 50.0],
                "warning": "The worst case of the building and the standing fallbacks below add up "
                "to 50.0 A on L1, 50.0 A on L2, 50.0 A on L3: more than this limit, and no charger "
                "is lowered below its fallback",
            },
        }
        assert one.limits() == [("intake", LimitParty.GRID_COMPANY, (20.0, 20.0, 20.0))]
        [message] = one.answers
        assert message.topic.value == REPLIES
        assert message.properties is not None
        assert message.properties.CorrelationData == b"\x00\x07"  # type: ignore[attr-defined]
        assert message.properties.MessageExpiryInterval == 60  # type: ignore[attr-defined]
        assert await one.order(LIFT, {}) == {"status": "done", "result": None}
        assert one.limits() == []
        tally = one.bridged.bridge.tally
        assert tally.taken == {
            "chargeflex/v1/sites/+/feeders/+/limits/+/set": 1,
            "chargeflex/v1/sites/+/feeders/+/limits/+/lift": 1,
        }


@pytest.mark.parametrize("version", list(MqttVersion))
async def test_answer_goes_beside_the_order_where_no_topic_is_named(
    database_file: Path, broker: Mosquitto, version: MqttVersion
) -> None:
    async with ordering(database_file, broker, version) as one:
        body = {"id": "a-1", "amps": [63, 60, 50], "until": "2026-01-14T13:00:00Z"}
        topic = SET.replace("grid_company", "operator")
        answer = await one.order(topic, body, response_topic=None)
        assert (answer["id"], answer["status"]) == ("a-1", "done")
        assert one.limits() == [("intake", LimitParty.OPERATOR, (63.0, 60.0, 50.0))]
        [message] = one.answers
        assert message.topic.value == f"{topic}/result"
        assert message.retain is False


async def test_limit_cuts_at_once(database_file: Path, broker: Mosquitto) -> None:
    async with ordering(database_file, broker) as one:
        live = one.bridged.office.live
        connect(live, "G-01", "G-02")
        hold(plug_in(live, "G-01"), 32.0)
        await one.bridged.read(OWN, {"current_a": [5, 5, 5]})
        live.pressing.clear()
        await one.order(SET, {"amps": 30})
        assert live.pressing.is_set()


async def test_need_of_a_vehicle_is_stated(database_file: Path, broker: Mosquitto) -> None:
    async with ordering(database_file, broker) as one:
        office, teller = one.bridged.office, TellerV201()
        refused = await one.order(NEED, {"energy_wh": 20_000})
        assert refused == {"status": "refused", "detail": "no transaction is running at G-01/1"}
        await office.hear(teller.adapter, *teller.starts(NOON))
        body = {"energy_wh": 20_000, "departs_at": "2026-01-14T16:00:00Z"}
        assert await one.order(NEED, body) == {"status": "done", "result": None}
        transaction = office.live.evses[EvseId("G-01", 1)].transaction
        assert transaction is not None
        assert transaction.need == StatedNeed(energy_wh=20_000.0, departs_at=after(240))


REFUSED: Final = [
    (SET, b"off", "payload: expected JSON, got 'off'"),
    (SET, b"", "payload: expected JSON, got ''"),
    (SET, [20], "payload: expected a JSON object"),
    (SET, {}, "amps: Field required"),
    (SET, {"amps": -1}, "amps: Input should be greater than or equal to 0"),
    (SET, {"amps": 20, "until": "2026-01-14T11:00:00Z"}, "until: expected an instant after "),
    (SET, {"amps": 20, "limit": 5}, "payload: limit: Extra inputs are not permitted"),
    (SET, {"amps": 20, "id": [1]}, "id: "),
    (SET, b'{"amps": 20, "id": 1e30}', "id: "),
    (SET, b'{"amps": 20, "id": 123456789012345678901234567890}', "id: "),
    (SET, b'{"amps": 1e400}', "payload: expected JSON, got "),
    (SET, b'{"amps": 20, "words": "\\ud800"}', "payload: expected JSON, got "),
    (SET, {"amps": 20, "words": "a\nb"}, "words: expected one line of text, got control "),
    (
        SET,
        {"amps": 20, "expires_at": "2026-01-14T12:00:00Z"},
        "expires_at: expected an instant in the future, got 2026-01-14T12:00:00+00:00 at 2026-",
    ),
    (SET.replace("intake", "cellar"), {"amps": 20}, "site 'fjordgata' has no feeder 'cellar'"),
    (
        SET.replace("grid_company", "me"),
        {"amps": 20},
        "party: expected operator or grid_company, got 'me'",
    ),
    (LIFT, {}, "feeder 'intake' is not limited by the grid company"),
    (LIFT, b"", "payload: expected JSON, got ''"),
    (LIFT, {"amps": 20}, "payload: amps: Extra inputs are not permitted"),
    (NEED.replace("G-01", "G-09"), {}, "no station is called 'G-09'"),
    (NEED.replace("/1/", "/one/"), {}, "evse: expected a number, got 'one'"),
    (NEED.replace("/1/", "/2/"), {}, "station 'G-01' has no EVSE 2"),
    (NEED, {"energy_wh": "much"}, "energy_wh: Input should be a valid number"),
]


@pytest.mark.parametrize(("topic", "body", "detail"), REFUSED)
async def test_order_that_cannot_be_obeyed_is_answered_with_its_cause(
    database_file: Path, broker: Mosquitto, topic: str, body: object, detail: str
) -> None:
    async with ordering(database_file, broker) as one:
        answer = await one.order(topic, body)
        assert answer["status"] == "refused"
        assert answer["detail"].startswith(detail)
        assert one.limits() == []
        assert sum(one.bridged.bridge.tally.refused.values()) == 1


async def test_station_of_another_site_is_not_reached(
    database_file: Path, broker: Mosquitto
) -> None:
    async with ordering(database_file, broker) as one:
        await one.client.subscribe("chargeflex/v1/sites/yard/#")
        topic = NEED.replace("fjordgata", "yard")
        answer = await one.order(topic, {"energy_wh": 1})
        while "detail" not in answer:  # who hears everything hears the order itself as well
            answer = orjson.loads(bytes((await anext(one.client.messages)).payload))
        assert answer["detail"] == "no site is called 'yard'"


@pytest.mark.parametrize(
    ("response_topic", "detail"),
    [
        (SET, "response_topic: expected none of this server's own topics but below chargeflex/"),
        (OWN, "response_topic: expected none of this server's own topics"),
        ("chargeflex/v1/status", "response_topic: expected none of this server's own topics"),
    ],
)
async def test_answers_are_not_sent_where_they_would_be_taken_for_something_else(
    database_file: Path, broker: Mosquitto, response_topic: str, detail: str
) -> None:
    async with ordering(database_file, broker) as one:
        answer = await one.order(SET, {"amps": 20}, response_topic=response_topic)
        assert answer["detail"].startswith(detail)
        assert one.answers[-1].topic.value == f"{SET}/result"
        assert one.limits() == []


@pytest.mark.parametrize("version", list(MqttVersion))
async def test_order_that_the_broker_has_kept_is_refused(
    database_file: Path, broker: Mosquitto, version: MqttVersion
) -> None:
    async with aiomqtt.Client("127.0.0.1", broker.port) as before:
        await before.publish(SET, b'{"amps": 20}', qos=1, retain=True)
    async with ordering(database_file, broker, version) as one:
        answer = await one.order(SET, {"id": 7, "amps": "30"}, response_topic=None)
        assert (answer["id"], answer["status"]) == (7, "done")
        assert one.limits() == [("intake", LimitParty.GRID_COMPANY, (30.0, 30.0, 30.0))]
        refused = one.bridged.bridge.tally.refused
        assert refused == {("chargeflex/v1/sites/+/feeders/+/limits/+/set", "retained"): 1}


async def test_order_that_is_to_be_kept_is_refused_when_it_comes(
    database_file: Path, broker: Mosquitto
) -> None:
    async with ordering(database_file, broker) as one:
        await one.client.publish(SET, b'{"amps": 20}', qos=1, retain=True)
        await one.order(LIFT, {})
        assert one.limits() == []
        causes = [cause for _, cause in one.bridged.bridge.tally.refused]
        assert causes == ["retained", "not_possible"]


async def test_order_that_could_not_be_kept_has_failed_and_the_next_is_obeyed(
    database_file: Path, broker: Mosquitto
) -> None:
    async with ordering(database_file, broker) as one:
        one.bridged.office.is_disk_full = True
        answer = await one.order(SET, {"amps": 20})
        assert answer == {
            "status": "failed",
            "detail": "the server has failed at this; its log says why",
        }
        one.bridged.office.is_disk_full = False
        assert (await one.order(SET, {"amps": 20}))["status"] == "done"


async def test_orders_are_not_heard_unless_that_is_wanted(
    database_file: Path, broker: Mosquitto
) -> None:
    async with bridged(database_file, broker, tells_state=False) as one:
        await one.device.tell(SET, {"amps": 20})
        await one.read(OWN, {"current_a": [1, 1, 1]})
        assert one.office.limits.in_force("fjordgata") == []
        assert not one.bridge.tally.refused


async def test_of_too_many_orders_the_last_are_refused(database_file: Path) -> None:
    async with open_office(database_file, metered_site()) as office:
        tally, topics = MqttTally(), Topics("chargeflex")
        refusals = Refusals(MeterLinks(office.sites, office.clock), tally)
        orders = Orders(topics, uses(office), refusals, tally, office.clock)
        order = topics.order_of(SET)
        assert order is not None
        for _ in range(103):
            orders.take(Told(topic=SET, payload=b'{"amps": 20}', came_at=NOON), order)
        assert tally.refused == {(topics.orders[order.kind], "busy"): 3}


async def test_every_order_is_in_the_audit_log_under_its_party(
    database_file: Path, broker: Mosquitto
) -> None:
    async with ordering(database_file, broker) as one:
        await one.order(SET, {"amps": 20, "words": "hot transformer"})
        await one.order(LIFT.replace("grid_company", "operator"), {})
        await one.order(NEED, {"energy_wh": 20_000, "password": "geheim"})
        await one.order(PRICES, b"{")
        reads = AuditReads(one.bridged.office.database)
        told = [kept.entry for kept in await reads.find(AuditWanted(), 10)]
    assert [(entry.who, entry.by, entry.action, entry.target) for entry in told] == [
        ("mqtt", "mqtt", "tell_prices", PRICES),
        ("mqtt", "mqtt", "state_need", NEED),
        ("operator", "mqtt", "lift_limit", LIFT.replace("grid_company", "operator")),
        ("grid_company", "mqtt", "impose_limit", SET),
    ]
    assert {(entry.at, entry.site_id, entry.address) for entry in told} == {(NOON, "fjordgata", "")}
    assert [entry.is_done for entry in told] == [False, False, False, True]
    assert [entry.detail for entry in told] == [
        "1 bytes",
        '{"energy_wh":20000,"password":"…"}',
        "{}",
        '{"amps":20,"words":"hot transformer"}',
    ]
    assert told[-1].result == "done"
    assert told[1].result == "refused: payload: password: Extra inputs are not permitted"
