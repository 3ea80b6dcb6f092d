"""What the generated stations say and answer is what the official schemas ask for."""

import json
from importlib.resources import files
from typing import Any, Final

import pytest
from jsonschema_rs import Draft4Validator
from ocpp.messages import MessageType

from benchmarks.load.contents import Contents, Timestamps
from benchmarks.load.dialect import Dialect, Limit
from benchmarks.load.v16 import v16
from benchmarks.load.v201 import v201

DIALECTS: Final = [pytest.param(build(), id=build().name) for build in (v16, v201)]
SCHEDULE: Final = {
    "chargingRateUnit": "A",
    "duration": 900,
    "chargingSchedulePeriod": [
        {"startPeriod": 0, "limit": 9.5},
        {"startPeriod": 360, "limit": 6.0},
    ],
}
CALLS: Final[dict[str, list[tuple[str, dict[str, Any]]]]] = {
    "1.6": [
        ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "60"}),
        ("ClearChargingProfile", {"id": 1}),
        ("GetConfiguration", {"key": ["ChargeProfileMaxStackLevel", "Unheard"]}),
        ("GetConfiguration", {}),
        ("SetChargingProfile", {"connectorId": 1}),
        ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
        ("TriggerMessage", {"requestedMessage": "DiagnosticsStatusNotification"}),
    ],
    "2.0.1": [
        ("ClearChargingProfile", {"chargingProfileId": 1}),
        (
            "GetVariables",
            {
                "getVariableData": [
                    {"component": {"name": "SmartChargingCtrlr"}, "variable": {"name": name}}
                    for name in ("PeriodsPerSchedule", "Unheard")
                ]
            },
        ),
        ("SetChargingProfile", {"evseId": 1}),
        (
            "SetVariables",
            {
                "setVariableData": [
                    {
                        "component": {"name": "SampledDataCtrlr"},
                        "variable": {"name": "TxUpdatedInterval"},
                        "attributeValue": "60",
                    }
                ]
            },
        ),
        ("TriggerMessage", {"requestedMessage": "StatusNotification"}),
    ],
}


_ENDINGS: Final = {
    (MessageType.Call, "1.6"): "",
    (MessageType.CallResult, "1.6"): "Response",
    (MessageType.Call, "2.0.1"): "Request",
    (MessageType.CallResult, "2.0.1"): "Response",
}


def check(kind: MessageType, dialect: Dialect, action: str, payload: object) -> None:
    ending = _ENDINGS[kind, dialect.name]
    folder = files(f"ocpp.v{dialect.name.replace('.', '')}") / "schemas"
    schema = json.loads((folder / f"{action}{ending}.json").read_text(encoding="utf-8-sig"))
    Draft4Validator(schema, validate_formats=False).validate(payload)


def written(dialect: Dialect, name: str) -> tuple[str, dict[str, Any]]:
    """The action and payload of a message, read back from its frame."""
    contents = Contents(12, Timestamps())
    contents.begin_transaction()
    if dialect.name == "1.6":
        contents.transaction = "4711"
    frame = contents.write(getattr(dialect, name), 13.5)
    head = 8 if frame[1] & 0x7F == 126 else 6
    _, _, action, payload = json.loads(frame[head:])
    return action, payload


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["boot", "heartbeat", "free", "occupied", "start", "sample"])
def test_every_message_is_valid(dialect: Dialect, name: str) -> None:
    action, payload = written(dialect, name)

    check(MessageType.Call, dialect, action, payload)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_answer_is_valid(dialect: Dialect) -> None:
    for action, call in CALLS[dialect.name]:
        check(MessageType.CallResult, dialect, action, dialect.commands[action](call))
    assert {action for action, _ in CALLS[dialect.name]} == set(dialect.commands)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_composite_schedule_is_what_holds_now(dialect: Dialect) -> None:
    call = {"connectorId": 1, "evseId": 1, "duration": 60}

    answer = dialect.tell_limit(call, ((0.0, 16.0), (30.4, 6.0), (60.0, 10.0)))

    check(MessageType.CallResult, dialect, "GetCompositeSchedule", answer)
    schedule = answer["chargingSchedule" if dialect.name == "1.6" else "schedule"]
    assert schedule["duration"] == 60
    assert schedule["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 16.0},
        {"startPeriod": 30, "limit": 6.0},
    ]


def test_the_messages_that_are_measured_have_twelve_values_and_a_known_size() -> None:
    _, meter_values = written(v16(), "sample")
    _, event = written(v201(), "sample")

    assert len(meter_values["meterValue"][0]["sampledValue"]) == 12
    assert len(event["meterValue"][0]["sampledValue"]) == 12
    assert v16().sample.payload_bytes == 1666
    assert v201().sample.payload_bytes == 1968


def test_a_vehicle_reports_what_it_draws() -> None:
    _, meter_values = written(v16(), "sample")

    values = {
        one["measurand"]: float(one["value"])
        for one in meter_values["meterValue"][0]["sampledValue"]
    }
    assert values["Current.Import"] == 13.5
    assert values["Power.Active.Import"] == 3105.0


def test_a_16_station_tells_the_settings_that_it_has_and_names_the_others() -> None:
    answer = v16().commands["GetConfiguration"]({"key": ["ChargeProfileMaxStackLevel", "Unheard"]})

    assert answer == {
        "configurationKey": [
            {"key": "ChargeProfileMaxStackLevel", "readonly": False, "value": "10"}
        ],
        "unknownKey": ["Unheard"],
    }


def test_what_cannot_be_triggered_is_said() -> None:
    trigger = v16().commands["TriggerMessage"]

    assert trigger({"requestedMessage": "Heartbeat"}) == {"status": "Accepted"}
    assert trigger({"requestedMessage": "SecurityEvent"}) == {"status": "NotImplemented"}


def test_a_limit_is_read_from_a_profile_of_either_version() -> None:
    of_16 = {"chargingProfilePurpose": "TxProfile", "chargingSchedule": SCHEDULE}
    of_201 = {"chargingProfilePurpose": "TxDefaultProfile", "chargingSchedule": [SCHEDULE]}

    steps = ((0.0, 9.5), (360.0, 6.0))
    assert v16().read_limit({"csChargingProfiles": of_16}) == Limit(
        steps=steps, is_of_transaction=True, lasts_s=900.0
    )
    assert v201().read_limit({"chargingProfile": of_201}) == Limit(
        steps=steps, is_of_transaction=False, lasts_s=900.0
    )


def test_a_limit_goes_from_step_to_step_until_it_has_lapsed() -> None:
    limit = Limit(steps=((0.0, 16.0), (120.0, 6.0)), is_of_transaction=True, lasts_s=900.0)

    assert limit.amps == 16.0
    assert limit.ahead(20.0) == ((0.0, 16.0), (100.0, 6.0))
    assert limit.ahead(120.0) == ((0.0, 6.0),)
    assert limit.ahead(900.0) == ()


def test_a_limit_in_watts_is_read_in_amperes() -> None:
    schedule = {
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 2300.0}],
    }
    profile = {"chargingProfilePurpose": "TxProfile", "chargingSchedule": schedule}

    assert v16().read_limit({"csChargingProfiles": profile}).amps == 10.0
