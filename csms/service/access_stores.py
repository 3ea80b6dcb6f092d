"""Ports for keeping users, logins, keys and the audit log."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from csms.domain.audit import AuditEntry, AuditWanted, KeptAuditEntry
from csms.domain.user import ApiKey, Login, User


class AccessStore(Protocol):
    """Keeps users, their logins and keys."""

    async def user(self, name: str) -> User | None:
        """A user, None if there is none of that name."""
        ...

    async def users(self) -> list[User]:
        """All users, by name."""
        ...

    async def put_user(self, user: User) -> None:
        """Keep a user as they are now."""
        ...

    async def add_login(self, login: Login) -> None:
        """Keep a login."""
        ...

    async def note_seen(self, key: str, at: datetime) -> None:
        """Keep that a login was used."""
        ...

    async def drop_login(self, key: str) -> None:
        """End a login."""
        ...

    async def drop_logins_of(self, user: str, but: str | None = None) -> None:
        """End all logins of a user, but perhaps one."""
        ...

    async def drop_old_logins(self, began_before: datetime, seen_before: datetime) -> None:
        """Forget logins that are over."""
        ...

    async def add_key(self, key: ApiKey) -> int:
        """Keep a key; return its number."""
        ...

    async def note_used(self, number: int, at: datetime) -> None:
        """Keep that a key was used."""
        ...

    async def revoke_key(self, number: int, at: datetime) -> None:
        """Let a key count no more."""
        ...


class AuditStore(Protocol):
    """Adds to the audit log; there is nothing else to be done with it."""

    async def add(self, entry: AuditEntry) -> None:
        """Add an entry."""
        ...


class AccessReads(Protocol):
    """Looks up who somebody is, without waiting for what is written."""

    async def has_users(self) -> bool:
        """Whether there is any user."""
        ...

    async def user(self, name: str) -> User | None:
        """A user, None if there is none of that name."""
        ...

    async def users(self, after: str | None = None, limit: int | None = None) -> list[User]:
        """Users by name; after one, at most so many."""
        ...

    async def login(self, key: str) -> tuple[Login, User] | None:
        """A login and its user, None if there is none by that hash."""
        ...

    async def key(self, key_hash: str) -> tuple[ApiKey, User] | None:
        """A key and its user, None if there is none by that hash."""
        ...

    async def numbered_key(self, number: int) -> ApiKey | None:
        """A key, None if there is none of that number."""
        ...

    async def keys(
        self, user: str | None, before: int | None = None, limit: int | None = None
    ) -> list[ApiKey]:
        """Keys of a user, or of all, the newest first; those before a number, at most so many."""
        ...


class AuditReads(Protocol):
    """Looks up what was written down."""

    async def find(self, wanted: AuditWanted, limit: int) -> list[KeptAuditEntry]:
        """Entries, the newest first."""
        ...

    def all(self, wanted: AuditWanted) -> AsyncIterator[KeptAuditEntry]:
        """All entries, the newest first."""
        ...

    async def actions(self) -> list[str]:
        """All actions that there are in the log."""
        ...
