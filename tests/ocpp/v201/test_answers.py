"""Every status word of every response has its outcome, held against the official schemas."""

from typing import Any, Final, TypeAlias

import pytest

from csms.domain.commands import Command, CommandStatus, ReadSettings
from csms.ocpp.v201.outbound import OUTBOUND
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.commands import COMMANDS
from tests.ocpp.v201.official import enumerations, put, schema_of, worded

Meaning: TypeAlias = tuple[CommandStatus, str]

ACCEPTED: Final = (CommandStatus.ACCEPTED, "")
REJECTED: Final = (CommandStatus.REJECTED, "")
SCHEDULED: Final = (CommandStatus.SCHEDULED, "")
UNKNOWN: Final = (CommandStatus.UNKNOWN, "")
NOT_SUPPORTED: Final = (CommandStatus.NOT_SUPPORTED, "")
YES_OR_NO: Final = {"Accepted": ACCEPTED, "Rejected": REJECTED}


def refused(word: str) -> Meaning:
    return CommandStatus.REJECTED, word


def unheard_of(word: str) -> Meaning:
    return CommandStatus.UNKNOWN, word


def taken(word: str) -> Meaning:
    return CommandStatus.ACCEPTED, word


MEANINGS: Final[dict[str, dict[str, Meaning]]] = {
    "CancelReservationStatusEnumType": YES_OR_NO,
    "CertificateSignedStatusEnumType": YES_OR_NO,
    "ChangeAvailabilityStatusEnumType": {**YES_OR_NO, "Scheduled": SCHEDULED},
    "ChargingProfileStatusEnumType": YES_OR_NO,
    "ClearCacheStatusEnumType": YES_OR_NO,
    "ClearChargingProfileStatusEnumType": {"Accepted": ACCEPTED, "Unknown": UNKNOWN},
    "ClearMessageStatusEnumType": {"Accepted": ACCEPTED, "Unknown": UNKNOWN},
    "ClearMonitoringStatusEnumType": {**YES_OR_NO, "NotFound": UNKNOWN},
    "CustomerInformationStatusEnumType": {**YES_OR_NO, "Invalid": refused("Invalid")},
    "DataTransferStatusEnumType": {
        **YES_OR_NO,
        "UnknownMessageId": unheard_of("UnknownMessageId"),
        "UnknownVendorId": unheard_of("UnknownVendorId"),
    },
    "DeleteCertificateStatusEnumType": {
        "Accepted": ACCEPTED,
        "Failed": refused("Failed"),
        "NotFound": UNKNOWN,
    },
    "DisplayMessageStatusEnumType": {
        **YES_OR_NO,
        "NotSupportedMessageFormat": refused("NotSupportedMessageFormat"),
        "NotSupportedPriority": refused("NotSupportedPriority"),
        "NotSupportedState": refused("NotSupportedState"),
        "UnknownTransaction": unheard_of("UnknownTransaction"),
    },
    "GenericDeviceModelStatusEnumType": {
        **YES_OR_NO,
        "NotSupported": NOT_SUPPORTED,
        "EmptyResultSet": unheard_of("EmptyResultSet"),
    },
    "GenericStatusEnumType": YES_OR_NO,
    "GetChargingProfileStatusEnumType": {
        "Accepted": ACCEPTED,
        "NoProfiles": unheard_of("NoProfiles"),
    },
    "GetDisplayMessagesStatusEnumType": {"Accepted": ACCEPTED, "Unknown": UNKNOWN},
    "GetInstalledCertificateStatusEnumType": {"Accepted": ACCEPTED, "NotFound": UNKNOWN},
    "GetVariableStatusEnumType": {
        **YES_OR_NO,
        "UnknownComponent": unheard_of("UnknownComponent"),
        "UnknownVariable": unheard_of("UnknownVariable"),
        "NotSupportedAttributeType": refused("NotSupportedAttributeType"),
    },
    "InstallCertificateStatusEnumType": {**YES_OR_NO, "Failed": refused("Failed")},
    "LogStatusEnumType": {**YES_OR_NO, "AcceptedCanceled": taken("AcceptedCanceled")},
    "RequestStartStopStatusEnumType": YES_OR_NO,
    "ReserveNowStatusEnumType": {
        **YES_OR_NO,
        "Faulted": refused("Faulted"),
        "Occupied": refused("Occupied"),
        "Unavailable": refused("Unavailable"),
    },
    "ResetStatusEnumType": {**YES_OR_NO, "Scheduled": SCHEDULED},
    "SendLocalListStatusEnumType": {
        "Accepted": ACCEPTED,
        "Failed": refused("Failed"),
        "VersionMismatch": refused("VersionMismatch"),
    },
    "SetMonitoringStatusEnumType": {
        **YES_OR_NO,
        "UnknownComponent": unheard_of("UnknownComponent"),
        "UnknownVariable": unheard_of("UnknownVariable"),
        "UnsupportedMonitorType": refused("UnsupportedMonitorType"),
        "Duplicate": refused("Duplicate"),
    },
    "SetNetworkProfileStatusEnumType": {**YES_OR_NO, "Failed": refused("Failed")},
    "SetVariableStatusEnumType": {
        **YES_OR_NO,
        "UnknownComponent": unheard_of("UnknownComponent"),
        "UnknownVariable": unheard_of("UnknownVariable"),
        "NotSupportedAttributeType": refused("NotSupportedAttributeType"),
        "RebootRequired": (CommandStatus.REBOOT_REQUIRED, ""),
    },
    "TriggerMessageStatusEnumType": {**YES_OR_NO, "NotImplemented": NOT_SUPPORTED},
    "UnlockStatusEnumType": {
        "Unlocked": taken("Unlocked"),
        "UnlockFailed": refused("UnlockFailed"),
        "OngoingAuthorizedTransaction": refused("OngoingAuthorizedTransaction"),
        "UnknownConnector": unheard_of("UnknownConnector"),
    },
    "UnpublishFirmwareStatusEnumType": {
        "Unpublished": taken("Unpublished"),
        "DownloadOngoing": refused("DownloadOngoing"),
        "NoFirmware": unheard_of("NoFirmware"),
    },
    "UpdateFirmwareStatusEnumType": {
        **YES_OR_NO,
        "AcceptedCanceled": taken("AcceptedCanceled"),
        "InvalidCertificate": refused("InvalidCertificate"),
        "RevokedCertificate": refused("RevokedCertificate"),
    },
}
FRAME: Final = {"DataTransfer": "DataTransfer.sent", "GetVariables": "GetVariables.attributes"}
"""Frames whose name is not that of the action alone."""
ACTION_OF: Final = {entry.command: entry.action for entry in OUTBOUND}
CASES: Final = [
    (command, name)
    for command in COMMANDS
    for name in enumerations(schema_of(f"{ACTION_OF[type(command)]}Response"))
    if "Status" in name and type(command) is not ReadSettings  # which tells of each by itself
]


def test_every_status_of_every_response_has_a_meaning() -> None:
    official: dict[str, list[str]] = {}
    for action in ACTION_OF.values():
        official |= enumerations(schema_of(f"{action}Response"))
    words = {name: sorted(said) for name, said in official.items() if "Status" in name}
    assert {name: sorted(said) for name, said in MEANINGS.items()} == words


@pytest.mark.parametrize(
    ("command", "name"), CASES, ids=[type(command).__name__ for command, _ in CASES]
)
def test_every_status_is_understood(command: Command[Any], name: str) -> None:
    outgoing = V201.encode_command(command)
    schema = schema_of(f"{outgoing.action}Response")
    for word, meaning in MEANINGS[name].items():
        answer = exchange("v201", FRAME.get(outgoing.action, outgoing.action)).result.payload
        for path, kind, _ in list(worded(schema, answer)):
            if kind == name:
                put(answer, path, word)
        outcome = outgoing.decode_result(answer)
        assert (outcome.status, outcome.answer) == meaning, word
