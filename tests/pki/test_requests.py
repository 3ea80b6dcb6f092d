from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from csms.pki.requests import Bearer, RequestRefusedError, read_request
from tests.pki.maker import key, name_of, pem

OPERATOR = "Fjord Charging"


def request(subject: x509.Name, kind: str = "P-256") -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return pem(builder.sign(key(kind), hashes.SHA256())).decode()


@pytest.mark.parametrize("subject", [name_of("G-01", OPERATOR), name_of("G-01")])
@pytest.mark.parametrize("kind", ["P-256", "RSA-2048"])
def test_request_of_a_station_may_be_signed(subject: x509.Name, kind: str) -> None:
    read, name = read_request(request(subject, kind), Bearer(station_id="G-01"), OPERATOR)
    assert read.public_key() == key(kind).public_key()
    assert name == "G-01"


def forged() -> str:
    """A request whose content was changed after it was signed."""
    good = x509.load_pem_x509_csr(request(name_of("G-02", OPERATOR)).encode())
    changed = good.public_bytes(Encoding.DER).replace(b"G-02", b"G-01")
    return pem(x509.load_der_x509_csr(changed)).decode()


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (lambda: "nonsense", "expected a certificate signing request in PEM"),
        (lambda: "x" * 10_001, "expected at most 10000 characters, got 10001"),
        (
            lambda: request(name_of("G-01"), "RSA-1024"),
            "expected an RSA key of at least 2048 bits, got 1024",
        ),
        (
            lambda: request(name_of("G-01"), "P-192"),
            "expected a curve of at least 224 bits, got 192",
        ),
        (forged, "expected a request signed with the key that it is about"),
        (lambda: request(name_of("G-02")), "expected the common name 'G-01', got ['G-02']"),
        (lambda: request(x509.Name([])), "expected the common name 'G-01', got []"),
        (
            lambda: request(name_of("G-01", "Another Operator")),
            "expected the organization 'Fjord Charging', got ['Another Operator']",
        ),
    ],
)
def test_request_that_may_not_be_signed_is_refused_with_its_cause(
    text: Callable[[], str], cause: str
) -> None:
    # OCPP 2.0.1 A00.FR.501-511
    with pytest.raises(RequestRefusedError) as caught:
        read_request(text(), Bearer(station_id="G-01"), OPERATOR)
    assert str(caught.value) == cause


@pytest.mark.parametrize("name", ["192.0.2.7", "2001:db8::1", "wss://csms/ocpp"])
def test_common_name_of_a_station_is_no_address(name: str) -> None:
    # A00.FR.511: so that it cannot be taken for a server's
    with pytest.raises(RequestRefusedError, match="no URL and no IP address"):
        read_request(request(name_of(name)), Bearer(station_id=name), OPERATOR)
