"""Users, logins, keys and the audit log, as they are kept on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from csms.domain.access import CallerKind, Permission, Role
from csms.domain.audit import AuditEntry, AuditWanted, KeptAuditEntry
from csms.domain.user import ApiKey, Login, User
from csms.language.languages import Language
from csms.storage.access import AccessReads
from csms.storage.audit import AuditReads
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after

HASH = "$argon2id$…"
KARI = User(
    name="kari",
    role=Role.RESIDENT,
    password_hash=HASH,
    made_at=NOON,
    sites=frozenset({"garage", "depot"}),
    tokens=frozenset({"04A2B3C4"}),
    language=Language.NB,
)
OLA = User(name="ola", role=Role.ADMIN, password_hash=HASH, made_at=NOON)
LOGIN = Login(
    key="ab" * 32, user="kari", began_at=NOON, seen_at=NOON, address="10.0.0.7", browser="Firefox"
)
KEY = ApiKey(
    name="meter",
    user="ola",
    key_hash="cd" * 32,
    begins="cfx_abcd",
    scopes=frozenset({Permission.REPORT_READING, Permission.VIEW_SITE}),
    made_at=NOON,
)
ENTRY = AuditEntry(
    at=NOON,
    who="ola",
    by=CallerKind.USER,
    address="10.0.0.7",
    action="impose_limit",
    target="/api/v1/sites/garage/feeders/main/limits/operator",
    site_id="garage",
    detail='{"amps": 50}',
    is_done=True,
    result="200",
)


async def put(database: Database, *users: User) -> None:
    async with SqlUnitOfWork(database) as uow:
        for user in users:
            await uow.access.put_user(user)
        await uow.commit()


async def add(database: Database, *entries: AuditEntry) -> None:
    async with SqlUnitOfWork(database) as uow:
        for entry in entries:
            await uow.audit.add(entry)
        await uow.commit()


async def found(database: Database, limit: int = 100, **wanted: Any) -> list[AuditEntry]:
    return [one.entry for one in await AuditReads(database).find(AuditWanted(**wanted), limit)]


async def test_user_is_as_he_was_put_last(database: Database) -> None:
    reads = AccessReads(database)
    assert not await reads.has_users()
    await put(database, OLA, KARI)
    assert await reads.has_users()
    assert await reads.users() == [KARI, OLA]
    assert await reads.users(limit=1) == [KARI]
    assert await reads.users(after="kari", limit=2) == [OLA]
    disabled = replace(KARI, is_disabled=True, sites=frozenset())
    await put(database, disabled)
    assert await reads.user("kari") == disabled
    assert await reads.user("nobody") is None


async def test_login_is_found_with_its_user_until_it_ends(database: Database) -> None:
    await put(database, KARI)
    other = replace(LOGIN, key="ef" * 32)
    async with SqlUnitOfWork(database) as uow:
        await uow.access.add_login(LOGIN)
        await uow.access.add_login(other)
        await uow.access.note_seen(LOGIN.key, after(60))
        await uow.commit()
    reads = AccessReads(database)
    assert await reads.login(LOGIN.key) == (replace(LOGIN, seen_at=after(60)), KARI)
    async with SqlUnitOfWork(database) as uow:
        await uow.access.drop_logins_of("kari", but=LOGIN.key)
        await uow.commit()
    assert await reads.login(other.key) is None
    assert await reads.login(LOGIN.key) is not None
    async with SqlUnitOfWork(database) as uow:
        await uow.access.drop_old_logins(NOON - timedelta(days=30), after(60))
        await uow.commit()
    assert await reads.login(LOGIN.key) is None


async def test_key_is_found_with_its_user(database: Database) -> None:
    await put(database, OLA)
    async with SqlUnitOfWork(database) as uow:
        number = await uow.access.add_key(KEY)
        await uow.access.note_used(number, after(1))
        await uow.access.revoke_key(number, after(2))
        await uow.access.revoke_key(number, after(3))
        await uow.commit()
    kept = replace(KEY, number=number, used_at=after(1), revoked_at=after(2))
    reads = AccessReads(database)
    assert await reads.key(KEY.key_hash) == (kept, OLA)
    assert await reads.keys("ola") == [kept]
    assert await reads.keys("kari") == []
    assert await reads.numbered_key(number) == kept
    assert await reads.numbered_key(number + 1) is None
    async with SqlUnitOfWork(database) as uow:
        newer = await uow.access.add_key(replace(KEY, key_hash="12" * 32))
        await uow.commit()
    assert [key.number for key in await reads.keys("ola", limit=1)] == [newer]
    assert [key.number for key in await reads.keys(None, before=newer, limit=5)] == [number]


async def test_log_is_read_as_it_was_written_the_newest_first(database: Database) -> None:
    refused = replace(
        ENTRY, who="kari", site_id=None, is_done=False, result="403 50 %\0", at=after(1)
    )
    await add(database, ENTRY, refused)
    told = replace(refused, result="403 50 %␀")
    assert await found(database) == [told, ENTRY]
    assert await found(database, who="ol") == [ENTRY]
    assert await found(database, site_id="garage") == [ENTRY]
    assert await found(database, action="impose_limit", is_done=False) == [told]
    assert await found(database, text="0 %") == [told]
    assert await found(database, text="AMPS") == [told, ENTRY]
    assert await found(database, since=after(1)) == [told]
    assert await found(database, until=after(1)) == [ENTRY]
    assert await AuditReads(database).find(AuditWanted(before=2), 5) == [KeptAuditEntry(1, ENTRY)]
    assert [one.number async for one in AuditReads(database).all(AuditWanted())] == [2, 1]
    assert await AuditReads(database).actions() == ["impose_limit"]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET who = 'nobody'", "DELETE FROM audit_entry"]
)
async def test_database_itself_refuses_to_change_the_log(
    database: Database, statement: str
) -> None:
    await add(database, ENTRY)
    with pytest.raises(DBAPIError, match="the audit log is only added to"):
        async with database.engine.begin() as connection:
            await connection.execute(sa.text(statement))
    assert await found(database) == [ENTRY]
