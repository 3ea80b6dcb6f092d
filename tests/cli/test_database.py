"""`chargeflex db` and `chargeflex station`: what is kept, and what cannot be."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.cli.rig import chargeflex, settings_file


@pytest.fixture(autouse=True)
def no_database_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHARGEFLEX_DATABASE_URL", raising=False)


def rows(folder: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "csms.db")) as database:
        return database.execute(query).fetchall()


def test_upgrade_makes_the_tables_and_may_be_repeated(tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    for _ in range(2):
        ran = chargeflex("db", "upgrade", "--config", config)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == f"The database sqlite:///{tmp_path}/csms.db is up to date.\n"
    tables = {name for (name,) in rows(tmp_path, "SELECT name FROM sqlite_master")}
    assert {"site", "station", "charging_transaction", "sent_limit", "meter_reading"} <= tables


def test_database_may_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEFLEX_DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    ran = chargeflex("db", "upgrade", "--config", settings_file(tmp_path))
    assert ran.code == 0
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "csms.db").exists()


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("sqlite:///nowhere/csms.db", "unable to open database file"),
        ("postgresql://me:secret@127.0.0.1:1/x", "[Errno 111] Connect"),
        ("mysql://127.0.0.1/x", "expected sqlite:///FILE or postgresql://HOST/NAME, got mysql"),
        ("nonsense:secret", "expected sqlite:///FILE or postgresql://HOST/NAME"),
    ],
)
@pytest.mark.parametrize(
    "line", ["db upgrade", "station add X", "serve"], ids=["upgrade", "add", "serve"]
)
def test_database_that_cannot_be_used_is_one_clear_line(
    tmp_path: Path, line: str, url: str, complaint: str
) -> None:
    config = settings_file(tmp_path, url=url)
    site = ("--site", "fjordgata") if line.startswith("station") else ()
    ran = chargeflex(*line.split(), "--config", config, *site)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err
    assert "secret" not in ran.err
    assert ran.err.count("\n") == 1


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "csms.db").write_text("shopping list", encoding="utf-8")
    ran = chargeflex("db", "upgrade", "--config", settings_file(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    expected = f"cannot use the database sqlite+aiosqlite:///{tmp_path}/csms.db: "
    assert ran.err == f"{expected}file is not a database\n".replace("+aiosqlite", "")


def test_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    config = settings_file(tmp_path)
    chargeflex("db", "upgrade", "--config", config)
    with closing(sqlite3.connect(tmp_path / "csms.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = chargeflex("db", "upgrade", "--config", config)
    assert (ran.code, ran.out) == (2, "")
    assert "9999" in ran.err
    assert rows(tmp_path, "SELECT version_num FROM alembic_version") == [("9999",)]


def add(folder: Path, station_id: str, site: str = "fjordgata") -> Any:
    config = settings_file(folder)
    return chargeflex("station", "add", station_id, "--config", config, "--site", site)


def test_added_station_is_kept_as_a_guest(tmp_path: Path) -> None:
    ran = add(tmp_path, "visitor")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "visitor may connect; it joins fjordgata at feeder level-3.\n"
    found = rows(tmp_path, "SELECT id, site_id FROM station WHERE is_guest")
    assert found == [("visitor", "fjordgata")]


def test_no_more_guests_are_added_than_there_is_room_for(tmp_path: Path) -> None:
    for number in range(2):
        assert add(tmp_path, f"visitor-{number}").code == 0
    ran = add(tmp_path, "one too many")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "site: a guest may draw 16 A, and Level 3 has 8.0 A left on L1 beside what cannot be "
        "lowered\n"
    )
    assert add(tmp_path, "visitor-0").code == 0  # it has a place already
    assert len(rows(tmp_path, "SELECT id FROM station WHERE is_guest")) == 2


def remove(folder: Path, station_id: str, http_port: int = 0) -> Any:
    config = settings_file(folder, http_port=http_port)
    return chargeflex("station", "remove", station_id, "--config", config)


def test_removed_guest_leaves_its_place_to_another(tmp_path: Path) -> None:
    for number in range(2):
        add(tmp_path, f"visitor-{number}")
    ran = remove(tmp_path, "visitor-1")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "visitor-1 is removed; its place is free.\n"
    assert rows(tmp_path, "SELECT id FROM station WHERE is_guest") == [("visitor-0",)]
    assert add(tmp_path, "another").code == 0


@pytest.mark.parametrize(
    ("station_id", "complaint"),
    [
        ("X-99", "no station is called 'X-99'\n"),
        (
            "G-01",
            (
                "station 'G-01' cannot be removed: expected a guest that is offline, it is in the "
                "site file\n"
            ),
        ),
    ],
)
def test_station_that_is_no_guest_is_not_removed(
    tmp_path: Path, station_id: str, complaint: str
) -> None:
    ran = remove(tmp_path, station_id)
    assert (ran.code, ran.out, ran.err) == (2, "", complaint)


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[int, list[str]]]:
    """A server that gives one answer to every request to delete; yields its port and the paths."""
    paths = []

    class Handler(BaseHTTPRequestHandler):
        def do_DELETE(self) -> None:
            key = self.headers.get("authorization")
            paths.append(self.path + (f" {key}" if key else ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1], paths
        server.shutdown()
        thread.join()


def test_server_that_runs_removes_the_guest_itself(tmp_path: Path) -> None:
    add(tmp_path, "ø 1")
    with answering(204, b"") as (port, paths):
        assert remove(tmp_path, "ø 1", port).code == 0
    assert paths == ["/api/v1/stations/%C3%B8%201"]
    assert rows(tmp_path, "SELECT id FROM station WHERE is_guest") == [("ø 1",)]  # left to it


def test_guest_that_is_connected_to_a_server_is_not_removed(tmp_path: Path) -> None:
    add(tmp_path, "visitor")
    with answering(409, b'{"detail": "station \'visitor\' cannot be removed"}') as (port, _):
        ran = remove(tmp_path, "visitor", port)
    complaint = "station_id: station 'visitor' cannot be removed\n"
    assert (ran.code, ran.out, ran.err) == (2, "", complaint)
    assert rows(tmp_path, "SELECT id FROM station WHERE is_guest") == [("visitor",)]


def test_server_that_asks_for_a_key_is_told_the_one_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path, "visitor")
    with answering(401, b"{}") as (port, _):
        ran = remove(tmp_path, "visitor", port)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "key: expected an API key with the scope station.manage in CHARGEFLEX_KEY: a server runs "
        f"at 127.0.0.1:{port}\n"
    )
    assert rows(tmp_path, "SELECT id FROM station WHERE is_guest") == [("visitor",)]
    monkeypatch.setenv("CHARGEFLEX_KEY", "cfx_1")
    with answering(204, b"") as (port, paths):
        assert remove(tmp_path, "visitor", port).code == 0
    assert paths == ["/api/v1/stations/visitor Bearer cfx_1"]


def test_what_is_done_with_stations_is_in_the_audit_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "kari")
    config = settings_file(tmp_path)
    add(tmp_path, "visitor")
    add(tmp_path, "G-01")  # refused
    for line in ("password visitor", "profile visitor 1", "remove visitor"):
        assert chargeflex("station", *line.split(), "--config", config).code == 0
    told = rows(tmp_path, 'SELECT who, "by", action, target, site_id, detail FROM audit_entry')
    assert told == [
        ("kari", "command line", "add_station", "visitor", "fjordgata", ""),
        ("kari", "command line", "set_password", "visitor", None, ""),
        ("kari", "command line", "set_profile", "visitor", None, "1"),
        ("kari", "command line", "remove_guest", "visitor", None, ""),
    ]


def test_guest_that_a_server_does_not_know_is_looked_for_in_the_database(tmp_path: Path) -> None:
    add(tmp_path, "visitor")
    with answering(404, b"{}") as (port, _):
        assert remove(tmp_path, "visitor", port).code == 0
    assert rows(tmp_path, "SELECT id FROM station WHERE is_guest") == []


@pytest.mark.parametrize(
    ("station_id", "site", "complaint"),
    [
        ("visitor", "nowhere", "no site is called 'nowhere'\n"),
        ("G-01", "fjordgata", "station_id: 'G-01' is in a site file already\n"),
        ("", "fjordgata", "station_id: expected 1 to 48 printable characters, got ''\n"),
        ("a\tb", "fjordgata", "station_id: expected 1 to 48 printable characters, got 'a\\tb'\n"),
    ],
)
def test_station_that_cannot_be_added_is_refused_with_the_cause(
    tmp_path: Path, station_id: str, site: str, complaint: str
) -> None:
    ran = add(tmp_path, station_id, site)
    assert (ran.code, ran.out, ran.err) == (2, "", complaint)
    assert not (tmp_path / "csms.db").exists()
