"""What a station is doing and is to do: boot, status, start, stop, restart (B, F, G, P)."""

from typing import Final

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
from csms.domain.events import BootReply, StationBooted, StatusChanged
from csms.domain.identity import StationId
from csms.domain.station import ConnectorStatus, StationModel
from csms.ocpp import payloads
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.answers import make_outcome, write_reason
from csms.ocpp.v201.components import write_evse
from csms.ocpp.v201.profiles import write_charging_profile
from csms.ocpp.v201.requests import numbered
from csms.ocpp.v201.tokens import write_token
from csms.ocpp.wire import drop_absent, parse_time, read_index

_STATUS: Final = {
    "Available": ConnectorStatus.AVAILABLE,
    "Occupied": ConnectorStatus.OCCUPIED,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}
_RESET: Final = {ResetKind.SOFT: "OnIdle", ResetKind.HARD: "Immediate"}
_TRIGGER: Final = {
    ReportKind.BOOT: "BootNotification",
    ReportKind.COMBINED_CERTIFICATE: "SignCombinedCertificate",
    ReportKind.FIRMWARE_STATUS: "FirmwareStatusNotification",
    ReportKind.HEARTBEAT: "Heartbeat",
    ReportKind.LOG_STATUS: "LogStatusNotification",
    ReportKind.METER_VALUES: "MeterValues",
    ReportKind.PUBLISHING_STATUS: "PublishFirmwareStatusNotification",
    ReportKind.STATION_CERTIFICATE: "SignChargingStationCertificate",
    ReportKind.STATUS: "StatusNotification",
    ReportKind.TRANSACTION: "TransactionEvent",
    ReportKind.V2G_CERTIFICATE: "SignV2GCertificate",
}
_FIRST_CONNECTOR: Final = 1


def decode_boot(station_id: StationId, call: Payload) -> StationBooted:
    """BootNotificationRequest (B01); its modem has no place in the model."""
    station = call.chargingStation
    return StationBooted(
        station_id=station_id,
        model=StationModel(
            vendor=station.vendorName,
            model=station.model,
            serial=station.serialNumber or None,
            firmware=station.firmwareVersion or None,
        ),
        reason=call.reason,
    )


def encode_boot(reply: BootReply) -> JsonObject:
    """BootNotificationResponse (B01 to B03)."""
    return drop_absent({**payloads.encode_boot(reply), "statusInfo": write_reason(reply.cause)})


def decode_status(station_id: StationId, call: Payload) -> StatusChanged:
    """StatusNotificationRequest (G01)."""
    return StatusChanged(
        station_id=station_id,
        evse_number=read_index(call.evseId),
        connector_number=read_index(call.connectorId),
        status=_STATUS[call.connectorStatus],
        at=parse_time(call.timestamp),
    )


def encode_start(command: StartCharging) -> JsonObject:
    """RequestStartTransactionRequest (F01, F02)."""
    return drop_absent(
        {
            "idToken": write_token(command.id_token),
            "remoteStartId": numbered(command.remote_start_id, "remote_start_id"),
            "evseId": command.evse_number,
            "chargingProfile": command.profile and write_charging_profile(command.profile),
            "groupIdToken": command.group and write_token(command.group),
        }
    )


def decode_start(_command: StartCharging, answer: Payload) -> StartOutcome:
    """RequestStartTransactionResponse (F01, F02)."""
    return make_outcome(
        StartOutcome, answer.status, answer.statusInfo, transaction=answer.transactionId
    )


def encode_stop(command: StopCharging) -> JsonObject:
    """RequestStopTransactionRequest (F03)."""
    return {"transactionId": command.transaction}


def encode_reset(command: ResetStation) -> JsonObject:
    """ResetRequest (B11, B12)."""
    return drop_absent({"type": _RESET[command.kind], "evseId": command.evse_number or None})


def encode_trigger(command: TriggerReport) -> JsonObject:
    """TriggerMessageRequest (F06).

    Raises:
        NotExpressibleError: 2.0.1 has no such report: diagnostics are a log.
    """
    if command.kind not in _TRIGGER:
        raise NotExpressibleError(f"OCPP 2.0.1 cannot trigger a report of {command.kind}")
    evse = write_evse(command.evse_number, command.connector_number)
    if evse and command.kind is ReportKind.STATUS:
        evse.setdefault("connectorId", _FIRST_CONNECTOR)  # F06.FR.13: it needs its connector
    return drop_absent({"requestedMessage": _TRIGGER[command.kind], "evse": evse})


def encode_availability(command: ChangeAvailability) -> JsonObject:
    """ChangeAvailabilityRequest (G03, G04)."""
    return drop_absent(
        {
            "operationalStatus": "Operative" if command.is_operative else "Inoperative",
            "evse": write_evse(command.evse_number, command.connector_number),
        }
    )


def encode_unlock(command: UnlockConnector) -> JsonObject:
    """UnlockConnectorRequest (F05)."""
    return {"evseId": command.evse_number, "connectorId": command.connector_number}


def encode_send_data(command: SendData) -> JsonObject:
    """DataTransferRequest (P01)."""
    return drop_absent(
        {"vendorId": command.vendor, "messageId": command.message, "data": command.data}
    )


def decode_send_data(_command: SendData, answer: Payload) -> DataOutcome:
    """DataTransferResponse (P01)."""
    return make_outcome(DataOutcome, answer.status, answer.statusInfo, data=answer.data)
