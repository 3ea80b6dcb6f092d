from typing import Any

import pytest

from csms.domain.commands import (
    Command,
    CommandStatus,
    FetchDiagnostics,
    FetchLog,
    FileOutcome,
    Firmware,
    HandleCustomerData,
    LogKind,
    Outcome,
    PublishFirmware,
    Retries,
    UnpublishFirmware,
    UpdateFirmware,
)
from csms.domain.events import Acknowledged, StationEvent
from csms.domain.notices import CustomerDataTold, JobKind, JobProgressed, JobStage
from tests.ocpp.v201.exchanges import (
    ACCEPTED,
    HASH,
    NOON,
    PEM,
    REJECTED,
    TOKEN,
    TWO,
    assert_not_expressible,
    assert_refused,
    assert_sent,
    assert_told,
    told,
)

CHECKSUM = "0123456789abcdef0123456789abcdef"
FIRMWARE = Firmware(location="ftp://csms.example/fw.bin")

SENT: list[tuple[str, Command[Any], Outcome]] = [
    (
        "UpdateFirmware",
        UpdateFirmware(
            request_id=11,
            firmware=Firmware(
                location="https://csms.example/fw.bin",
                retrieve_at=NOON,
                install_at=TWO,
                certificate=PEM,
                signature="c2lnbmVk",
            ),
            retries=Retries(count=2, every_s=30),
        ),
        Outcome(status=CommandStatus.ACCEPTED, answer="AcceptedCanceled"),
    ),
    (
        "UpdateFirmware.unsigned",  # and at once
        UpdateFirmware(request_id=12, firmware=FIRMWARE),
        Outcome(status=CommandStatus.REJECTED, answer="RevokedCertificate"),
    ),
    (
        "PublishFirmware",
        PublishFirmware(
            request_id=13,
            location="https://csms.example/fw.bin",
            checksum=CHECKSUM,
            retries=Retries(count=2, every_s=30),
        ),
        ACCEPTED,
    ),
    (
        "UnpublishFirmware",
        UnpublishFirmware(CHECKSUM),
        Outcome(status=CommandStatus.UNKNOWN, answer="NoFirmware"),
    ),
    (
        "GetLog",
        FetchLog(
            request_id=61,
            kind=LogKind.SECURITY,
            upload_to="https://csms.example/logs",
            since=NOON,
            until=TWO,
            retries=Retries(count=3, every_s=60),
        ),
        FileOutcome(status=CommandStatus.ACCEPTED, answer="AcceptedCanceled", file="security.log"),
    ),
    (
        "GetLog.bare",
        FetchLog(request_id=62, upload_to="https://csms.example/logs"),
        FileOutcome(status=CommandStatus.REJECTED, detail="NotFound"),
    ),
    ("CustomerInformation", HandleCustomerData(request_id=31, id_token=TOKEN), ACCEPTED),
    (
        "CustomerInformation.certificate",
        HandleCustomerData(request_id=32, is_removed=True, certificate=HASH),
        Outcome(status=CommandStatus.REJECTED, answer="Invalid", detail="NotFound"),
    ),
    (
        "CustomerInformation.named",
        HandleCustomerData(
            request_id=33, is_reported=False, is_removed=True, customer="customer 5"
        ),
        REJECTED,
    ),
]


def progressed(kind: JobKind, stage: JobStage, word: str, **rest: Any) -> JobProgressed:
    return JobProgressed(station_id="G-01", kind=kind, stage=stage, word=word, **rest)


TOLD: list[tuple[str, StationEvent[Any], Any]] = [
    (
        "FirmwareStatusNotification",
        progressed(JobKind.FIRMWARE, JobStage.RUNNING, "Downloading", request_id=11),
        Acknowledged(),
    ),
    (
        "FirmwareStatusNotification.idle",
        progressed(JobKind.FIRMWARE, JobStage.IDLE, "Idle"),
        Acknowledged(),
    ),
    (
        "PublishFirmwareStatusNotification",
        progressed(
            JobKind.PUBLISHING,
            JobStage.DONE,
            "Published",
            request_id=13,
            locations=(
                "https://controller.example/fw.bin",
                "ftp://controller.example/fw.bin",
            ),
        ),
        Acknowledged(),
    ),
    (
        "LogStatusNotification",
        progressed(JobKind.LOG, JobStage.DONE, "Uploaded", request_id=61),
        Acknowledged(),
    ),
    (
        "LogStatusNotification.idle",
        progressed(JobKind.LOG, JobStage.IDLE, "Idle"),
        Acknowledged(),
    ),
    (
        "NotifyCustomerInformation",
        CustomerDataTold(
            station_id="G-01", request_id=31, seq_no=0, at=NOON, text="name: A", has_more=True
        ),
        Acknowledged(),
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
    ("word", "stage"),
    [
        ("Downloaded", JobStage.RUNNING),
        ("DownloadFailed", JobStage.FAILED),
        ("Downloading", JobStage.RUNNING),
        ("DownloadPaused", JobStage.RUNNING),
        ("DownloadScheduled", JobStage.RUNNING),
        ("Idle", JobStage.IDLE),
        ("InstallationFailed", JobStage.FAILED),
        ("Installed", JobStage.DONE),
        ("Installing", JobStage.RUNNING),
        ("InstallRebooting", JobStage.RUNNING),
        ("InstallScheduled", JobStage.RUNNING),
        ("InstallVerificationFailed", JobStage.FAILED),
        ("InvalidSignature", JobStage.FAILED),
        ("SignatureVerified", JobStage.RUNNING),
    ],
)
def test_every_stage_of_new_firmware_is_known(word: str, stage: JobStage) -> None:
    event = told("FirmwareStatusNotification", status=word)
    assert (event.stage, event.word) == (stage, word)


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("ChecksumVerified", JobStage.RUNNING),
        ("Downloaded", JobStage.RUNNING),
        ("DownloadFailed", JobStage.FAILED),
        ("Downloading", JobStage.RUNNING),
        ("DownloadPaused", JobStage.RUNNING),
        ("DownloadScheduled", JobStage.RUNNING),
        ("Idle", JobStage.IDLE),
        ("InvalidChecksum", JobStage.FAILED),
        ("Published", JobStage.DONE),
        ("PublishFailed", JobStage.FAILED),
    ],
)
def test_every_stage_of_publishing_is_known(word: str, stage: JobStage) -> None:
    event = told("PublishFirmwareStatusNotification", status=word)
    assert (event.stage, event.word) == (stage, word)


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("AcceptedCanceled", JobStage.FAILED),
        ("BadMessage", JobStage.FAILED),
        ("Idle", JobStage.IDLE),
        ("NotSupportedOperation", JobStage.FAILED),
        ("PermissionDenied", JobStage.FAILED),
        ("Uploaded", JobStage.DONE),
        ("UploadFailure", JobStage.FAILED),
        ("Uploading", JobStage.RUNNING),
    ],
)
def test_every_stage_of_a_log_is_known(word: str, stage: JobStage) -> None:
    event = told("LogStatusNotification", status=word)
    assert (event.stage, event.word) == (stage, word)


UNNUMBERED = "expected a request_id, which the sender gives, got none"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (UpdateFirmware(firmware=FIRMWARE), UNNUMBERED),
        (PublishFirmware(location="ftp://x", checksum=CHECKSUM), UNNUMBERED),
        (FetchLog(upload_to="ftp://x"), UNNUMBERED),
        (HandleCustomerData(customer="5"), UNNUMBERED),
        (
            HandleCustomerData(request_id=1),  # N09.FR.09
            "expected one of id_token, customer and certificate, got 0",
        ),
        (
            HandleCustomerData(request_id=1, customer="5", id_token=TOKEN),
            "expected one of id_token, customer and certificate, got 2",
        ),
        (UnpublishFirmware("x" * 33), "UnpublishFirmware: checksum: "),
        (FetchDiagnostics(upload_to="ftp://x"), "OCPP 2.0.1 has no FetchDiagnostics"),
    ],
)
def test_what_2_0_1_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    assert_not_expressible(command, why)


def test_customers_data_of_a_time_that_is_none_is_refused() -> None:
    why = "expected a time in RFC 3339, got 'soon'"
    assert_refused("NotifyCustomerInformation", why, generatedAt="soon")
