"""Functional block L: firmware that a local controller offers to its stations."""

from typing import Any, Final

import pytest

from tests.conformance.cases import NO_PROFILE, case
from tests.conformance.csms import Csms
from tests.conformance.firmware import DOWNLOADED, LOCATION, progress, words_of
from tests.conformance.states import ACCEPTED, booted
from tests.conformance.station import Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHECKSUM: Final = "9e107d9d372bb6826bd81d3542a419d6"
OFFERED_AT: Final = "http://controller.local/pg-1.1.bin"


async def tell(station: Station, told: Fields) -> None:
    """Tell how far firmware is that is to be offered, and be acknowledged."""
    assert await station.call("PublishFirmwareStatusNotification", told) == {}


async def publish(csms: Csms, *words: str, **at_last: Any) -> dict[str, Any]:
    """Firmware is to be offered; return the job as it is kept at last.

    Args:
        csms: The system under test.
        words: All that the controller tells, one after the other.
        at_last: What it tells with the last word.
    """
    async with booted(csms, PublishFirmware=ACCEPTED) as (station_id, station):
        outcome = await csms.command(
            station_id, "publish_firmware", location=LOCATION, checksum=CHECKSUM
        )
        job = outcome["job"]
        assert outcome["status"] == "accepted"
        asked = await station.asked_for("PublishFirmware")
        assert asked == {"requestId": job, "location": LOCATION, "checksum": CHECKSUM}
        for word in words[:-1]:
            await tell(station, {"status": word, "requestId": job})
            assert await progress(csms, job) == ("running", word)
        await tell(station, {"status": words[-1], "requestId": job, **at_last})
        assert await words_of(csms, station_id) == list(words)
        assert (await progress(csms, job))[1] == words[-1]
        return await csms.job(job)


async def unpublish(csms: Csms, answer: str) -> tuple[str, str]:
    """Firmware is to be offered no longer; return what the operator is told, and is kept."""
    async with booted(csms, UnpublishFirmware={"status": answer}) as (station_id, station):
        outcome = await csms.command(station_id, "unpublish_firmware", checksum=CHECKSUM)
        assert await station.asked_for("UnpublishFirmware") == {"checksum": CHECKSUM}
        kept = await csms.job(outcome["job"])
        assert (kept["status"], kept["answer"]) == (outcome["status"], outcome["answer"])
        assert kept["finished_at"] is not None
        return outcome["status"], outcome["answer"]


@case("TC_L_17", NO_PROFILE)
async def test_tc_l_17_firmware_is_offered(csms: Csms) -> None:
    """L03: the operator reads where stations can have it."""
    words = (*DOWNLOADED, "ChecksumVerified", "Published")
    kept = await publish(csms, *words, location=[OFFERED_AT])
    assert (kept["stage"], kept["result"]) == ("done", OFFERED_AT)


@case("TC_L_19", NO_PROFILE)
async def test_tc_l_19_firmware_that_is_not_what_it_should_be(csms: Csms) -> None:
    """L03: the checksum is another one, and nothing is offered."""
    kept = await publish(csms, *DOWNLOADED, "InvalidChecksum")
    assert (kept["stage"], kept["result"]) == ("failed", None)


@case("TC_L_20", NO_PROFILE)
async def test_tc_l_20_firmware_that_cannot_be_offered(csms: Csms) -> None:
    """L03: the controller has the firmware, and cannot offer it."""
    kept = await publish(csms, *DOWNLOADED, "ChecksumVerified", "PublishFailed")
    assert (kept["stage"], kept["result"]) == ("failed", None)


@case("TC_L_21", NO_PROFILE)
async def test_tc_l_21_firmware_is_offered_no_longer(csms: Csms) -> None:
    """L04: the controller takes its offer back."""
    assert await unpublish(csms, "Unpublished") == ("accepted", "Unpublished")


@case("TC_L_22", NO_PROFILE)
async def test_tc_l_22_firmware_was_never_offered(csms: Csms) -> None:
    """L04: there is nothing to take back, and the operator is told so."""
    assert await unpublish(csms, "NoFirmware") == ("unknown", "NoFirmware")


@case("TC_L_23", NO_PROFILE)
async def test_tc_l_23_firmware_that_a_station_is_fetching(csms: Csms) -> None:
    """L04: the offer stays, as a station is just fetching what is offered."""
    assert await unpublish(csms, "DownloadOngoing") == ("rejected", "DownloadOngoing")


@case("TC_L_24", NO_PROFILE)
async def test_tc_l_24_firmware_that_cannot_be_fetched(csms: Csms) -> None:
    """L03: the controller cannot have the firmware, and nothing is offered."""
    kept = await publish(csms, "Downloading", "DownloadFailed")
    assert (kept["stage"], kept["result"]) == ("failed", None)
