"""Security whitepaper A02, A03: a station has its own certificate signed."""

import asyncio
from http import HTTPStatus

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conformance.csms import Csms
from tests.conformance.station import PATIENCE_S
from tests.conformance.v16.cases import SECURITY, case16
from tests.conformance.v16.signing import request_of
from tests.conformance.v16.states import ACCEPTED, booted

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def fate_of(csms: Csms, station_id: str) -> str:
    """What has become of a station's only certificate, once its answer has been read."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            (certificate,) = await csms.get(f"/stations/{station_id}/certificates")
            if certificate["state"] != "issued":
                return str(certificate["state"])


@case16("W A02 Update Charge Point Certificate by request of Central System", SECURITY)
async def test_a_certificate_is_asked_for_signed_and_sent(signing: Csms) -> None:
    """A02.FR.11: triggered by the operator; what comes is for the station's key and name."""
    key = ec.generate_private_key(ec.SECP256R1())
    answers = {"ExtendedTriggerMessage": ACCEPTED, "CertificateSigned": ACCEPTED}
    async with booted(signing, **answers) as (station_id, station):
        await signing.command(station_id, "trigger", kind="station_certificate")
        asked = await station.asked_for("ExtendedTriggerMessage")
        assert asked == {"requestedMessage": "SignChargePointCertificate"}
        answer = await station.call("SignCertificate", {"csr": request_of(station_id, key)})
        assert answer == ACCEPTED
        sent = await station.asked_for("CertificateSigned")
        certificate, *_ = x509.load_pem_x509_certificates(sent["certificateChain"].encode())
        assert certificate.public_key() == key.public_key()
        (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        assert name.value == station_id
        assert await fate_of(signing, station_id) == "installed"


@case16("W A03 Update Charge Point Certificate initiated by the Charge Point", SECURITY)
async def test_a_station_asks_by_itself_and_may_refuse_what_comes(signing: Csms) -> None:
    """A03: its answer to the certificate is kept for the operator to read."""
    key = ec.generate_private_key(ec.SECP256R1())
    refused = {"status": "Rejected"}
    async with booted(signing, CertificateSigned=refused) as (station_id, station):
        answer = await station.call("SignCertificate", {"csr": request_of(station_id, key)})
        assert answer == ACCEPTED
        await station.asked_for("CertificateSigned")
        assert await fate_of(signing, station_id) == "refused"


@case16("W A02 Update Charge Point Certificate, FR.12", SECURITY)
async def test_a_request_in_the_name_of_another_is_refused(signing: Csms) -> None:
    """A02.FR.12, whitepaper §2.6.1: a certificate names the station that it is for."""
    key = ec.generate_private_key(ec.SECP256R1())
    async with booted(signing) as (station_id, station):
        answer = await station.call("SignCertificate", {"csr": request_of("C-399", key)})
        assert answer == {"status": "Rejected"}
        told = await signing.operator.get(f"/stations/{station_id}/certificates")
        assert (told.status_code, told.json()) == (HTTPStatus.OK, [])
