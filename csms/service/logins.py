"""Logins: who somebody is that comes with a password, a cookie or a key."""

import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final

from csms.clock import Clock
from csms.domain.access import Caller, CallerKind, Permission, Role
from csms.domain.access_errors import (
    NotLoggedInError,
    TooManyTriesError,
    UserExistsError,
    WrongLoginError,
)
from csms.domain.limit_errors import UnknownPartyError
from csms.domain.user import IDLE_FOR, KEY_MARK, LASTS, Login, User, secret_hash
from csms.language.said import Said
from csms.service.access_stores import AccessReads
from csms.service.accounts import Accounts, Standing
from csms.service.grid_parties import GridParties
from csms.service.unit_of_work import OpenUnitOfWork
from csms.service.user_passwords import BusyError, UserPasswords
from csms.service.wrong_tries import WrongTries, network_of

logger = logging.getLogger(__name__)

_SEEN_EVERY: Final = timedelta(minutes=1)
_FREE_TOGETHER: Final = 5
"""Wrong passwords of one user from one network before the first wait."""
_FREE_OF_NETWORK: Final = 20
_FREE_OF_USER: Final = 100
"""From all networks together: more than anybody mistypes, and less than guessing takes."""
_LONGEST_BROWSER: Final = 200
_BUSY_S: Final = 5


def cookie_name(*, is_encrypted: bool) -> str:
    """What the cookie of a login is called.

    With TLS, browsers take one of that name from nobody but this very host, over TLS.
    """
    return "__Host-chargeflex" if is_encrypted else "chargeflex"


@dataclass(frozen=True, slots=True)
class From:
    """Where somebody logs in.

    Attributes:
        address: Theirs.
        browser: What it says to be.
    """

    address: str
    browser: str = ""


class Logins:
    """Finds out who somebody is.

    Args:
        reads: Looks users up.
        open_uow: Opens units of work.
        clock: The time.
        passwords: Compares passwords.
        accounts: Adds the first user.
        parties: Grid companies, which the settings name with the hashes of their tokens.
    """

    def __init__(
        self,
        reads: AccessReads,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        passwords: UserPasswords,
        accounts: Accounts,
        parties: GridParties,
    ) -> None:
        self._reads = reads
        self._open_uow = open_uow
        self._clock = clock
        self._passwords = passwords
        self._accounts = accounts
        self._parties = parties
        self._together = WrongTries(_FREE_TOGETHER)
        self._of_network = WrongTries(_FREE_OF_NETWORK)
        self._of_user = WrongTries(_FREE_OF_USER)
        self._wizard = ""

    async def open_wizard(self) -> str | None:
        """Make what lets somebody add the first user, once; None: there are users."""
        if await self._reads.has_users():
            return None
        self._wizard = secrets.token_urlsafe(24)
        return self._wizard

    async def is_wizard_open(self, token: str) -> bool:
        """Whether the first user can be added with that."""
        is_right = bool(self._wizard) and hmac.compare_digest(self._wizard, token)
        return is_right and not await self._reads.has_users()

    async def add_first(self, token: str, name: str, password: str, where: From) -> str:
        """Add the first user, an admin, and log them in; return what their cookie is to hold.

        Raises:
            NotLoggedInError: There are users already, or the token is another one.
            InvalidInputError: The name or the password cannot be.
        """
        if not await self.is_wizard_open(token):
            raise NotLoggedInError(
                Said("expected the link that the server has printed when it started")
            )
        try:
            user = await self._accounts.add(name, password, Standing(role=Role.ADMIN))
        except UserExistsError as error:
            raise NotLoggedInError(Said("the first user was added just now: log in")) from error
        self._wizard = ""
        return await self._begin(user, where)

    async def log_in(self, name: str, password: str, where: From) -> str:
        """Log somebody in; return what their cookie is to hold.

        Raises:
            WrongLoginError: The password is not theirs, they are disabled, or there is no such
                user.
            TooManyTriesError: They have to wait, even with the right one.
        """
        name, network = name.strip().lower(), network_of(where.address)
        self._check_wait(name, network)
        user = await self._reads.user(name)
        known = user.password_hash if user is not None and not user.is_disabled else None
        try:
            is_right = await self._passwords.is_of(known, password)
        except BusyError as error:
            raise TooManyTriesError(_BUSY_S) from error
        if user is None or not is_right:
            self._note_wrong(name, network)
            raise WrongLoginError
        self._together.forget(f"{name} {network}")
        self._of_user.forget(name)
        return await self._begin(user, where)

    async def log_out(self, caller: Caller) -> None:
        """End somebody's login."""
        if caller.login is not None:
            async with self._open_uow() as uow:
                await uow.access.drop_login(caller.login)
                await uow.commit()

    async def change_password(self, caller: Caller, old: str, new: str, where: From) -> None:
        """Change one's own password; one's other logins end.

        Raises:
            WrongLoginError: The old one is not it.
            TooManyTriesError: Too many wrong ones were tried.
            InvalidInputError: The new one can be no password.
        """
        name, network = caller.user or "", network_of(where.address)
        self._check_wait(name, network)
        user = await self._reads.user(name)
        if user is None or not await self._passwords.is_of(user.password_hash, old):
            self._note_wrong(name, network)
            raise WrongLoginError
        await self._accounts.set_password(name, new, but=caller.login)

    async def by_cookie(self, cookie: str) -> Caller | None:
        """Who comes with a cookie, None if it counts no more."""
        found = await self._reads.login(secret_hash(cookie))
        if found is None:
            return None
        login, user = found
        now = self._clock.now()
        if user.is_disabled or login.is_over(now):
            return None
        if now - login.seen_at >= _SEEN_EVERY:
            async with self._open_uow() as uow:
                await uow.access.note_seen(login.key, now)
                await uow.commit()
        return user.as_caller(login.key)

    async def by_bearer(self, token: str) -> Caller | None:
        """Who comes with a key, or a grid company's token; None: it is nobody's."""
        if not token.startswith(KEY_MARK):
            return self._grid_company(token)
        found = await self._reads.key(secret_hash(token))
        if found is None:
            return None
        key, user = found
        if user.is_disabled or key.revoked_at is not None:
            return None
        now = self._clock.now()
        if key.used_at is None or now - key.used_at >= _SEEN_EVERY:
            async with self._open_uow() as uow:
                await uow.access.note_used(key.number, now)
                await uow.commit()
        return key.as_caller(user)

    def _grid_company(self, token: str) -> Caller | None:
        try:
            company = self._parties.of_token(token)
        except UnknownPartyError:
            return None
        return Caller(
            kind=CallerKind.GRID_TOKEN,
            name=company.party_id,
            permissions=frozenset({Permission.USE_GRID}),
            role=Role.GRID_COMPANY,
            party_id=company.party_id,
        )

    async def _begin(self, user: User, where: From) -> str:
        cookie, now = secrets.token_urlsafe(32), self._clock.now()
        login = Login(
            key=secret_hash(cookie),
            user=user.name,
            began_at=now,
            seen_at=now,
            address=where.address,
            browser=where.browser[:_LONGEST_BROWSER],
        )
        async with self._open_uow() as uow:
            await uow.access.drop_old_logins(now - LASTS, now - IDLE_FOR)
            await uow.access.add_login(login)
            await uow.commit()
        return cookie

    def _check_wait(self, name: str, network: str) -> None:
        now = self._clock.now()
        wait = max(
            self._together.wait(f"{name} {network}", now),
            self._of_network.wait(network, now),
            self._of_user.wait(name, now),
        )
        if wait > timedelta(0):
            raise TooManyTriesError(ceil(wait.total_seconds()))

    def _note_wrong(self, name: str, network: str) -> None:
        now = self._clock.now()
        logger.warning("wrong password for user %.64r from %s", name, network)
        self._together.note(f"{name} {network}", now)
        self._of_network.note(network, now)
        self._of_user.note(name, now)
