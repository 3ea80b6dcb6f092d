"""Firmware that an operator has installed, and how its station tells of that."""

from typing import Any, Final

from tests.conformance.csms import Csms
from tests.conformance.states import MODEL, boot, linked
from tests.conformance.station import Station, time_of

LOCATION: Final = "https://files.example/pg-1.1.bin"
CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVk=\n-----END CERTIFICATE-----\n"
SIGNATURE: Final = "MEUCIQDx7fQ="
FIRMWARE: Final = {"location": LOCATION, "certificate": CERTIFICATE, "signature": SIGNATURE}
AT_ONCE: Final = "2000-01-01T00:00:00Z"
"""What a station is told that may begin when it likes: OCPP wants an instant."""
ON_WIRE: Final = {
    "location": LOCATION,
    "retrieveDateTime": AT_ONCE,
    "signingCertificate": CERTIFICATE,
    "signature": SIGNATURE,
}
DOWNLOADED: Final = ("Downloading", "Downloaded")
RESTARTING: Final = ("SignatureVerified", "Installing", "InstallRebooting")
NEW_MODEL: Final = {**MODEL, "firmwareVersion": "1.1"}


async def update(csms: Csms, station_id: str, **when: str) -> dict[str, Any]:
    """An operator has firmware installed; return the outcome."""
    firmware = {**FIRMWARE, **when}
    return await csms.command(station_id, "update_firmware", firmware=firmware)


async def update_under_way(csms: Csms, station_id: str, station: Station, **when: str) -> int:
    """An update is ordered and accepted, and its station was told all of it; return its number."""
    outcome = await update(csms, station_id, **when)
    assert outcome["status"] == "accepted"
    asked = await station.asked_for("UpdateFirmware")
    assert asked["requestId"] == outcome["job"]
    assert asked["firmware"]["signingCertificate"] == CERTIFICATE
    assert asked["firmware"]["signature"] == SIGNATURE
    return int(outcome["job"])


async def tell(station: Station, job: int, *words: str) -> None:
    """Tell how far an update is, word by word, and be acknowledged."""
    for word in words:
        told = {"status": word, "requestId": job}
        assert await station.call("FirmwareStatusNotification", told) == {}


async def tell_of_security(station: Station, kind: str) -> None:
    """Tell an event that concerns security, and be acknowledged."""
    told = {"type": kind, "timestamp": time_of()}
    assert await station.call("SecurityEventNotification", told) == {}


async def progress(csms: Csms, job: int) -> tuple[str, str]:
    """How far a job is by what is kept, and the station's word for that."""
    kept = await csms.job(job)
    assert (kept["finished_at"] is None) == (kept["stage"] == "running")
    return kept["stage"], kept["word"]


async def restart(csms: Csms, station_id: str, job: int) -> None:
    """The station comes again with new firmware, and all of it is as it should be."""
    assert await progress(csms, job) == ("running", "InstallRebooting")
    async with linked(csms, station_id) as station:
        await boot(station, "FirmwareUpdate", NEW_MODEL)
        assert [await csms.state_of(station_id, evse) for evse in (1, 2)] == ["available"] * 2
        await tell(station, job, "Installed")
        assert await progress(csms, job) == ("done", "Installed")
        assert (await csms.get(f"/stations/{station_id}"))["firmware"] == "1.1"


async def words_of(csms: Csms, station_id: str) -> list[str]:
    """All that a station has told of its jobs, the oldest first."""
    return [one["body"]["word"] for one in await csms.notices(station_id, "job_progress")]


async def security_events_of(csms: Csms, station_id: str) -> list[str]:
    """The kinds of security events that are kept of a station, the oldest first."""
    return [one["body"]["kind"] for one in await csms.notices(station_id, "security")]
