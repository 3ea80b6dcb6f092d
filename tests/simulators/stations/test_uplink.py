"""Connecting, registering, heartbeats, delivery: told with a 1.6 station."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from simulators.stations.manners import Manners, Silence
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import BOOTED, Json
from tests.simulators.stations.builders import NOON, Scene, scene, session


def test_boot_comes_first_and_every_connector_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            assert stage.csms.actions() == ["BootNotification", *["StatusNotification"] * 2]
            told = stage.csms.payloads("StatusNotification")
            assert [(s["connectorId"], s["status"]) for s in told] == [
                (0, "Available"),
                (1, "Available"),
            ]

    run_virtual(story())


def test_boots_again_at_the_interval_until_accepted(tmp_path: Path) -> None:
    statuses = iter(["Rejected", "Pending", "Accepted"])
    times: list[float] = []

    async def story() -> None:
        def boot(_: Json) -> Json:
            times.append(asyncio.get_running_loop().time())
            return {**BOOTED, "status": next(statuses), "interval": 90}

        async with scene("1.6", tmp_path, replies={"BootNotification": boot}) as stage:
            await stage.pass_time(115)
            assert "StatusNotification" not in stage.csms.actions()
            await stage.pass_time(30)
            assert "StatusNotification" in stage.csms.actions()

    run_virtual(story())
    assert times == pytest.approx([0, 90, 180], abs=0.1)


def test_pending_station_sends_only_what_it_is_asked_for(tmp_path: Path) -> None:
    pending = {**BOOTED, "status": "Pending", "interval": 1000}

    async def story() -> None:
        async with scene("1.6", tmp_path, replies={"BootNotification": pending}) as stage:
            await stage.station.plug_in(1, session())
            await stage.pass_time(120)
            assert stage.csms.actions() == ["BootNotification"]
            asked = {"requestedMessage": "Heartbeat"}
            assert await stage.csms.call("TriggerMessage", asked) == {"status": "Accepted"}
            start = {"idTag": "BO", "connectorId": 1}
            answer = await stage.csms.call("RemoteStartTransaction", start)
            assert answer == {"status": "Rejected"}
            await stage.pass_time(10)
            assert stage.csms.actions() == ["BootNotification", "Heartbeat"]

    run_virtual(story())


def test_pending_station_boots_at_once_when_asked(tmp_path: Path) -> None:
    replies = iter(["Pending", "Accepted"])

    async def story() -> None:
        def boot(_: Json) -> Json:
            return {**BOOTED, "status": next(replies), "interval": 1000}

        async with scene("1.6", tmp_path, replies={"BootNotification": boot}) as stage:
            await stage.csms.call("TriggerMessage", {"requestedMessage": "BootNotification"})
            await stage.pass_time(10)
            assert stage.csms.actions()[:3] == ["BootNotification"] * 2 + ["StatusNotification"]

    run_virtual(story())


def test_vehicle_that_came_before_the_acceptance_is_charged_after_it(tmp_path: Path) -> None:
    replies = iter(["Pending", "Accepted"])

    async def story() -> None:
        def boot(_: Json) -> Json:
            return {**BOOTED, "status": next(replies), "interval": 150}

        async with scene("1.6", tmp_path, replies={"BootNotification": boot}) as stage:
            await stage.charge()
            assert stage.amps == (0.0, 0.0, 0.0)
            await stage.pass_time(90)
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())


def test_rejected_station_answers_nothing(tmp_path: Path) -> None:
    rejected = {**BOOTED, "status": "Rejected", "interval": 1000}

    async def story() -> None:
        async with scene("1.6", tmp_path, replies={"BootNotification": rejected}) as stage:
            with pytest.raises(TimeoutError):
                await stage.csms.call("GetConfiguration", {})

    run_virtual(story())


def test_heartbeat_comes_after_an_interval_of_silence_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            await stage.pass_time(239)
            assert "Heartbeat" not in stage.csms.actions()
            await stage.csms.call("TriggerMessage", {"requestedMessage": "StatusNotification"})
            await stage.pass_time(290)
            assert "Heartbeat" not in stage.csms.actions()
            await stage.pass_time(320)
            assert stage.csms.actions().count("Heartbeat") == 2

    run_virtual(story())


def test_shorter_heartbeat_interval_counts_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            change = {"key": "HeartbeatInterval", "value": "20"}
            assert await stage.csms.call("ChangeConfiguration", change) == {"status": "Accepted"}
            await stage.pass_time(100)
            assert stage.csms.actions().count("Heartbeat") == 5

    run_virtual(story())


async def lose_connection(stage: Scene) -> None:
    stage.csms.connections[-1].transport.abort()
    await stage.pass_time(30)


def test_reconnects_without_booting_and_tells_its_connectors(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            await lose_connection(stage)
            assert len(stage.csms.connections) == 2
            assert stage.csms.actions().count("BootNotification") == 1
            assert stage.csms.payloads("StatusNotification")[-1]["connectorId"] == 1

    run_virtual(story())


def test_rude_station_boots_at_every_connection(tmp_path: Path) -> None:
    async def story() -> None:
        manners = Manners(boots_each_reconnect=True)
        async with scene("1.6", tmp_path, manners=manners) as stage:
            await lose_connection(stage)
            assert stage.csms.actions().count("BootNotification") == 2

    run_virtual(story())


def test_transaction_of_an_offline_time_is_delivered_in_order(tmp_path: Path) -> None:
    silence = Silence(starts_at=NOON + timedelta(minutes=2), lasts_s=1200)

    async def story() -> None:
        async with scene("1.6", tmp_path, manners=Manners(silences=(silence,))) as stage:
            await stage.pass_time(120)
            await stage.station.plug_in(1, session(energy_wh=2_000))
            await stage.pass_time(300)
            stage.station.unplug(1)
            assert "StartTransaction" not in stage.csms.actions()
            await stage.pass_time(900)
            story = [a for a in stage.csms.actions()[3:] if a != "StatusNotification"]
            assert story[0] == "StartTransaction"
            assert story[1:-1] == ["MeterValues"] * 5
            assert story[-1] == "StopTransaction"
            meters = stage.csms.payloads("MeterValues")
            assert {meter["transactionId"] for meter in meters} == {7}
            assert stage.csms.payloads("StopTransaction")[0]["transactionId"] == 7

    run_virtual(story())


def test_silent_station_goes_without_a_close_and_stays_away(tmp_path: Path) -> None:
    silence = Silence(starts_at=NOON + timedelta(minutes=2), lasts_s=600)

    async def story() -> None:
        async with scene("1.6", tmp_path, manners=Manners(silences=(silence,))) as stage:
            await stage.pass_time(640)
            assert len(stage.csms.connections) == 1
            assert stage.csms.connections[0].close_code == 1006
            await stage.pass_time(60)
            assert len(stage.csms.connections) == 2

    run_virtual(story())


def test_failed_message_is_sent_again_later_with_a_new_id_until_it_is_taken(
    tmp_path: Path,
) -> None:
    refusals = iter([None, None, None, {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}])
    replies = {"StartTransaction": lambda _: next(refusals)}

    async def story() -> None:
        async with scene("1.6", tmp_path, replies=dict(replies)) as stage:
            await stage.charge()
            await stage.pass_time(600)
            starts = [c for c in stage.csms.received if c.action == "StartTransaction"]
            assert len(starts) == 4
            assert len({start.message_id for start in starts}) == 4
            assert len({str(start.payload) for start in starts}) == 1
            # Waits of 60, 120 and 180 s: nothing overtakes the message meanwhile.
            first_meter = stage.csms.actions().index("MeterValues")
            assert stage.csms.actions()[:first_meter].count("StartTransaction") == 4

    run_virtual(story())


def test_unanswered_message_is_sent_again_on_the_same_connection(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            del stage.csms.replies["StartTransaction"]
            await stage.charge()
            await stage.pass_time(120)
            assert stage.csms.actions().count("StartTransaction") == 2
            assert len(stage.csms.connections) == 1

    run_virtual(story())


def test_absent_csms_is_tried_again_with_growing_pauses(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            tries: list[float] = []
            connect = stage.station.uplink._connect

            async def refuse(_station_id: str, _subprotocol: str) -> None:
                tries.append((stage.clock.now() - NOON).total_seconds())
                raise ConnectionRefusedError

            stage.station.uplink._connect = refuse  # type: ignore[assignment]
            stage.csms.connections[-1].transport.abort()
            await stage.pass_time(900)
            pauses = [later - earlier for earlier, later in pairwise(tries)]
            assert pauses[0] < 11
            assert 60 <= pauses[-1] <= 120
            stage.station.uplink._connect = connect
            await stage.pass_time(130)
            assert len(stage.csms.connections) == 2

    run_virtual(story())


def test_pending_station_survives_that_what_it_was_asked_for_is_not_answered(
    tmp_path: Path,
) -> None:
    replies = iter(["Pending", "Accepted"])

    async def story() -> None:
        def boot(_: Json) -> Json:
            return {**BOOTED, "status": next(replies), "interval": 300}

        async with scene("1.6", tmp_path, replies={"BootNotification": boot}) as stage:
            del stage.csms.replies["Heartbeat"]
            await stage.csms.call("TriggerMessage", {"requestedMessage": "Heartbeat"})
            await stage.pass_time(300)
            assert stage.csms.actions()[:3] == ["BootNotification", "Heartbeat", "BootNotification"]
            assert "StatusNotification" in stage.csms.actions()

    run_virtual(story())


def test_nothing_but_boots_is_said_while_a_connection_is_not_accepted(tmp_path: Path) -> None:
    manners = Manners(boots_each_reconnect=True)

    async def story() -> None:
        async with scene("1.6", tmp_path, manners=manners) as stage:
            pending = {**BOOTED, "status": "Pending", "interval": 60}
            stage.csms.replies["BootNotification"] = pending
            await lose_connection(stage)
            before = len(stage.csms.received)
            await stage.charge()
            assert {call.action for call in stage.csms.received[before:]} == {"BootNotification"}
            stage.csms.replies["BootNotification"] = BOOTED
            await stage.pass_time(120)
            assert stage.amps == (32.0, 32.0, 32.0)

    run_virtual(story())
