"""What command lines name: scenarios, lengths of time, servers, ports."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from csms.cli.inputs import check_station_url, load_scenario, parse_length, read_passwords
from csms.domain.errors import InvalidInputError
from tests.cli.rig import ROOT, chargeflex, settings_file


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("24h", timedelta(hours=24)),
        ("90m", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        ("0.5s", timedelta(milliseconds=500)),
        (" 1h ", timedelta(hours=1)),
        ("31d", timedelta(days=31)),
    ],
)
def test_length_of_time(text: str, length: timedelta) -> None:
    assert parse_length(text) == length


@pytest.mark.parametrize(
    "text", ["", "24", "h", "-1h", "0s", "5x", "1h30m", "32d", "9" * 400 + "d"]
)
def test_length_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="until: expected "):
        parse_length(text)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:9000/ocpp", "wss://csms.example/", "ws://[::1]:9000/ocpp"]
)
def test_url_of_a_server_is_taken(url: str) -> None:
    check_station_url(url)


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:9000", "http://a/ocpp", "ws://", "ws:///ocpp", "ws://a:99999/", "ws://a:x"],
)
def test_url_that_no_station_can_connect_to_is_refused(url: str) -> None:
    ran = chargeflex("simulate", "--url", url)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"url: expected ws://HOST:PORT/PATH or wss://..., got {url!r}\n"


@pytest.mark.parametrize("name", ["garage", "flexible-garage", "workplace", "depot"])
def test_shipped_scenario_is_found_by_its_name(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHARGEFLEX_DATA", str(tmp_path))  # where there is no data
    scenario = load_scenario(name, timedelta(hours=6))
    assert (scenario.name, scenario.length_s) == (name, 21_600.0)
    assert scenario.visits


def test_scenario_is_found_by_its_file() -> None:
    path = ROOT / "config" / "scenarios" / "garage.yaml"
    assert load_scenario(str(path), timedelta(hours=1)).name == "garage"


@pytest.mark.parametrize("line", ["demo", "demo --headless", "simulate --url ws://127.0.0.1:9/"])
def test_scenario_that_does_not_exist_is_told_beside_those_that_do(line: str) -> None:
    ran = chargeflex(*line.split(), "--scenario", "nothing")
    names = "depot, flexible-garage, garage, workplace"
    expected = f"scenario: expected {names} or a file, got 'nothing'\n"
    assert (ran.code, ran.out, ran.err) == (2, "", expected)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("name: x\n", "site: Field required"),
        ("name: [", "while parsing"),
        ("", "Input should be"),
    ],
)
def test_scenario_that_is_wrong_names_file_and_key(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    ran = chargeflex("demo", "--scenario", path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"scenario: {path}: ")
    assert complaint in ran.err


def test_length_of_a_headless_run_that_is_none_is_refused() -> None:
    ran = chargeflex("demo", "--headless", "--until", "5x")
    expected = "until: expected a length such as 24h, 90m or 2d, got '5x'\n"
    assert (ran.code, ran.out, ran.err) == (2, "", expected)


@pytest.mark.parametrize("port", ["http", "ocpp"])
def test_port_that_is_taken_is_named_and_nothing_is_served(tmp_path: Path, port: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        ports = {f"{port}_port": number}
        served = chargeflex("serve", "--config", settings_file(tmp_path, **ports))
        free = {"http": "ocpp", "ocpp": "http"}[port]
        shown = chargeflex("demo", f"--{port}-port", number, f"--{free}-port", 0)
    for ran in (served, shown):
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.startswith(f"cannot listen at 127.0.0.1:{number}: Address already in use")
        assert ran.err.count("\n") == 1


def test_passwords_of_stations_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    file.write_text("# of the garage\nG-01 correct-horse-1\n\n  G-02\tcorrect-horse-2\n", "utf-8")
    assert read_passwords(file) == {"G-01": "correct-horse-1", "G-02": "correct-horse-2"}


@pytest.mark.parametrize("line", ["G-01", "G-01 two words"])
def test_line_that_is_no_password_is_named_and_not_told(tmp_path: Path, line: str) -> None:
    file = tmp_path / "passwords"
    file.write_text(f"G-00 correct-horse-1\n{line}\n", "utf-8")
    ran = chargeflex("simulate", "--url", "ws://127.0.0.1:9/ocpp", "--passwords", file)
    assert (ran.code, ran.out) == (2, "")
    expected = f"passwords: {file}:2: expected a station's id and its password, got "
    assert ran.err == f"{expected}{len(line.split())} words\n"


def test_file_of_passwords_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "none"
    ran = chargeflex("simulate", "--url", "ws://127.0.0.1:9/ocpp", "--passwords", file)
    assert ran.code == 2
    assert ran.err.startswith(f"passwords: {file} cannot be read: ")
