from datetime import UTC, datetime
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
from csms.domain.events import (
    Acknowledged,
    BootReply,
    DataReceived,
    DataReply,
    HeartbeatReceived,
    StationBooted,
    StationEvent,
    StatusChanged,
    TimeReply,
)
from csms.domain.station import ConnectorStatus, RateUnit, Registration, StationModel
from tests.ocpp.golden import V201, exchange
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    NOON,
    REJECTED,
    TOKEN,
    TRANSACTION,
    assert_not_expressible,
    assert_refused,
    assert_sent,
    assert_told,
    told,
    written,
)

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "RequestStartTransaction",
        StartCharging(
            id_token=TOKEN,
            remote_start_id=5,
            evse_number=1,
            profile=ChargingProfile(
                profile_id=43,
                purpose=ProfilePurpose.TX,
                stack_level=1,
                unit=RateUnit.AMPERE,
                periods=(ProfilePeriod(0, 6.0),),
            ),
        ),
        StartOutcome(status=CommandStatus.ACCEPTED, transaction=TRANSACTION),
    ),
    (
        "RequestStartTransaction.bare",
        StartCharging(id_token=IdToken("04A2B3C4", "Central"), remote_start_id=6),
        StartOutcome(status=CommandStatus.REJECTED),
    ),
    (
        "RequestStartTransaction.group",
        StartCharging(id_token=TOKEN, remote_start_id=7, group=IdToken("FLEET", "Central")),
        StartOutcome(status=CommandStatus.ACCEPTED),
    ),
    ("RequestStopTransaction", StopCharging(TRANSACTION), ACCEPTED),
    ("Reset", ResetStation(ResetKind.SOFT), Outcome(status=CommandStatus.SCHEDULED)),
    (
        "Reset.hard",
        ResetStation(ResetKind.HARD),
        Outcome(status=CommandStatus.REJECTED, detail="FwUpdateInProgress"),
    ),
    ("Reset.evse", ResetStation(ResetKind.HARD, 2), ACCEPTED),
    ("TriggerMessage", TriggerReport(kind=ReportKind.TRANSACTION, evse_number=1), ACCEPTED),
    (
        "TriggerMessage.status",
        TriggerReport(kind=ReportKind.STATUS, evse_number=1),
        Outcome(status=CommandStatus.NOT_SUPPORTED),
    ),
    (
        "TriggerMessage.connector",
        TriggerReport(kind=ReportKind.STATUS, evse_number=2, connector_number=3),
        ACCEPTED,
    ),
    ("TriggerMessage.station", TriggerReport(kind=ReportKind.BOOT), REJECTED),
    (
        "ChangeAvailability",
        ChangeAvailability(is_operative=False, evse_number=1, connector_number=2),
        Outcome(status=CommandStatus.SCHEDULED, detail="TxInProgress"),
    ),
    ("ChangeAvailability.station", ChangeAvailability(is_operative=True), ACCEPTED),
    (
        "UnlockConnector",
        UnlockConnector(evse_number=1, connector_number=2),
        Outcome(status=CommandStatus.ACCEPTED, answer="Unlocked"),
    ),
    (
        "UnlockConnector.charging",
        UnlockConnector(evse_number=2),
        Outcome(
            status=CommandStatus.REJECTED,
            answer="OngoingAuthorizedTransaction",
            detail="TxInProgress",
        ),
    ),
    (
        "DataTransfer.sent",
        SendData(vendor="no.nordlys", message="Light", data={"on": True}),
        DataOutcome(status=CommandStatus.ACCEPTED, data="lit"),
    ),
    (
        "DataTransfer.refused",
        SendData(vendor="org.example"),
        DataOutcome(status=CommandStatus.UNKNOWN, answer="UnknownVendorId"),
    ),
]

TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "BootNotification",
        StationBooted(
            station_id="G-01",
            model=StationModel(
                vendor="Nordlys", model="NL-22", serial="NL22-00017", firmware="3.4.1"
            ),
            reason="PowerUp",
        ),
        BootReply(registration=Registration.ACCEPTED, at=NOON, interval_s=300),
    ),
    (
        "BootNotification.bare",
        StationBooted(
            station_id="G-01",
            model=StationModel(vendor="Nordlys", model="NL-22"),
            reason="Unknown",
        ),
        BootReply(registration=Registration.REJECTED, at=NOON, interval_s=60),
    ),
    (
        "BootNotification.refused",
        StationBooted(
            station_id="G-01",
            model=StationModel(vendor="Nordlys", model="NL-22"),
            reason="Watchdog",
        ),
        BootReply(
            registration=Registration.REJECTED,
            at=NOON,
            interval_s=600,
            cause="no such station",
        ),
    ),
    ("Heartbeat", HeartbeatReceived(station_id="G-01"), TimeReply(NOON)),
    (
        "StatusNotification",
        StatusChanged(
            station_id="G-01",
            evse_number=1,
            connector_number=1,
            status=ConnectorStatus.OCCUPIED,
            at=NOON,
        ),
        Acknowledged(),
    ),
    (
        "StatusNotification.faulted",
        StatusChanged(
            station_id="G-01",
            evse_number=2,
            connector_number=2,
            status=ConnectorStatus.FAULTED,
            at=datetime(2026, 1, 14, 12, 0, 0, 250_000, tzinfo=UTC),
        ),
        Acknowledged(),
    ),
    (
        "DataTransfer",
        DataReceived(
            station_id="G-01",
            vendor="no.nordlys",
            message="Temperature",
            data={"celsius": [31, 32.5]},
        ),
        DataReply(is_vendor_known=True, data={"noted": True}),
    ),
    (
        "DataTransfer.unknown",
        DataReceived(station_id="G-01", vendor="org.example", message=None, data=None),
        DataReply(is_vendor_known=False),
    ),
]


@pytest.mark.parametrize(("name", "command", "outcome"), SENT, ids=[one[0] for one in SENT])
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_sent(name, command, outcome)


@pytest.mark.parametrize(("name", "event", "reply"), TOLD, ids=[one[0] for one in TOLD])
def test_call_is_understood_and_answered(name: str, event: StationEvent[Any], reply: Any) -> None:
    assert_told(name, event, reply)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (ReportKind.BOOT, "BootNotification"),
        (ReportKind.COMBINED_CERTIFICATE, "SignCombinedCertificate"),
        (ReportKind.FIRMWARE_STATUS, "FirmwareStatusNotification"),
        (ReportKind.HEARTBEAT, "Heartbeat"),
        (ReportKind.LOG_STATUS, "LogStatusNotification"),
        (ReportKind.METER_VALUES, "MeterValues"),
        (ReportKind.PUBLISHING_STATUS, "PublishFirmwareStatusNotification"),
        (ReportKind.STATION_CERTIFICATE, "SignChargingStationCertificate"),
        (ReportKind.STATUS, "StatusNotification"),
        (ReportKind.TRANSACTION, "TransactionEvent"),
        (ReportKind.V2G_CERTIFICATE, "SignV2GCertificate"),
    ],
)
def test_every_report_has_a_word(kind: ReportKind, word: str) -> None:
    assert written(TriggerReport(kind=kind)) == {"requestedMessage": word}


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            TriggerReport(kind=ReportKind.DIAGNOSTICS_STATUS),
            "OCPP 2.0.1 cannot trigger a report of diagnostics_status",
        ),
        (StopCharging("x" * 37), "RequestStopTransaction: transactionId: "),
        (
            StartCharging(id_token=IdToken("x", "Unheard"), remote_start_id=1),
            "RequestStartTransaction: idToken/type: ",
        ),
        (
            StartCharging(id_token=TOKEN),
            "expected a remote_start_id, which the sender gives, got none",
        ),
        (
            ChangeAvailability(is_operative=True, connector_number=2),
            "expected the EVSE of connector 2",
        ),
    ],
)
def test_what_2_0_1_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    assert_not_expressible(command, why)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Available", ConnectorStatus.AVAILABLE),
        ("Occupied", ConnectorStatus.OCCUPIED),
        ("Reserved", ConnectorStatus.RESERVED),
        ("Unavailable", ConnectorStatus.UNAVAILABLE),
        ("Faulted", ConnectorStatus.FAULTED),
    ],
)
def test_every_status_is_known(word: str, status: ConnectorStatus) -> None:
    event = told("StatusNotification", connectorStatus=word)
    assert (event.status, event.charging_state) == (status, None)


def test_status_at_a_time_that_is_none_is_refused() -> None:
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("StatusNotification", why, timestamp="soon")


@pytest.mark.parametrize("field", ["evseId", "connectorId"])
def test_status_of_a_connector_that_there_cannot_be_is_refused(field: str) -> None:
    why = "expected a connector or EVSE from 0 on, got -1"
    assert_refused("StatusNotification", why, **{field: -1})


def test_cause_of_a_refusal_is_cut_to_what_fits() -> None:
    reply = BootReply(registration=Registration.REJECTED, at=NOON, interval_s=1, cause="x" * 513)
    incoming = V201.decode_call("G-01", exchange("v201", "BootNotification").call)
    assert incoming.encode_reply(reply)["statusInfo"]["additionalInfo"] == "x" * 512
