"""OCPP 1.6 §5.9, §5.19, §4.4, §4.5: firmware is updated, diagnostics are uploaded."""

from typing import Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import Answer, Fields
from tests.conformance.v16.cases import FIRMWARE, case16
from tests.conformance.v16.jobs import job_after, stage_of
from tests.conformance.v16.states import booted, outcome_of, verdict_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

IMAGE: Final = "ftp://files.example/pg-16.bin"
UPDATE: Final[tuple[str, Answer, str, Fields]] = (
    *("UpdateFirmware", {}, "update_firmware"),
    {"firmware": {"location": IMAGE}},
)
FETCH: Final[tuple[str, Answer, str, Fields]] = (
    *("GetDiagnostics", {"fileName": "diagnostics.zip"}, "fetch_diagnostics"),
    {"upload_to": "ftp://files.example/in/"},
)


@case16("5.19 UpdateFirmware", FIRMWARE)
async def test_firmware_is_to_be_fetched_from_a_place_after_a_time(csms: Csms) -> None:
    """§5.19: with how often it is tried, and how long after."""
    outcome, asked = await outcome_of(
        *(csms, "UpdateFirmware", {}, "update_firmware"),
        firmware={"location": IMAGE, "retrieve_at": "2026-12-01T03:00:00Z"},
        retries={"count": 3, "every_s": 60},
    )
    assert asked == {
        "location": IMAGE,
        "retrieveDate": "2026-12-01T03:00:00Z",
        "retries": 3,
        "retryInterval": 60,
    }
    assert verdict_of(outcome) == ("accepted", "")


@case16("6.55 UpdateFirmware.req", FIRMWARE)
async def test_firmware_that_is_wanted_at_once_has_a_time_that_is_past(csms: Csms) -> None:
    """§6.55: a time has to be there."""
    _, asked = await outcome_of(*(csms, *UPDATE[:3]), **UPDATE[3])
    assert asked.keys() == {"location", "retrieveDate"}
    assert asked["retrieveDate"] < "2026-01-01"


@case16("7.25 FirmwareStatus", FIRMWARE, is_each=True)
@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("Downloading", ("running", False)),
        ("Downloaded", ("running", False)),
        ("DownloadFailed", ("failed", True)),
        ("Installing", ("running", False)),
        ("InstallationFailed", ("failed", True)),
        ("Installed", ("done", True)),
    ],
)
async def test_the_operator_is_told_how_far_an_update_is(
    csms: Csms, word: str, stage: tuple[str, bool]
) -> None:
    """§4.5: the update that was asked for last is the one that is meant."""
    job = await job_after(csms, UPDATE, "FirmwareStatusNotification", word)
    assert stage_of(job) == (stage[0], word, stage[1])


@case16("7.25 FirmwareStatus, Idle", FIRMWARE)
async def test_a_station_that_updates_nothing_changes_no_job(csms: Csms) -> None:
    """§4.5: it was only asked how far it is; its answer is kept beside."""
    async with booted(csms, UpdateFirmware={}) as (station_id, station):
        number = (await csms.command(station_id, *UPDATE[2:3], **UPDATE[3]))["job"]
        await station.call("FirmwareStatusNotification", {"status": "Installed"})
        await station.call("FirmwareStatusNotification", {"status": "Idle"})
        assert stage_of(await csms.job(number)) == ("done", "Installed", True)
        told = [one["body"]["word"] for one in await csms.notices(station_id, "job_progress")]
        assert told == ["Installed", "Idle"]


@case16("4.5 FirmwareStatusNotification", FIRMWARE)
async def test_an_update_that_nobody_asked_for_is_kept(csms: Csms) -> None:
    """§4.5: it is answered, and can be read."""
    async with booted(csms) as (station_id, station):
        assert await station.call("FirmwareStatusNotification", {"status": "Installing"}) == {}
        (notice,) = await csms.notices(station_id, "job_progress")
        assert (notice["body"]["word"], notice["request_id"]) == ("Installing", None)


@case16("5.9 GetDiagnostics", FIRMWARE)
async def test_diagnostics_are_to_be_uploaded_of_a_span_of_time(csms: Csms) -> None:
    """§5.9: the station names the file."""
    outcome, asked = await outcome_of(
        *(csms, *FETCH[:3]),
        upload_to="ftp://files.example/in/",
        since="2026-01-14T00:00:00Z",
        until="2026-01-15T00:00:00Z",
        retries={"count": 2, "every_s": 30},
    )
    assert asked == {
        "location": "ftp://files.example/in/",
        "startTime": "2026-01-14T00:00:00Z",
        "stopTime": "2026-01-15T00:00:00Z",
        "retries": 2,
        "retryInterval": 30,
    }
    assert (outcome["status"], outcome["file"]) == ("accepted", "diagnostics.zip")


@case16("5.9 GetDiagnostics", FIRMWARE)
async def test_a_station_without_diagnostics_names_no_file(csms: Csms) -> None:
    """§5.9: nothing will come, and the job is over."""
    async with booted(csms, GetDiagnostics={}) as (station_id, _):
        outcome = await csms.command(station_id, *FETCH[2:3], **FETCH[3])
        assert (outcome["status"], outcome.get("file")) == ("accepted", None)
        assert (await csms.job(outcome["job"]))["finished_at"] is not None


@case16("7.24 DiagnosticsStatus", FIRMWARE, is_each=True)
@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("Uploading", ("running", False)),
        ("Uploaded", ("done", True)),
        ("UploadFailed", ("failed", True)),
    ],
)
async def test_the_operator_is_told_how_far_an_upload_is(
    csms: Csms, word: str, stage: tuple[str, bool]
) -> None:
    """§4.4: the file's name stays with the job."""
    job = await job_after(csms, FETCH, "DiagnosticsStatusNotification", word)
    assert stage_of(job) == (stage[0], word, stage[1])
    assert job["result"] == "diagnostics.zip"


@case16("7.24 DiagnosticsStatus, Idle", FIRMWARE)
async def test_a_station_that_uploads_nothing_changes_no_job(csms: Csms) -> None:
    """§4.4: it was only asked how far it is."""
    job = await job_after(csms, FETCH, "DiagnosticsStatusNotification", "Idle")
    assert stage_of(job) == (None, None, False)
