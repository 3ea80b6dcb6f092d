from typing import Any

import pytest

from csms.domain.authorization import IdToken
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    ChangeAvailability,
    Command,
    CommandStatus,
    DataOutcome,
    Outcome,
    ReportKind,
    ResetKind,
    ResetStation,
    SendData,
    StartCharging,
    StartOutcome,
    StopCharging,
    TriggerReport,
    UnlockConnector,
)
from csms.domain.station import RateUnit
from tests.ocpp.golden import V16
from tests.ocpp.v16.exchanges import (
    ACCEPTED,
    REJECTED,
    TOKEN,
    assert_written_and_understood,
    refusal,
)


def profile(purpose: ProfilePurpose, transaction: str | None = None) -> ChargingProfile:
    return ChargingProfile(
        profile_id=43,
        purpose=purpose,
        stack_level=1,
        unit=RateUnit.AMPERE,
        periods=(ProfilePeriod(0, 6.0),),
        transaction=transaction,
    )


EXCHANGES: list[tuple[str, Command[Any], Outcome]] = [
    (
        "RemoteStartTransaction",
        StartCharging(
            id_token=TOKEN, remote_start_id=5, evse_number=1, profile=profile(ProfilePurpose.TX)
        ),
        StartOutcome(status=CommandStatus.ACCEPTED),
    ),
    (
        "RemoteStartTransaction.bare",
        StartCharging(id_token=TOKEN, remote_start_id=6),
        StartOutcome(status=CommandStatus.REJECTED),
    ),
    ("RemoteStopTransaction", StopCharging("7"), ACCEPTED),
    ("Reset", ResetStation(ResetKind.SOFT), ACCEPTED),
    ("Reset.hard", ResetStation(ResetKind.HARD), REJECTED),
    ("TriggerMessage", TriggerReport(kind=ReportKind.METER_VALUES, evse_number=1), ACCEPTED),
    (
        "TriggerMessage.station",
        TriggerReport(kind=ReportKind.BOOT),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
    ),
    ("TriggerMessage.diagnostics", TriggerReport(kind=ReportKind.DIAGNOSTICS_STATUS), REJECTED),
    ("ExtendedTriggerMessage", TriggerReport(kind=ReportKind.STATION_CERTIFICATE), ACCEPTED),
    (
        "ExtendedTriggerMessage.log",
        TriggerReport(kind=ReportKind.LOG_STATUS),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
    ),
    (
        "ChangeAvailability",
        ChangeAvailability(is_operative=False, evse_number=2),
        Outcome(status=CommandStatus.SCHEDULED),
    ),
    ("ChangeAvailability.station", ChangeAvailability(is_operative=True), ACCEPTED),
    ("UnlockConnector", UnlockConnector(evse_number=2), ACCEPTED),
    (
        "UnlockConnector.stuck",
        UnlockConnector(evse_number=2),
        Outcome(status=CommandStatus.REJECTED, answer="UnlockFailed"),
    ),
    (
        "DataTransfer.sent",
        SendData(vendor="no.nordlys", message="Lamp", data='{"on": true}'),
        DataOutcome(status=CommandStatus.ACCEPTED, data="done"),
    ),
    (
        "DataTransfer.refused",
        SendData(vendor="org.example"),
        DataOutcome(status=CommandStatus.UNKNOWN, answer="UnknownVendorId"),
    ),
]


@pytest.mark.parametrize(
    ("name", "command", "outcome"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_written_and_understood(name, command, outcome)


def test_start_anywhere_names_no_connector() -> None:
    # OCPP 1.6 §6.33: a connector that is named is above 0
    payload = V16.encode_command(StartCharging(id_token=TOKEN, evse_number=0)).payload
    assert payload == {"idTag": "04A2B3C4"}


@pytest.mark.parametrize(
    ("kind", "action", "word"),
    [
        (ReportKind.BOOT, "TriggerMessage", "BootNotification"),
        (ReportKind.DIAGNOSTICS_STATUS, "TriggerMessage", "DiagnosticsStatusNotification"),
        (ReportKind.FIRMWARE_STATUS, "TriggerMessage", "FirmwareStatusNotification"),
        (ReportKind.HEARTBEAT, "TriggerMessage", "Heartbeat"),
        (ReportKind.METER_VALUES, "TriggerMessage", "MeterValues"),
        (ReportKind.STATUS, "TriggerMessage", "StatusNotification"),
        (ReportKind.LOG_STATUS, "ExtendedTriggerMessage", "LogStatusNotification"),
        (ReportKind.STATION_CERTIFICATE, "ExtendedTriggerMessage", "SignChargePointCertificate"),
    ],
)
def test_every_report_that_1_6_can_trigger_has_a_word(
    kind: ReportKind, action: str, word: str
) -> None:
    outgoing = V16.encode_command(TriggerReport(kind=kind))
    assert (outgoing.action, outgoing.payload) == (action, {"requestedMessage": word})


@pytest.mark.parametrize(
    "kind",
    [
        ReportKind.COMBINED_CERTIFICATE,
        ReportKind.PUBLISHING_STATUS,
        ReportKind.TRANSACTION,
        ReportKind.V2G_CERTIFICATE,
    ],
)
def test_report_that_1_6_does_not_have_cannot_be_triggered(kind: ReportKind) -> None:
    expected = f"OCPP 1.6 cannot trigger a report of {kind}"
    assert refusal(TriggerReport(kind=kind)) == expected


ONE_NUMBER = (
    "OCPP 1.6 knows a connector by the number of its EVSE: expected no number of a connector, got 2"
)
FIRST_PROFILE = "OCPP 1.6 expects a start's profile to be of purpose tx and without a transaction"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            ResetStation(ResetKind.HARD, evse_number=1),
            "OCPP 1.6 restarts whole stations: expected EVSE 0, got 1",
        ),
        (ChangeAvailability(is_operative=True, evse_number=1, connector_number=2), ONE_NUMBER),
        (
            TriggerReport(kind=ReportKind.STATUS, evse_number=1, connector_number=2),
            ONE_NUMBER,
        ),
        (
            UnlockConnector(evse_number=1, connector_number=2),
            "OCPP 1.6 knows one connector of an EVSE: expected number 1, got 2",
        ),
        (
            SendData(vendor="no.nordlys", data={"on": True}),
            "OCPP 1.6 expects data to be a text, got dict",
        ),
        (
            StartCharging(id_token=IdToken("x" * 21)),
            "OCPP 1.6 expects a token of at most 20 characters, got 21",
        ),
        (
            StartCharging(id_token=TOKEN, group=IdToken("FLEET")),
            "OCPP 1.6 expects no group of the token here",
        ),
        (
            StartCharging(id_token=TOKEN, profile=profile(ProfilePurpose.TX_DEFAULT)),
            FIRST_PROFILE,
        ),
        (
            StartCharging(id_token=TOKEN, profile=profile(ProfilePurpose.TX, transaction="7")),
            FIRST_PROFILE,
        ),
    ],
)
def test_what_1_6_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    assert refusal(command) == why


@pytest.mark.parametrize(
    "transaction", ["9a5b-1", "x", "None", "-", "07", "+7", " 7", "1_0", "\u0667"]
)
def test_transaction_that_has_no_number_cannot_be_stopped(transaction: str) -> None:
    expected = f"OCPP 1.6 expects a transaction's number, got {transaction!r}"
    assert refusal(StopCharging(transaction)) == expected


@pytest.mark.parametrize(("transaction", "number"), [("0", 0), ("-1", -1), ("7", 7)])
def test_any_number_of_a_transaction_can_be_stopped(transaction: str, number: int) -> None:
    assert V16.encode_command(StopCharging(transaction)).payload == {"transactionId": number}
