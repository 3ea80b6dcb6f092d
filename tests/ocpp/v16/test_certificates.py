from typing import Any

import pytest

from csms.domain.certificates import (
    CertificateHash,
    CertificateUse,
    HashAlgorithm,
    InstalledCertificate,
    SigningUse,
)
from csms.domain.commands import (
    CertificatesOutcome,
    Command,
    CommandStatus,
    DeleteCertificate,
    DeliverCertificate,
    InstallCertificate,
    Outcome,
    ReadCertificates,
)
from csms.domain.errors import CallRefusedError
from csms.domain.notices import Agreement, SigningAsked
from tests.ocpp.golden import V16
from tests.ocpp.v16.exchanges import (
    ACCEPTED,
    PEM,
    REJECTED,
    assert_understood_and_answered,
    assert_written_and_understood,
    decoded,
    refusal,
)

REQUEST = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
ROOT = CertificateHash(
    algorithm=HashAlgorithm.SHA256, issuer_name="a1" * 32, issuer_key="b2" * 32, serial="FFF"
)
EXCHANGES: list[tuple[str, Command[Any], Outcome]] = [
    (
        "InstallCertificate",
        InstallCertificate(use=CertificateUse.MANUFACTURER_ROOT, pem=PEM),
        ACCEPTED,
    ),
    (
        "InstallCertificate.failed",
        InstallCertificate(use=CertificateUse.CSMS_ROOT, pem=PEM),
        Outcome(status=CommandStatus.REJECTED, answer="Failed"),
    ),
    ("DeleteCertificate", DeleteCertificate(ROOT), ACCEPTED),
    (
        "DeleteCertificate.failed",
        DeleteCertificate(ROOT),
        Outcome(status=CommandStatus.REJECTED, answer="Failed"),
    ),
    (
        "GetInstalledCertificateIds",
        ReadCertificates((CertificateUse.CSMS_ROOT,)),
        CertificatesOutcome(
            status=CommandStatus.ACCEPTED,
            certificates=(InstalledCertificate(use=CertificateUse.CSMS_ROOT, hash=ROOT),),
        ),
    ),
    (
        "GetInstalledCertificateIds.none",
        ReadCertificates((CertificateUse.MANUFACTURER_ROOT,)),
        CertificatesOutcome(status=CommandStatus.UNKNOWN),
    ),
    ("CertificateSigned", DeliverCertificate(chain=PEM), ACCEPTED),
    ("CertificateSigned.refused", DeliverCertificate(chain=PEM, use=SigningUse.STATION), REJECTED),
]


@pytest.mark.parametrize(
    ("name", "command", "outcome"), EXCHANGES, ids=[name for name, _, _ in EXCHANGES]
)
def test_command_is_written_and_its_answer_understood(
    name: str, command: Command[Any], outcome: Outcome
) -> None:
    assert_written_and_understood(name, command, outcome)


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("SignCertificate", Agreement(is_accepted=True)),
        ("SignCertificate.refused", Agreement(is_accepted=False, cause="no authority is set up")),
    ],
)
def test_request_to_sign_is_understood_and_answered(name: str, reply: Agreement) -> None:
    event = SigningAsked(station_id="G-01", request=REQUEST, use=SigningUse.STATION)
    assert_understood_and_answered(name, event, reply)


def test_request_to_sign_that_is_too_long_is_refused() -> None:
    with pytest.raises(CallRefusedError, match="csr: ") as caught:
        decoded("SignCertificate", {"csr": "x" * 5501})
    assert caught.value.code == "TypeConstraintViolation"


@pytest.mark.parametrize("algorithm", HashAlgorithm)
def test_every_hash_algorithm_is_written_as_it_is_read(algorithm: HashAlgorithm) -> None:
    hashed = CertificateHash(algorithm=algorithm, issuer_name="a", issuer_key="b", serial="c")
    payload = V16.encode_command(DeleteCertificate(hashed)).payload
    assert payload["certificateHashData"]["hashAlgorithm"] == algorithm.name
    answer = {"status": "Accepted", "certificateHashData": [payload["certificateHashData"]]}
    reading = V16.encode_command(ReadCertificates((CertificateUse.CSMS_ROOT,)))
    assert [told.hash for told in reading.decode_result(answer).certificates] == [hashed]


ONE_USE = (
    "OCPP 1.6 tells certificates of one use at a time: expected csms_root or manufacturer_root, got"
)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (ReadCertificates(), f"{ONE_USE} 0 uses"),
        (
            ReadCertificates((CertificateUse.CSMS_ROOT, CertificateUse.MANUFACTURER_ROOT)),
            f"{ONE_USE} 2 uses",
        ),
        (
            ReadCertificates((CertificateUse.V2G_CHAIN,)),
            "OCPP 1.6 has no certificates of use v2g_chain",
        ),
        (
            InstallCertificate(use=CertificateUse.V2G_ROOT, pem=PEM),
            "OCPP 1.6 has no certificates of use v2g_root",
        ),
        (
            InstallCertificate(use=CertificateUse.MO_ROOT, pem=PEM),
            "OCPP 1.6 has no certificates of use mo_root",
        ),
        (
            DeliverCertificate(chain=PEM, use=SigningUse.V2G),
            "OCPP 1.6 has no certificates for V2G",
        ),
    ],
)
def test_what_1_6_has_no_words_for_is_not_sent(command: Command[Any], why: str) -> None:
    assert refusal(command) == why
