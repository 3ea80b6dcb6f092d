"""Which certificates are revoked (RFC 5280 §5)."""

import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from csms.domain.errors import CertificateFileError
from csms.pki.reading import read_crl

logger = logging.getLogger(__name__)


class Revocations:
    """The revocation list of one authority. Only its own certificates can stand on it.

    Args:
        crl: The list.
    """

    def __init__(self, crl: x509.CertificateRevocationList) -> None:
        self._issuer = crl.issuer
        self._serials = frozenset(one.serial_number for one in crl)

    def has(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate is revoked."""
        is_of_issuer = certificate.issuer == self._issuer
        return is_of_issuer and certificate.serial_number in self._serials


def read_revocations(
    path: Path, authorities: Sequence[x509.Certificate], now: datetime
) -> Revocations:
    """Read a revocation list and see that one of our authorities has signed it.

    A list that is out of date still says who is revoked, so it counts, and the log says so.

    Args:
        path: The list.
        authorities: Whose lists count.
        now: The present instant.

    Raises:
        CertificateFileError: It cannot be read, or nobody of them has signed it.
    """
    crl = read_crl(path)
    if not any(_has_signed(one, crl) for one in authorities):
        raise CertificateFileError(path, "expected a list signed by one of the client CA's keys")
    next_at = crl.next_update_utc
    if next_at is not None and next_at <= now:
        logger.error("%s: the revocation list should have been renewed by %s", path, next_at)
    return Revocations(crl)


def _has_signed(authority: x509.Certificate, crl: x509.CertificateRevocationList) -> bool:
    key = authority.public_key()
    kinds = rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey
    if authority.subject != crl.issuer or not isinstance(key, kinds):
        return False
    try:
        return crl.is_signature_valid(key)
    except (InvalidSignature, UnsupportedAlgorithm, TypeError):
        return False
