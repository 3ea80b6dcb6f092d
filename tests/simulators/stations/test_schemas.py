"""Everything that stations say in a day full of events fits the official schemas."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import ocpp
import orjson
import pytest
from jsonschema_rs import Draft4Validator

from simulators.stations.manners import Manners, Silence
from simulators.virtual_time import run_virtual
from tests.simulators.fake_csms import FakeCsms, Json
from tests.simulators.stations.builders import NOON, Scene, outlet_model, scene, session

SCHEMAS = Path(ocpp.__file__).parent
LONG_SILENCE = Silence(starts_at=NOON.replace(hour=18), lasts_s=2400)


@cache
def validator(version: str, action: str, *, is_answer: bool) -> Draft4Validator:
    if version == "1.6":
        name = f"v16/schemas/{action}{'Response' if is_answer else ''}.json"
    else:
        name = f"v201/schemas/{action}{'Response' if is_answer else 'Request'}.json"
    schema = orjson.loads((SCHEMAS / name).read_bytes().removeprefix(b"\xef\xbb\xbf"))
    return Draft4Validator(schema, validate_formats=False)


def said(csms: FakeCsms, asked: dict[str, str]) -> Iterator[tuple[str, Json, bool]]:
    """Action, payload, and whether it is an answer."""
    for text in csms.raw:
        frame: list[Any] = orjson.loads(text)
        if frame[0] == 2:
            yield frame[2], frame[3], False
        elif frame[0] == 3:
            yield asked[frame[1]], frame[2], True


async def live_through_a_day(stage: Scene, calls: list[tuple[str, Json]]) -> dict[str, str]:
    """Vehicles come and go, the CSMS asks for all that there is, the link breaks."""
    asked: dict[str, str] = {}
    for hour in range(12):
        await stage.station.plug_in(1, session(8_000, user=f"USER-{hour}"))
        await stage.pass_time(600, every_s=10)
        for action, payload in calls if stage.station.uplink.is_online else []:
            await stage.csms.call_raw(action, payload)
            asked[f"csms-{stage.csms._count}"] = action
        await stage.pass_time(2400, every_s=10)
        stage.station.unplug(1)
        await stage.pass_time(600, every_s=10)
    return asked


def schedule(**more: Any) -> Json:
    return {
        "startSchedule": "2026-01-14T12:00:00Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.3}],
        **more,
    }


CALLS_16: list[tuple[str, Json]] = [
    ("GetConfiguration", {}),
    ("GetConfiguration", {"key": ["HeartbeatInterval", "Unheard"]}),
    ("ChangeConfiguration", {"key": "MeterValuesSampledData", "value": "Current.Offered,Voltage"}),
    ("ChangeConfiguration", {"key": "Unheard", "value": "1"}),
    (
        "SetChargingProfile",
        {
            "connectorId": 1,
            "csChargingProfiles": {
                "chargingProfileId": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxProfile",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": schedule(),
            },
        },
    ),
    ("GetCompositeSchedule", {"connectorId": 1, "duration": 3600}),
    ("GetCompositeSchedule", {"connectorId": 0, "duration": 3600, "chargingRateUnit": "W"}),
    ("GetCompositeSchedule", {"connectorId": 7, "duration": 3600}),
    ("ClearChargingProfile", {}),
    ("TriggerMessage", {"requestedMessage": "MeterValues"}),
    ("TriggerMessage", {"requestedMessage": "StatusNotification"}),
    ("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}),
    ("TriggerMessage", {"requestedMessage": "DiagnosticsStatusNotification"}),
    ("DataTransfer", {"vendorId": "org.example"}),
    ("RemoteStartTransaction", {"idTag": "REMOTE"}),
    ("RemoteStopTransaction", {"transactionId": 7}),
    ("RemoteStartTransaction", {"idTag": "REMOTE"}),
    ("Reset", {"type": "Hard"}),
]
CALLS_201: list[tuple[str, Json]] = [
    (
        "GetVariables",
        {
            "getVariableData": [
                {"component": {"name": "SmartChargingCtrlr"}, "variable": {"name": "RateUnit"}},
                {"component": {"name": "Unheard"}, "variable": {"name": "Of"}},
            ]
        },
    ),
    (
        "SetVariables",
        {
            "setVariableData": [
                {
                    "component": {"name": "SampledDataCtrlr"},
                    "variable": {"name": "TxUpdatedMeasurands"},
                    "attributeValue": "Current.Offered,Voltage,Power.Active.Import",
                }
            ]
        },
    ),
    (
        "SetChargingProfile",
        {
            "evseId": 0,
            "chargingProfile": {
                "id": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": [schedule(id=1)],
            },
        },
    ),
    (
        "SetChargingProfile",
        {
            "evseId": 9,
            "chargingProfile": {
                "id": 2,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": [schedule(id=1)],
            },
        },
    ),
    ("GetCompositeSchedule", {"evseId": 1, "duration": 3600}),
    ("GetCompositeSchedule", {"evseId": 0, "duration": 3600, "chargingRateUnit": "W"}),
    ("GetCompositeSchedule", {"evseId": 9, "duration": 3600}),
    ("ClearChargingProfile", {"chargingProfileId": 1}),
    ("TriggerMessage", {"requestedMessage": "MeterValues"}),
    ("TriggerMessage", {"requestedMessage": "TransactionEvent"}),
    ("TriggerMessage", {"requestedMessage": "StatusNotification", "evse": {"id": 1}}),
    (
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}},
    ),
    ("TriggerMessage", {"requestedMessage": "LogStatusNotification"}),
    ("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}),
    ("DataTransfer", {"vendorId": "org.example"}),
    (
        "RequestStartTransaction",
        {"idToken": {"idToken": "REMOTE", "type": "Central"}, "remoteStartId": 1},
    ),
    ("RequestStopTransaction", {"transactionId": "another"}),
    ("Reset", {"type": "OnIdle"}),
]


@pytest.mark.parametrize(("version", "calls"), [("1.6", CALLS_16), ("2.0.1", CALLS_201)])
@pytest.mark.parametrize("is_dc", [False, True])
def test_every_payload_of_a_day_is_accepted_by_its_schema(
    version: str, calls: list[tuple[str, Json]], is_dc: bool, tmp_path: Path
) -> None:
    models = [outlet_model(max_a=200.0, is_dc=is_dc, efficiency=0.95 if is_dc else 1.0)]
    asked: dict[str, str] = {}
    stages: list[Scene] = []

    async def story() -> None:
        manners = Manners(silences=(LONG_SILENCE,))
        async with scene(version, tmp_path, models=models, manners=manners) as stage:
            asked.update(await live_through_a_day(stage, calls))
            stages.append(stage)

    run_virtual(story())
    payloads = list(said(stages[0].csms, asked))
    for action, payload, is_answer in payloads:
        errors = list(validator(version, action, is_answer=is_answer).iter_errors(payload))
        assert not errors, f"{action}: {payload}: {errors[0].message}"
    assert len(payloads) > 400
    assert {action for action, _, is_answer in payloads if is_answer} == {
        action for action, _ in calls
    }
