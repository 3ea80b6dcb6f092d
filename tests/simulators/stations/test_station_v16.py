from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulators.stations.manners import Manners, Silence
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import Json
from tests.simulators.stations.builders import (
    IT,
    NOON,
    Scene,
    outlet_model,
    scene,
    session,
)

ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}


def profile(limit: float, **changes: Any) -> Json:
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        },
        **changes,
    }


def test_charging_is_told_from_plug_to_plug(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path, models=[outlet_model(supply=IT)]) as stage:
            await stage.station.plug_in(1, session(energy_wh=300, vehicle={"line_count": 1}))
            await stage.pass_time(300)
            stage.station.unplug(1)
            await stage.pass_time(5)
            calls = stage.csms.received[3:]
            assert [c.payload["status"] for c in calls if c.action == "StatusNotification"] == [
                "Preparing",
                "SuspendedEV",
                "Charging",
                "SuspendedEV",
                "Finishing",
                "Available",
            ]
            assert stage.csms.payloads("Authorize") == [{"idTag": "ANNA"}]
            assert stage.csms.payloads("StartTransaction") == [
                {
                    "connectorId": 1,
                    "idTag": "ANNA",
                    "meterStart": 0,
                    "timestamp": "2026-01-14T12:01:00.000Z",
                }
            ]
            first = stage.csms.payloads("MeterValues")[0]
            register = first["meterValue"][0]["sampledValue"].pop(3)
            assert register["measurand"] == "Energy.Active.Import.Register"
            assert 60 < int(register["value"]) < 115  # 7360 W for 60 s, less a slow start
            assert first == {
                "connectorId": 1,
                "transactionId": 7,
                "meterValue": [
                    {
                        "timestamp": "2026-01-14T12:02:00.000Z",
                        "sampledValue": [
                            sampled("32", "Current.Import", "A", "L1"),
                            sampled("32", "Current.Import", "A", "L2"),
                            sampled("0", "Current.Import", "A", "L3"),
                            sampled("7360", "Power.Active.Import", "W"),
                        ],
                    }
                ],
            }
            assert stage.csms.payloads("StopTransaction") == [
                {
                    "meterStop": 300,
                    "timestamp": "2026-01-14T12:06:00.000Z",
                    "reason": "EVDisconnected",
                    "transactionId": 7,
                }
            ]

    run_virtual(story())


def sampled(value: str, measurand: str, unit: str, phase: str | None = None) -> Json:
    told = {"value": value, "context": "Sample.Periodic", "measurand": measurand, "unit": unit}
    return {**told, "phase": phase} if phase else told


def test_limit_and_its_end_are_told_as_suspension(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            await stage.charge()
            before = len(stage.csms.received)
            await stage.csms.call(
                "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile(0.0)}
            )
            await stage.pass_time(30)
            await stage.csms.call("ClearChargingProfile", {"id": 1})
            await stage.pass_time(30)
            told = [c.payload.get("status") for c in stage.csms.received[before:]]
            statuses = [status for status in told if status]
            assert statuses == ["SuspendedEVSE", "SuspendedEV", "Charging"]

    run_virtual(story())


@pytest.mark.parametrize(
    ("transaction", "status"),
    [({}, ACCEPTED), ({"transactionId": 7}, ACCEPTED), ({"transactionId": 8}, REJECTED)],
)
def test_transaction_id_of_a_profile_is_checked_if_it_is_there(
    transaction: Json, status: Json, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            await stage.charge()
            request = {"connectorId": 1, "csChargingProfiles": profile(9.0, **transaction)}
            assert await stage.csms.call("SetChargingProfile", request) == status

    run_virtual(story())


def test_composite_schedule_is_the_lowest_of_all(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            await stage.charge()
            schedule = {
                "duration": 600,
                "startSchedule": stage.clock.now().isoformat(),
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 16.0},
                    {"startPeriod": 300, "limit": 20.0},
                ],
            }
            tx = profile(0.0, chargingProfileKind="Absolute", chargingSchedule=schedule)
            most = profile(
                18.0,
                chargingProfileId=2,
                chargingProfilePurpose="ChargePointMaxProfile",
                chargingProfileKind="Absolute",
            )
            most["chargingSchedule"]["startSchedule"] = "2026-01-01T00:00:00Z"
            for connector, written in ((1, tx), (0, most)):
                request = {"connectorId": connector, "csChargingProfiles": written}
                assert await stage.csms.call("SetChargingProfile", request) == ACCEPTED
            answer = await stage.csms.call(
                "GetCompositeSchedule", {"connectorId": 1, "duration": 900}
            )
            assert answer["chargingSchedule"]["chargingSchedulePeriod"] == [
                {"startPeriod": 0, "limit": 16.0},
                {"startPeriod": 300, "limit": 18.0},
            ]
            watts = await stage.csms.call(
                "GetCompositeSchedule",
                {"connectorId": 0, "duration": 60, "chargingRateUnit": "W"},
            )
            # 16 A x 3 x 230 V
            assert watts["chargingSchedule"]["chargingSchedulePeriod"] == [
                {"startPeriod": 0, "limit": 11040.0}
            ]
            unknown = {"connectorId": 3, "duration": 60}
            assert await stage.csms.call("GetCompositeSchedule", unknown) == REJECTED

    run_virtual(story())


def test_configuration_is_told_and_set(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            keys = [
                "ChargeProfileMaxStackLevel",
                "ChargingScheduleAllowedChargingRateUnit",
                "HeartbeatInterval",
                "CoffeeStrength",
            ]
            answer = await stage.csms.call("GetConfiguration", {"key": keys})
            assert answer == {
                "configurationKey": [
                    {"key": keys[0], "readonly": True, "value": "8"},
                    {"key": keys[1], "readonly": True, "value": "Current,Power"},
                    {"key": keys[2], "readonly": False, "value": "300"},
                ],
                "unknownKey": ["CoffeeStrength"],
            }
            assert len((await stage.csms.call("GetConfiguration", {}))["configurationKey"]) == 25

            async def change(key: str, value: str) -> str:
                answer = await stage.csms.call("ChangeConfiguration", {"key": key, "value": value})
                return str(answer["status"])

            assert await change("MeterValueSampleInterval", "30") == "Accepted"
            assert await change("MeterValueSampleInterval", "often") == "Rejected"
            assert await change("MeterValuesSampledData", "Current.Import") == "Accepted"
            assert await change("MeterValuesSampledData", "Mood") == "Rejected"
            assert await change("ChargeProfileMaxStackLevel", "9") == "Rejected"
            assert await change("NumberOfConnectors", "9") == "Rejected"
            assert await change("CoffeeStrength", "9") == "NotSupported"

    run_virtual(story())


def test_remote_start_charges_a_vehicle_that_waits(tmp_path: Path) -> None:
    async def story() -> None:
        replies = {"Authorize": {"idTagInfo": {"status": "Invalid"}}}
        async with scene("1.6", tmp_path, replies=dict(replies)) as stage:
            await stage.charge()
            request = {"idTag": "REMOTE", "connectorId": 1, "chargingProfile": profile(11.0)}
            assert await stage.csms.call("RemoteStartTransaction", request) == ACCEPTED
            await stage.pass_time(60)
            assert stage.amps == (11.0, 11.0, 11.0)
            assert stage.csms.payloads("StartTransaction")[0]["idTag"] == "REMOTE"
            assert await stage.csms.call("RemoteStartTransaction", request) == REJECTED

    run_virtual(story())


@pytest.mark.parametrize(("waits_s", "token"), [(60, "REMOTE"), (180, "ANNA")])
def test_remote_start_waits_for_a_vehicle_but_not_for_ever(
    waits_s: float, token: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            assert await stage.csms.call("RemoteStartTransaction", {"idTag": "REMOTE"}) == ACCEPTED
            await stage.pass_time(waits_s)
            await stage.charge()
            assert stage.csms.payloads("StartTransaction")[0]["idTag"] == token

    run_virtual(story())


def test_remote_start_with_a_profile_of_another_purpose_is_rejected(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            wrong = profile(11.0, chargingProfilePurpose="TxDefaultProfile")
            request = {"idTag": "REMOTE", "chargingProfile": wrong}
            assert await stage.csms.call("RemoteStartTransaction", request) == REJECTED

    run_virtual(story())


def test_remote_stop_ends_the_transaction_and_leaves_the_vehicle(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            await stage.charge()
            request = {"transactionId": 7}
            assert await stage.csms.call("RemoteStopTransaction", request) == ACCEPTED
            await stage.pass_time(30)
            assert stage.csms.payloads("StopTransaction")[0]["reason"] == "Remote"
            assert stage.csms.payloads("StatusNotification")[-1]["status"] == "Finishing"
            assert await stage.csms.call("RemoteStopTransaction", request) == REJECTED

    run_virtual(story())


def trigger(stage: Scene, message: str, **more: int) -> Any:
    return stage.csms.call("TriggerMessage", {"requestedMessage": message, **more})


def test_triggered_messages_follow_the_answer(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            await stage.charge()
            await stage.pass_time(10)
            before, raw_before = len(stage.csms.received), len(stage.csms.raw)
            assert await trigger(stage, "MeterValues", connectorId=1) == ACCEPTED
            await stage.clock.sleep(1)
            assert stage.csms.raw[raw_before].startswith("[3,")
            told = stage.csms.received[before].payload["meterValue"][0]["sampledValue"]
            assert {value["context"] for value in told} == {"Trigger"}
            for name in (
                "BootNotification",
                "DiagnosticsStatusNotification",
                "FirmwareStatusNotification",
                "Heartbeat",
                "StatusNotification",
            ):
                assert await trigger(stage, name) == ACCEPTED
            await stage.clock.sleep(1)
            assert stage.csms.actions()[before + 1 :] == [
                "BootNotification",
                "DiagnosticsStatusNotification",
                "FirmwareStatusNotification",
                "Heartbeat",
                "StatusNotification",
                "StatusNotification",
            ]
            assert await trigger(stage, "Gossip") == {"status": "NotImplemented"}
            assert await trigger(stage, "MeterValues", connectorId=4) == REJECTED

    run_virtual(story())


def test_unknown_vendor_data_is_answered(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene("1.6", tmp_path) as stage:
            answer = await stage.csms.call("DataTransfer", {"vendorId": "org.example"})
            assert answer == {"status": "UnknownVendorId"}

    run_virtual(story())


def test_transaction_that_began_offline_takes_profiles_before_it_has_a_number(
    tmp_path: Path,
) -> None:
    silence = Silence(starts_at=NOON + timedelta(minutes=2), lasts_s=60)

    async def story() -> None:
        async with scene("1.6", tmp_path, manners=Manners(silences=(silence,))) as stage:
            await stage.pass_time(65)
            del stage.csms.replies["StartTransaction"]
            await stage.charge()
            await stage.pass_time(30)
            request = {"connectorId": 1, "csChargingProfiles": profile(9.0)}
            assert await stage.csms.call("SetChargingProfile", request) == ACCEPTED
            assert stage.station.limit_a(1) == 9.0

    run_virtual(story())
