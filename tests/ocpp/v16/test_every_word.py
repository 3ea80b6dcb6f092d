"""Nothing that the official schemas of 1.6 allow to be said is without a meaning here."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

import pytest

from csms.domain import commands
from csms.domain.commands import Command, CommandStatus, Job, TellCost
from csms.domain.events import StationEvent
from csms.ocpp.frames import JsonObject
from tests.ocpp.golden import V16
from tests.ocpp.v16.commands import COMMANDS
from tests.ocpp.v16.exchanges import decoded, refusal

SCHEMAS: Final = files("ocpp.v16") / "schemas"
SCALARS: Final = {
    "boolean": True,
    "integer": 1,
    "number": 16.0,
    "string": "2026-01-14T12:00:00Z",
}
FROM_THE_STATION: Final = (
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
)
ACCEPTED: Final = (CommandStatus.ACCEPTED, "")
REJECTED: Final = (CommandStatus.REJECTED, "")
UNKNOWN: Final = (CommandStatus.UNKNOWN, "")
NOT_SUPPORTED: Final = (CommandStatus.NOT_SUPPORTED, "")
YES_OR_NO: Final = {"Accepted": ACCEPTED, "Rejected": REJECTED}

ANSWERS: Final[dict[str, dict[str, tuple[CommandStatus, str]]]] = {
    "CancelReservation": YES_OR_NO,
    "CertificateSigned": YES_OR_NO,
    "ChangeAvailability": {**YES_OR_NO, "Scheduled": (CommandStatus.SCHEDULED, "")},
    "ChangeConfiguration": {
        **YES_OR_NO,
        "RebootRequired": (CommandStatus.REBOOT_REQUIRED, ""),
        "NotSupported": NOT_SUPPORTED,
    },
    "ClearCache": YES_OR_NO,
    "ClearChargingProfile": {"Accepted": ACCEPTED, "Unknown": UNKNOWN},
    "DataTransfer": {
        **YES_OR_NO,
        "UnknownMessageId": (CommandStatus.UNKNOWN, "UnknownMessageId"),
        "UnknownVendorId": (CommandStatus.UNKNOWN, "UnknownVendorId"),
    },
    "DeleteCertificate": {
        "Accepted": ACCEPTED,
        "Failed": (CommandStatus.REJECTED, "Failed"),
        "NotFound": UNKNOWN,
    },
    "ExtendedTriggerMessage": {**YES_OR_NO, "NotImplemented": NOT_SUPPORTED},
    "GetCompositeSchedule": YES_OR_NO,
    "GetInstalledCertificateIds": {"Accepted": ACCEPTED, "NotFound": UNKNOWN},
    "GetLog": {**YES_OR_NO, "AcceptedCanceled": (CommandStatus.ACCEPTED, "AcceptedCanceled")},
    "InstallCertificate": {**YES_OR_NO, "Failed": (CommandStatus.REJECTED, "Failed")},
    "RemoteStartTransaction": YES_OR_NO,
    "RemoteStopTransaction": YES_OR_NO,
    "ReserveNow": {
        **YES_OR_NO,
        "Faulted": (CommandStatus.REJECTED, "Faulted"),
        "Occupied": (CommandStatus.REJECTED, "Occupied"),
        "Unavailable": (CommandStatus.REJECTED, "Unavailable"),
    },
    "Reset": YES_OR_NO,
    "SendLocalList": {
        "Accepted": ACCEPTED,
        "Failed": (CommandStatus.REJECTED, "Failed"),
        "NotSupported": NOT_SUPPORTED,
        "VersionMismatch": (CommandStatus.REJECTED, "VersionMismatch"),
    },
    "SetChargingProfile": {**YES_OR_NO, "NotSupported": NOT_SUPPORTED},
    "SignedUpdateFirmware": {
        **YES_OR_NO,
        "AcceptedCanceled": (CommandStatus.ACCEPTED, "AcceptedCanceled"),
        "InvalidCertificate": (CommandStatus.REJECTED, "InvalidCertificate"),
        "RevokedCertificate": (CommandStatus.REJECTED, "RevokedCertificate"),
    },
    "TriggerMessage": {**YES_OR_NO, "NotImplemented": NOT_SUPPORTED},
    "UnlockConnector": {
        "Unlocked": ACCEPTED,
        "UnlockFailed": (CommandStatus.REJECTED, "UnlockFailed"),
        "NotSupported": NOT_SUPPORTED,
    },
}
WITHOUT_A_STATUS: Final = (
    "GetConfiguration",
    "GetDiagnostics",
    "GetLocalListVersion",
    "UpdateFirmware",
)


def schema_of(message: str) -> JsonObject:
    schema: JsonObject = json.loads((SCHEMAS / f"{message}.json").read_text("utf-8-sig"))
    return schema


def samples_of(schema: JsonObject, root: JsonObject) -> Iterator[Any]:
    """A value that fits, in its shortest form, then one for each word that may stand in it."""
    if "$ref" in schema:
        schema = root["definitions"][schema["$ref"].removeprefix("#/definitions/")]
    match schema:
        case {"enum": words}:
            yield from words
        case {"type": "object"}:
            yield from _objects_of(schema, root)
        case {"type": "array", "items": items}:
            yield from ([value] for value in samples_of(items, root))
        case {"type": kind}:
            yield SCALARS[kind]


def _objects_of(schema: JsonObject, root: JsonObject) -> Iterator[JsonObject]:
    properties = schema.get("properties", {})
    least = {name: next(samples_of(properties[name], root)) for name in schema.get("required", ())}
    yield least
    for name, inner in properties.items():
        for value in samples_of(inner, root):
            yield {**least, name: value}


def payloads_of(message: str) -> list[JsonObject]:
    schema = schema_of(message)
    return list(samples_of({"type": "object", **schema}, schema))


def statuses_of(action: str) -> set[str]:
    """The words that the schema of an answer allows for its status."""
    return {answer["status"] for answer in payloads_of(f"{action}Response") if "status" in answer}


def test_every_action_of_1_6_is_served() -> None:
    messages = {file.name.removesuffix(".json") for file in SCHEMAS.iterdir()}
    actions = {name for name in messages if f"{name}Response" in messages}
    assert set(FROM_THE_STATION) == set(V16._inbound)
    assert set(FROM_THE_STATION) | set(COMMANDS) == actions
    assert (len(FROM_THE_STATION), len(COMMANDS), len(actions)) == (14, 26, 39)


@pytest.mark.parametrize(("action", "command"), COMMANDS.items(), ids=list(COMMANDS))
def test_every_action_to_the_station_has_a_command(action: str, command: Command[Any]) -> None:
    assert V16.encode_command(command).action == action


def test_commands_are_those_that_have_an_action() -> None:
    assert {type(command) for command in COMMANDS.values()} == set(V16._outbound)


@pytest.mark.parametrize("action", COMMANDS)
def test_every_word_of_every_answer_is_understood(action: str) -> None:
    outgoing = V16.encode_command(COMMANDS[action])
    for answer in payloads_of(f"{action}Response"):
        outcome = outgoing.decode_result(answer)
        assert outcome.status is not CommandStatus.FAILED, answer


@pytest.mark.parametrize("action", FROM_THE_STATION)
def test_every_word_of_every_call_is_understood(action: str) -> None:
    for call in payloads_of(action):
        assert isinstance(decoded(action, call), StationEvent)


@pytest.mark.parametrize(
    ("action", "word"), [(action, word) for action in ANSWERS for word in ANSWERS[action]]
)
def test_every_status_means_something(action: str, word: str) -> None:
    outcome = V16.encode_command(COMMANDS[action]).decode_result({"status": word})
    assert (outcome.status, outcome.answer) == ANSWERS[action][word]


def test_every_status_of_the_schemas_has_been_looked_at() -> None:
    assert {action: set(words) for action, words in ANSWERS.items()} == {
        action: statuses_of(action) for action in COMMANDS if action not in WITHOUT_A_STATUS
    }
    assert [statuses_of(action) for action in WITHOUT_A_STATUS] == [set(), set(), set(), set()]


@pytest.mark.parametrize(("action", "command"), COMMANDS.items(), ids=list(COMMANDS))
def test_status_that_1_6_does_not_know_leaves_it_open(action: str, command: Command[Any]) -> None:
    outcome = V16.encode_command(command).decode_result({"status": "Perhaps"})
    assert outcome.status is CommandStatus.FAILED
    assert outcome.detail.startswith(f"the answer to {action} does not fit: ")
    assert type(outcome) is command.outcome_type


def test_commands_that_1_6_has_no_action_for() -> None:
    every = {
        one
        for one in vars(commands).values()
        if isinstance(one, type) and issubclass(one, Command) and one not in {Command, Job}
    }
    assert sorted(one.__name__ for one in every - set(V16._outbound)) == [
        "ClearMessage",
        "ClearMonitors",
        "HandleCustomerData",
        "PublishFirmware",
        "ReadTransactionStatus",
        "ReadVariables",
        "RequestInventory",
        "RequestMessages",
        "RequestMonitors",
        "RequestProfiles",
        "RequestVariables",
        "SetMonitoringBase",
        "SetMonitoringLevel",
        "SetMonitors",
        "SetNetworkProfile",
        "ShowMessage",
        "TellCost",
        "UnpublishFirmware",
        "WriteVariables",
    ]


def test_command_without_an_action_is_not_sent() -> None:
    assert refusal(TellCost(transaction="7", total=12.5)) == "OCPP 1.6 has no TellCost"
