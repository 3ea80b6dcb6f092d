"""Firmware, logs and customers' data: asked for, and as their reports come (L, N01, N09, N10)."""

from typing import Final

from csms.domain.commands import (
    FetchLog,
    FileOutcome,
    Firmware,
    HandleCustomerData,
    LogKind,
    Outcome,
    PublishFirmware,
    UnpublishFirmware,
    UpdateFirmware,
)
from csms.domain.identity import StationId
from csms.domain.notices import CustomerDataTold, JobKind, JobProgressed, JobStage
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.schemas import Payload
from csms.ocpp.v201.answers import make_outcome
from csms.ocpp.v201.certificates import write_hash
from csms.ocpp.v201.requests import request_id, write_retries
from csms.ocpp.v201.tokens import write_token
from csms.ocpp.wire import drop_absent, format_start, format_time, parse_time

_LOG: Final = {LogKind.DIAGNOSTICS: "DiagnosticsLog", LogKind.SECURITY: "SecurityLog"}
_FIRMWARE_STAGE: Final = {
    "Downloaded": JobStage.RUNNING,
    "DownloadFailed": JobStage.FAILED,
    "Downloading": JobStage.RUNNING,
    "DownloadPaused": JobStage.RUNNING,
    "DownloadScheduled": JobStage.RUNNING,
    "Idle": JobStage.IDLE,
    "InstallationFailed": JobStage.FAILED,
    "Installed": JobStage.DONE,
    "Installing": JobStage.RUNNING,
    "InstallRebooting": JobStage.RUNNING,
    "InstallScheduled": JobStage.RUNNING,
    "InstallVerificationFailed": JobStage.FAILED,
    "InvalidSignature": JobStage.FAILED,
    "SignatureVerified": JobStage.RUNNING,
}
_PUBLISHING_STAGE: Final = {
    "ChecksumVerified": JobStage.RUNNING,
    "Downloaded": JobStage.RUNNING,
    "DownloadFailed": JobStage.FAILED,
    "Downloading": JobStage.RUNNING,
    "DownloadPaused": JobStage.RUNNING,
    "DownloadScheduled": JobStage.RUNNING,
    "Idle": JobStage.IDLE,
    "InvalidChecksum": JobStage.FAILED,
    "Published": JobStage.DONE,
    "PublishFailed": JobStage.FAILED,
}
_LOG_STAGE: Final = {
    "AcceptedCanceled": JobStage.FAILED,  # given up for a newer request (N01.FR.20)
    "BadMessage": JobStage.FAILED,
    "Idle": JobStage.IDLE,
    "NotSupportedOperation": JobStage.FAILED,
    "PermissionDenied": JobStage.FAILED,
    "Uploaded": JobStage.DONE,
    "UploadFailure": JobStage.FAILED,
    "Uploading": JobStage.RUNNING,
}


def encode_update_firmware(command: UpdateFirmware) -> JsonObject:
    """UpdateFirmwareRequest (L01, L02)."""
    return {
        "requestId": request_id(command),
        "firmware": _write_firmware(command.firmware),
        **write_retries(command.retries),
    }


def encode_publish_firmware(command: PublishFirmware) -> JsonObject:
    """PublishFirmwareRequest (L03)."""
    return {
        "requestId": request_id(command),
        "location": command.location,
        "checksum": command.checksum,
        **write_retries(command.retries),
    }


def encode_unpublish_firmware(command: UnpublishFirmware) -> JsonObject:
    """UnpublishFirmwareRequest (L04)."""
    return {"checksum": command.checksum}


def decode_unpublish_firmware(_command: UnpublishFirmware, answer: Payload) -> Outcome:
    """UnpublishFirmwareResponse (L04), which gives no reasons."""
    return make_outcome(Outcome, answer.status, None)


def encode_fetch_log(command: FetchLog) -> JsonObject:
    """GetLogRequest (N01)."""
    log = {
        "remoteLocation": command.upload_to,
        "oldestTimestamp": command.since and format_time(command.since),
        "latestTimestamp": command.until and format_time(command.until),
    }
    return {
        "requestId": request_id(command),
        "logType": _LOG[command.kind],
        "log": drop_absent(log),
        **write_retries(command.retries),
    }


def decode_fetch_log(_command: FetchLog, answer: Payload) -> FileOutcome:
    """GetLogResponse (N01)."""
    return make_outcome(FileOutcome, answer.status, answer.statusInfo, file=answer.filename)


def encode_customer_data(command: HandleCustomerData) -> JsonObject:
    """CustomerInformationRequest (N09, N10).

    Raises:
        NotExpressibleError: The customer is named in no way, or in several (N09.FR.09).
    """
    customer = drop_absent(
        {
            "idToken": command.id_token and write_token(command.id_token),
            "customerIdentifier": command.customer,
            "customerCertificate": command.certificate and write_hash(command.certificate),
        }
    )
    if len(customer) != 1:
        message = f"expected one of id_token, customer and certificate, got {len(customer)}"
        raise NotExpressibleError(message)
    return {
        "requestId": request_id(command),
        "report": command.is_reported,
        "clear": command.is_removed,
        **customer,
    }


def decode_firmware_status(station_id: StationId, call: Payload) -> JobProgressed:
    """FirmwareStatusNotificationRequest (L01, L02)."""
    return JobProgressed(
        station_id=station_id,
        kind=JobKind.FIRMWARE,
        stage=_FIRMWARE_STAGE[call.status],
        word=call.status,
        request_id=call.requestId,
    )


def decode_publishing_status(station_id: StationId, call: Payload) -> JobProgressed:
    """PublishFirmwareStatusNotificationRequest (L03)."""
    return JobProgressed(
        station_id=station_id,
        kind=JobKind.PUBLISHING,
        stage=_PUBLISHING_STAGE[call.status],
        word=call.status,
        request_id=call.requestId,
        locations=tuple(call.location or ()),
    )


def decode_log_status(station_id: StationId, call: Payload) -> JobProgressed:
    """LogStatusNotificationRequest (N01)."""
    return JobProgressed(
        station_id=station_id,
        kind=JobKind.LOG,
        stage=_LOG_STAGE[call.status],
        word=call.status,
        request_id=call.requestId,
    )


def decode_customer_data(station_id: StationId, call: Payload) -> CustomerDataTold:
    """NotifyCustomerInformationRequest (N09, N10)."""
    return CustomerDataTold(
        station_id=station_id,
        request_id=call.requestId,
        seq_no=call.seqNo,
        at=parse_time(call.generatedAt),
        text=call.data,
        has_more=call.tbc or False,
    )


def _write_firmware(firmware: Firmware) -> JsonObject:
    return drop_absent(
        {
            "location": firmware.location,
            "retrieveDateTime": format_start(firmware.retrieve_at),
            "installDateTime": firmware.install_at and format_time(firmware.install_at),
            "signingCertificate": firmware.certificate,
            "signature": firmware.signature,
        }
    )
