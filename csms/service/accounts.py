"""Users: added, changed, disabled, given passwords.

They are never taken away, as the audit log names them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from csms.clock import Clock
from csms.domain.access import Role
from csms.domain.access_errors import LastAdminError, UnknownUserError, UserExistsError
from csms.domain.authorization import IdToken
from csms.domain.errors import InvalidInputError
from csms.domain.grid_company import PartyId
from csms.domain.identity import SiteId
from csms.domain.user import User, check_user_name, check_user_password
from csms.language.languages import Language
from csms.language.said import Said
from csms.service.unit_of_work import OpenUnitOfWork, UnitOfWork
from csms.service.user_passwords import UserPasswords


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a user is to be, and where.

    Attributes:
        sites: Where; None: at all sites.
        tokens: A resident's id tokens, as on the cards.
        party_id: The grid company that somebody of that role is.
    """

    role: Role
    sites: frozenset[SiteId] | None = None
    tokens: tuple[str, ...] = ()
    party_id: PartyId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What users can be given.

    Attributes:
        site_ids: All sites.
        parties: All grid companies.
    """

    site_ids: Callable[[], Iterable[SiteId]]
    parties: Callable[[], Iterable[PartyId]]


class Accounts:
    """The use cases about users.

    Args:
        open_uow: Opens units of work.
        clock: The time.
        passwords: Hashes passwords.
        known: What users can be given.
    """

    def __init__(
        self, open_uow: OpenUnitOfWork, clock: Clock, passwords: UserPasswords, known: Known
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._passwords = passwords
        self._known = known

    async def add(self, name: str, password: str, standing: Standing) -> User:
        """Add a user.

        Raises:
            InvalidInputError: The name, the password or what they are to be cannot be.
            UserExistsError: There is one of that name, perhaps disabled.
        """
        name = name.strip().lower()
        check_user_name(name)
        check_user_password(password, name)
        self._check(standing)
        user = User(
            name=name,
            role=standing.role,
            password_hash=await self._passwords.hash(password),
            made_at=self._clock.now(),
            sites=standing.sites,
            tokens=_keys(standing),
            party_id=standing.party_id,
        )
        async with self._open_uow() as uow:
            if await uow.access.user(name) is not None:
                raise UserExistsError(name)
            await uow.access.put_user(user)
            await uow.commit()
        return user

    async def change(self, name: str, standing: Standing) -> User:
        """Let a user be something else, from their next request on.

        Raises:
            UnknownUserError: There is none of that name.
            InvalidInputError: What they are to be cannot be.
            LastAdminError: Nobody could manage users any more.
        """
        self._check(standing)
        async with self._open_uow() as uow:
            user = await _find(uow, name)
            changed = replace(
                user,
                role=standing.role,
                sites=standing.sites,
                tokens=_keys(standing),
                party_id=standing.party_id,
            )
            await _keep(uow, changed)
        return changed

    async def disable(self, name: str, *, is_disabled: bool) -> User:
        """Let a user in no more, or again; their logins end.

        Raises:
            UnknownUserError: There is none of that name.
            LastAdminError: Nobody could manage users any more.
        """
        async with self._open_uow() as uow:
            changed = replace(await _find(uow, name), is_disabled=is_disabled)
            await uow.access.drop_logins_of(name)
            await _keep(uow, changed)
        return changed

    async def set_password(self, name: str, password: str, but: str | None = None) -> None:
        """Give a user another password; their logins end, but perhaps one.

        Raises:
            UnknownUserError: There is none of that name.
            InvalidInputError: It can be no password.
        """
        check_user_password(password, name)
        hashed = await self._passwords.hash(password)
        async with self._open_uow() as uow:
            user = await _find(uow, name)
            await uow.access.drop_logins_of(name, but)
            await uow.access.put_user(replace(user, password_hash=hashed))
            await uow.commit()

    async def set_language(self, name: str, language: Language | None) -> None:
        """Keep in which language a user wants to be told things; None: as the browser says.

        Raises:
            UnknownUserError: There is none of that name.
        """
        async with self._open_uow() as uow:
            user = await _find(uow, name)
            await uow.access.put_user(replace(user, language=language))
            await uow.commit()

    def _check(self, standing: Standing) -> None:
        known = sorted(self._known.site_ids())
        for site_id in sorted(standing.sites or ()):
            if site_id not in known:
                raise InvalidInputError("sites", _one_of(known, site_id))
        if standing.sites is not None and not standing.sites:
            raise InvalidInputError("sites", Said("expected one at least, or all"))
        _check_own(standing, sorted(self._known.parties()))


def is_head(user: User) -> bool:
    """Whether somebody can manage all users."""
    return user.role is Role.ADMIN and user.sites is None and not user.is_disabled


def _check_own(standing: Standing, parties: list[PartyId]) -> None:
    """What only some roles have, and they need."""
    is_resident = standing.role is Role.RESIDENT
    if is_resident != bool(standing.tokens):
        raise InvalidInputError(
            "tokens",
            Said("expected the id tokens of a resident")
            if is_resident
            else Said("expected none but of a resident"),
        )
    if any(not 0 < len(token.strip()) <= 36 for token in standing.tokens):
        raise InvalidInputError("tokens", Said("expected 1 to 36 characters each"))
    is_company = standing.role is Role.GRID_COMPANY
    if is_company and standing.party_id not in parties:
        raise InvalidInputError("party_id", _one_of(parties, standing.party_id))
    if not is_company and standing.party_id is not None:
        raise InvalidInputError("party_id", Said("expected none but of a grid company"))


def _one_of(known: Sequence[str], came: str | None) -> Said:
    if not known:
        return Said("expected one, which the settings do not name, got %(came)s", came=repr(came))
    return Said("expected %(known)s, got %(came)s", known=", ".join(known), came=repr(came))


def _keys(standing: Standing) -> frozenset[str]:
    return frozenset(IdToken(token).key for token in standing.tokens)


async def _find(uow: UnitOfWork, name: str) -> User:
    user = await uow.access.user(name)
    if user is None:
        raise UnknownUserError(name)
    return user


async def _keep(uow: UnitOfWork, changed: User) -> None:
    others = [user for user in await uow.access.users() if user.name != changed.name]
    if not is_head(changed) and not any(map(is_head, others)):
        raise LastAdminError(changed.name)
    await uow.access.put_user(changed)
    await uow.commit()
