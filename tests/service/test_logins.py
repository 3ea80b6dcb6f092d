"""Who is let in: throttled, for a time, and never the last admin out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from csms.domain.access import Caller, Permission, Role
from csms.domain.access_errors import (
    LastAdminError,
    TooManyTriesError,
    UserExistsError,
    WrongLoginError,
)
from csms.domain.errors import InvalidInputError
from csms.domain.user import secret_hash
from csms.service.access_side import AccessSide
from csms.service.accounts import Known, Standing
from csms.service.grid_parties import GridParties
from csms.service.logins import From
from csms.storage.access import AccessReads
from csms.storage.audit import AuditReads
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import FakeClock, open_database

PASSWORD = "sommersol-1234"  # noqa: S105
HOME, ELSEWHERE = From("10.0.0.7"), From("192.0.2.1")
ADMIN = Standing(role=Role.ADMIN)


@pytest.fixture
def clock() -> FakeClock:
    """Stands still until a test turns it."""
    return FakeClock()


@pytest.fixture
async def side(database_file: Path, clock: FakeClock) -> AsyncIterator[AccessSide]:
    """Users on a blank database: Ola is an admin."""
    database = open_database(database_file)
    opened = AccessSide(
        AccessReads(database),
        AuditReads(database),
        lambda: SqlUnitOfWork(database),
        clock,
        Known(site_ids=lambda: ["garage", "depot"], parties=lambda: ["nett"]),
        GridParties(()),
    )
    await opened.accounts.add("ola", PASSWORD, ADMIN)
    yield opened
    await database.close()


async def who(side: AccessSide, cookie: str) -> Caller | None:
    return await side.logins.by_cookie(cookie)


async def wrong(side: AccessSide, times: int, where: From = HOME, name: str = "ola") -> None:
    for _ in range(times):
        with pytest.raises(WrongLoginError):
            await side.logins.log_in(name, "wrong", where)


async def test_password_and_cookie_are_kept_as_hashes(side: AccessSide) -> None:
    cookie = await side.logins.log_in(" OLA ", PASSWORD, HOME)
    user = await side.reads.user("ola")
    assert user is not None
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in repr(user)
    caller = await who(side, cookie)
    assert caller is not None
    assert caller.login == secret_hash(cookie) != cookie


async def test_login_is_over_after_half_a_day_of_nothing(
    side: AccessSide, clock: FakeClock
) -> None:
    cookie = await side.logins.log_in("ola", PASSWORD, HOME)
    for _ in range(3):
        clock.instant += timedelta(hours=11)
        assert await who(side, cookie)
    clock.instant += timedelta(hours=12)
    assert await who(side, cookie) is None


async def test_login_is_over_after_a_month_in_any_case(side: AccessSide, clock: FakeClock) -> None:
    cookie = await side.logins.log_in("ola", PASSWORD, HOME)
    for _ in range(60):
        clock.instant += timedelta(hours=12, minutes=-1)
        assert await who(side, cookie)
    clock.instant += timedelta(hours=2)
    assert await who(side, cookie) is None


async def test_wrong_passwords_make_the_next_one_wait(side: AccessSide, clock: FakeClock) -> None:
    await wrong(side, 5)
    with pytest.raises(TooManyTriesError, match="try again in 2 s"):
        await side.logins.log_in("ola", PASSWORD, HOME)
    clock.turn(2)
    await wrong(side, 1)
    with pytest.raises(TooManyTriesError, match="try again in 4 s"):
        await side.logins.log_in("ola", PASSWORD, HOME)
    assert await side.logins.log_in("ola", PASSWORD, ELSEWHERE)
    clock.turn(4)
    assert await side.logins.log_in("ola", PASSWORD, HOME)


async def test_whoever_tries_many_names_waits_as_well(side: AccessSide, clock: FakeClock) -> None:
    for number in range(20):
        await wrong(side, 1, name=f"user{number}")
    with pytest.raises(TooManyTriesError):
        await side.logins.log_in("ola", PASSWORD, HOME)
    assert await side.logins.log_in("ola", PASSWORD, ELSEWHERE)
    clock.turn(15 * 60)
    assert await side.logins.log_in("ola", PASSWORD, HOME)


async def test_another_password_ends_all_other_logins(side: AccessSide) -> None:
    here = await side.logins.log_in("ola", PASSWORD, HOME)
    there = await side.logins.log_in("ola", PASSWORD, ELSEWHERE)
    caller = await who(side, here)
    assert caller is not None
    with pytest.raises(WrongLoginError):
        await side.logins.change_password(caller, "wrong", "another-one-5", HOME)
    await side.logins.change_password(caller, PASSWORD, "another-one-5", HOME)
    assert await who(side, here)
    assert await who(side, there) is None
    await side.logins.log_out(caller)
    assert await who(side, here) is None


async def test_disabled_user_is_out_at_once(side: AccessSide) -> None:
    await side.accounts.add("oda", PASSWORD, Standing(role=Role.OPERATOR))
    cookie = await side.logins.log_in("oda", PASSWORD, HOME)
    await side.accounts.disable("oda", is_disabled=True)
    assert await who(side, cookie) is None
    with pytest.raises(WrongLoginError):
        await side.logins.log_in("oda", PASSWORD, HOME)
    await side.accounts.disable("oda", is_disabled=False)
    assert await side.logins.log_in("oda", PASSWORD, HOME)


async def test_last_admin_stays(side: AccessSide) -> None:
    here = frozenset({"garage"})
    await side.accounts.add("eva", PASSWORD, Standing(role=Role.ADMIN, sites=here))
    for less in (Standing(role=Role.VIEWER), Standing(role=Role.ADMIN, sites=here)):
        with pytest.raises(LastAdminError):
            await side.accounts.change("ola", less)
    with pytest.raises(LastAdminError):
        await side.accounts.disable("ola", is_disabled=True)
    await side.accounts.change("eva", ADMIN)
    assert (await side.accounts.disable("ola", is_disabled=True)).is_disabled


@pytest.mark.parametrize(
    ("name", "password", "standing"),
    [
        ("Ola Nordmann", PASSWORD, ADMIN),
        ("", PASSWORD, ADMIN),
        ("../ola", PASSWORD, ADMIN),
        ("eva", "short", ADMIN),
        ("eva", "aaaaaaaaaaaa", ADMIN),
        ("eva", "my name is EVA", ADMIN),
        ("eva", PASSWORD, Standing(role=Role.VIEWER, sites=frozenset({"nowhere"}))),
        ("eva", PASSWORD, Standing(role=Role.VIEWER, sites=frozenset())),
        ("eva", PASSWORD, Standing(role=Role.RESIDENT)),
        ("eva", PASSWORD, Standing(role=Role.VIEWER, tokens=("04A2",))),
        ("eva", PASSWORD, Standing(role=Role.GRID_COMPANY, party_id="other")),
        ("eva", PASSWORD, Standing(role=Role.ADMIN, party_id="nett")),
    ],
)
async def test_user_that_cannot_be_is_refused(
    side: AccessSide, name: str, password: str, standing: Standing
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await side.accounts.add(name, password, standing)
    assert password not in str(refused.value)
    assert [user.name for user in await side.reads.users()] == ["ola"]


async def test_name_is_given_once(side: AccessSide) -> None:
    with pytest.raises(UserExistsError):
        await side.accounts.add("OLA", PASSWORD, ADMIN)


async def test_key_has_scopes_and_sites_of_its_user_alone(side: AccessSide) -> None:
    here = frozenset({"garage"})
    eva = await side.accounts.add("eva", PASSWORD, Standing(role=Role.VIEWER, sites=here))
    for scopes, sites in (
        ({Permission.IMPOSE_LIMIT}, None),
        ({Permission.MAKE_KEY}, None),
        (set(), None),
        ({Permission.VIEW_SITE}, frozenset({"depot"})),
    ):
        with pytest.raises(InvalidInputError):
            await side.keys.make(eva, "a key", scopes, sites)
    _, secret = await side.keys.make(eva, "a key", {Permission.VIEW_SITE})
    caller = await side.logins.by_bearer(secret)
    assert caller is not None
    assert caller.name == "eva/a key"
    assert caller.permissions == {Permission.VIEW_SITE}
    assert (caller.sites, caller.may(Permission.VIEW_SITE, None)) == (here, False)
