from typing import Any

import pytest

from csms.domain.commands import (
    Command,
    CommandStatus,
    FetchDiagnostics,
    FetchLog,
    FileOutcome,
    Firmware,
    LogKind,
    Outcome,
    Retries,
    UpdateFirmware,
)
from csms.domain.errors import CallRefusedError
from csms.domain.events import Acknowledged
from csms.domain.notices import JobKind, JobProgressed, JobStage
from tests.ocpp.golden import V16
from tests.ocpp.v16.exchanges import (
    ACCEPTED,
    NOON,
    PEM,
    TEN,
    TWO,
    assert_understood_and_answered,
    assert_written_and_understood,
    decoded,
    refusal,
)

FILE = "https://files.example/3.5.bin"
RETRIES = Retries(count=3, every_s=60)
EXCHANGES: list[tuple[str, Command[Any], Outcome]] = [
    (
        "UpdateFirmware",
        UpdateFirmware(
            request_id=7, firmware=Firmware(location=FILE, retrieve_at=NOON), retries=RETRIES
        ),
        ACCEPTED,
    ),
    ("UpdateFirmware.at_once", UpdateFirmware(firmware=Firmware(location=FILE)), ACCEPTED),
    (
        "SignedUpdateFirmware",
        UpdateFirmware(
            request_id=7,
            firmware=Firmware(
                location=FILE,
                retrieve_at=NOON,
                install_at=TWO,
                certificate=PEM,
                signature="c2lnbmVk",
            ),
            retries=RETRIES,
        ),
        ACCEPTED,
    ),
    (
        "SignedUpdateFirmware.at_once",
        UpdateFirmware(
            request_id=8,
            firmware=Firmware(location=FILE, certificate=PEM, signature="c2lnbmVk"),
        ),
        Outcome(status=CommandStatus.REJECTED, answer="InvalidCertificate"),
    ),
    (
        "GetLog",
        FetchLog(
            request_id=5,
            upload_to="sftp://files.example/log",
            kind=LogKind.SECURITY,
            since=TEN,
            until=NOON,
            retries=RETRIES,
        ),
        FileOutcome(status=CommandStatus.ACCEPTED, answer="AcceptedCanceled", file="G-01.log"),
    ),
    (
        "GetLog.bare",
        FetchLog(request_id=6, upload_to="sftp://files.example/log"),
        FileOutcome(status=CommandStatus.REJECTED),
    ),
    (
        "GetDiagnostics",
        FetchDiagnostics(
            upload_to="ftp://files.example/diagnostics", since=TEN, until=NOON, retries=RETRIES
        ),
        FileOutcome(status=CommandStatus.ACCEPTED, file="G-01.tar.gz"),
    ),
    (
        "GetDiagnostics.none",
        FetchDiagnostics(upload_to="ftp://files.example/diagnostics"),
        FileOutcome(status=CommandStatus.ACCEPTED),
    ),
]
REPORTS: list[tuple[str, JobProgressed]] = [
    (
        "DiagnosticsStatusNotification",
        JobProgressed(
            station_id="G-01", kind=JobKind.DIAGNOSTICS, stage=JobStage.DONE, word="Uploaded"
        ),
    ),
    (
        "FirmwareStatusNotification",
        JobProgressed(
            station_id="G-01", kind=JobKind.FIRMWARE, stage=JobStage.RUNNING, word="Downloading"
        ),
    ),
    (
        "LogStatusNotification",
        JobProgressed(
            station_id="G-01",
            kind=JobKind.LOG,
            stage=JobStage.FAILED,
            word="PermissionDenied",
            request_id=5,
        ),
    ),
    (
        "LogStatusNotification.idle",
        JobProgressed(station_id="G-01", kind=JobKind.LOG, stage=JobStage.IDLE, word="Idle"),
    ),
    (
        "SignedFirmwareStatusNotification",
        JobProgressed(
            station_id="G-01",
            kind=JobKind.SIGNED_FIRMWARE,
            stage=JobStage.DONE,
            word="Installed",
            request_id=7,
        ),
    ),
    (
        "SignedFirmwareStatusNotification.idle",
        JobProgressed(
            station_id="G-01", kind=JobKind.SIGNED_FIRMWARE, stage=JobStage.IDLE, word="Idle"
        ),
    ),
]


@pytest.mark.parametrize(
    ("name", "command", "outcome"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_written_and_understood(name, command, outcome)


@pytest.mark.parametrize(("name", "event"), REPORTS, ids=[name for name, _ in REPORTS])
def test_report_on_a_job_is_understood_and_acknowledged(name: str, event: JobProgressed) -> None:
    assert_understood_and_answered(name, event, Acknowledged())


STAGES: dict[str, dict[str, JobStage]] = {
    "DiagnosticsStatusNotification": {
        "Idle": JobStage.IDLE,
        "Uploaded": JobStage.DONE,
        "UploadFailed": JobStage.FAILED,
        "Uploading": JobStage.RUNNING,
    },
    "FirmwareStatusNotification": {
        "Downloaded": JobStage.RUNNING,
        "DownloadFailed": JobStage.FAILED,
        "Downloading": JobStage.RUNNING,
        "Idle": JobStage.IDLE,
        "InstallationFailed": JobStage.FAILED,
        "Installing": JobStage.RUNNING,
        "Installed": JobStage.DONE,
    },
    "LogStatusNotification": {
        "BadMessage": JobStage.FAILED,
        "Idle": JobStage.IDLE,
        "NotSupportedOperation": JobStage.FAILED,
        "PermissionDenied": JobStage.FAILED,
        "Uploaded": JobStage.DONE,
        "UploadFailure": JobStage.FAILED,
        "Uploading": JobStage.RUNNING,
    },
    "SignedFirmwareStatusNotification": {
        "Downloaded": JobStage.RUNNING,
        "DownloadFailed": JobStage.FAILED,
        "Downloading": JobStage.RUNNING,
        "DownloadScheduled": JobStage.RUNNING,
        "DownloadPaused": JobStage.RUNNING,
        "Idle": JobStage.IDLE,
        "InstallationFailed": JobStage.FAILED,
        "Installing": JobStage.RUNNING,
        "Installed": JobStage.DONE,
        "InstallRebooting": JobStage.RUNNING,
        "InstallScheduled": JobStage.RUNNING,
        "InstallVerificationFailed": JobStage.FAILED,
        "InvalidSignature": JobStage.FAILED,
        "SignatureVerified": JobStage.RUNNING,
    },
}


@pytest.mark.parametrize(
    ("action", "word", "stage"),
    [(action, word, stage) for action, stages in STAGES.items() for word, stage in stages.items()],
)
def test_every_word_of_a_report_is_a_stage(action: str, word: str, stage: JobStage) -> None:
    event = decoded(action, {"status": word})
    assert (event.word, event.stage) == (word, stage)


def test_empty_name_of_a_file_is_none() -> None:
    diagnostics = V16.encode_command(FetchDiagnostics(upload_to="ftp://files.example"))
    assert diagnostics.decode_result({"fileName": ""}).file is None
    log = V16.encode_command(FetchLog(request_id=5, upload_to="ftp://files.example"))
    assert log.decode_result({"status": "Accepted", "filename": ""}).file is None


@pytest.mark.parametrize(
    ("action", "word"),
    [
        ("DiagnosticsStatusNotification", "UploadFailure"),
        ("FirmwareStatusNotification", "InvalidSignature"),
        ("LogStatusNotification", "UploadFailed"),
        ("SignedFirmwareStatusNotification", "Uploaded"),
    ],
)
def test_word_of_another_report_is_refused(action: str, word: str) -> None:
    with pytest.raises(CallRefusedError, match="status: ") as caught:
        decoded(action, {"status": word})
    assert caught.value.code == "PropertyConstraintViolation"


UNSIGNED = "OCPP 1.6 expects firmware to have a certificate and a signature, or neither"
NO_TIME = (
    "OCPP 1.6 installs firmware without a signature as soon as it has come: "
    "expected no time to install it at"
)
NO_NUMBER = "OCPP 1.6 expects the number of the job, none was given"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (UpdateFirmware(firmware=Firmware(location=FILE, certificate=PEM)), UNSIGNED),
        (UpdateFirmware(firmware=Firmware(location=FILE, signature="c2ln")), UNSIGNED),
        (
            UpdateFirmware(firmware=Firmware(location=FILE, install_at=TWO)),
            NO_TIME,
        ),
        (
            UpdateFirmware(firmware=Firmware(location=FILE, certificate=PEM, signature="c2ln")),
            NO_NUMBER,
        ),
        (FetchLog(upload_to=FILE), NO_NUMBER),
    ],
)
def test_what_1_6_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    assert refusal(command) == why
