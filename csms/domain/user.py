"""Users, their logins, and keys for programs. Secrets are there as hashes alone."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from csms.domain.access import Caller, CallerKind, Permission, Role
from csms.domain.errors import InvalidInputError
from csms.domain.grid_company import PartyId
from csms.domain.identity import SiteId
from csms.language.languages import Language
from csms.language.said import Said

SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 128
LONGEST_NAME: Final = 64
IDLE_FOR: Final = timedelta(hours=12)
"""After so long without a request a login is over."""
LASTS: Final = timedelta(days=30)
"""And after so long in any case."""
KEY_MARK: Final = "cfx_"
"""What API keys begin with, so that they are found where they should not be."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user of this server.

    Attributes:
        sites: Where the role counts; None: at all sites, also those to come.
        tokens: Keys of the id tokens that are a resident's own.
        party_id: The grid company that a user of that role is.
        language: In which they want to be told things; None: they have not said.
    """

    name: str
    role: Role
    password_hash: str = field(repr=False)
    made_at: datetime
    sites: frozenset[SiteId] | None = None
    tokens: frozenset[str] = frozenset()
    party_id: PartyId | None = None
    is_disabled: bool = False
    language: Language | None = None

    def as_caller(self, login: str | None = None) -> Caller:
        """Who asks, if it is them."""
        return Caller(
            kind=CallerKind.USER,
            name=self.name,
            permissions=self.role.permissions,
            user=self.name,
            role=self.role,
            sites=self.sites,
            tokens=self.tokens,
            party_id=self.party_id,
            login=login,
            language=self.language,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Somebody is logged in by a browser.

    Attributes:
        key: The hash of what the browser's cookie holds.
        seen_at: When they last asked for something, to the minute.
    """

    key: str
    user: str
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str

    def is_over(self, now: datetime) -> bool:
        """Whether it counts no more."""
        return now - self.seen_at >= IDLE_FOR or now - self.began_at >= LASTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key for a program: it can never do more than its user.

    Attributes:
        number: 0: it is not kept yet.
        begins: Its first characters, by which people tell keys apart.
        scopes: What it may, if its user may.
        sites: Where; None: wherever its user may.
    """

    number: int = 0
    name: str
    user: str
    key_hash: str = field(repr=False)
    begins: str
    scopes: frozenset[Permission]
    sites: frozenset[SiteId] | None = None
    made_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def as_caller(self, user: User) -> Caller:
        """Who asks, if it is that key's program."""
        return Caller(
            kind=CallerKind.KEY,
            name=f"{user.name}/{self.name}",
            permissions=self.scopes & user.role.permissions,
            user=user.name,
            role=user.role,
            sites=_both(self.sites, user.sites),
            tokens=user.tokens,
            party_id=user.party_id,
            language=user.language,
        )


def secret_hash(secret: str) -> str:
    """The hash by which a key, or a login's cookie, is known.

    It has 256 random bits, which nobody guesses; so a plain hash is as good as a slow one.
    """
    return sha256(secret.encode()).hexdigest()


def check_user_name(name: str) -> None:
    """Make sure that somebody can be called so.

    Raises:
        InvalidInputError: It has other characters, or too many.
    """
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        expected = Said(
            "expected at most %(most)s of a-z, 0-9 and . _ @ + -, beginning with a letter or digit",
            most=LONGEST_NAME,
        )
        raise InvalidInputError("name", expected)


def check_user_password(password: str, name: str) -> None:
    """Make sure that a password can be somebody's. Nothing of it is told.

    Raises:
        InvalidInputError: It is too short, too long, or easily guessed.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        expected = Said(
            "expected %(least)s to %(most)s characters, got %(came)s",
            least=SHORTEST_PASSWORD,
            most=LONGEST_PASSWORD,
            came=len(password),
        )
        raise InvalidInputError("password", expected)
    if name.lower() in password.lower() or len(set(password)) < 5:
        expected = Said("expected at least 5 different characters, and not the user's name")
        raise InvalidInputError("password", expected)


def _both(
    some: frozenset[SiteId] | None, others: frozenset[SiteId] | None
) -> frozenset[SiteId] | None:
    if some is None or others is None:
        return others if some is None else some
    return some & others
