"""Certificates as stations know them (OCPP 2.0.1 A, M; 1.6 security whitepaper)."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta


class HashAlgorithm(StrEnum):
    """How the issuer's name and key are hashed."""

    SHA256 = "SHA256"
    SHA384 = "SHA384"
    SHA512 = "SHA512"


class CertificateHash(msgspec.Struct, frozen=True, kw_only=True):
    """By what a certificate is found without sending it: CertID of RFC 6960, in hexadecimal."""

    algorithm: HashAlgorithm
    issuer_name: Annotated[str, Meta(max_length=128)]
    issuer_key: Annotated[str, Meta(max_length=128)]
    serial: Annotated[str, Meta(max_length=40)]


class CertificateUse(StrEnum):
    """What a certificate that is installed is for."""

    CSMS_ROOT = "csms_root"
    MANUFACTURER_ROOT = "manufacturer_root"
    V2G_ROOT = "v2g_root"
    MO_ROOT = "mo_root"
    V2G_CHAIN = "v2g_chain"


class SigningUse(StrEnum):
    """What a certificate that a station wants signed is for."""

    STATION = "station"
    V2G = "v2g"


class InstalledCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that a station holds, and those below it."""

    use: CertificateUse
    hash: CertificateHash
    children: tuple[CertificateHash, ...] = ()


class StatusQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which certificate is asked about, and where its issuer answers (OCSP, RFC 6960)."""

    certificate: CertificateHash
    responder_url: str


class CertificateVerdict(StrEnum):
    """The verdict on a contract's certificate, in the words of OCPP (2.0.1 C07)."""

    ACCEPTED = "Accepted"
    CHAIN_ERROR = "CertChainError"
    CONTRACT_CANCELLED = "ContractCancelled"
    EXPIRED = "CertificateExpired"
    NONE_AVAILABLE = "NoCertificateAvailable"
    REVOKED = "CertificateRevoked"
    SIGNATURE_ERROR = "SignatureError"
