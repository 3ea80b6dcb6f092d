"""Functional block A: certificates of stations, which the operator has renewed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from cryptography import x509

from tests.conformance.cases import ADVANCED_SECURITY, ISO_15118, case
from tests.conformance.csms import Csms
from tests.conformance.proofs import Keys, proven, request, signer_in
from tests.conformance.states import ACCEPTED, REJECTED, boot
from tests.conformance.station import Fields, Station

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_STATION: Final = "ChargingStationCertificate"
OF_V2G: Final = "V2GCertificate"
OF_BOTH: Final = "CombinedCertificate"


@asynccontextmanager
async def with_certificate(
    csms: Csms, keys: Keys, verdict: Fields
) -> AsyncIterator[tuple[str, Station]]:
    """A station that has come by its certificate.

    Args:
        csms: The system under test.
        keys: Who signs.
        verdict: What the station says of a new certificate.
    """
    station_id = csms.fresh_station()
    answers = {"TriggerMessage": ACCEPTED, "CertificateSigned": verdict}
    tls = keys.context(keys.sign(station_id))
    async with proven(csms, station_id, tls=tls, answers=answers) as station:
        await boot(station)
        yield station_id, station


async def renew(csms: Csms, station_id: str, station: Station, kind: str, use: Fields) -> Fields:
    """The operator has a station ask for a certificate; return what it is sent.

    Args:
        csms: The system under test.
        station_id: Whose certificate.
        station: The station's end of the connection.
        kind: What is triggered, in the API's words.
        use: What the station says that it is for.
    """
    outcome = await csms.command(station_id, "trigger", kind=kind)
    assert outcome["status"] == "accepted"
    asked = {"csr": request(station_id), **use}
    assert (await station.call("SignCertificate", asked))["status"] == "Accepted"
    return await station.asked_for("CertificateSigned")


async def only_certificate(csms: Csms, station_id: str, state: str, kind: str) -> None:
    """Wait until a station's only certificate is kept in a state."""
    path = f"/stations/{station_id}/certificates"
    (kept,) = await csms.get_once(path, lambda all_of_them: all_of_them[0]["state"] != "issued")
    assert (kept["state"], kept["kind"]) == (state, kind)


@case("TC_A_11", ADVANCED_SECURITY)
async def test_tc_a_11_its_own_certificate(secure: Csms, keys: Keys) -> None:
    """A02, F06: it is signed by the station's authority, and the station comes by it."""
    async with with_certificate(secure, keys, ACCEPTED) as (station_id, station):
        sent = await renew(
            secure, station_id, station, "station_certificate", {"certificateType": OF_STATION}
        )
        asked = {"requestedMessage": "SignChargingStationCertificate"}
        assert station.asked["TriggerMessage"] == [asked]
        assert sent["certificateType"] == OF_STATION
        check_chain(sent["certificateChain"], station_id, signer_in(keys.folder))
        await only_certificate(secure, station_id, "installed", OF_STATION)
    tls = keys.context(sent["certificateChain"])
    async with proven(secure, station_id, tls=tls) as station:
        await boot(station)
        assert await secure.state_of(station_id) == "available"


@case("TC_A_12", ISO_15118)
async def test_tc_a_12_its_certificate_for_vehicles(secure: Csms, keys: Keys) -> None:
    """A02, F06: it is signed by the V2G authority."""
    async with with_certificate(secure, keys, ACCEPTED) as (station_id, station):
        use = {"certificateType": OF_V2G}
        sent = await renew(secure, station_id, station, "v2g_certificate", use)
        assert station.asked["TriggerMessage"] == [{"requestedMessage": "SignV2GCertificate"}]
        assert sent["certificateType"] == OF_V2G
        check_chain(sent["certificateChain"], station_id, signer_in(keys.v2g_folder))
        await only_certificate(secure, station_id, "installed", OF_V2G)


@case("TC_A_13", ISO_15118)
async def test_tc_a_13_one_certificate_for_both(secure: Csms, keys: Keys) -> None:
    """A02: it is signed by the V2G authority, as vehicles have to trust it."""
    async with with_certificate(secure, keys, ACCEPTED) as (station_id, station):
        sent = await renew(secure, station_id, station, "combined_certificate", {})
        assert station.asked["TriggerMessage"] == [{"requestedMessage": "SignCombinedCertificate"}]
        assert "certificateType" not in sent
        check_chain(sent["certificateChain"], station_id, signer_in(keys.v2g_folder))
        await only_certificate(secure, station_id, "installed", OF_BOTH)
    tls = keys.context(sent["certificateChain"])
    async with proven(secure, station_id, tls=tls) as station:
        await boot(station)
        assert await secure.state_of(station_id) == "available"


@case("TC_A_14", ADVANCED_SECURITY)
async def test_tc_a_14_the_station_refuses_its_certificate(secure: Csms, keys: Keys) -> None:
    """A02: the station finds fault with it, and the operator sees that."""
    async with with_certificate(secure, keys, REJECTED) as (station_id, station):
        await renew(
            secure, station_id, station, "station_certificate", {"certificateType": OF_STATION}
        )
        asked = {"requestedMessage": "SignChargingStationCertificate"}
        assert station.asked["TriggerMessage"] == [asked]
        await only_certificate(secure, station_id, "refused", OF_STATION)


def check_chain(chain: str, station_id: str, signer: x509.Certificate) -> None:
    """The first certificate is the station's, for the key that it has, and of that signer."""
    certificate = x509.load_pem_x509_certificates(chain.encode())[0]
    assert certificate.issuer == signer.subject
    certificate.verify_directly_issued_by(signer)
    (name,) = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert name.value == station_id
    assert certificate.serial_number > 0
    asked = x509.load_pem_x509_csr(request(station_id).encode())
    assert certificate.public_key() == asked.public_key()
