"""What a station asks to be signed (PKCS #10), and whether it may be."""

import ipaddress
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from csms.domain.certificate import CertificateKind
from csms.domain.identity import StationId
from csms.pki.strength import weakness_of

_LONGEST: Final = 10_000


class RequestRefusedError(Exception):
    """A request cannot be signed; the text says what was expected, and what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who a certificate is for, and what it may say of it.

    Attributes:
        station_id: Who asks.
        kind: What it is for.
        names: Common names that it may bear instead of the station's identity.
        organization: The operator; None: whoever runs the authority.
    """

    station_id: StationId
    kind: CertificateKind = CertificateKind.STATION
    names: frozenset[str] = frozenset()
    organization: str | None = None


def read_request(
    text: str, bearer: Bearer, organization: str
) -> tuple[x509.CertificateSigningRequest, str]:
    """Read a station's request, and see that it may be signed; return its common name as well.

    Args:
        text: PEM (OCPP 2.0.1 A02.FR.03).
        bearer: Who asks; nobody else may be named in it.
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
    if bearer.kind is not CertificateKind.STATION and not _is_on_curve(request):
        raise RequestRefusedError("expected an elliptic curve key, as vehicles want (ISO 15118)")
    name = _common_name(request, bearer)
    owners = _told(request, NameOID.ORGANIZATION_NAME)
    if owners not in ([], [organization]):
        raise RequestRefusedError(f"expected the organization {organization!r}, got {owners}")
    return request, name


def _common_name(request: x509.CertificateSigningRequest, bearer: Bearer) -> str:
    """The name that a request is made out to."""
    names = _told(request, NameOID.COMMON_NAME)
    others = sorted(bearer.names - {bearer.station_id})
    if len(names) != 1 or names[0] not in (bearer.station_id, *others):
        expected = " or ".join(map(repr, (bearer.station_id, *others)))
        raise RequestRefusedError(f"expected the common name {expected}, got {names}")
    if "://" in names[0] or _is_address(names[0]):
        raise RequestRefusedError("expected a common name that is no URL and no IP address")
    return names[0]


def _is_on_curve(request: x509.CertificateSigningRequest) -> bool:
    return isinstance(request.public_key(), ec.EllipticCurvePublicKey)


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
