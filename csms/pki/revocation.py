"""Which certificates are revoked (RFC 5280 §5)."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from csms.domain.errors import CertificateFileError
from csms.domain.security import ClientCertificate
from csms.pki.reading import read_crl

logger = logging.getLogger(__name__)


class Revocations:
    """The revocation lists of authorities. Only an authority's own certificates stand on its list.

    Args:
        crls: The lists.
    """

    def __init__(self, crls: Iterable[x509.CertificateRevocationList]) -> None:
        self._serials: dict[str, set[int]] = {}
        for crl in crls:
            known = self._serials.setdefault(crl.issuer.rfc4514_string(), set())
            known.update(one.serial_number for one in crl)

    def has(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate is revoked."""
        issuer = certificate.issuer.rfc4514_string()
        return certificate.serial_number in self._serials.get(issuer, ())

    def has_client(self, certificate: ClientCertificate) -> bool:
        """Whether a certificate is revoked by which a station has come."""
        return int(certificate.serial, 16) in self._serials.get(certificate.issuer, ())


def read_revocations(
    paths: Sequence[Path], authorities: Sequence[x509.Certificate], now: datetime
) -> Revocations:
    """Read revocation lists and see that our authorities have signed them.

    A list that is out of date still says who is revoked, so it counts, and the log says so.

    Args:
        paths: The lists.
        authorities: Whose lists count.
        now: The present instant.

    Raises:
        CertificateFileError: One cannot be read, or nobody of them has signed it.
    """
    return Revocations(_read_signed(path, authorities, now) for path in paths)


def _read_signed(
    path: Path, authorities: Sequence[x509.Certificate], now: datetime
) -> x509.CertificateRevocationList:
    crl = read_crl(path)
    if not any(_has_signed(one, crl) for one in authorities):
        raise CertificateFileError(path, "expected a list signed by one of the client CA's keys")
    next_at = crl.next_update_utc
    if next_at is not None and next_at <= now:
        logger.error("%s: the revocation list should have been renewed by %s", path, next_at)
    return crl


def _has_signed(authority: x509.Certificate, crl: x509.CertificateRevocationList) -> bool:
    key = authority.public_key()
    kinds = rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey
    if authority.subject != crl.issuer or not isinstance(key, kinds):
        return False
    try:
        return crl.is_signature_valid(key)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError):
        return False
