"""Functional block N: logs that a station uploads."""

from typing import Any, Final

import pytest

from tests.conformance.cases import CORE, case
from tests.conformance.csms import Csms
from tests.conformance.states import REJECTED, booted
from tests.conformance.station import Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

UPLOAD_TO: Final = "https://files.example/in/"
FILE: Final = "PG-1.log"
WITH_FILE: Final = {"status": "Accepted", "filename": FILE}


async def tell(station: Station, job: int, word: str) -> None:
    """Tell how far a log is, and be acknowledged."""
    told = {"status": word, "requestId": job}
    assert await station.call("LogStatusNotification", told) == {}


async def fetch(csms: Csms, station_id: str, kind: str = "diagnostics") -> dict[str, Any]:
    """An operator asks for a log; return the outcome."""
    return await csms.command(station_id, "fetch_log", kind=kind, upload_to=UPLOAD_TO)


async def progress(csms: Csms, job: int) -> tuple[str, str]:
    """How far a log is by what is kept, and the station's word for that."""
    kept = await csms.job(job)
    assert (kept["finished_at"] is None) == (kept["stage"] == "running")
    return kept["stage"], kept["word"]


async def fetch_and_upload(csms: Csms, kind: str) -> Fields:
    """A log is asked for and uploaded; return what the station was asked."""
    async with booted(csms, GetLog=WITH_FILE) as (station_id, station):
        outcome = await fetch(csms, station_id, kind)
        assert (outcome["status"], outcome["file"]) == ("accepted", FILE)
        asked = dict(await station.asked_for("GetLog"))
        job = asked.pop("requestId")
        assert job == outcome["job"]
        await tell(station, job, "Uploading")
        assert await progress(csms, job) == ("running", "Uploading")
        await tell(station, job, "Uploaded")
        assert await progress(csms, job) == ("done", "Uploaded")
        assert (await csms.job(job))["result"] == FILE
        return asked


@case("TC_N_25", CORE)
async def test_tc_n_25_diagnostics(csms: Csms) -> None:
    """N01: the operator is told the file's name, and reads when it has been uploaded."""
    assert await fetch_and_upload(csms, "diagnostics") == {
        "logType": "DiagnosticsLog",
        "log": {"remoteLocation": UPLOAD_TO},
    }


@case("TC_N_34", CORE)
async def test_tc_n_34_no_log(csms: Csms) -> None:
    """N01: there is no log, and nothing more is waited for."""
    async with booted(csms, GetLog=REJECTED) as (station_id, station):
        outcome = await fetch(csms, station_id)
        await station.asked_for("GetLog")
        assert outcome["status"] == "rejected"
        kept = await csms.job(outcome["job"])
        assert (kept["status"], kept["result"]) == ("rejected", None)
        assert kept["finished_at"] is not None


@case("TC_N_35", CORE)
async def test_tc_n_35_the_log_of_security_events(csms: Csms) -> None:
    """N01: the log of security events is another one, and comes the same way."""
    assert await fetch_and_upload(csms, "security") == {
        "logType": "SecurityLog",
        "log": {"remoteLocation": UPLOAD_TO},
    }


@case("TC_N_36", CORE)
async def test_tc_n_36_a_second_log_before_the_first_has_come(csms: Csms) -> None:
    """N01: the station gives the first log up for the second, and both are told apart."""
    async with booted(csms, GetLog=WITH_FILE) as (station_id, station):
        first = (await fetch(csms, station_id))["job"]
        await tell(station, first, "Uploading")
        station.answers["GetLog"] = {**WITH_FILE, "status": "AcceptedCanceled"}
        outcome = await fetch(csms, station_id)
        second = outcome["job"]
        assert (outcome["status"], outcome["answer"]) == ("accepted", "AcceptedCanceled")
        assert (await station.asked_for("GetLog", 2))["requestId"] == second
        assert second > first
        await tell(station, first, "AcceptedCanceled")
        await tell(station, second, "Uploading")
        assert await progress(csms, first) == ("failed", "AcceptedCanceled")
        assert await progress(csms, second) == ("running", "Uploading")
        await tell(station, second, "Uploaded")
        assert await progress(csms, first) == ("failed", "AcceptedCanceled")
        assert await progress(csms, second) == ("done", "Uploaded")
