"""Whose contracts count: authorities in files, and chains of certificates that lead to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from csms.domain.certificates import CertificateVerdict
from csms.domain.errors import CertificateFileError
from csms.pki.reading import read_certificates
from csms.pki.strength import weakness_of

_MOST_FILES: Final = 1000


class UntrustedError(Exception):
    """A certificate is not to be trusted.

    Attributes:
        verdict: Of which kind the fault is, in the words of OCPP.
    """

    def __init__(self, verdict: CertificateVerdict, cause: str) -> None:
        super().__init__(cause)
        self.verdict = verdict


@dataclass(frozen=True, slots=True)
class _Stamp:
    path: Path
    mtime_ns: int
    size: int


class TrustAnchors:
    """Authorities that are trusted, read again when their files have changed.

    Reading takes time, so this is not for the event loop.

    Args:
        paths: PEM files, and folders of files `*.pem`. What they hold is trusted as it is, whether
            or not it is a root.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._stamps: tuple[_Stamp, ...] | None = None
        self._known: tuple[x509.Certificate, ...] = ()

    def all(self) -> tuple[x509.Certificate, ...]:
        """All authorities.

        Raises:
            CertificateFileError: A file cannot be used.
        """
        files = [file for path in self._paths for file in _files_of(path)]
        stamps = tuple(_stamp_of(file) for file in files)
        if stamps != self._stamps:
            known = [one for file in files for one in read_certificates(file)]
            self._known, self._stamps = tuple(dict.fromkeys(known)), stamps
        return self._known


def path_to_anchor(
    certificate: x509.Certificate,
    between: Iterable[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    now: datetime,
) -> list[x509.Certificate]:
    """Find the way from a certificate to an authority that is trusted (RFC 5280 §6).

    Args:
        certificate: Whose way is wanted; it comes first.
        between: Those that may lie on the way.
        anchors: Authorities that are trusted; one of them comes last.
        now: The present instant.

    Raises:
        UntrustedError: There is no way, and which kind of fault is the cause.
    """
    between = list(between)
    for one in (certificate, *between):
        _refuse_weak(one)
    if not anchors:
        raise UntrustedError(CertificateVerdict.CHAIN_ERROR, "no authority is trusted here")
    verifier = (
        PolicyBuilder()
        .store(Store(list(anchors)))
        .time(now)
        .extension_policies(ca_policy=_OF_AUTHORITIES, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        return list(verifier.verify(certificate, between).chain)
    except VerificationError as error:
        verdict = _kind_of_fault([certificate, *between], anchors, now)
        raise UntrustedError(verdict, str(error).partition("\n")[0]) from error


def _refuse_weak(certificate: x509.Certificate) -> None:
    try:
        weakness = weakness_of(certificate)
    except (UnsupportedAlgorithm, ValueError) as error:
        weakness = f"expected a key of a usual kind: {error}"
    if weakness is not None:
        raise UntrustedError(CertificateVerdict.CHAIN_ERROR, weakness)


def _may_sign(_policy: Policy, _one: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("expected the key of an authority that may sign certificates")


def _is_authority(_policy: Policy, _one: x509.Certificate, basic: x509.BasicConstraints) -> None:
    if not basic.ca:
        raise ValueError("expected the certificate of an authority")


_OF_AUTHORITIES: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
)
"""ISO 15118 has a profile of its own, with other extensions than the web's."""


def _kind_of_fault(
    chain: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], now: datetime
) -> CertificateVerdict:
    """What kind of fault a chain has that does not lead to an authority."""
    if any(not one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in chain):
        return CertificateVerdict.EXPIRED
    for one in chain:
        issuers = [other for other in (*chain, *anchors) if other.subject == one.issuer]
        if issuers and not any(_has_signed(issuer, one) for issuer in issuers):
            return CertificateVerdict.SIGNATURE_ERROR
    return CertificateVerdict.CHAIN_ERROR


def _has_signed(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    except (UnsupportedAlgorithm, TypeError, ValueError):
        return True  # that is another fault
    return True


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.pem"))
    if len(files) > _MOST_FILES:
        raise CertificateFileError(path, f"expected at most {_MOST_FILES} files, got {len(files)}")
    return files


def _stamp_of(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError as error:
        raise CertificateFileError(file, f"cannot be read: {error.strerror}") from error
    return _Stamp(file, found.st_mtime_ns, found.st_size)
