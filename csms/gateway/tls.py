"""TLS as OCPP wants it (2.0.1 A00.FR.306-429): versions, cipher suites, certificates.

There are no session tickets. A session of TLS 1.2 may be resumed by its number, as Python cannot
forbid that; its certificate is looked at again all the same, and a reload forgets all sessions.
"""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from csms.domain.errors import CertificateFileError
from csms.domain.security import ClientCertificate
from csms.domain.security_event import OwnEvent
from csms.pki.reading import describe_client, read_certificates
from csms.pki.revocation import Revocations, read_revocations
from csms.pki.strength import weakness_of

logger = logging.getLogger(__name__)

CIPHER_SUITES: Final = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""Of TLS 1.2, in OpenSSL's names: what OCPP prescribes (A00.FR.318). 1.3 has only good ones."""

_SOON: Final = timedelta(days=30)
_VERSIONS: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_EVENTS: Final = (
    ("CERTIFICATE_VERIFY_FAILED", OwnEvent.INVALID_CERTIFICATE),
    ("NO_SHARED_CIPHER", OwnEvent.INVALID_TLS_CIPHER_SUITE),
    ("UNSUPPORTED_PROTOCOL", OwnEvent.INVALID_TLS_VERSION),
    ("PROTOCOL_VERSION", OwnEvent.INVALID_TLS_VERSION),
)
"""By a part of OpenSSL's reason."""

HandshakeFailed = Callable[[OwnEvent, str], None]
"""Is told of handshakes that came to nothing: what it was, and OpenSSL's words for it."""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """A certificate of this server.

    Attributes:
        chain: PEM: the certificate, then those that lead to the root.
        key: PEM: its private key.
    """

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """The port for encrypted connections.

    Attributes:
        certificates: One; or two, with an RSA key and with an elliptic curve, so that stations of
            both kinds find a cipher suite.
        client_ca: PEM: who may sign stations' certificates; none: they are not asked for any.
        crl: Lists of certificates that are revoked.
        min_version: The lowest version of TLS: 1.2 or 1.3.
    """

    host: str = "127.0.0.1"
    port: int = 9001
    certificates: tuple[CertificateFiles, ...]
    client_ca: tuple[Path, ...] = ()
    crl: tuple[Path, ...] = ()
    min_version: str = "1.2"

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that are named."""
        pairs = (path for one in self.certificates for path in (one.chain, one.key))
        return (*pairs, *self.client_ca, *self.crl)


class StationContext(ssl.SSLContext):
    """What new connections are made with.

    Attributes:
        handshake_failed: Is told of handshakes that came to nothing.
        revocations: Who is revoked; None: nobody.
        ends_at: When this server's certificates end, by their files.
    """

    handshake_failed: HandshakeFailed
    revocations: Revocations | None
    ends_at: dict[Path, datetime]


class _Handshake(ssl.SSLObject):
    """One end of a connection; asyncio itself keeps silent on why handshakes fail."""

    def do_handshake(self) -> None:
        """Go on with the handshake."""
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError):
            raise
        except ssl.SSLError as error:
            assert isinstance(self.context, StationContext)  # noqa: S101 - it makes no others
            self.context.handshake_failed(_event_of(error), _words_of(error))
            raise


def certificate_of(connection: ssl.SSLObject | None) -> ClientCertificate | None:
    """What a station's certificate says, whose path is verified; None: it has shown none."""
    der = connection.getpeercert(binary_form=True) if connection else None
    if connection is None or der is None:
        return None
    assert isinstance(connection.context, StationContext)  # noqa: S101 - it makes no others
    certificate, revocations = x509.load_der_x509_certificate(der), connection.context.revocations
    is_revoked = revocations is not None and revocations.has(certificate)
    return describe_client(certificate, is_revoked=is_revoked)


def load_tls(settings: TlsSettings, handshake_failed: HandshakeFailed) -> StationContext:
    """Read all files, and see that they can be used.

    Raises:
        CertificateFileError: A file cannot be read, or what it holds is too weak or does not fit.
    """
    context = StationContext(ssl.PROTOCOL_TLS_SERVER)
    context.handshake_failed = handshake_failed
    context.sslobject_class = _Handshake
    context.minimum_version = _VERSIONS[settings.min_version]
    context.set_ciphers(":".join(CIPHER_SUITES))
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    context.ends_at = {files.chain: _load_own(context, files) for files in settings.certificates}
    authorities = [one for path in settings.client_ca for one in _load_client_ca(context, path)]
    now = datetime.now(UTC)
    context.revocations = read_revocations(settings.crl, authorities, now) if settings.crl else None
    return context


def words_on_end(context: StationContext, now: datetime) -> list[str]:
    """What is to be said of this server's certificates that end soon."""
    return [
        f"{path}: this server's certificate {'ended' if ends_at <= now else 'ends'} at {ends_at}"
        for path, ends_at in context.ends_at.items()
        if ends_at - now < _SOON
    ]


def _load_own(context: ssl.SSLContext, files: CertificateFiles) -> datetime:
    """Load a certificate of this server; return when it ends."""
    chain = read_certificates(files.chain)
    for certificate in chain:
        _refuse_weak(files.chain, certificate)
    try:
        context.load_cert_chain(files.chain, files.key, password=lambda: "")  # do not ask for one
    except OSError as error:
        if not isinstance(error, ssl.SSLError):
            raise CertificateFileError(files.key, f"cannot be read: {error.strerror}") from error
        message = f"expected the private key of {files.chain}, in PEM and without a passphrase"
        raise CertificateFileError(files.key, message) from error
    return chain[0].not_valid_after_utc


def _load_client_ca(context: ssl.SSLContext, path: Path) -> list[x509.Certificate]:
    authorities = read_certificates(path)
    for certificate in authorities:
        _refuse_weak(path, certificate)
    context.load_verify_locations(path)
    context.verify_mode = ssl.CERT_OPTIONAL  # whether it is required is asked for each station
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the bundle need not begin at a root
    return authorities


def _refuse_weak(path: Path, certificate: x509.Certificate) -> None:
    weakness = weakness_of(certificate)
    if weakness is not None:
        name = certificate.subject.rfc4514_string()
        raise CertificateFileError(path, f"certificate {name} is too weak: {weakness}")


def _event_of(error: ssl.SSLError) -> OwnEvent:
    reason = error.reason or ""
    return next((kind for part, kind in _EVENTS if part in reason), OwnEvent.FAILED_HANDSHAKE)


def _words_of(error: ssl.SSLError) -> str:
    words: Any = getattr(error, "verify_message", None)
    return str(words or (error.reason or "it was broken off").replace("_", " ").lower())
