"""Firmware, logs and diagnostics (OCPP 1.6 §8, security whitepaper L01 and N01)."""

from typing import Final

from csms.domain.commands import (
    CommandStatus,
    FetchDiagnostics,
    FetchLog,
    FileOutcome,
    LogKind,
    UpdateFirmware,
)
from csms.domain.identity import StationId
from csms.domain.notices import JobKind, JobProgressed, JobStage
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.payloads import write_retries
from csms.ocpp.schemas import Payload
from csms.ocpp.v16.words import read_status, write_number
from csms.ocpp.wire import drop_absent, format_start, format_time

_LOG: Final = {LogKind.DIAGNOSTICS: "DiagnosticsLog", LogKind.SECURITY: "SecurityLog"}
_STAGE: Final = {
    "BadMessage": JobStage.FAILED,
    "DownloadFailed": JobStage.FAILED,
    "DownloadPaused": JobStage.RUNNING,
    "DownloadScheduled": JobStage.RUNNING,
    "Downloaded": JobStage.RUNNING,
    "Downloading": JobStage.RUNNING,
    "Idle": JobStage.IDLE,
    "InstallRebooting": JobStage.RUNNING,
    "InstallScheduled": JobStage.RUNNING,
    "InstallVerificationFailed": JobStage.FAILED,
    "InstallationFailed": JobStage.FAILED,
    "Installed": JobStage.DONE,
    "Installing": JobStage.RUNNING,
    "InvalidSignature": JobStage.FAILED,
    "NotSupportedOperation": JobStage.FAILED,
    "PermissionDenied": JobStage.FAILED,
    "SignatureVerified": JobStage.RUNNING,
    "UploadFailed": JobStage.FAILED,
    "UploadFailure": JobStage.FAILED,
    "Uploaded": JobStage.DONE,
    "Uploading": JobStage.RUNNING,
}
"""Where a job stands by its word (§7.24, §7.25, whitepaper §6.8, §6.19)."""


def is_signed(command: UpdateFirmware) -> bool:
    """Whether firmware comes with a signature."""
    return command.firmware.is_signed


def encode_signed_update(command: UpdateFirmware) -> JsonObject:
    """SignedUpdateFirmware.req (whitepaper §5.21)."""
    firmware = command.firmware
    return drop_absent(
        {
            **write_retries(command.retries),
            "requestId": write_number(command.request_id, "the job"),
            "firmware": drop_absent(
                {
                    "location": firmware.location,
                    "retrieveDateTime": format_start(firmware.retrieve_at),
                    "installDateTime": firmware.install_at and format_time(firmware.install_at),
                    "signingCertificate": firmware.certificate,
                    "signature": firmware.signature,
                }
            ),
        }
    )


def encode_update(command: UpdateFirmware) -> JsonObject:
    """UpdateFirmware.req (§6.55); it has no number of the job."""
    firmware = command.firmware
    if firmware.certificate is not None or firmware.signature is not None:
        raise NotExpressibleError(
            "OCPP 1.6 expects firmware to have a certificate and a signature, or neither"
        )
    if firmware.install_at is not None:
        raise NotExpressibleError(
            "OCPP 1.6 installs firmware without a signature as soon as it has come: "
            "expected no time to install it at"
        )
    return drop_absent(
        {
            "location": firmware.location,
            "retrieveDate": format_start(firmware.retrieve_at),
            **write_retries(command.retries),
        }
    )


def encode_fetch_log(command: FetchLog) -> JsonObject:
    """GetLog.req (whitepaper §5.9)."""
    return drop_absent(
        {
            "logType": _LOG[command.kind],
            "requestId": write_number(command.request_id, "the job"),
            **write_retries(command.retries),
            "log": drop_absent(
                {
                    "remoteLocation": command.upload_to,
                    "oldestTimestamp": command.since and format_time(command.since),
                    "latestTimestamp": command.until and format_time(command.until),
                }
            ),
        }
    )


def decode_log(_command: FetchLog, answer: Payload) -> FileOutcome:
    """GetLog.conf (whitepaper §5.10)."""
    status, word = read_status(answer.status)
    return FileOutcome(status=status, answer=word, file=answer.filename or None)


def encode_fetch_diagnostics(command: FetchDiagnostics) -> JsonObject:
    """GetDiagnostics.req (§6.25)."""
    return drop_absent(
        {
            "location": command.upload_to,
            **write_retries(command.retries),
            "startTime": command.since and format_time(command.since),
            "stopTime": command.until and format_time(command.until),
        }
    )


def decode_diagnostics(_command: FetchDiagnostics, answer: Payload) -> FileOutcome:
    """GetDiagnostics.conf (§6.26)."""
    return FileOutcome(status=CommandStatus.ACCEPTED, file=answer.fileName or None)


def decode_diagnostics_status(station_id: StationId, call: Payload) -> JobProgressed:
    """DiagnosticsStatusNotification.req (§6.17)."""
    return _progressed(station_id, JobKind.DIAGNOSTICS, call.status)


def decode_firmware_status(station_id: StationId, call: Payload) -> JobProgressed:
    """FirmwareStatusNotification.req (§6.19)."""
    return _progressed(station_id, JobKind.FIRMWARE, call.status)


def decode_log_status(station_id: StationId, call: Payload) -> JobProgressed:
    """LogStatusNotification.req (whitepaper §5.13)."""
    return _progressed(station_id, JobKind.LOG, call.status, call.requestId)


def decode_signed_firmware_status(station_id: StationId, call: Payload) -> JobProgressed:
    """SignedFirmwareStatusNotification.req (whitepaper §5.19)."""
    return _progressed(station_id, JobKind.SIGNED_FIRMWARE, call.status, call.requestId)


def _progressed(
    station_id: StationId, kind: JobKind, word: str, request_id: int | None = None
) -> JobProgressed:
    return JobProgressed(
        station_id=station_id, kind=kind, stage=_STAGE[word], word=word, request_id=request_id
    )
