"""Users, their logins, and keys for programs, as they are kept."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, select, update

from csms.domain.access import Permission, Role
from csms.domain.user import ApiKey, Login, User
from csms.language.languages import language_of
from csms.storage.access_tables import ApiKeyRow, LoginRow, UserRow
from csms.storage.database import Database
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_user: Final = table_of(UserRow)
_login: Final = table_of(LoginRow)
_key: Final = table_of(ApiKeyRow)
_THEIR: Final = "their_"
"""Before the columns of the user, where a row is of a login or a key as well."""


class AccessRepository(Repository):
    """Changes of users, logins and keys."""

    async def user(self, name: str) -> User | None:
        """A user, None if there is none of that name."""
        rows = (await self._unit.execute(select(_user).where(_user.c.name == name))).mappings()
        return next((_read_user(dict(row)) for row in rows), None)

    async def users(self) -> list[User]:
        """All users, by name."""
        rows = (await self._unit.execute(select(_user).order_by(_user.c.name))).mappings()
        return [_read_user(dict(row)) for row in rows]

    async def put_user(self, user: User) -> None:
        """Keep a user as they are now."""
        await self._put(UserRow, _user_row(user))

    async def add_login(self, login: Login) -> None:
        """Keep a login."""
        fields = ("key", "user", "began_at", "seen_at", "address", "browser")
        await self._insert_new(LoginRow, [{name: getattr(login, name) for name in fields}])

    async def note_seen(self, key: str, at: datetime) -> None:
        """Keep that a login was used."""
        await self._unit.execute(update(_login).where(_login.c.key == key).values(seen_at=at))

    async def drop_login(self, key: str) -> None:
        """End a login."""
        await self._unit.execute(delete(_login).where(_login.c.key == key))

    async def drop_logins_of(self, user: str, but: str | None = None) -> None:
        """End all logins of a user, but perhaps one."""
        await self._unit.execute(
            delete(_login).where(_login.c.user == user, _login.c.key != (but or ""))
        )

    async def drop_old_logins(self, began_before: datetime, seen_before: datetime) -> None:
        """Forget logins that are over."""
        is_over = (_login.c.began_at <= began_before) | (_login.c.seen_at <= seen_before)
        await self._unit.execute(delete(_login).where(is_over))

    async def add_key(self, key: ApiKey) -> int:
        """Keep a key; return its number."""
        row = {
            "name": key.name,
            "user": key.user,
            "key_hash": key.key_hash,
            "begins": key.begins,
            "scopes": sorted(key.scopes),
            "sites": _listed(key.sites),
            "made_at": key.made_at,
        }
        return int(await self._insert_one(ApiKeyRow, row))

    async def note_used(self, number: int, at: datetime) -> None:
        """Keep that a key was used."""
        await self._unit.execute(update(_key).where(_key.c.number == number).values(used_at=at))

    async def revoke_key(self, number: int, at: datetime) -> None:
        """Let a key count no more."""
        is_it = (_key.c.number == number) & _key.c.revoked_at.is_(None)
        await self._unit.execute(update(_key).where(is_it).values(revoked_at=at))


class AccessReads:
    """Looks up who somebody is. Never writes, and waits for no writer.

    Args:
        database: Where to look.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has_users(self) -> bool:
        """Whether there is any user."""
        return bool(await self._rows(select(_user.c.name).limit(1)))

    async def user(self, name: str) -> User | None:
        """A user, None if there is none of that name."""
        rows = await self._rows(select(_user).where(_user.c.name == name))
        return _read_user(rows[0]) if rows else None

    async def users(self, after: str | None = None, limit: int | None = None) -> list[User]:
        """Users by name; after one, at most so many."""
        query = select(_user)
        if after is not None:
            query = query.where(_user.c.name > after)
        rows = await self._rows(query.order_by(_user.c.name).limit(limit))
        return [_read_user(row) for row in rows]

    async def login(self, key: str) -> tuple[Login, User] | None:
        """A login and its user, None if there is none by that hash."""
        query = select(_login, *_theirs()).join(_user, _user.c.name == _login.c.user)
        rows = await self._rows(query.where(_login.c.key == key))
        return (_read_login(rows[0]), _read_theirs(rows[0])) if rows else None

    async def key(self, key_hash: str) -> tuple[ApiKey, User] | None:
        """A key and its user, None if there is none by that hash."""
        query = select(_key, *_theirs()).join(_user, _user.c.name == _key.c.user)
        rows = await self._rows(query.where(_key.c.key_hash == key_hash))
        return (_read_key(rows[0]), _read_theirs(rows[0])) if rows else None

    async def numbered_key(self, number: int) -> ApiKey | None:
        """A key, None if there is none of that number."""
        rows = await self._rows(select(_key).where(_key.c.number == number))
        return _read_key(rows[0]) if rows else None

    async def keys(
        self, user: str | None, before: int | None = None, limit: int | None = None
    ) -> list[ApiKey]:
        """Keys of a user, or of all, the newest first; those before a number, at most so many."""
        query = select(_key)
        if user is not None:
            query = query.where(_key.c.user == user)
        if before is not None:
            query = query.where(_key.c.number < before)
        rows = await self._rows(query.order_by(_key.c.number.desc()).limit(limit))
        return [_read_key(row) for row in rows]

    async def _rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        async with self._database.reading() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]


def _theirs() -> list[Any]:
    return [column.label(_THEIR + column.name) for column in _user.c]


def _read_theirs(row: Mapping[str, Any]) -> User:
    return _read_user({column.name: row[_THEIR + column.name] for column in _user.c})


def _user_row(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "role": user.role.value,
        "password_hash": user.password_hash,
        "made_at": user.made_at,
        "sites": _listed(user.sites),
        "tokens": sorted(user.tokens),
        "party_id": user.party_id,
        "is_disabled": user.is_disabled,
        "language": user.language,
    }


def _read_user(row: Mapping[str, Any]) -> User:
    return User(
        name=row["name"],
        role=Role(row["role"]),
        password_hash=row["password_hash"],
        made_at=row["made_at"],
        sites=_set_of(row["sites"]),
        tokens=frozenset(row["tokens"]),
        party_id=row["party_id"],
        is_disabled=row["is_disabled"],
        language=language_of(row["language"] or ""),
    )


def _read_login(row: Mapping[str, Any]) -> Login:
    return Login(
        key=row["key"],
        user=row["user"],
        began_at=row["began_at"],
        seen_at=row["seen_at"],
        address=row["address"],
        browser=row["browser"],
    )


def _read_key(row: Mapping[str, Any]) -> ApiKey:
    known = {permission.value for permission in Permission}
    return ApiKey(
        number=row["number"],
        name=row["name"],
        user=row["user"],
        key_hash=row["key_hash"],
        begins=row["begins"],
        scopes=frozenset(Permission(scope) for scope in row["scopes"] if scope in known),
        sites=_set_of(row["sites"]),
        made_at=row["made_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
    )


def _listed(some: Iterable[str] | None) -> list[str] | None:
    return None if some is None else sorted(some)


def _set_of(some: Iterable[str] | None) -> frozenset[str] | None:
    return None if some is None else frozenset(some)
