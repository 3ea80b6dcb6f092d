"""What a station asks to be signed (PKCS #10), and whether it may be."""

import ipaddress
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import NameOID

from csms.domain.identity import StationId
from csms.pki.strength import weakness_of

_LONGEST: Final = 10_000


class RequestRefusedError(Exception):
    """A request cannot be signed; the text says what was expected, and what came."""


def read_request(
    text: str, station_id: StationId, organization: str
) -> x509.CertificateSigningRequest:
    """Read a station's request, and see that it may be signed.

    Args:
        text: PEM (OCPP 2.0.1 A02.FR.03).
        station_id: Who asks; nobody else may be named in it.
        organization: The operator; nobody else may be named in it.

    Raises:
        RequestRefusedError: It cannot be read, is not its sender's, or its key is too weak.
    """
    request = _parse(text)
    weakness = weakness_of(request)
    if weakness is not None:
        raise RequestRefusedError(weakness)
    if not _is_signed_by_its_key(request):
        raise RequestRefusedError("expected a request signed with the key that it is about")
    names = _told(request, NameOID.COMMON_NAME)
    if names != [station_id]:
        raise RequestRefusedError(f"expected the common name {station_id!r}, got {names}")
    if "://" in station_id or _is_address(station_id):
        raise RequestRefusedError("expected a common name that is no URL and no IP address")
    owners = _told(request, NameOID.ORGANIZATION_NAME)
    if owners not in ([], [organization]):
        raise RequestRefusedError(f"expected the organization {organization!r}, got {owners}")
    return request


def _parse(text: str) -> x509.CertificateSigningRequest:
    if len(text) > _LONGEST:
        raise RequestRefusedError(f"expected at most {_LONGEST} characters, got {len(text)}")
    try:
        return x509.load_pem_x509_csr(text.encode())
    except ValueError as error:
        raise RequestRefusedError("expected a certificate signing request in PEM") from error


def _is_signed_by_its_key(request: x509.CertificateSigningRequest) -> bool:
    try:
        return request.is_signature_valid
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False


def _told(request: x509.CertificateSigningRequest, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in request.subject.get_attributes_for_oid(oid)]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
