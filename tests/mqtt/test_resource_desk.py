"""What is told of resources by MQTT: under our own topics, and in messages of others."""

from dataclasses import replace
from pathlib import Path

import pytest

from csms.domain.json_path import JsonPath
from csms.domain.meter_source import ValuePlace
from csms.domain.resource import Quantity, ToldAt
from csms.mqtt.message import Told
from csms.mqtt.resource_desk import ResourceDesk
from csms.mqtt.topics import Topics
from tests.domain.resources import BATTERY, ROOF, with_resources
from tests.domain.sites import small_site
from tests.service.rig import NOON, Office, open_office

INVERTER = "inverter/1/state"
FOREIGN = replace(
    BATTERY,
    told_at=(
        (Quantity.POWER_W, ToldAt(place=ValuePlace(INVERTER, JsonPath("$.kW")), per_unit=-1000.0)),
        (Quantity.SOC_PCT, ToldAt(place=ValuePlace(INVERTER, JsonPath("$.soc")))),
    ),
)
SITE = with_resources(small_site(), FOREIGN, ROOF)
OWN = "chargeflex/v1/sites/fjordgata/resources/roof/reading"


def desk(office: Office) -> ResourceDesk:
    return ResourceDesk([SITE], Topics("chargeflex"), office.operations.resources)


def told(topic: str, payload: bytes, *, is_retained: bool = False) -> Told:
    return Told(topic=topic, payload=payload, came_at=NOON, is_retained=is_retained)


def reading(office: Office, resource_id: str, quantity: Quantity) -> float | None:
    return office.live.resources[resource_id].reading(quantity, NOON, 180.0)


async def test_messages_of_others_are_read_by_their_paths(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        one = desk(office)
        own = ("chargeflex/v1/sites/+/resources/+/reading", "chargeflex/v1/sites/+/weather")
        assert one.subscriptions == (*own, INVERTER)
        assert list(one.take(told(INVERTER, b'{"kW": 2.5, "soc": "61"}'))) == []
        assert reading(office, "battery", Quantity.POWER_W) == -2_500.0
        assert reading(office, "battery", Quantity.SOC_PCT) == 61.0


async def test_our_own_topic_is_read_as_the_api_reads_it(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        one = desk(office)
        assert list(one.take(told(OWN, b'{"power_w": -7000}'))) == []
        assert reading(office, "roof", Quantity.POWER_W) == -7_000.0
        assert (one.knows(OWN), one.knows("else")) == (True, False)


@pytest.mark.parametrize(
    ("topic", "payload", "field", "said"),
    [
        (INVERTER, b"", "payload", "payload: expected JSON, got ''"),
        (INVERTER, b'{"kW": NaN, "soc": 5}', "payload", "payload: expected JSON, got "),
        (INVERTER, b'{"kW": 2500, "soc": 5}', "power_w", "power_w: expected -10850 to 10850 W"),
        (INVERTER, b'{"kW": 1, "soc": 610}', "soc_pct", "soc_pct: expected 0 to 100 % of battery"),
        (OWN, b'{"power_w": -7000000}', "power_w", "power_w: expected -15500 to 500 W of roof"),
        (OWN, b'{"power_w": 1, "at": "2026-01-14T12:09:00Z"}', "at", "at: expected the last hour"),
        (OWN, b'{"kw": 1}', "payload", "payload: kw: Extra inputs are not permitted"),
        (OWN.replace("roof", "barn"), b'{"power_w": 1}', "resource_id", "resource_id: expected a"),
        (OWN.replace("fjordgata", "x"), b'{"power_w": 1}', "unknown", "no site is called 'x'"),
    ],
)
async def test_absurd_messages_are_refused_with_their_cause(
    database_file: Path, topic: str, payload: bytes, field: str, said: str
) -> None:
    async with open_office(database_file, SITE) as office:
        refusals = list(desk(office).take(told(topic, payload)))
        assert field in [one.field for one in refusals]
        assert any(one.cause.startswith(said) for one in refusals)


async def test_what_was_retained_for_nobody_knows_how_long_is_refused(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        refusals = list(desk(office).take(told(OWN, b'{"power_w": 0}', is_retained=True)))
        assert [one.field for one in refusals] == ["retained"]
        assert refusals[0].feeder_id == "intake"


async def test_site_without_resources_needs_no_subscription(database_file: Path) -> None:
    async with open_office(database_file, small_site()) as office:
        one = ResourceDesk([small_site()], Topics("chargeflex"), office.operations.resources)
        assert one.subscriptions == ()


async def test_weather_is_read_and_may_be_retained(database_file: Path) -> None:
    topic = "chargeflex/v1/sites/fjordgata/weather"
    async with open_office(database_file, SITE) as office:
        one = desk(office)
        body = b'{"outdoor": [{"at": "2026-01-14T12:00:00Z", "celsius": -4.5}]}'
        assert list(one.take(told(topic, body, is_retained=True))) == []
        assert office.live.outdoor.at(NOON) == -4.5
        assert (one.knows(topic), one.under(topic)) == (True, "chargeflex/v1/sites/+/weather")
        wrong = body.replace(b"-4.5", b"-450")
        [refusal] = one.take(told(topic, wrong))
        assert refusal.field == "outdoor/0/celsius"
