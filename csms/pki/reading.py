"""What files of certificates hold, and what a station's certificate says."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from csms.domain.errors import CertificateFileError
from csms.domain.security import ClientCertificate

T = TypeVar("T")

_PEM: Final = b"-----BEGIN"


def read_file(path: Path, what: str, parse: Callable[[bytes], T]) -> T:
    """Read a file and make something of it.

    Raises:
        CertificateFileError: It cannot be read, or is something else.
    """
    try:
        return parse(path.read_bytes())
    except OSError as error:
        raise CertificateFileError(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise CertificateFileError(path, f"expected {what}") from error


def read_certificates(path: Path) -> list[x509.Certificate]:
    """Read the certificates of a PEM file, in their order; there is at least one."""
    return read_file(path, "certificates in PEM", x509.load_pem_x509_certificates)


def read_crl(path: Path) -> x509.CertificateRevocationList:
    """Read a revocation list, in PEM or DER."""
    return read_file(path, "a certificate revocation list", _parse_crl)


def describe_client(certificate: x509.Certificate, *, is_revoked: bool) -> ClientCertificate:
    """What a station's certificate says of its owner.

    Its identity is the common name (A00.FR.405); some makers write it as an alternative name.
    """
    return ClientCertificate(
        names=frozenset({*_told(certificate, NameOID.COMMON_NAME), *_alternative(certificate)}),
        organizations=frozenset(_told(certificate, NameOID.ORGANIZATION_NAME)),
        serial=f"{certificate.serial_number:x}",
        issuer=certificate.issuer.rfc4514_string(),
        fingerprint=fingerprint_of(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        is_revoked=is_revoked,
    )


def fingerprint_of(certificate: x509.Certificate) -> str:
    """The SHA-256 of a certificate, in hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _parse_crl(content: bytes) -> x509.CertificateRevocationList:
    is_pem = content.lstrip().startswith(_PEM)
    return x509.load_pem_x509_crl(content) if is_pem else x509.load_der_x509_crl(content)


def _told(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    found = certificate.subject.get_attributes_for_oid(oid)
    return [one.value for one in found if isinstance(one.value, str)]


def _alternative(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [
        *found.value.get_values_for_type(x509.DNSName),
        *found.value.get_values_for_type(x509.UniformResourceIdentifier),
    ]
