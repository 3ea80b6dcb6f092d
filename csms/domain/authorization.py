"""Who may charge: id tokens and the verdict on them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from csms.domain.certificates import CertificateVerdict
from csms.domain.display import DisplayText


class TokenStatus(StrEnum):
    """The verdict on an id token, in the words of OCPP."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    CONCURRENT_TRANSACTION = "ConcurrentTx"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    NO_CREDIT = "NoCredit"
    NOT_AT_THIS_KIND_OF_EVSE = "NotAllowedTypeEVSE"
    NOT_AT_THIS_LOCATION = "NotAtThisLocation"
    NOT_AT_THIS_TIME = "NotAtThisTime"
    UNKNOWN = "Unknown"


class IdToken(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What a driver shows: an RFID card's number, an app's id, a contract.

    Case does not matter: tokens compare by their key (OCPP 1.6 §7.15 CiString, 2.0.1
    identifierString).

    Attributes:
        value: As the station wrote it.
        kind: Kind of token, in the words of OCPP 2.0.1.
    """

    value: Annotated[str, Meta(min_length=1, max_length=36)]
    kind: str = "ISO14443"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdToken) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """In one case, for comparing and storing."""
        return self.value.strip().upper()

    @property
    def masked(self) -> str:
        """The token as logs may show it."""
        return f"{self.value[:2]}…{self.value[-2:]}" if len(self.value) > 5 else "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """What the operator knows of a token."""

    token: IdToken
    status: TokenStatus = TokenStatus.ACCEPTED
    group: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """The answer to a station that asks about a token.

    What a version has no words for is left out (2.0.1 IdTokenInfoType has them all).

    Attributes:
        group: The token that all of its group may stop each other's transactions with.
        expires_at: Until when the station may keep the verdict.
        group_kind: Kind of the group's token, in the words of OCPP 2.0.1.
        priority: From -9 to 9, the higher before the lower; None: as any other.
        languages: Which the driver reads, by RFC 5646, the preferred one of two first.
        evse_numbers: The only EVSEs that it holds for; none: for all.
        message: For the driver to see.
        certificate: The verdict on the certificate that came with the token (2.0.1 C07).
    """

    status: TokenStatus
    group: str | None = None
    expires_at: datetime | None = None
    group_kind: str = "Central"
    priority: int | None = None
    languages: tuple[str, ...] = ()
    evse_numbers: tuple[int, ...] = ()
    message: DisplayText | None = None
    certificate: CertificateVerdict | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the driver may charge."""
        return self.status is TokenStatus.ACCEPTED


class AdmissionPolicy(StrEnum):
    """Who may charge when the operator has not listed the token."""

    EVERYONE = "everyone"
    LISTED_TOKENS = "listed_tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What holds for all tokens.

    Attributes:
        admission: Who may charge when the token is not listed.
        is_one_at_a_time: Whether a token may charge at one station only at a time.
    """

    admission: AdmissionPolicy = AdmissionPolicy.EVERYONE
    is_one_at_a_time: bool = False


def judge(record: TokenRecord | None, policy: AdmissionPolicy, now: datetime) -> Authorization:
    """Decide whether a token may charge.

    Args:
        record: What is known of the token, None if it was never seen.
        policy: What holds for tokens that are not listed.
        now: The instant of the decision.
    """
    if record is None:
        if policy is AdmissionPolicy.EVERYONE:
            return Authorization(status=TokenStatus.ACCEPTED)
        return Authorization(status=TokenStatus.INVALID)
    status = record.status
    if status is TokenStatus.ACCEPTED and record.expires_at and record.expires_at <= now:
        status = TokenStatus.EXPIRED
    return Authorization(status=status, group=record.group, expires_at=record.expires_at)


def judge_use(verdict: Authorization, *, is_charging_elsewhere: bool) -> Authorization:
    """Refuse a token that may charge, but is charging at another station already."""
    if verdict.is_accepted and is_charging_elsewhere:
        return replace(verdict, status=TokenStatus.CONCURRENT_TRANSACTION)
    return verdict
