"""A small certificate authority in a folder, for sites that have no other.

Its key signs certificates of stations and of this server, and the list of those that are revoked.
The folder holds `ca.key` (readable by its owner only), `ca.pem` and `crl.pem`. Where the authority
is itself below another one, `ca.pem` goes on with those that lead to the root.
"""

import ipaddress
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from csms.domain.certificate import CertificateKind, Refused, Signed, StationCertificate
from csms.domain.errors import CertificateFileError, InvalidInputError
from csms.pki.building import Signer, new_key, pem, sign_root, subject_of, validity
from csms.pki.reading import fingerprint_of, read_certificates, read_crl, read_file
from csms.pki.requests import Bearer, RequestRefusedError, read_request

_CA_DAYS: Final = 20 * 365
_CRL_DAYS: Final = 365
_OWNER_ONLY: Final = 0o600
_READABLE: Final = 0o644
_KEY, _CERTIFICATE, _CRL = "ca.key", "ca.pem", "crl.pem"


class FolderAuthority:
    """An authority whose key lies in a folder.

    Args:
        folder: Where it is kept.
        passphrase: What its key is locked with; None: nothing.

    Raises:
        CertificateFileError: There is none, or its key cannot be opened.
    """

    def __init__(self, folder: Path, passphrase: bytes | None = None) -> None:
        self._folder = folder
        certificate, *above = read_certificates(folder / _CERTIFICATE)
        key = read_file(
            folder / _KEY,
            "the key of ca.pem, and its passphrase",
            lambda content: serialization.load_pem_private_key(content, passphrase),
        )
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CertificateFileError(folder / _KEY, "expected a key on an elliptic curve")
        self._signer = Signer(certificate, key)
        self._chain = (certificate, *above)
        path = (one for one in self._chain if one.issuer != one.subject)
        self._path = b"".join(map(pem, path)).decode()

    @classmethod
    def create(
        cls,
        folder: Path,
        organization: str,
        now: datetime,
        passphrase: bytes | None = None,
        name: str = "ChargeFlex CA",
    ) -> "FolderAuthority":
        """Make a new authority in a folder that has none.

        Args:
            folder: Where.
            organization: Who runs it.
            now: The present instant.
            passphrase: What its key is locked with; None: nothing.
            name: What it is called, after the organization.

        Raises:
            InvalidInputError: There is one already.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if any((folder / name).exists() for name in (_KEY, _CERTIFICATE)):
            raise InvalidInputError("ca", f"expected a folder without an authority, got {folder}")
        subject = subject_of(f"{organization} {name}", organization)
        signer = sign_root(subject, validity(now, _CA_DAYS))
        write_key(folder / _KEY, signer.key, passphrase)
        replace_file(folder / _CERTIFICATE, pem(signer.certificate))
        replace_file(folder / _CRL, pem(signer.revoke({}, 1, validity(now, _CRL_DAYS))))
        return cls(folder, passphrase)

    @property
    def organization(self) -> str:
        """Who runs it, and whom certificates are made out to where nobody else is named."""
        found = self._signer.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(found[0].value)

    def is_below(self, others: Sequence[x509.Certificate]) -> bool:
        """Whether it is one of several authorities, or below one of them."""
        return any(one in others for one in self._chain)

    def sign(self, bearer: Bearer, request: str, now: datetime, days: int) -> Signed | Refused:
        """Sign what a station asks for.

        Args:
            bearer: Who asks, and what for.
            request: PEM.
            now: The present instant.
            days: For how many days.
        """
        owner = bearer.organization or self.organization
        try:
            asked, name = read_request(request, bearer, owner)
        except RequestRefusedError as error:
            return Refused(str(error))
        is_for_vehicles = bearer.kind is not CertificateKind.STATION
        subject = subject_of(name, owner, is_for_vehicles=is_for_vehicles)
        certificate = self._signer.sign(subject, asked.public_key(), validity(now, days))
        told = StationCertificate(
            station_id=bearer.station_id,
            fingerprint=fingerprint_of(certificate),
            serial=f"{certificate.serial_number:x}",
            kind=bearer.kind,
            issued_at=now,
            not_after=certificate.not_valid_after_utc,
            name="" if name == bearer.station_id else name,
        )
        return Signed(told, pem(certificate).decode() + self._path)

    def issue_server(
        self, hosts: Sequence[str], now: datetime, days: int
    ) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
        """Make a key and a certificate for a server, in PEM.

        Args:
            hosts: Names or addresses that stations reach it by, the most important first: it is
                the common name (A00.FR.510).
            now: The present instant.
            days: For how many days.
        """
        key = new_key()
        subject = subject_of(hosts[0], self.organization)
        names = [_host(one) for one in hosts]
        return pem(self._signer.sign(subject, key.public_key(), validity(now, days), names)), key

    def revoke(self, serials: Sequence[int], now: datetime) -> None:
        """Add certificates to the list of those that are revoked, and sign it anew."""
        known = read_crl(self._folder / _CRL)
        revoked = {one.serial_number: one.revocation_date_utc for one in known}
        revoked |= {serial: revoked.get(serial, now) for serial in serials}
        number = known.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        renewed = self._signer.revoke(revoked, number + 1, validity(now, _CRL_DAYS))
        replace_file(self._folder / _CRL, pem(renewed))


def write_key(path: Path, key: ec.EllipticCurvePrivateKey, passphrase: bytes | None = None) -> None:
    """Write a new private key that only its owner may read.

    Raises:
        CertificateFileError: There is one already, or it cannot be written.
    """
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        lock = serialization.BestAvailableEncryption(passphrase)
    encoding, shape = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except OSError as error:
        raise CertificateFileError(path, f"cannot be written: {error.strerror}") from error
    with os.fdopen(opened, "wb") as file:
        file.write(key.private_bytes(encoding, shape, lock))


def replace_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a private key in place of another, wholly or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    write_key(new, key)
    new.replace(path)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file wholly or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.chmod(_READABLE)
    new.replace(path)


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
