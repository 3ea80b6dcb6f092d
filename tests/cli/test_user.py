"""`chargeflex user`: every sub-command, on a real database."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import pytest

from csms.clock import SystemClock
from csms.domain.access import Caller
from csms.service.access_side import AccessSide
from csms.service.accounts import Known
from csms.service.grid_parties import GridParties
from csms.service.logins import From
from csms.storage.access import AccessReads
from csms.storage.audit import AuditReads
from csms.storage.database import Database, DatabaseSettings
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.cli.rig import Ran, chargeflex, settings_file
from tests.cli.test_database import rows

PASSWORD: Final = "sommersol-1234"  # noqa: S105
HERE: Final = From("127.0.0.1")


def user(folder: Path, *args: object, stdin: str = "") -> Ran:
    """Run a sub-command."""
    return chargeflex("user", *args, "--config", settings_file(folder), stdin=stdin)


def add(folder: Path, name: str, role: str, *more: object) -> Ran:
    """Add a user, whose password comes by standard input."""
    return user(
        folder, "add", name, "--role", role, "--password-file", "-", *more, stdin=f"{PASSWORD}\n"
    )


def listed(folder: Path) -> list[dict[str, Any]]:
    """All users as JSON."""
    told: list[dict[str, Any]] = json.loads(user(folder, "list", "--json").out)
    return told


async def ask(folder: Path, secret: str) -> Caller | None:
    """Who a running server would take somebody for that shows a key."""
    database = Database(DatabaseSettings(url=f"sqlite:///{folder}/csms.db"))
    try:
        return await _side(database).logins.by_bearer(secret)
    finally:
        await database.close()


async def log_in(folder: Path, name: str, password: str) -> str:
    """Log somebody in as a running server would."""
    database = Database(DatabaseSettings(url=f"sqlite:///{folder}/csms.db"))
    try:
        return await _side(database).logins.log_in(name, password, HERE)
    finally:
        await database.close()


def _side(database: Database) -> AccessSide:
    known = Known(site_ids=lambda: ["fjordgata"], parties=list)
    return AccessSide(
        AccessReads(database),
        AuditReads(database),
        lambda: SqlUnitOfWork(database),
        SystemClock(),
        known,
        GridParties([]),
    )


def test_users_are_added_and_listed(tmp_path: Path) -> None:
    assert user(tmp_path, "list").out == "There are no users yet.\n"
    ran = add(tmp_path, "Ola", "admin")
    assert (ran.code, ran.out, ran.err) == (0, "ola is added as admin.\n", "")
    assert add(tmp_path, "vera", "viewer", "--site", "fjordgata").code == 0
    assert add(tmp_path, "kari", "resident", "--token", "04A2", "--token", "04B3").code == 0
    assert listed(tmp_path) == [
        {"name": "kari", "role": "resident", "sites": None, "let_in": True},
        {"name": "ola", "role": "admin", "sites": None, "let_in": True},
        {"name": "vera", "role": "viewer", "sites": ["fjordgata"], "let_in": True},
    ]
    table = user(tmp_path, "list").out
    assert [word in table for word in ("Name", "Role", "vera", "fjordgata")] == [True] * 4
    assert asyncio.run(log_in(tmp_path, "ola", PASSWORD))


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("vera", "viewer"), "role: expected an admin as the first user, got viewer\n"),
        (("Ø", "admin"), "name: expected "),
        (("ola", "admin", "--site", "nowhere"), "sites: expected fjordgata, got 'nowhere'\n"),
        (("ola", "admin", "--token", "04A2"), "tokens: expected none but of a resident\n"),
    ],
)
def test_user_that_cannot_be_is_refused(
    tmp_path: Path, args: tuple[str, ...], complaint: str
) -> None:
    ran = add(tmp_path, *args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(complaint)
    assert listed(tmp_path) == []


def test_name_is_given_once_and_the_last_admin_stays(tmp_path: Path) -> None:
    add(tmp_path, "ola", "admin")
    for args in (
        ("add", "ola", "--role", "viewer", "--password-file", "-"),
        ("role", "ola", "--role", "viewer"),
        ("disable", "ola"),
    ):
        ran = user(tmp_path, *args, stdin=f"{PASSWORD}\n")
        assert (ran.code, ran.out) == (2, "")
        assert "ola" in ran.err
    assert listed(tmp_path) == [{"name": "ola", "role": "admin", "sites": None, "let_in": True}]


def test_user_is_changed_shut_out_and_let_in_again(tmp_path: Path) -> None:
    add(tmp_path, "ola", "admin")
    add(tmp_path, "vera", "viewer")
    assert user(tmp_path, "role", "vera", "--role", "operator", "--site", "fjordgata").out == (
        "vera is operator now.\n"
    )
    assert user(tmp_path, "disable", "vera").out == "vera is let in no more.\n"
    assert listed(tmp_path)[1] == {
        "name": "vera",
        "role": "operator",
        "sites": ["fjordgata"],
        "let_in": False,
    }
    assert user(tmp_path, "enable", "vera").out == "vera is let in again.\n"
    assert listed(tmp_path)[1]["let_in"]


def test_password_is_read_from_a_file_or_asked_for_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path, "ola", "admin")
    file = tmp_path / "password"
    file.write_text("vintersol-1234\nnot this\n")
    ran = user(tmp_path, "password", "ola", "--password-file", file)
    assert (ran.code, ran.out) == (0, "The password of ola is set.\n")
    assert asyncio.run(log_in(tmp_path, "ola", "vintersol-1234"))
    said = iter(["høstregn-1234", "høstregn-1235"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(said))
    ran = user(tmp_path, "password", "ola")
    assert (ran.code, ran.err) == (2, "password: expected the same twice\n")
    assert user(tmp_path, "password", "ola", "--password-file", tmp_path / "no").code == 2
    assert asyncio.run(log_in(tmp_path, "ola", "vintersol-1234"))


def test_key_may_what_is_said_where_its_user_may(tmp_path: Path) -> None:
    add(tmp_path, "ola", "admin")
    scopes = ("--scope", "site.view", "--scope", "station.view", "--site", "fjordgata")
    ran = user(tmp_path, "key", "ola", "grafana", *scopes)
    assert (ran.code, ran.err) == (0, "")
    caller = asyncio.run(ask(tmp_path, ran.out.strip()))
    assert caller is not None
    assert (caller.name, caller.sites) == ("ola/grafana", frozenset({"fjordgata"}))
    assert sorted(caller.permissions) == ["site.view", "station.view"]
    ran = user(tmp_path, "key", "nobody", "grafana", *scopes)
    assert (ran.code, ran.out) == (2, "")
    assert "nobody" in ran.err


def test_all_that_is_done_is_in_the_audit_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "root")
    add(tmp_path, "ola", "admin")
    add(tmp_path, "vera", "viewer")
    user(tmp_path, "role", "vera", "--role", "operator")
    user(tmp_path, "password", "vera", "--password-file", "-", stdin="vintersol-1234\n")
    user(tmp_path, "disable", "vera")
    user(tmp_path, "enable", "vera")
    user(tmp_path, "key", "ola", "grafana", "--scope", "site.view")
    told = rows(tmp_path, 'SELECT who, "by", action, target, detail FROM audit_entry')
    assert [row[:2] for row in told] == [("root", "command line")] * 7
    assert [row[2:] for row in told] == [
        ("add_user", "ola", "admin"),
        ("add_user", "vera", "viewer"),
        ("change_user", "vera", "operator"),
        ("set_user_password", "vera", ""),
        ("disable_user", "vera", ""),
        ("enable_user", "vera", ""),
        ("make_key", "ola/grafana", "site.view"),
    ]
