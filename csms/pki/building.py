"""Building certificates and revocation lists (RFC 5280)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

_SLACK: Final = timedelta(hours=1)
"""Certificates are valid from so long ago: stations' clocks may be slow."""


class _Written(Protocol):
    def public_bytes(self, encoding: serialization.Encoding) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: an authority's certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def sign(
        self,
        subject: x509.Name,
        key: CertificatePublicKeyTypes,
        valid: tuple[datetime, datetime],
        hosts: Sequence[x509.GeneralName] = (),
    ) -> x509.Certificate:
        """Sign somebody's certificate.

        No extended key usage is written (OCPP 2.0.1 A00.FR.514).

        Args:
            subject: Who it is for.
            key: Whose key it is about.
            valid: From when until when.
            hosts: Names that a server is reached by.
        """
        builder = _builder(subject, self.certificate.subject, key, valid)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        builder = builder.add_extension(
            _usage(is_rsa=isinstance(key, rsa.RSAPublicKey)), critical=True
        )
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(own, critical=False)
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def revoke(
        self, revoked: Mapping[int, datetime], number: int, valid: tuple[datetime, datetime]
    ) -> x509.CertificateRevocationList:
        """Sign a list of revoked certificates.

        Args:
            revoked: When, by serial number.
            number: Of the list; every list has a higher one.
            valid: From when until when.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(valid[0])
            .next_update(valid[1])
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        for serial, at in revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256())


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a private key on P-256, which stations of both versions understand."""
    return ec.generate_private_key(ec.SECP256R1())


def sign_root(subject: x509.Name, valid: tuple[datetime, datetime]) -> Signer:
    """Make an authority that signs itself."""
    key = new_key()
    certificate = (
        _builder(subject, subject, key.public_key(), valid)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Signer(certificate, key)


def subject_of(common_name: str, organization: str, *, is_for_vehicles: bool = False) -> x509.Name:
    """A subject with the names that OCPP wants (A00.FR.509-511).

    Args:
        common_name: Who it is.
        organization: Who owns it.
        is_for_vehicles: They know a charging station by the domain CPO (ISO 15118-2 annex F,
            A00.FR.513).
    """
    domain = [x509.NameAttribute(NameOID.DOMAIN_COMPONENT, "CPO")] if is_for_vehicles else []
    return x509.Name(
        [
            *domain,
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def validity(now: datetime, days: int) -> tuple[datetime, datetime]:
    """From a little ago until so many days from now."""
    return now - _SLACK, now + timedelta(days=days)


def pem(written: _Written) -> bytes:
    """A certificate or a list in PEM."""
    return written.public_bytes(serialization.Encoding.PEM)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: CertificatePublicKeyTypes,
    valid: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, is_authority: bool = False, is_rsa: bool = False) -> x509.KeyUsage:
    """What a key may be used for (A00.FR.512)."""
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=is_rsa,  # for the cipher suites that begin with TLS_RSA
        data_encipherment=False,
        key_agreement=not is_authority and not is_rsa,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
