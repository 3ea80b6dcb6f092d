"""Functional block A: encrypted connections, and certificates of both sides."""

import asyncio
import ssl
import warnings
from http import HTTPStatus
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from websockets.exceptions import InvalidHandshake, InvalidStatus

from tests.conformance.cases import ADVANCED_SECURITY, CORE, case
from tests.conformance.csms import Csms
from tests.conformance.proofs import HOST, OPERATOR, SECRET, Keys, known_station, proven
from tests.conformance.states import ACCEPTED, boot
from tests.conformance.station import PATIENCE_S, Station
from tests.pki.maker import make, name_of, pem

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUITES: Final = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""Of TLS 1.2, in OpenSSL's names (A00.FR.318)."""


def only(context: ssl.SSLContext, version: str, suites: str = "DEFAULT") -> ssl.SSLContext:
    """Speak one version of TLS."""
    context.set_ciphers(suites)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    return context


async def shake_hands(csms: Csms, context: ssl.SSLContext) -> tuple[str, x509.Certificate]:
    """Agree on a connection; the cipher suite, and the certificate that the system shows."""
    port = int(csms.tls_url.rpartition(":")[2].partition("/")[0])
    async with asyncio.timeout(PATIENCE_S):
        _, writer = await asyncio.open_connection(HOST, port, ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    suite = str(writer.get_extra_info("cipher")[0])
    writer.transport.abort()
    return suite, x509.load_der_x509_certificate(der)


def check_certificate(shown: x509.Certificate) -> None:
    """The system's certificate is as strong as it has to be, and made out to it."""
    public_key = shown.public_key()
    assert isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
    least = 2048 if isinstance(public_key, rsa.RSAPublicKey) else 224
    assert public_key.key_size >= least
    assert shown.serial_number > 0
    (name,) = shown.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == HOST


async def takes_part(csms: Csms, station: Station, station_id: str, profile: int) -> None:
    """A connected station is accepted; the operator sees its connectors and its profile."""
    await boot(station)
    assert await csms.state_of(station_id) == "available"
    assert (await csms.get(f"/stations/{station_id}/security"))["reached"] == profile


async def noticed(csms: Csms, kind: str) -> None:
    """Wait until a failed handshake is written down; nobody knows whose it was."""

    def is_there(events: Any) -> bool:
        return (None, kind) in [(event["station_id"], event["kind"]) for event in events]

    await csms.get_once("/security-events", is_there, limit=500)


@case("TC_A_04", CORE)
async def test_tc_a_04_the_certificate_of_the_system(secure: Csms, keys: Keys) -> None:
    """A00: every prescribed cipher suite is spoken, and the certificate is good."""
    for suite in SUITES:
        context = only(keys.context(), "TLSv1_2", suite)
        spoken, shown = await shake_hands(secure, context)
        assert spoken == suite
        check_certificate(shown)
    station_id = await known_station(secure)
    async with proven(secure, station_id, SECRET, tls=keys.context()) as station:
        await takes_part(secure, station, station_id, 2)


@case("TC_A_06", CORE)
async def test_tc_a_06_too_low_a_version(secure: Csms, keys: Keys) -> None:
    """A00: TLS 1.1 is refused and written down; then the station comes with TLS 1.2."""
    station_id = await known_station(secure)
    low = only(keys.context(), "TLSv1_1", "ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await shake_hands(secure, low)
    await noticed(secure, "InvalidTLSVersion")
    tls = only(keys.context(), "TLSv1_2")
    async with proven(secure, station_id, SECRET, tls=tls) as station:
        await takes_part(secure, station, station_id, 2)


@case("TC_A_07", ADVANCED_SECURITY)
async def test_tc_a_07_a_station_with_a_certificate(secure: Csms, keys: Keys) -> None:
    """A00: it needs no password, and every prescribed cipher suite is spoken."""
    station_id = secure.fresh_station()
    own = keys.sign(station_id)
    for suite in SUITES:
        context = only(keys.context(own), "TLSv1_2", suite)
        assert (await shake_hands(secure, context))[0] == suite
    async with proven(secure, station_id, tls=keys.context(own)) as station:
        await takes_part(secure, station, station_id, 3)


@case("TC_A_08", ADVANCED_SECURITY)
@pytest.mark.parametrize("fault", ["unknown", "expired"])
async def test_tc_a_08_a_certificate_that_cannot_be_trusted(
    secure: Csms, keys: Keys, fault: str
) -> None:
    """A00: TLS is broken off, which is written down; then the station comes with a good one."""
    station_id = secure.fresh_station()
    bad = {
        "unknown": pem(make(name_of(station_id, OPERATOR)).certificate).decode(),
        "expired": keys.sign(station_id, days=(-10, -1)),
    }[fault]
    tls = keys.context(bad)
    with pytest.raises((ssl.SSLError, ConnectionError, EOFError, InvalidHandshake)):
        async with proven(secure, station_id, tls=tls):
            pytest.fail("expected a refusal")
    await noticed(secure, "InvalidChargingStationCertificate")
    async with proven(secure, station_id, tls=keys.context(keys.sign(station_id))) as station:
        await takes_part(secure, station, station_id, 3)


@case("TC_A_08", ADVANCED_SECURITY)
async def test_tc_a_08_a_certificate_of_another_station(secure: Csms, keys: Keys) -> None:
    """A00: the connection is refused, which is written down; then it comes with its own."""
    station_id = secure.fresh_station()
    tls = keys.context(keys.sign("C-399"))
    with pytest.raises(InvalidStatus) as caught:
        async with proven(secure, station_id, tls=tls):
            pytest.fail("expected a refusal")
    assert caught.value.response.status_code == HTTPStatus.FORBIDDEN
    (event,) = await secure.get(f"/stations/{station_id}/security-events")
    assert event["kind"] == "InvalidChargingStationCertificate"
    async with proven(secure, station_id, tls=keys.context(keys.sign(station_id))) as station:
        await takes_part(secure, station, station_id, 3)


async def change_network(csms: Csms, station: Station, station_id: str) -> None:
    """The operator has a station come by TLS from now on, and start anew."""
    profile = {"slot": 2, "url": csms.tls_url, "security_profile": 2, "interface": "Wired0"}
    await csms.command(station_id, "set_network_profile", **profile)
    expected = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": csms.tls_url,
        "messageTimeout": 30,
        "securityProfile": 2,
        "ocppInterface": "Wired0",
    }
    asked = await station.asked_for("SetNetworkProfile")
    assert asked == {"configurationSlot": 2, "connectionData": expected}
    component, name = {"name": "OCPPCommCtrlr"}, "NetworkConfigurationPriority"
    wanted = {"variable": {"component": component, "name": name}, "value": "2,1"}
    await csms.command(station_id, "write_variables", variables=[wanted])
    told = {"component": component, "variable": {"name": name}, "attributeValue": "2,1"}
    assert {"setVariableData": [told]} in station.asked["SetVariables"]
    outcome = await csms.command(station_id, "reset")
    assert await station.asked_for("Reset") == {"type": "OnIdle"}
    assert outcome["status"] == "accepted"


@case("TC_A_19", CORE)
async def test_tc_a_19_a_higher_security_profile(secure: Csms, keys: Keys) -> None:
    """A05: once the station has come with TLS, it is let in without it no more."""
    station_id = await known_station(secure)
    answers = {"SetNetworkProfile": ACCEPTED, "Reset": ACCEPTED}
    async with proven(secure, station_id, SECRET, answers=answers) as station:
        await takes_part(secure, station, station_id, 1)
        await change_network(secure, station, station_id)
    async with proven(secure, station_id, SECRET, tls=keys.context()) as station:
        await takes_part(secure, station, station_id, 2)
    with pytest.raises(InvalidStatus) as caught:
        async with proven(secure, station_id, SECRET):
            pytest.fail("expected a refusal")
    assert caught.value.response.status_code == HTTPStatus.FORBIDDEN
    assert (await secure.get(f"/stations/{station_id}/security"))["required"] == 2
