"""Commands about certificates (1.6 security whitepaper, 2.0.1 A02, M03 to M05)."""

from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta

from csms.domain.certificates import (
    CertificateHash,
    CertificateUse,
    InstalledCertificate,
    SigningUse,
)
from csms.domain.commands.outcome import Command, Outcome

Pem: TypeAlias = Annotated[str, Meta(min_length=1, max_length=5500)]


class InstallCertificate(Command[Outcome], frozen=True, kw_only=True, tag="install_certificate"):
    """Have a root certificate trusted (2.0.1 M05)."""

    use: CertificateUse
    pem: Pem


class DeleteCertificate(Command[Outcome], frozen=True, tag="delete_certificate"):
    """Have a certificate removed (2.0.1 M04)."""

    certificate: CertificateHash


class CertificatesOutcome(Outcome, frozen=True, kw_only=True):
    """The certificates that a station holds."""

    certificates: tuple[InstalledCertificate, ...] = ()


class ReadCertificates(Command[CertificatesOutcome], frozen=True, tag="read_certificates"):
    """Ask which certificates a station holds; no use named: all (2.0.1 M03)."""

    outcome_type: ClassVar[type[Outcome]] = CertificatesOutcome
    uses: tuple[CertificateUse, ...] = ()


class DeliverCertificate(Command[Outcome], frozen=True, kw_only=True, tag="deliver_certificate"):
    """Send a station the certificate that was signed for it (2.0.1 A02, A03).

    Attributes:
        chain: In PEM, the station's own first.
    """

    chain: Annotated[str, Meta(min_length=1, max_length=10_000)]
    use: SigningUse | None = None
