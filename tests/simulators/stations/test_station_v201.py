from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulators.stations.manners import Manners, Silence
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import Json
from tests.simulators.stations.builders import NOON, Scene, outlet_model, scene, session

ACCEPTED = {"status": "Accepted"}


def profile(limit: float, profile_id: int = 1, **changes: Any) -> Json:
    schedule = {
        "id": 1,
        "startSchedule": "2026-01-14T12:00:00Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit, **changes.pop("period", {})}],
    }
    return {
        "id": profile_id,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": [schedule],
        **changes,
    }


async def set_profile(stage: Scene, evse: int, written: Json) -> Json:
    return await stage.csms.call("SetChargingProfile", {"evseId": evse, "chargingProfile": written})


def reason_of(answer: Json) -> str:
    assert answer["status"] == "Rejected"
    return str(answer["statusInfo"]["reasonCode"])


def events(stage: Scene) -> list[Json]:
    return stage.csms.payloads("TransactionEvent")


def running_id(stage: Scene) -> str:
    transaction = stage.station.outlets[1].transaction
    assert transaction is not None
    return transaction.key


def test_charging_is_told_from_plug_to_plug(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            await stage.station.plug_in(1, session(energy_wh=1_000))
            await stage.pass_time(300)
            stage.station.unplug(1)
            await stage.pass_time(5)
            told = events(stage)
            assert [event["seqNo"] for event in told] == list(range(len(told)))
            assert {event["transactionInfo"]["transactionId"] for event in told} == {
                told[0]["transactionInfo"]["transactionId"]
            }
            assert [
                (e["eventType"], e["triggerReason"], e["transactionInfo"]["chargingState"])
                for e in told
                if e["triggerReason"] != "MeterValuePeriodic"
            ] == [
                ("Started", "Authorized", "EVConnected"),
                ("Updated", "ChargingStateChanged", "SuspendedEV"),
                ("Updated", "ChargingStateChanged", "Charging"),
                ("Updated", "ChargingStateChanged", "SuspendedEV"),
                ("Ended", "EVCommunicationLost", "Idle"),
            ]
            assert told[0]["idToken"] == {"idToken": "ANNA", "type": "KeyCode"}
            assert told[2]["numberOfPhasesUsed"] == 3
            assert register(told[0]) == (0.0, "Transaction.Begin")
            assert register(told[-1]) == (1000.0, "Transaction.End")
            assert told[-1]["transactionInfo"]["stoppedReason"] == "EVDisconnected"
            statuses = stage.csms.payloads("StatusNotification")
            assert [s["connectorStatus"] for s in statuses] == [
                "Available",
                "Occupied",
                "Available",
            ]

    run_virtual(story())


def register(event: Json) -> tuple[float, str]:
    (value,) = event["meterValue"][0]["sampledValue"]
    return value["value"], value["context"]


def test_samples_are_numbers_with_units_by_phase(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            await stage.charge()
            await stage.pass_time(10)
            (event,) = [e for e in events(stage) if e["triggerReason"] == "MeterValuePeriodic"]
            values = event["meterValue"][0]["sampledValue"]
            assert values[:3] == [
                {
                    "value": 32.0,
                    "context": "Sample.Periodic",
                    "measurand": "Current.Import",
                    "phase": phase,
                    "unitOfMeasure": {"unit": "A"},
                }
                for phase in ("L1", "L2", "L3")
            ]
            assert values[-1]["value"] == 22080.0

    run_virtual(story())


def test_events_of_an_offline_time_say_so(tmp_path: Path) -> None:
    silence = Silence(starts_at=NOON + timedelta(minutes=5), lasts_s=300)

    async def story() -> None:
        async with scene("2.0.1", tmp_path, manners=Manners(silences=(silence,))) as stage:
            await stage.charge(50_000)
            await stage.pass_time(900)
            told = events(stage)
            offline = [event["seqNo"] for event in told if event["offline"]]
            assert [event["seqNo"] for event in told] == list(range(len(told)))
            assert offline
            assert offline == list(range(offline[0], offline[0] + len(offline)))
            assert not told[-1]["offline"]

    run_virtual(story())


def test_profile_must_name_its_transaction(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            await stage.charge()
            nameless = profile(9.0, chargingProfilePurpose="TxProfile")
            assert reason_of(await set_profile(stage, 1, nameless)) == "TxNotFound"
            wrong = {**nameless, "transactionId": "another"}
            assert reason_of(await set_profile(stage, 1, wrong)) == "TxNotFound"
            right = {**nameless, "transactionId": running_id(stage)}
            assert await set_profile(stage, 1, right) == ACCEPTED
            assert reason_of(await set_profile(stage, 0, right)) == "InvalidProfile"

    run_virtual(story())


def test_default_for_all_and_default_for_one_clash(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            assert await set_profile(stage, 0, profile(6.0, 1)) == ACCEPTED
            assert reason_of(await set_profile(stage, 1, profile(8.0, 2))) == "DuplicateProfile"
            assert await set_profile(stage, 1, profile(8.0, 1)) == ACCEPTED

    run_virtual(story())


@pytest.mark.parametrize(
    ("phases", "lines", "is_accepted"), [(3, 3, True), (1, 3, False), (1, 1, True), (3, 1, True)]
)
def test_profile_for_fewer_phases_than_are_wired_is_rejected(
    phases: int, lines: int, is_accepted: bool, tmp_path: Path
) -> None:
    async def story() -> None:
        models = [outlet_model(line_count=lines)]
        async with scene("2.0.1", tmp_path, models=models) as stage:
            written = profile(6.0, period={"numberPhases": phases})
            answer = await set_profile(stage, 1, written)
            assert (answer == ACCEPTED) is is_accepted

    run_virtual(story())


def test_two_schedules_and_external_constraints_are_rejected(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            twice = profile(6.0)
            twice["chargingSchedule"] *= 2
            assert reason_of(await set_profile(stage, 1, twice)) == "InvalidSchedule"
            foreign = profile(6.0, chargingProfilePurpose="ChargingStationExternalConstraints")
            assert reason_of(await set_profile(stage, 0, foreign)) == "InvalidProfile"

    run_virtual(story())


def test_dc_station_takes_watts_only_and_follows_them(tmp_path: Path) -> None:
    model = outlet_model(max_a=250.0, min_a=8.0, is_dc=True, efficiency=0.94)

    async def story() -> None:
        async with scene("2.0.1", tmp_path, models=[model]) as stage:
            bus = session(200_000, vehicle={"max_dc_w": 150_000.0, "battery_wh": 300_000})
            await stage.station.plug_in(1, bus)
            assert reason_of(await set_profile(stage, 1, profile(20.0))) == "UnsupportedRateUnit"
            watts = profile(64_860.0)
            watts["chargingSchedule"][0]["chargingRateUnit"] = "W"
            assert await set_profile(stage, 1, watts) == ACCEPTED
            await stage.pass_time(120)
            # 64.86 kW out are 69 kW in: 100 A from each of 3 x 230 V.
            assert stage.amps == pytest.approx((100.0, 100.0, 100.0))
            sample = events(stage)[-1]["meterValue"][0]["sampledValue"]
            assert {v["measurand"]: v["value"] for v in sample}["Power.Active.Import"] == 64860.0
            assert "SoC" in {v["measurand"] for v in sample}

    run_virtual(story())


def test_composite_schedule_of_an_idle_evse_shows_its_default(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            await set_profile(stage, 0, profile(8.0))
            request = {"evseId": 1, "duration": 600, "chargingRateUnit": "A"}
            answer = await stage.csms.call("GetCompositeSchedule", request)
            assert answer == {
                "status": "Accepted",
                "schedule": {
                    "evseId": 1,
                    "duration": 600,
                    "scheduleStart": "2026-01-14T12:01:00.000Z",
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.0}],
                },
            }
            unknown = await stage.csms.call("GetCompositeSchedule", {**request, "evseId": 9})
            assert reason_of(unknown) == "UnknownEvse"
            never = await stage.csms.call("GetCompositeSchedule", {**request, "duration": 0})
            assert reason_of(never) == "ValueOutOfRange"

    run_virtual(story())


def variable(component: str, name: str, **more: str) -> Json:
    return {"component": {"name": component}, "variable": {"name": name}, **more}


def test_variables_are_told_one_by_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            wanted = [
                variable("SmartChargingCtrlr", "ProfileStackLevel"),
                variable("SmartChargingCtrlr", "RateUnit", attributeType="Actual"),
                variable("SmartChargingCtrlr", "RateUnit", attributeType="Target"),
                variable("SmartChargingCtrlr", "Mood"),
                variable("CoffeeCtrlr", "Strength"),
            ]
            answer = await stage.csms.call("GetVariables", {"getVariableData": wanted})
            results = answer["getVariableResult"]
            assert [result["attributeStatus"] for result in results] == [
                "Accepted",
                "Accepted",
                "NotSupportedAttributeType",
                "UnknownVariable",
                "UnknownComponent",
            ]
            assert [result.get("attributeValue") for result in results[:2]] == ["8", "A,W"]
            assert results[0]["component"] == {"name": "SmartChargingCtrlr"}

    run_virtual(story())


def test_variables_are_set_if_they_can_be(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            given = [
                variable("OCPPCommCtrlr", "HeartbeatInterval", attributeValue="60"),
                variable("OCPPCommCtrlr", "HeartbeatInterval", attributeValue="soon"),
                variable("SmartChargingCtrlr", "Enabled", attributeValue="false"),
                variable("CoffeeCtrlr", "Strength", attributeValue="9"),
            ]
            answer = await stage.csms.call("SetVariables", {"setVariableData": given})
            statuses = [result["attributeStatus"] for result in answer["setVariableResult"]]
            assert statuses == ["Accepted", "Rejected", "Rejected", "UnknownComponent"]

    run_virtual(story())


def request_start(evse: int | None = None, **more: Any) -> Json:
    request: Json = {
        "idToken": {"idToken": "REMOTE", "type": "Central"},
        "remoteStartId": 5,
        **more,
    }
    return {**request, "evseId": evse} if evse else request


def test_remote_start_returns_the_transaction_of_a_vehicle_that_waits(tmp_path: Path) -> None:
    async def story() -> None:
        refused = {"idTokenInfo": {"status": "Unknown"}}
        async with scene("2.0.1", tmp_path, replies={"Authorize": refused}) as stage:
            await stage.charge()
            answer = await stage.csms.call("RequestStartTransaction", request_start(1))
            assert answer == {"status": "Accepted", "transactionId": running_id(stage)}
            await stage.pass_time(5)
            started = events(stage)[0]
            assert started["triggerReason"] == "RemoteStart"
            assert started["transactionInfo"]["remoteStartId"] == 5
            assert started["idToken"]["idToken"] == "REMOTE"
            again = await stage.csms.call("RequestStartTransaction", request_start(1))
            assert reason_of(again) == "TxInProgress"

    run_virtual(story())


def test_remote_start_brings_a_profile_for_the_transaction(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            tx = profile(9.0, chargingProfilePurpose="TxProfile")
            request = request_start(chargingProfile=tx)
            assert await stage.csms.call("RequestStartTransaction", request) == ACCEPTED
            await stage.charge()
            assert stage.amps == (9.0, 9.0, 9.0)
            stage.station.unplug(1)
            wrong = request_start(chargingProfile=profile(9.0))
            answer = await stage.csms.call("RequestStartTransaction", wrong)
            assert reason_of(answer) == "InvalidProfile"

    run_virtual(story())


def test_remote_stop_ends_the_transaction(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            await stage.charge()
            request = {"transactionId": running_id(stage)}
            assert await stage.csms.call("RequestStopTransaction", request) == ACCEPTED
            await stage.pass_time(5)
            ended = events(stage)[-1]
            assert ended["triggerReason"] == "RemoteStop"
            assert ended["transactionInfo"]["stoppedReason"] == "Remote"
            again = await stage.csms.call("RequestStopTransaction", request)
            assert reason_of(again) == "TxNotFound"

    run_virtual(story())


def test_reset_on_idle_waits_for_the_transaction_to_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            await stage.charge()
            answer = await stage.csms.call("Reset", {"type": "OnIdle"})
            assert answer == {"status": "Scheduled"}
            await stage.pass_time(300)
            assert stage.csms.actions().count("BootNotification") == 1
            stage.station.unplug(1)
            await stage.pass_time(90)
            assert stage.csms.actions().count("BootNotification") == 2
            single = await stage.csms.call("Reset", {"type": "Immediate", "evseId": 1})
            assert reason_of(single) == "UnsupportedParam"

    run_virtual(story())


def test_triggered_messages_are_sent(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("2.0.1", tmp_path) as stage:
            await stage.charge()
            await stage.pass_time(10)
            before = len(stage.csms.received)

            async def trigger(message: str, **more: Any) -> Json:
                return await stage.csms.call(
                    "TriggerMessage", {"requestedMessage": message, **more}
                )

            place = {"evse": {"id": 1, "connectorId": 1}}
            for name in ("Heartbeat", "LogStatusNotification", "FirmwareStatusNotification"):
                assert await trigger(name) == ACCEPTED
            for name in ("MeterValues", "StatusNotification", "TransactionEvent"):
                assert await trigger(name, **place) == ACCEPTED
            await stage.clock.sleep(1)
            assert stage.csms.actions()[before:] == [
                "Heartbeat",
                "LogStatusNotification",
                "FirmwareStatusNotification",
                "MeterValues",
                "StatusNotification",
                "TransactionEvent",
            ]
            assert events(stage)[-1]["triggerReason"] == "Trigger"
            assert reason_of(await trigger("BootNotification")) == "CSNotAccepted"
            assert reason_of(await trigger("StatusNotification")) == "MissingParam"
            assert await trigger("Gossip") == {"status": "NotImplemented"}
            stage.station.unplug(1)
            assert reason_of(await trigger("TransactionEvent")) == "TxNotFound"

    run_virtual(story())


def test_rejected_station_answers_calls_with_a_security_error(tmp_path: Path) -> None:
    rejected = {"status": "Rejected", "currentTime": "2026-01-14T12:00:00Z", "interval": 1000}

    async def story() -> None:
        async with scene("2.0.1", tmp_path, replies={"BootNotification": rejected}) as stage:
            answer = await stage.csms.call_raw("GetVariables", {"getVariableData": []})
            assert answer[2] == "SecurityError"

    run_virtual(story())
