"""Who may charge: id tokens and the verdict on them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TokenStatus(StrEnum):
    """The verdict on an id token, in the words of OCPP."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    CONCURRENT_TRANSACTION = "ConcurrentTx"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class IdToken:
    """What a driver shows: an RFID card's number, an app's id, a contract.

    Case does not matter: tokens compare by their key (OCPP 1.6 §7.15 CiString, 2.0.1
    identifierString).

    Attributes:
        value: As the station wrote it.
        kind: Kind of token, in the words of OCPP 2.0.1.
        key: In one case, for comparing and storing.
    """

    value: str = field(compare=False)
    kind: str = field(default="ISO14443", compare=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.value.strip().upper())

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
    """The answer to a station that asks about a token."""

    status: TokenStatus
    group: str | None = None
    expires_at: datetime | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the driver may charge."""
        return self.status is TokenStatus.ACCEPTED


class AdmissionPolicy(StrEnum):
    """Who may charge when the operator has not listed the token."""

    EVERYONE = "everyone"
    LISTED_TOKENS = "listed_tokens"


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
