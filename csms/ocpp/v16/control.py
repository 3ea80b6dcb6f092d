"""Starting, stopping, restarting, and looking at what happens (OCPP 1.6 §5)."""

from typing import Final

from csms.domain.charging_profile import ChargingProfile, ProfilePurpose
from csms.domain.commands import (
    ChangeAvailability,
    DataOutcome,
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
from csms.domain.identity import WHOLE_STATION
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v16.charging import write_profile
from csms.ocpp.v16.words import (
    read_status,
    refuse_group,
    write_place,
    write_token,
    write_transaction,
)
from csms.ocpp.wire import drop_absent

_RESET: Final = {ResetKind.SOFT: "Soft", ResetKind.HARD: "Hard"}
_TRIGGER: Final = {
    ReportKind.BOOT: "BootNotification",
    ReportKind.DIAGNOSTICS_STATUS: "DiagnosticsStatusNotification",
    ReportKind.FIRMWARE_STATUS: "FirmwareStatusNotification",
    ReportKind.HEARTBEAT: "Heartbeat",
    ReportKind.METER_VALUES: "MeterValues",
    ReportKind.STATUS: "StatusNotification",
}
_EXTENDED_TRIGGER: Final = {
    ReportKind.LOG_STATUS: "LogStatusNotification",
    ReportKind.STATION_CERTIFICATE: "SignChargePointCertificate",
}
"""Reports that only the security whitepaper's message can trigger (whitepaper §6.16)."""
_ONLY_CONNECTOR: Final = 1


def encode_start(command: StartCharging) -> JsonObject:
    """RemoteStartTransaction.req (§6.33); it has no number to know the transaction again by."""
    refuse_group(command.group)
    return drop_absent(
        {
            "idTag": write_token(command.id_token),
            "connectorId": command.evse_number or None,
            "chargingProfile": command.profile and _write_first_profile(command.profile),
        }
    )


def decode_start(_command: StartCharging, answer: Payload) -> StartOutcome:
    """RemoteStartTransaction.conf (§6.34)."""
    status, word = read_status(answer.status)
    return StartOutcome(status=status, answer=word)


def encode_stop(command: StopCharging) -> JsonObject:
    """RemoteStopTransaction.req (§6.35)."""
    return {"transactionId": write_transaction(command.transaction)}


def encode_reset(command: ResetStation) -> JsonObject:
    """Reset.req (§6.39)."""
    if command.evse_number != WHOLE_STATION:
        raise NotExpressibleError(
            f"OCPP 1.6 restarts whole stations: expected EVSE 0, got {command.evse_number}"
        )
    return {"type": _RESET[command.kind]}


def is_extended(command: TriggerReport) -> bool:
    """Whether a report can be triggered by the security whitepaper's message only."""
    return command.kind in _EXTENDED_TRIGGER


def encode_extended_trigger(command: TriggerReport) -> JsonObject:
    """ExtendedTriggerMessage.req (security whitepaper §5.5)."""
    return _write_trigger(command, _EXTENDED_TRIGGER[command.kind])


def encode_trigger(command: TriggerReport) -> JsonObject:
    """TriggerMessage.req (§6.51)."""
    if command.kind not in _TRIGGER:
        raise NotExpressibleError(f"OCPP 1.6 cannot trigger a report of {command.kind}")
    return _write_trigger(command, _TRIGGER[command.kind])


def encode_availability(command: ChangeAvailability) -> JsonObject:
    """ChangeAvailability.req (§6.7)."""
    return {
        "connectorId": write_place(command.evse_number, command.connector_number),
        "type": "Operative" if command.is_operative else "Inoperative",
    }


def encode_unlock(command: UnlockConnector) -> JsonObject:
    """UnlockConnector.req (§6.53)."""
    if command.connector_number != _ONLY_CONNECTOR:
        raise NotExpressibleError(
            "OCPP 1.6 knows one connector of an EVSE: "
            f"expected number 1, got {command.connector_number}"
        )
    return {"connectorId": command.evse_number}


def encode_send_data(command: SendData) -> JsonObject:
    """DataTransfer.req (§6.15)."""
    if not isinstance(command.data, str | None):
        kind = type(command.data).__name__
        raise NotExpressibleError(f"OCPP 1.6 expects data to be a text, got {kind}")
    return drop_absent(
        {"vendorId": command.vendor, "messageId": command.message, "data": command.data}
    )


def decode_data_sent(_command: SendData, answer: Payload) -> DataOutcome:
    """DataTransfer.conf (§6.16)."""
    status, word = read_status(answer.status)
    return DataOutcome(status=status, answer=word, data=answer.data)


def _write_trigger(command: TriggerReport, message: str) -> JsonObject:
    connector = write_place(command.evse_number, command.connector_number)
    return drop_absent({"requestedMessage": message, "connectorId": connector or None})


def _write_first_profile(profile: ChargingProfile) -> JsonObject:
    """Write the profile of a transaction that is to come (§5.16.2, errata §3.41)."""
    if profile.purpose is not ProfilePurpose.TX or profile.transaction is not None:
        raise NotExpressibleError(
            "OCPP 1.6 expects a start's profile to be of purpose tx and without a transaction"
        )
    return write_profile(profile)
