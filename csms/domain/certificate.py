"""Certificates of stations: what is kept of them, and when they have to be renewed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from csms.domain.identity import StationId

RENEWED_BEFORE: Final = timedelta(days=30)
"""A station begins to renew its certificate a month before it expires (OCPP 2.0.1 A03.FR.02)."""


class CertificateKind(StrEnum):
    """What a certificate is for (2.0.1 CertificateSigningUseEnumType)."""

    STATION = "ChargingStationCertificate"
    V2G = "V2GCertificate"
    COMBINED = "CombinedCertificate"
    """For both; OCPP has no word for it and leaves the use out (2.0.1 part 2 §1.58.1)."""

    @property
    def uses(self) -> frozenset["CertificateKind"]:
        """The single uses that it covers."""
        both = frozenset({CertificateKind.STATION, CertificateKind.V2G})
        return both if self is CertificateKind.COMBINED else frozenset({self})


class CertificateState(StrEnum):
    """What has become of a certificate."""

    ISSUED = "issued"
    INSTALLED = "installed"
    REFUSED = "refused"
    """By the station."""
    REPLACED = "replaced"
    """By a newer one; it stays valid, as something to fall back on (A02.FR.09)."""
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class StationCertificate:
    """A certificate that was signed for a station.

    Attributes:
        fingerprint: SHA-256 of it in hexadecimal digits.
        serial: Its serial number in hexadecimal digits.
        name: Its common name, if that is not the station's identity: vehicles may know single
            EVSEs by names of their own.
        issued_at: When it was signed.
        not_after: When it expires.
    """

    station_id: StationId
    fingerprint: str
    serial: str
    kind: CertificateKind
    state: CertificateState = CertificateState.ISSUED
    issued_at: datetime
    not_after: datetime
    name: str = ""


class CertificateKey(NamedTuple):
    """Where a certificate stands among those of its station, the newest of which come first."""

    issued_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A request was signed.

    Attributes:
        certificate: What is kept of the certificate.
        chain: PEM: the certificate, and those between it and the root.
    """

    certificate: StationCertificate
    chain: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A request was not signed.

    Attributes:
        cause: What was expected, and what came.
    """

    cause: str


def due_for_renewal(
    certificates: Iterable[StationCertificate],
    now: datetime,
    before: timedelta = RENEWED_BEFORE,
) -> list[StationCertificate]:
    """Of every station, kind and name the certificate in use, if it has to be renewed now.

    Those that expire first come first.

    Args:
        certificates: All that may be in use.
        now: The present instant.
        before: So long before their end they have to be renewed.
    """
    newest: dict[tuple[StationId, CertificateKind, str], StationCertificate] = {}
    for one in certificates:
        if _may_be_in_use(one, now):
            key = (one.station_id, one.kind, one.name)
            known = newest.setdefault(key, one)
            if _rank(one) > _rank(known):
                newest[key] = one
    due = (one for one in newest.values() if one.not_after - now <= before)
    return sorted(due, key=lambda one: (one.not_after, one.station_id))


def _may_be_in_use(certificate: StationCertificate, now: datetime) -> bool:
    """Whether a station has a certificate, or may have: its answer to it may have been lost."""
    if certificate.state is CertificateState.ISSUED:
        return certificate.not_after > now
    return certificate.state is CertificateState.INSTALLED


def _rank(certificate: StationCertificate) -> tuple[bool, datetime]:
    """What a station is known to have comes before what it may have."""
    return certificate.state is CertificateState.INSTALLED, certificate.not_after
