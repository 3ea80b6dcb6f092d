"""Security whitepaper M03 to M05: root certificates are installed, listed and deleted."""

from typing import Any, Final

import pytest

from tests.conformance.csms import Csms
from tests.conformance.v16.cases import SECURITY, case16
from tests.conformance.v16.states import ACCEPTED, outcome_of, verdict_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

PEM: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
USES: Final = pytest.mark.parametrize(
    ("use", "word"),
    [
        ("csms_root", "CentralSystemRootCertificate"),
        ("manufacturer_root", "ManufacturerRootCertificate"),
    ],
)
HASH: Final = {"algorithm": "SHA256", "issuer_name": "ab12", "issuer_key": "cd34", "serial": "1f"}
WRITTEN: Final[dict[str, Any]] = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "ab12",
    "issuerKeyHash": "cd34",
    "serialNumber": "1f",
}


@case16("W M05 Install CA certificate", SECURITY, is_each=True)
@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Accepted", ("accepted", "")),
        ("Rejected", ("rejected", "")),
        ("Failed", ("rejected", "Failed")),
    ],
)
async def test_the_operator_is_told_whether_a_certificate_is_installed(
    csms: Csms, word: str, verdict: tuple[str, str]
) -> None:
    """M05.FR.02 to FR.06: it is, it is no good or has no room, or it went wrong."""
    outcome, _ = await outcome_of(
        *(csms, "InstallCertificate", {"status": word}, "install_certificate"),
        use="csms_root",
        pem=PEM,
    )
    assert verdict_of(outcome) == verdict


@case16("W 6.4 CertificateUseEnumType", SECURITY, is_each=True)
@USES
async def test_a_certificate_is_installed_for_a_use(csms: Csms, use: str, word: str) -> None:
    """Whitepaper §5.11, §6.4: the central system's root or the maker's."""
    _, asked = await outcome_of(
        *(csms, "InstallCertificate", ACCEPTED, "install_certificate"), use=use, pem=PEM
    )
    assert asked == {"certificateType": word, "certificate": PEM}


@case16("W M03 Retrieve list of available certificates", SECURITY, is_each=True)
@USES
async def test_the_operator_is_told_which_certificates_there_are(
    csms: Csms, use: str, word: str
) -> None:
    """M03.FR.03, FR.04: by their hashes."""
    answer = {"status": "Accepted", "certificateHashData": [WRITTEN]}
    outcome, asked = await outcome_of(
        *(csms, "GetInstalledCertificateIds", answer, "read_certificates"), uses=[use]
    )
    assert asked == {"certificateType": word}
    (certificate,) = outcome["certificates"]
    assert (outcome["status"], certificate["use"]) == ("accepted", use)
    assert certificate["hash"] == HASH


@case16("W M03 Retrieve list of available certificates, FR.02", SECURITY)
async def test_the_operator_is_told_that_there_are_no_certificates(csms: Csms) -> None:
    """M03.FR.02: none of that use was found."""
    outcome, _ = await outcome_of(
        *(csms, "GetInstalledCertificateIds", {"status": "NotFound"}, "read_certificates"),
        uses=["csms_root"],
    )
    assert outcome["status"] == "unknown"
    assert list(outcome.get("certificates", ())) == []


@case16("W M04 Delete a specific certificate", SECURITY, is_each=True)
@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Accepted", ("accepted", "")),
        ("Failed", ("rejected", "Failed")),
        ("NotFound", ("unknown", "")),
    ],
)
async def test_the_operator_is_told_whether_a_certificate_is_deleted(
    csms: Csms, word: str, verdict: tuple[str, str]
) -> None:
    """M04.FR.02 to FR.07: it is, it is needed, or there is none; by the hash it is known by."""
    outcome, asked = await outcome_of(
        *(csms, "DeleteCertificate", {"status": word}, "delete_certificate"), certificate=HASH
    )
    assert asked == {"certificateHashData": WRITTEN}
    assert verdict_of(outcome) == verdict
