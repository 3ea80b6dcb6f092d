"""Security whitepaper L01, N01: signed firmware and logs, each under the number of its job."""

from typing import Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import Answer, Fields
from tests.conformance.v16.cases import SECURITY, case16
from tests.conformance.v16.jobs import job_after, stage_of
from tests.conformance.v16.states import booted, outcome_of, verdict_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SIGNED: Final = {
    "location": "https://files.example/pg-16.bin",
    "retrieve_at": "2026-12-01T03:00:00Z",
    "install_at": "2026-12-01T04:00:00Z",
    "certificate": CERTIFICATE,
    "signature": "c2lnbmF0dXJl",
}
UPDATE: Final[tuple[str, Answer, str, Fields]] = (
    *("SignedUpdateFirmware", {"status": "Accepted"}, "update_firmware"),
    {"firmware": SIGNED},
)
FETCH: Final[tuple[str, Answer, str, Fields]] = (
    *("GetLog", {"status": "Accepted", "filename": "security.log"}, "fetch_log"),
    {"upload_to": "https://files.example/in/", "kind": "security"},
)


@case16("W L01 Secure Firmware Update", SECURITY)
async def test_signed_firmware_is_sent_with_what_proves_it(csms: Csms) -> None:
    """Whitepaper §5.21, §6.9: certificate and signature, when to fetch and when to install."""
    outcome, asked = await outcome_of(
        *(csms, *UPDATE[:3]), **UPDATE[3], retries={"count": 2, "every_s": 30}
    )
    assert asked == {
        "requestId": outcome["job"],
        "retries": 2,
        "retryInterval": 30,
        "firmware": {
            "location": "https://files.example/pg-16.bin",
            "retrieveDateTime": "2026-12-01T03:00:00Z",
            "installDateTime": "2026-12-01T04:00:00Z",
            "signingCertificate": CERTIFICATE,
            "signature": "c2lnbmF0dXJl",
        },
    }


@case16("W 6.18 UpdateFirmwareStatusEnumType", SECURITY, is_each=True)
@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Accepted", ("accepted", "")),
        ("AcceptedCanceled", ("accepted", "AcceptedCanceled")),
        ("InvalidCertificate", ("rejected", "InvalidCertificate")),
        ("Rejected", ("rejected", "")),
        ("RevokedCertificate", ("rejected", "RevokedCertificate")),
    ],
)
async def test_the_operator_is_told_whether_signed_firmware_is_taken(
    csms: Csms, word: str, verdict: tuple[str, str]
) -> None:
    """Whitepaper §6.18: five words, two of which say what is wrong with the certificate."""
    outcome, _ = await outcome_of(
        *(csms, "SignedUpdateFirmware", {"status": word}, "update_firmware"), firmware=SIGNED
    )
    assert verdict_of(outcome) == verdict


@case16("W 6.8 FirmwareStatusEnumType", SECURITY, is_each=True)
@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("DownloadScheduled", ("running", False)),
        ("Downloading", ("running", False)),
        ("DownloadPaused", ("running", False)),
        ("Downloaded", ("running", False)),
        ("DownloadFailed", ("failed", True)),
        ("SignatureVerified", ("running", False)),
        ("InvalidSignature", ("failed", True)),
        ("InstallScheduled", ("running", False)),
        ("Installing", ("running", False)),
        ("InstallRebooting", ("running", False)),
        ("InstallVerificationFailed", ("failed", True)),
        ("InstallationFailed", ("failed", True)),
        ("Installed", ("done", True)),
    ],
)
async def test_the_operator_is_told_how_far_signed_firmware_is(
    csms: Csms, word: str, stage: tuple[str, bool]
) -> None:
    """L01.FR.01: every stage is told under the number of the request."""
    job = await job_after(csms, UPDATE, "SignedFirmwareStatusNotification", word, requestId=True)
    assert stage_of(job) == (stage[0], word, stage[1])


@case16("W 5.19 SignedFirmwareStatusNotification.req, Idle", SECURITY)
async def test_a_station_without_an_update_names_no_request(csms: Csms) -> None:
    """Whitepaper §5.19: only Idle may come without a number; it is kept, and moves no job."""
    job = await job_after(csms, UPDATE, "SignedFirmwareStatusNotification", "Idle")
    assert stage_of(job) == (None, None, False)


@case16("W N01 Retrieve Log Information", SECURITY, is_each=True)
@pytest.mark.parametrize(
    ("kind", "word"), [("diagnostics", "DiagnosticsLog"), ("security", "SecurityLog")]
)
async def test_a_log_is_to_be_uploaded_of_a_span_of_time(csms: Csms, kind: str, word: str) -> None:
    """N01.FR.01, FR.03, FR.04: which log, where to, of which time."""
    outcome, asked = await outcome_of(
        *(csms, *FETCH[:3]),
        upload_to="https://files.example/in/",
        kind=kind,
        since="2026-01-14T00:00:00Z",
        until="2026-01-15T00:00:00Z",
    )
    assert asked == {
        "logType": word,
        "requestId": outcome["job"],
        "log": {
            "remoteLocation": "https://files.example/in/",
            "oldestTimestamp": "2026-01-14T00:00:00Z",
            "latestTimestamp": "2026-01-15T00:00:00Z",
        },
    }
    assert (outcome["status"], outcome["file"]) == ("accepted", "security.log")


@case16("W 6.15 LogStatusEnumType", SECURITY, is_each=True)
@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Accepted", ("accepted", "")),
        ("AcceptedCanceled", ("accepted", "AcceptedCanceled")),
        ("Rejected", ("rejected", "")),
    ],
)
async def test_the_operator_is_told_whether_a_log_will_come(
    csms: Csms, word: str, verdict: tuple[str, str]
) -> None:
    """N01.FR.11: it will, it takes the place of another, or it will not."""
    outcome, _ = await outcome_of(*(csms, "GetLog", {"status": word}, "fetch_log"), **FETCH[3])
    assert verdict_of(outcome) == verdict


@case16("W 6.19 UploadLogStatusEnumType", SECURITY, is_each=True)
@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("BadMessage", ("failed", True)),
        ("NotSupportedOperation", ("failed", True)),
        ("PermissionDenied", ("failed", True)),
        ("Uploaded", ("done", True)),
        ("UploadFailure", ("failed", True)),
        ("Uploading", ("running", False)),
    ],
)
async def test_the_operator_is_told_how_far_a_log_is(
    csms: Csms, word: str, stage: tuple[str, bool]
) -> None:
    """N01.FR.07 to FR.10: under the number of the request, with the cause of a failure."""
    job = await job_after(csms, FETCH, "LogStatusNotification", word, requestId=True)
    assert stage_of(job) == (stage[0], word, stage[1])
    assert job["result"] == "security.log"


@case16("W N01 Retrieve Log Information, FR.12", SECURITY)
async def test_a_station_without_an_upload_names_no_request(csms: Csms) -> None:
    """N01.FR.12: it was only asked how far it is."""
    async with booted(csms) as (station_id, station):
        assert await station.call("LogStatusNotification", {"status": "Idle"}) == {}
        (notice,) = await csms.notices(station_id, "job_progress")
        assert (notice["body"]["word"], notice["request_id"]) == ("Idle", None)


@case16("W N01 Retrieve Log Information, FR.07", SECURITY)
async def test_reports_on_two_logs_are_told_apart(csms: Csms) -> None:
    """N01.FR.07, FR.11: the first upload was cancelled, and its number says so to the end."""
    async with booted(csms, GetLog=FETCH[1]) as (station_id, station):
        jobs = [(await csms.command(station_id, FETCH[2], **FETCH[3]))["job"] for _ in range(2)]
        for number, word in zip(jobs, ("UploadFailure", "Uploaded"), strict=True):
            told = {"status": word, "requestId": number}
            await station.call("LogStatusNotification", told)
        stages = [(await csms.job(number))["stage"] for number in jobs]
        assert stages == ["failed", "done"]
