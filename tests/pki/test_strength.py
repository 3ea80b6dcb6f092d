import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from csms.pki.strength import weakness_of, weakness_of_key
from tests.pki.maker import make, name_of

SIGNED_WITH_SHA1 = """\
-----BEGIN CERTIFICATE-----
MIIBdDCCARqgAwIBAgIUDPBCtLZnIDsfklusYrPoLgdw9s0wCQYHKoZIzj0EATAP
MQ0wCwYDVQQDDARjc21zMCAXDTI2MTEyOTA5MDExOVoYDzIxMjYxMTA1MDkwMTE5
WjAPMQ0wCwYDVQQDDARjc21zMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAENg6M
ZzKG1L1UOTtpZKQdpbp6giYGRyNMuFy0Pt43yHwJmOpLEo05YyREN0wkW3mbK2yv
PPDjFxzRg4oRw4WN3KNTMFEwHQYDVR0OBBYEFAg17Sedu8HPTKNOcNdpUd5WqbIL
MB8GA1UdIwQYMBaAFAg17Sedu8HPTKNOcNdpUd5WqbILMA8GA1UdEwEB/wQFMAMB
Af8wCQYHKoZIzj0EAQNJADBGAiEAv9Y3fLRnv3kUN7neklgynE3LOHSrdxpxAVvj
4MwyOWwCIQCvkvHqzb0/qmqDdjoZu/SZBHaVnHGGEpnL3WW1Qr2bWA==
-----END CERTIFICATE-----
"""


@pytest.mark.parametrize(
    ("key", "weakness"),
    [
        (rsa.generate_private_key(65537, 2048), None),
        (ec.generate_private_key(ec.SECP256R1()), None),
        (ec.generate_private_key(ec.SECP224R1()), None),
        (ed25519.Ed25519PrivateKey.generate(), None),
        (
            rsa.generate_private_key(65537, 1024),  # noqa: S505 - to be refused
            "expected an RSA key of at least 2048 bits, got 1024",
        ),
        (
            ec.generate_private_key(ec.SECP192R1()),
            "expected a curve of at least 224 bits, got 192",
        ),
        (
            dsa.generate_private_key(2048),
            "expected an RSA or elliptic curve key, got DSAPublicKey",
        ),
    ],
)
def test_key_is_strong_from_112_bits_of_security_on(key: object, weakness: str | None) -> None:
    # OCPP 2.0.1 A00.FR.501-503
    assert weakness_of_key(key.public_key()) == weakness  # type: ignore[attr-defined]


def test_signature_with_sha_1_is_weak() -> None:
    # A00.FR.506
    certificate = x509.load_pem_x509_certificate(SIGNED_WITH_SHA1.encode())
    assert weakness_of(certificate) == "expected a signature with SHA-256 or better, got sha1"


@pytest.mark.parametrize("algorithm", [hashes.SHA256(), hashes.SHA384()])
def test_usual_certificate_is_strong(algorithm: hashes.HashAlgorithm) -> None:
    assert weakness_of(make(name_of("csms"), algorithm=algorithm).certificate) is None
