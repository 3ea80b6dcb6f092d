"""`chargeflex station password`, `station profile`, `station add --profile`."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from csms.domain.password import canonical
from tests.cli.rig import chargeflex, settings_file

SECRET = "Correct-Horse-Battery"  # noqa: S105 - to be tried


@pytest.fixture(autouse=True)
def no_database_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHARGEFLEX_DATABASE_URL", raising=False)


def kept(folder: Path) -> Any:
    with closing(sqlite3.connect(folder / "csms.db")) as database:
        query = "SELECT profile, reached, password_hash FROM station_security"
        return database.execute(query).fetchone()


def is_kept(folder: Path, password: str) -> bool:
    return PasswordHasher().verify(kept(folder)[2], canonical(password.encode()))


def test_password_is_made_and_printed_once(tmp_path: Path) -> None:
    ran = chargeflex("station", "password", "G-01", "--config", settings_file(tmp_path))
    assert (ran.code, ran.err) == (0, "The password of G-01 is set.\n")
    made = ran.out.strip()
    assert len(made) == 40
    assert is_kept(tmp_path, made)


def test_password_may_come_from_standard_input_or_a_file(tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    (tmp_path / "secret").write_text(f"{SECRET}\r\nsecond line", encoding="utf-8")
    for source, stdin in (("-", f"{SECRET}\n"), (str(tmp_path / "secret"), "")):
        ran = chargeflex(
            "station", "password", "G-01", "--config", config, "--file", source, stdin=stdin
        )
        assert (ran.code, ran.out) == (0, "")
        assert SECRET not in ran.err
        assert is_kept(tmp_path, SECRET)


@pytest.mark.parametrize(
    ("station_id", "stdin", "complaint"),
    [
        ("G-01", "short", "password: expected 16 to 40 characters, got 5\n"),
        ("G-01", "", "password: expected 16 to 40 characters, got 0\n"),
        ("x" * 49, SECRET, "station_id: expected 1 to 48 printable characters, got '"),
    ],
)
def test_password_that_cannot_be_is_one_clear_line(
    tmp_path: Path, station_id: str, stdin: str, complaint: str
) -> None:
    config = settings_file(tmp_path)
    ran = chargeflex(
        "station", "password", station_id, "--config", config, "--file", "-", stdin=stdin
    )
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(complaint)


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    ran = chargeflex("station", "password", "G-01", "--config", config, "--file", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("file: cannot be read: ")


def test_profile_is_set_and_given_back_to_the_files(tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    ran = chargeflex("station", "profile", "G-01", "1", "--config", config)
    assert ran.out == "G-01 is let in with security profile 1 or higher.\n"
    assert kept(tmp_path)[:2] == (1, 0)
    ran = chargeflex("station", "profile", "G-01", "as-filed", "--config", config)
    assert ran.out == "G-01 is let in with security profile 0 or higher.\n"
    assert kept(tmp_path)[:2] == (None, 0)


@pytest.mark.parametrize(
    ("profile", "complaint"),
    [("2", "profile: expected 1 to 1, got 2\n"), ("0", "'0' is not one of '1', '2', '3'")],
)
def test_profile_that_cannot_be_had_is_refused(
    tmp_path: Path, profile: str, complaint: str
) -> None:
    ran = chargeflex("station", "profile", "G-01", profile, "--config", settings_file(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err


def test_guest_is_added_with_a_profile_and_loses_it_when_it_is_removed(tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    ran = chargeflex(
        *("station", "add", "visitor", "--config", config),
        *("--site", "fjordgata", "--profile", "1"),
    )
    assert (ran.code, ran.err) == (0, "")
    assert kept(tmp_path)[0] == 1
    assert chargeflex("station", "remove", "visitor", "--config", config).code == 0
    assert kept(tmp_path) == (None, 0, None)
