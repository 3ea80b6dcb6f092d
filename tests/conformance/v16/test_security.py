"""Security whitepaper A01 to A04: passwords, a station's own certificate, security events."""

from http import HTTPStatus
from typing import Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.station import Answer, Fields
from tests.conformance.v16.cases import SECURITY, case16
from tests.conformance.v16.states import ACCEPTED, booted, outcome_of, verdict_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON: Final = "2026-01-14T12:00:00Z"
REQUEST: Final = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
CHAIN: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
EVENTS: Final = [
    *(
        "FirmwareUpdated",
        "FailedToAuthenticateAtCentralSystem",
        "CentralSystemFailedToAuthenticate",
    ),
    *("SettingSystemTime", "StartupOfTheDevice", "ResetOrReboot", "SecurityLogWasCleared"),
    *("ReconfigurationOfSecurityParameters", "MemoryExhaustion", "InvalidMessages"),
    *("AttemptedReplayAttacks", "TamperDetectionActivated", "InvalidFirmwareSignature"),
    *("InvalidFirmwareSigningCertificate", "InvalidCentralSystemCertificate"),
    *("InvalidChargePointCertificate", "InvalidTLSVersion", "InvalidTLSCipherSuite"),
]


@case16("W A04 Security Event Notification", SECURITY)
async def test_a_security_event_is_confirmed_and_kept(csms: Csms) -> None:
    """A04.FR.03: with its time and its details, for the operator to read."""
    async with booted(csms) as (station_id, station):
        event = {"type": "TamperDetectionActivated", "timestamp": NOON, "techInfo": "door 1"}
        assert await station.call("SecurityEventNotification", event) == {}
        (notice,) = await csms.notices(station_id, "security")
        assert notice["at"] == NOON
        assert (notice["body"]["kind"], notice["body"]["detail"]) == (event["type"], "door 1")


@case16("W 8 Security Events", SECURITY)
async def test_every_security_event_of_the_list_is_kept(csms: Csms) -> None:
    """Whitepaper §8: the names are known, and a maker may have more."""
    async with booted(csms) as (station_id, station):
        for name in (*EVENTS, "com.example.LampStolen"):
            event = {"type": name, "timestamp": NOON}
            assert await station.call("SecurityEventNotification", event) == {}
        notices = await csms.notices(station_id, "security")
        kept = [notice["body"]["kind"] for notice in notices]
        assert kept == [*EVENTS, "com.example.LampStolen"]


@case16("W A04 Security Event Notification", SECURITY)
async def test_events_that_were_queued_keep_their_own_times(csms: Csms) -> None:
    """A04.FR.02: they are delivered after a loss of connection, in their order."""
    times = [f"2026-01-14T0{hour}:00:00Z" for hour in (1, 2, 3)]
    async with booted(csms) as (station_id, station):
        for at in times:
            event = {"type": "InvalidMessages", "timestamp": at}
            await station.call("SecurityEventNotification", event)
        assert [one["at"] for one in await csms.notices(station_id, "security")] == times


@case16("W A03 Update Charge Point Certificate, FR.12", SECURITY)
async def test_a_request_that_cannot_be_signed_is_refused(csms: Csms) -> None:
    """A02.FR.12: there is no authority here; what was asked is kept."""
    async with booted(csms) as (station_id, station):
        answer = await station.call("SignCertificate", {"csr": REQUEST})
        assert answer == {"status": "Rejected"}
        (notice,) = await csms.notices(station_id, "signing")
        assert notice["body"]["request"] == REQUEST


@case16("W 6.2 CertificateSignedStatusEnumType", SECURITY, is_each=True)
@pytest.mark.parametrize("word", ["Accepted", "Rejected"])
async def test_the_operator_is_told_whether_a_station_takes_its_certificate(
    csms: Csms, word: str
) -> None:
    """Whitepaper A02: it has checked the certificate, and uses it or throws it away."""
    outcome, asked = await outcome_of(
        csms, "CertificateSigned", {"status": word}, "deliver_certificate", chain=CHAIN
    )
    assert asked == {"certificateChain": CHAIN}
    assert verdict_of(outcome) == (word.lower(), "")


async def rotate(csms: Csms, answer: Answer, password: str) -> tuple[Fields, Fields]:
    """Have a station sent a password; return what the operator is told, and what was asked."""
    async with booted(csms, ChangeConfiguration=answer) as (station_id, station):
        path = f"/stations/{station_id}/security/password"
        told = await csms.operator.post(path, json={"password": password})
        assert told.status_code == HTTPStatus.OK, told.text
        asked = await station.asked_for(
            "ChangeConfiguration", where=lambda fields: fields["key"] == "AuthorizationKey"
        )
        messages = await csms.get(
            "/messages",
            station_id=station_id,
            action="ChangeConfiguration",
            text="AuthorizationKey",
        )
        assert password not in str(messages)
        outcome: Fields = told.json()
        return outcome, asked


@case16("W A01 Update Charge Point Password", SECURITY, is_each=True)
@pytest.mark.parametrize(
    ("word", "status"),
    [("Accepted", "accepted"), ("Rejected", "rejected"), ("NotSupported", "not_supported")],
)
async def test_the_operator_is_told_whether_a_password_is_changed(
    csms: Csms, word: str, status: str
) -> None:
    """A01.FR.02 to FR.04, FR.09: by the key AuthorizationKey, which no journal shows."""
    password = "a-password-of-twenty"  # noqa: S105 - for the test
    outcome, asked = await rotate(csms, {"status": word}, password)
    assert asked == {"key": "AuthorizationKey", "value": password}
    assert outcome["status"] == status


@case16("W A01 Update Charge Point Password, FR.02", SECURITY)
async def test_a_key_is_not_written_as_any_other_setting(csms: Csms) -> None:
    """A01.FR.03: a change has consequences here, so there is one way for it."""
    async with booted(csms, ChangeConfiguration=ACCEPTED) as (station_id, station):
        answer = await csms.operator.post(
            f"/stations/{station_id}/commands",
            json={"command": "write_setting", "name": "AuthorizationKey", "value": "x" * 20},
        )
        assert answer.status_code == HTTPStatus.CONFLICT
        keys = [asked["key"] for asked in station.asked["ChangeConfiguration"]]
        assert "AuthorizationKey" not in keys
