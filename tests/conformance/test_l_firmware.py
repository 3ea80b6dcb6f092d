"""Functional block L: signed firmware that is fetched and installed."""

from typing import Final

import pytest

from tests.conformance.cases import ADVANCED_UI, CORE, case
from tests.conformance.csms import Csms
from tests.conformance.firmware import (
    DOWNLOADED,
    ON_WIRE,
    RESTARTING,
    progress,
    restart,
    security_events_of,
    tell,
    tell_of_security,
    update,
    update_under_way,
    words_of,
)
from tests.conformance.states import (
    ACCEPTED,
    REJECTED,
    Charging,
    boot,
    booted,
    linked,
    tell_status,
)
from tests.conformance.station import Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

FUTURE: Final = "2040-01-01T00:00:00Z"
REVOKED: Final = {"status": "RevokedCertificate"}
INVALID: Final = {"status": "InvalidCertificate"}
CANCELED: Final = {"status": "AcceptedCanceled"}


async def order_in_vain(csms: Csms, station_id: str, station: Station) -> str:
    """Firmware is ordered and not taken; return what the operator is told of that."""
    outcome = await update(csms, station_id)
    assert (await station.asked_for("UpdateFirmware"))["firmware"] == ON_WIRE
    kept = await csms.job(outcome["job"])
    assert (outcome["status"], kept["status"]) == ("rejected", "rejected")
    assert kept["finished_at"] is not None
    return str(kept["answer"])


async def fail(csms: Csms, station_id: str, station: Station, *words: str) -> None:
    """An update is under way and comes to a bad end.

    Args:
        csms: The system under test.
        station_id: Whose update it is.
        station: That one.
        words: All that the station tells, the bad end last.
    """
    job = await update_under_way(csms, station_id, station)
    for word in words[:-1]:
        await tell(station, job, word)
        assert await progress(csms, job) == ("running", word)
    await tell(station, job, words[-1])
    assert await progress(csms, job) == ("failed", words[-1])
    assert await words_of(csms, station_id) == list(words)


@case("TC_L_01", CORE, ADVANCED_UI)
async def test_tc_l_01_firmware_is_installed(csms: Csms) -> None:
    """L01: certificate and signature go along, and the operator sees every step to the last."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        job = await update_under_way(csms, station_id, station)
        assert (await station.asked_for("UpdateFirmware"))["firmware"] == ON_WIRE
        for word in (*DOWNLOADED, *RESTARTING):
            await tell(station, job, word)
            assert await progress(csms, job) == ("running", word)
    await restart(csms, station_id, job)
    assert await words_of(csms, station_id) == [*DOWNLOADED, *RESTARTING, "Installed"]


@case("TC_L_02", CORE, ADVANCED_UI)
async def test_tc_l_02_firmware_is_installed_later(csms: Csms) -> None:
    """L01: the operator says when it is to be installed, and the station waits until then."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        job = await update_under_way(csms, station_id, station, install_at=FUTURE)
        asked = await station.asked_for("UpdateFirmware")
        assert asked["firmware"] == {**ON_WIRE, "installDateTime": FUTURE}
        await tell(station, job, *DOWNLOADED, "SignatureVerified", "InstallScheduled")
        assert await progress(csms, job) == ("running", "InstallScheduled")
        await tell(station, job, "Installing", "InstallRebooting")
    await restart(csms, station_id, job)


@case("TC_L_03", CORE)
async def test_tc_l_03_firmware_is_fetched_later(csms: Csms) -> None:
    """L01: the operator says when it is to be fetched, and the station waits until then."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        job = await update_under_way(csms, station_id, station, retrieve_at=FUTURE)
        asked = await station.asked_for("UpdateFirmware")
        assert asked["firmware"] == {**ON_WIRE, "retrieveDateTime": FUTURE}
        await tell(station, job, "DownloadScheduled")
        assert await progress(csms, job) == ("running", "DownloadScheduled")
        await tell(station, job, *DOWNLOADED, *RESTARTING)
    await restart(csms, station_id, job)


@case("TC_L_04", CORE)
async def test_tc_l_04_a_certificate_that_was_revoked(csms: Csms) -> None:
    """L01: the station does not begin, and the operator is told why."""
    async with booted(csms, UpdateFirmware=REVOKED) as (station_id, station):
        assert await order_in_vain(csms, station_id, station) == "RevokedCertificate"


@case("TC_L_05", CORE)
async def test_tc_l_05_a_certificate_that_is_none(csms: Csms) -> None:
    """L01: the station does not begin, and tells an event of security beside."""
    async with booted(csms, UpdateFirmware=INVALID) as (station_id, station):
        assert await order_in_vain(csms, station_id, station) == "InvalidCertificate"
        await tell_of_security(station, "InvalidFirmwareSigningCertificate")
        told = await security_events_of(csms, station_id)
        assert told == ["InvalidFirmwareSigningCertificate"]


@case("TC_L_06", CORE)
async def test_tc_l_06_a_signature_that_is_wrong(csms: Csms) -> None:
    """L01: what was downloaded is not what was signed, and an event of security says so."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        await fail(csms, station_id, station, *DOWNLOADED, "InvalidSignature")
        await tell_of_security(station, "InvalidFirmwareSignature")
        assert await security_events_of(csms, station_id) == ["InvalidFirmwareSignature"]


@case("TC_L_07", CORE)
async def test_tc_l_07_firmware_that_cannot_be_fetched(csms: Csms) -> None:
    """L01: the download ends badly, and so does the job."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        await fail(csms, station_id, station, "Downloading", "DownloadFailed")


@case("TC_L_08", CORE)
async def test_tc_l_08_firmware_that_is_not_what_it_should_be(csms: Csms) -> None:
    """L01: what was installed does not stand the station's check."""
    words = (*DOWNLOADED, "SignatureVerified", "Installing", "InstallVerificationFailed")
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        await fail(csms, station_id, station, *words)


@case("TC_L_09", CORE)
async def test_tc_l_09_firmware_that_does_not_run(csms: Csms) -> None:
    """L01: the station comes again with the old firmware, and tells that the new one failed."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        job = await update_under_way(csms, station_id, station)
        await tell(station, job, *DOWNLOADED, *RESTARTING)
        assert await progress(csms, job) == ("running", "InstallRebooting")
    async with linked(csms, station_id) as station:
        await boot(station, "FirmwareUpdate")
        assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["available"] * 2
        await tell(station, job, "InstallationFailed")
        assert await progress(csms, job) == ("failed", "InstallationFailed")
        assert (await csms.get(f"/stations/{station_id}"))["firmware"] == "1.0"


@case("TC_L_10", CORE)
async def test_tc_l_10_an_update_is_given_up_for_another(csms: Csms) -> None:
    """L01: the station takes the second order, and the first one is over."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        first = await update_under_way(csms, station_id, station)
        await tell(station, first, "Downloading")
        station.answers["UpdateFirmware"] = CANCELED
        outcome = await update(csms, station_id)
        second = outcome["job"]
        assert (outcome["status"], outcome["answer"]) == ("accepted", "AcceptedCanceled")
        assert (await station.asked_for("UpdateFirmware", 2))["requestId"] == second
        kept = await csms.job(first)
        assert (kept["stage"], kept["finished_at"] is None) == ("failed", False)
        await tell(station, second, *DOWNLOADED, *RESTARTING)
    await restart(csms, station_id, second)
    assert (await csms.job(first))["stage"] == "failed"


@case("TC_L_11", CORE)
async def test_tc_l_11_an_update_that_cannot_be_given_up(csms: Csms) -> None:
    """L01: the station refuses the second order, and the first one goes on to its end."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        first = await update_under_way(csms, station_id, station)
        await tell(station, first, "Downloading")
        station.answers["UpdateFirmware"] = REJECTED
        outcome = await update(csms, station_id)
        assert outcome["status"] == "rejected"
        assert (await csms.job(outcome["job"]))["finished_at"] is not None
        assert await progress(csms, first) == ("running", "Downloading")
        await tell(station, first, "Downloaded", *RESTARTING)
    await restart(csms, station_id, first)


@case("TC_L_13", CORE)
async def test_tc_l_13_an_update_waits_for_a_transaction(csms: Csms) -> None:
    """L01: nobody else may begin, the transaction goes on to its end, then the update begins."""
    async with booted(csms, UpdateFirmware=ACCEPTED) as (station_id, station):
        charging = Charging(station)
        await charging.begin()
        job = await update_under_way(csms, station_id, station)
        await tell(station, job, "DownloadScheduled")
        await tell_status(station, "Unavailable", 2)
        assert await csms.state_of(station_id, 2) == "unavailable"
        assert (await csms.transaction(station_id))["ended_at"] is None
        assert await progress(csms, job) == ("running", "DownloadScheduled")
        await charging.stop()
        await charging.unplug()
        assert (await csms.transaction(station_id))["stop_reason"] == "EVDisconnected"
        await tell(station, job, *DOWNLOADED, *RESTARTING)
    await restart(csms, station_id, job)
