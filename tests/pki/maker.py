"""Keys and certificates for tests, good ones and bad ones."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

TODAY = datetime.now(UTC)  # TLS reads the machine's clock


@cache
def key(kind: str = "P-256") -> Any:
    """A private key: `P-256`, `P-192`, `RSA-2048`, `RSA-1024`; the same one each time."""
    name, _, size = kind.partition("-")
    if name == "RSA":
        return rsa.generate_private_key(65537, int(size))
    return ec.generate_private_key({"256": ec.SECP256R1(), "192": ec.SECP192R1()}[size])


def new_key() -> Any:
    """A private key that nobody else has."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Made:
    """A certificate, its key, and those that lead to the root."""

    certificate: x509.Certificate
    key: Any
    chain: tuple[x509.Certificate, ...] = ()

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write chain and key beside each other."""
        chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
        chain.write_bytes(b"".join(pem(one) for one in (self.certificate, *self.chain)))
        secret.write_bytes(
            self.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return chain, secret


def pem(thing: Any) -> bytes:
    """A certificate, a request or a list in PEM."""
    written: bytes = thing.public_bytes(serialization.Encoding.PEM)
    return written


def name_of(common_name: str, organization: str | None = None) -> x509.Name:
    """A subject."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def make(
    subject: x509.Name,
    by: Made | None = None,
    *,
    kind: str = "P-256",
    days: tuple[int, int] = (-1, 365),
    is_ca: bool = False,
    hosts: Sequence[str] = (),
    names: Sequence[str] = (),
    algorithm: Any = None,
    secret: Any = None,
    responder: str | None = None,
    answers_ocsp: bool = False,
) -> Made:
    """Make a certificate, signed by somebody or by itself; `days` from today it is valid.

    `responder` is where its issuer can be asked about it; `answers_ocsp`: it may answer for that.
    """
    secret = secret or key(kind)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(TODAY + timedelta(days=days[0]))
        .not_valid_after(TODAY + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    others = [x509.IPAddress(ip_address(host)) for host in hosts]
    said: list[x509.GeneralName] = [*others, *(x509.DNSName(name) for name in names)]
    if said:
        builder = builder.add_extension(x509.SubjectAlternativeName(said), critical=False)
    if responder:
        where = x509.UniformResourceIdentifier(responder)
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, where)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if answers_ocsp:
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        builder = builder.add_extension(use, critical=False)
    signer = by.key if by else secret
    certificate = builder.sign(signer, algorithm or hashes.SHA256())
    chain = (by.certificate, *by.chain) if by and by.chain else ()
    return Made(certificate, secret, chain)


def authority(common_name: str = "Root") -> Made:
    """A certificate authority."""
    return make(name_of(common_name, "Fjord Charging"), is_ca=True)


def revoking(by: Made, *revoked: Made, days: tuple[int, int] = (-1, 30)) -> bytes:
    """A revocation list in PEM."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(TODAY + timedelta(days=days[0]))
        .next_update(TODAY + timedelta(days=days[1]))
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(TODAY).build())
    return pem(builder.sign(by.key, hashes.SHA256()))


def client_context(folder: Path, root: Made, own: Made | None = None) -> ssl.SSLContext:
    """What a station connects with: it trusts the root, and may have a certificate."""
    context = ssl.create_default_context(cadata=pem(root.certificate).decode())
    if own:
        context.load_cert_chain(*own.write(folder, "station"))
    return context
