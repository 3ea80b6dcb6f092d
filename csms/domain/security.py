"""How stations prove who they are: security profiles, and what a station has to bring.

A station's profile is raised by whoever sets it and by the station itself, which is never again let
in with a lower one than it has once come with (OCPP 2.0.1 A05.FR.07, 1.6 security whitepaper
A05.FR.09). Only an operator's explicit act forgets that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from csms.domain.identity import StationId


class SecurityProfile(IntEnum):
    """How a connection is secured (OCPP 2.0.1 A00); a higher one is worth more."""

    NONE = 0
    """Whoever knows the name comes in."""
    PASSWORD = 1
    """HTTP Basic authentication, in the clear."""
    TLS_PASSWORD = 2
    """HTTP Basic authentication over TLS."""
    TLS_CERTIFICATE = 3
    """TLS with a certificate of the station's own."""


class Cause(StrEnum):
    """Why a station's proof is not enough."""

    NO_PASSWORD = "it brings no password"  # noqa: S105 - a cause
    WRONG_PASSWORD = "its password is wrong"  # noqa: S105
    NO_PASSWORD_SET = "no password has been set for it"  # noqa: S105
    TOO_MANY_TRIES = "too many wrong passwords came before"
    BUSY = "too many passwords wait to be checked"
    NO_TLS = "it connects without TLS"
    NO_CERTIFICATE = "it brings no certificate"
    WRONG_CERTIFICATE = "its certificate is another station's or another operator's"
    REVOKED_CERTIFICATE = "its certificate is revoked"
    EXPIRED_CERTIFICATE = "its certificate has expired"
    PASSWORD_CHANGED = "its password counts no more"  # noqa: S105
    PROFILE_RAISED = "its security profile is not enough any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """What a station's TLS certificate says, once its path has been verified.

    Attributes:
        names: Common names and alternative names, any of which may be the station's identity.
        organizations: Organisation names of its subject.
        not_before: From when on it is valid; None: nobody has looked.
        issuer: Who has signed it (RFC 4514).
        serial: Its serial number in hexadecimal digits.
        fingerprint: SHA-256 of it in hexadecimal digits.
    """

    names: frozenset[str]
    organizations: frozenset[str]
    serial: str
    fingerprint: str
    not_after: datetime
    not_before: datetime | None = None
    issuer: str = ""
    is_revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a station brings to prove who it is.

    Attributes:
        address: Where it connects from.
        has_tls: Whether the connection is encrypted.
        password: The one of HTTP Basic authentication, with the station's own name as user.
        certificate: Its TLS certificate.
        offered: Subprotocols that it speaks.
    """

    address: str = ""
    has_tls: bool = False
    password: bytes | None = field(default=None, repr=False)
    certificate: ClientCertificate | None = None
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """By what a station was let in.

    Attributes:
        profile: The one that its proof was good for.
        password_hash: Of the password that it came with, if that counted.
        certificate: The one that it came with, if that counted.
    """

    profile: SecurityProfile = SecurityProfile.NONE
    password_hash: str | None = field(default=None, repr=False)
    certificate: ClientCertificate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What is kept of a station's security.

    Attributes:
        profile: What an operator has set for this station; None: what the files say counts.
        reached: The highest profile that it has come with.
        password_hash: Of its password; None: it has none.
        next_hash: Of a password that it was sent and has not yet come with.
        is_next_sure: Whether it has accepted that one.
        changed_at: When any of this was changed last.
    """

    station_id: StationId
    profile: SecurityProfile | None = None
    reached: SecurityProfile = SecurityProfile.NONE
    password_hash: str | None = field(default=None, repr=False)
    next_hash: str | None = field(default=None, repr=False)
    is_next_sure: bool = False
    changed_at: datetime

    @property
    def hashes(self) -> tuple[str, ...]:
        """All hashes of which a password may be the one, the likelier first."""
        return tuple(one for one in (self.password_hash, self.next_hash) if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSecurity:
    """What a site file says of its stations' profiles.

    Attributes:
        profile: Of all of them; None: as the server's settings say.
        by_station: Of single ones.
    """

    profile: SecurityProfile | None = None
    by_station: Mapping[StationId, SecurityProfile] = field(default_factory=dict)

    def of(self, station_id: StationId) -> SecurityProfile | None:
        """What the file says of a station, None if it says nothing."""
        return self.by_station.get(station_id, self.profile)


def required_profile(credentials: Credentials | None, filed: SecurityProfile) -> SecurityProfile:
    """The lowest profile that a station is let in with.

    Args:
        credentials: What is kept of it.
        filed: What the files say of it.
    """
    if credentials is None:
        return filed
    wanted = filed if credentials.profile is None else credentials.profile
    return max(wanted, credentials.reached)


def judge_entry(
    entry: Entry, credentials: Credentials | None, required: SecurityProfile
) -> Cause | None:
    """Why a station would not be let in again by what it once was let in by; None: it would be.

    Whether its certificate is revoked is for those to say who know the lists; one that has expired
    meanwhile counts until its bearer comes again.

    Args:
        entry: By what it was let in.
        credentials: What is kept of it.
        required: The lowest profile that it is let in with.
    """
    if entry.profile < required:
        return Cause.PROFILE_RAISED
    hashes = credentials.hashes if credentials else ()
    if entry.password_hash is not None and entry.password_hash not in hashes:
        return Cause.PASSWORD_CHANGED
    return None


def judge_certificate(
    certificate: ClientCertificate, station_id: StationId, operator: str | None, now: datetime
) -> Cause | None:
    """Why a certificate does not prove that its bearer is a station; None: it does.

    OCPP 2.0.1 A00.FR.404, A00.FR.405, 1.6 security whitepaper likewise. Expiry and revocation are
    looked at here as well as in the handshake: a resumed TLS session has none.

    Args:
        certificate: Its path is verified.
        station_id: Who its bearer says to be.
        operator: Who has to own the certificate; None: anybody whose path is trusted.
        now: The present instant.
    """
    if certificate.is_revoked:
        return Cause.REVOKED_CERTIFICATE
    if certificate.not_after <= now:
        return Cause.EXPIRED_CERTIFICATE
    if station_id not in certificate.names:
        return Cause.WRONG_CERTIFICATE
    if operator is not None and operator not in certificate.organizations:
        return Cause.WRONG_CERTIFICATE
    return None
