"""Readings through a real broker: taken as the API takes them, refused with their cause."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.guard_event import GuardEventKind
from csms.domain.json_path import JsonPath
from csms.domain.meter_source import MeterSource, ValuePlace
from csms.mqtt.settings import MqttVersion
from csms.service.grid_guard import is_overcommitted
from csms.service.silent_meters import SilentMeters
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.rig import OWN, PATIENCE_S, STATUS, Bridged, bridged, device_at, metered_site
from tests.service.rig import NOON, after
from tests.service.sites import connect, evse_of, hold, plug_in

TASMOTA: Final = "tele/main board/SENSOR"
SOURCE: Final = MeterSource(
    values=(ValuePlace(TASMOTA, JsonPath("$.ENERGY.Current")),),
    taken_at=JsonPath("$.Time"),
)
each_version = pytest.mark.parametrize("version", list(MqttVersion))


def events(bridged: Bridged) -> list[tuple[GuardEventKind, str]]:
    return [(event.kind, event.cause) for event in bridged.office.live.guard.take()]


@each_version
async def test_reading_under_our_own_topic_is_taken_as_by_the_api(
    database_file: Path, broker: Mosquitto, version: MqttVersion
) -> None:
    async with bridged(database_file, broker, version=version) as one:
        assert await one.read(OWN, {"current_a": [1, 2.5, "3"]}) == (1.0, 2.5, 3.0)
        at = (NOON - timedelta(seconds=20)).isoformat()
        assert await one.read(OWN, {"current_a": [4, 4, 4], "at": at}) == (1.0, 2.5, 3.0)
        assert one.office.live.meters["intake"].highest(NOON, 180, 30) == (4.0, 4.0, 4.0)
        assert one.bridge.tally.taken == {"chargeflex/v1/sites/+/feeders/+/meter": 2}


@each_version
async def test_meter_of_somebody_else_is_read_where_its_values_stand(
    database_file: Path, broker: Mosquitto, version: MqttVersion
) -> None:
    async with bridged(database_file, broker, metered_site(SOURCE), version=version) as one:
        told = {"Time": "2026-01-14T13:00:00+01:00", "ENERGY": {"Current": [7.1, 8.2, 9.3]}}
        assert await one.read(TASMOTA, told) == (7.1, 8.2, 9.3)
        assert one.office.live.meters["intake"].read_at == NOON
        assert one.bridge.tally.taken == {TASMOTA: 1}


async def test_names_are_percent_encoded_in_topics(database_file: Path, broker: Mosquitto) -> None:
    async with bridged(database_file, broker) as one:
        topic = "chargeflex/v1/sites/fjordgata/feeders/%69ntake/meter"
        assert await one.read(topic, {"current_a": [1, 1, 1]}) == (1.0, 1.0, 1.0)


WRONG: Final = (
    (b"\xff\x00", "payload", "payload: expected JSON, got '\ufffd\\x00'"),
    (b"unavailable", "payload", "payload: expected JSON, got 'unavailable'"),
    (b"[" * 5000, "payload", f"payload: expected JSON, got '{'[' * 40}'"),
    (b" " * 70_000, "payload", "payload: expected at most 65536 bytes, got 70000"),
    (b"7", "payload", "payload: Input should be a valid dictionary or instance of FeederLoad"),
    (b'{"current": [1,2,3]}', "current_a", "current_a: Field required; current: Extra inputs "),
    (b'{"current_a": [1,2,NaN]}', "payload", "payload: expected JSON, got "),
    (b'{"current_a": [1,2,-3]}', "current_a", "current_a/2: Input should be greater than or "),
    (b'{"current_a": [1,2]}', "current_a", "current_a: List should have at least 3 items "),
    (b'{"current_a": [1,2,631]}', "current_a", "current_a: expected 0 to 630 A on every line "),
    (
        b'{"current_a": [1,2,3], "at": "2026-01-14T12:05:00Z"}',
        "at",
        "at: expected the last hour, got 2026-01-14T12:05:00+00:00 at 2026-01-14T12:00:00+00:00",
    ),
    (b'{"current_a": [1,2,3], "at": "2026-01-14T12:00:00"}', "at", "at: Input should have tim"),
)


@pytest.mark.parametrize(("payload", "field", "cause"), WRONG)
async def test_message_that_cannot_be_true_is_refused_with_its_cause_and_the_next_is_taken(
    database_file: Path,
    broker: Mosquitto,
    caplog: pytest.LogCaptureFixture,
    payload: bytes,
    field: str,
    cause: str,
) -> None:
    caplog.set_level(logging.WARNING, logger="csms.mqtt")
    async with bridged(database_file, broker) as one:
        await one.device.tell(OWN, payload)
        await one.device.tell(OWN, payload)
        assert await one.read(OWN, {"current_a": [1, 2, 3]}) == (1.0, 2.0, 3.0)
        assert one.bridge.tally.refused == {("chargeflex/v1/sites/+/feeders/+/meter", field): 2}
        [(kind, told)] = events(one)
    assert kind is GuardEventKind.METER_REFUSED
    assert told.startswith(f"MQTT topic {OWN}: {cause}")
    [line] = [one.getMessage() for one in caplog.records if one.name.startswith("csms.mqtt")]
    assert line.startswith(f"refused MQTT topic {OWN}: {cause}")


@pytest.mark.parametrize(
    ("whose", "field", "cause"),
    [
        ("elsewhere/feeders/intake", "unknown", "no site is called 'elsewhere'"),
        ("fjordgata/feeders/cellar", "unknown", "has no feeder 'cellar'"),
        ("fjordgata/feeders/level-1", "feeder_id", "expected a feeder whose uncontrolled load is "),
    ],
)
async def test_message_to_a_feeder_without_a_meter_is_refused(
    database_file: Path,
    broker: Mosquitto,
    caplog: pytest.LogCaptureFixture,
    whose: str,
    field: str,
    cause: str,
) -> None:
    topic = f"chargeflex/v1/sites/{whose}/meter"
    async with bridged(database_file, broker) as one:
        await one.device.tell(topic, {"current_a": [1, 2, 3]})
        await one.device.tell(topic.replace("intake", "cellar"), b"off")
        assert await one.read(OWN, {"current_a": [1, 2, 3]}) == (1.0, 2.0, 3.0)
        assert [counted for _, counted in one.bridge.tally.refused] == list(
            dict.fromkeys((field, "payload" if "level-1" in whose else "unknown"))
        )
        assert len(events(one)) == (field == "feeder_id")
    assert cause in caplog.text


@each_version
async def test_retained_message_is_believed_only_if_it_tells_when_it_was(
    database_file: Path, broker: Mosquitto, version: MqttVersion
) -> None:
    async with device_at(broker) as device:
        await device.tell(OWN, {"current_a": [9, 9, 9]}, retain=True)
        told = {"Time": "2026-01-14T11:59:00Z", "ENERGY": {"Current": 5}}
        await device.tell(TASMOTA, told, retain=True)
    async with bridged(database_file, broker, metered_site(SOURCE), version=version) as one:
        async with asyncio.timeout(PATIENCE_S):
            await one.office.live.metered.wait()
        assert one.office.live.meters["intake"].latest(NOON, 180) == (5.0, 5.0, 5.0)
        assert one.office.live.meters["intake"].read_at == after(-1)
        assert await one.read(OWN, {"current_a": [1, 1, 1]}) == (1.0, 1.0, 1.0)
        assert [cause for _, cause in one.bridge.tally.refused] == ["retained"]


@each_version
async def test_message_that_is_to_be_retained_is_believed_when_it_comes(
    database_file: Path, broker: Mosquitto, version: MqttVersion
) -> None:
    async with bridged(database_file, broker, version=version) as one:
        assert await one.read(OWN, {"current_a": [2, 2, 2]}, retain=True) == (2.0, 2.0, 2.0)
        assert not one.bridge.tally.refused


async def test_retained_message_that_is_old_is_refused(
    database_file: Path, broker: Mosquitto
) -> None:
    async with device_at(broker) as device:
        told = {"Time": "2026-01-14T10:59:00Z", "ENERGY": {"Current": 5}}
        await device.tell(TASMOTA, told, retain=True)
    async with bridged(database_file, broker, metered_site(SOURCE)) as one:
        await one.read(OWN, {"current_a": [1, 1, 1]})
        assert one.bridge.tally.refused == {(TASMOTA, "at"): 1}


async def test_what_goes_wrong_again_and_again_is_told_every_ten_minutes(
    database_file: Path, broker: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    async with bridged(database_file, broker) as one:
        for minute in (0, 5, 9, 10):
            one.office.clock.instant = after(minute)
            await one.device.tell(OWN, b"off")
            await one.read(OWN, {"current_a": [1, 1, 1]})
        assert [kind for kind, _ in events(one)] == [GuardEventKind.METER_REFUSED] * 2
    lines = [r.getMessage() for r in caplog.records if r.getMessage().startswith("refused")]
    assert [line.partition("'off'")[2] for line in lines] == [
        "",
        " (and 2 like it since the last time)",
    ]


async def test_of_a_flood_of_readings_the_newest_is_reckoned_with(
    database_file: Path, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bridged(database_file, broker) as one:
        loop, reported = asyncio.get_running_loop(), []
        report = one.office.operations.report_feeder_load

        def note(*said: Any) -> None:
            reported.append(said[2][0])
            report(*said)

        monkeypatch.setattr(one.office.operations, "report_feeder_load", note)
        began_s = loop.time()
        for number in range(1, 201):
            await one.device.tell(OWN, {"current_a": [number, 0, 0]})
        async with asyncio.timeout(PATIENCE_S):
            while reported[-1:] != [200]:
                one.office.live.metered.clear()
                await one.office.live.metered.wait()
        assert reported == sorted(reported)
        assert len(reported) <= (loop.time() - began_s) / 0.1 + 2
        assert one.bridge.tally.taken == {"chargeflex/v1/sites/+/feeders/+/meter": 200}


@each_version
async def test_broker_that_is_killed_leaves_the_worst_case_until_it_is_back(
    database_file: Path, broker: Mosquitto, version: MqttVersion
) -> None:
    async with bridged(database_file, broker, metered_site(SOURCE), version=version) as one:
        live, clock = one.office.live, one.office.clock
        connect(live, "G-01", "G-02")
        hold(plug_in(live, "G-01"), 32.0)
        now = {"Time": NOON.isoformat(), "ENERGY": {"Current": 20}}
        await one.read(TASMOTA, now)
        assert not is_overcommitted(live, NOON)
        live.guard.has_news.clear()
        broker.kill()
        async with asyncio.timeout(PATIENCE_S):
            await live.guard.has_news.wait()
        assert one.bridge.tally.is_connected is False
        [(kind, cause)] = events(one)
        assert kind is GuardEventKind.BROKER_LOST
        assert cause.startswith(f"No connection to the MQTT broker 127.0.0.1:{broker.port}: ")
        live.pressing.clear()
        clock.instant = NOON + timedelta(seconds=181)
        assert evse_of(live, "G-01").allowance.now_a(clock.instant) == 32.0
        SilentMeters(live).look(clock.instant)
        assert live.pressing.is_set()  # 50 A and 32 A are more than 63 A: limits are cut
        broker.start()
        async with asyncio.timeout(PATIENCE_S):
            await live.guard.has_news.wait()
        assert events(one) == [
            (
                GuardEventKind.BROKER_BACK,
                f"Connected to the MQTT broker 127.0.0.1:{broker.port}",
            )
        ]
        assert one.bridge.tally.connections == 2
        async with device_at(broker) as device:
            one.device = device
            told = {"Time": clock.instant.isoformat(), "ENERGY": {"Current": 21}}
            assert await one.read(TASMOTA, told) == (21.0, 21.0, 21.0)


async def test_server_that_stops_says_that_it_is_gone(
    database_file: Path, broker: Mosquitto
) -> None:
    async with bridged(database_file, broker) as one:
        one.running.cancel()
        gone = await one.device.hear(b"offline")
        assert gone.topic.value == STATUS
        await asyncio.wait({one.running})
        assert one.running.cancelled()
        assert one.bridge.tally.is_connected is False
