"""Keys for programs: made, shown once, revoked."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from csms.clock import Clock
from csms.domain.access import Caller, Permission
from csms.domain.access_errors import UnknownKeyError
from csms.domain.errors import InvalidInputError
from csms.domain.identity import SiteId
from csms.domain.user import KEY_MARK, ApiKey, User, secret_hash
from csms.language.said import Said
from csms.service.access_stores import AccessReads
from csms.service.unit_of_work import OpenUnitOfWork

LONGEST_KEY_NAME: Final = 64
_SHOWN: Final = len(KEY_MARK) + 6
_NO_SCOPES: Final = frozenset({Permission.USE_ACCOUNT, Permission.MANAGE_USER, Permission.MAKE_KEY})
"""A program has no password to change, and makes neither users nor further keys."""


def scopes_of(user: Caller | User) -> frozenset[Permission]:
    """What a key of somebody can be given."""
    permissions = user.permissions if isinstance(user, Caller) else user.role.permissions
    return permissions - _NO_SCOPES


class ApiKeys:
    """The use cases about keys.

    Args:
        reads: Looks keys up.
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, reads: AccessReads, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._reads = reads
        self._open_uow = open_uow
        self._clock = clock

    async def make(
        self,
        user: User,
        name: str,
        scopes: Iterable[Permission],
        sites: frozenset[SiteId] | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key; return it, and the secret, which nobody can read again.

        Raises:
            InvalidInputError: The name, a scope or a site cannot be this user's.
        """
        wanted, name = frozenset(scopes), name.strip()
        if not 0 < len(name) <= LONGEST_KEY_NAME or not name.isprintable():
            expected = Said("expected 1 to %(most)s printable characters", most=LONGEST_KEY_NAME)
            raise InvalidInputError("name", expected)
        beyond = wanted - scopes_of(user)
        if not wanted or beyond:
            names = ", ".join(sorted(scopes_of(user)))
            came = ", ".join(sorted(beyond)) or Said("none")
            said = Said("expected some of %(names)s, got %(came)s", names=names, came=came)
            raise InvalidInputError("scopes", said)
        if sites is not None and (not sites or (user.sites is not None and sites - user.sites)):
            raise InvalidInputError("sites", Said("expected some of the user's own, or null"))
        secret = KEY_MARK + secrets.token_urlsafe(32)
        key = ApiKey(
            name=name,
            user=user.name,
            key_hash=secret_hash(secret),
            begins=secret[:_SHOWN],
            scopes=wanted,
            sites=sites,
            made_at=self._clock.now(),
        )
        async with self._open_uow() as uow:
            number = await uow.access.add_key(key)
            await uow.commit()
        return replace(key, number=number), secret

    async def seen_by(
        self, caller: Caller, before: int | None = None, limit: int | None = None
    ) -> list[ApiKey]:
        """Keys that somebody may see, the newest first: their own; all, if they manage users.

        Args:
            caller: Who they are.
            before: Only keys before that number; None: from the newest on.
            limit: At most so many; None: all.
        """
        return await self._reads.keys(None if _is_head(caller) else caller.user, before, limit)

    async def revoke(self, caller: Caller, number: int) -> None:
        """Let a key count no more, from its next request on.

        Raises:
            UnknownKeyError: There is none, or it is not theirs to revoke.
        """
        key = await self._reads.numbered_key(number)
        if key is None or not (_is_head(caller) or key.user == caller.user):
            raise UnknownKeyError(number)
        async with self._open_uow() as uow:
            await uow.access.revoke_key(number, self._clock.now())
            await uow.commit()


def _is_head(caller: Caller) -> bool:
    return caller.may(Permission.MANAGE_USER, None)
