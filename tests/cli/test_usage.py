"""Help on everything; what cannot be understood ends with exit code 2."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.cli.rig import chargeflex

COMMANDS = {
    "serve": "Serve stations, the page and the API",
    "demo": "Run the whole system with a simulated site",
    "simulate": "Let a scenario's stations and vehicles loose",
    "plan": "Plan a problem given as JSON",
    "export": "Write what was measured or charged to a CSV, Excel or Parquet file",
    "db": "Look after the database",
    "db upgrade": "Bring the tables to this program's version",
    "station": "Look after stations",
    "station add": "Let a station that no site file lists join a site",
    "station password": "Set a station's password; without --file one is made",
    "station profile": "Set the lowest security profile of a station",
    "station remove": "Remove a guest that is offline",
    "ca": "Look after the certificate authority",
    "ca init": "Make a new authority",
    "ca server-cert": "Make a key and a certificate for this server",
    "ca renew-crl": "Sign crl.pem anew",
    "ca sign": "Sign a station's request by hand",
    "ca revoke": "Revoke all certificates of a station",
    "config": "Check settings and site files",
    "config schema": "Print the JSON Schema of site files",
    "config check": "Check a site file",
    "config messages": "Print all OCPP messages of all versions",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str) -> None:
    ran = chargeflex(*command.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert COMMANDS[command] in ran.out


def test_help_lists_every_command() -> None:
    ran = chargeflex("--help")
    assert ran.code == 0
    listed = ran.out.partition("Commands:")[2]
    for command in COMMANDS:
        if " " not in command:
            assert f"  {command} " in listed


def test_version_is_that_of_the_distribution() -> None:
    ran = chargeflex("--version")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"chargeflex {version('chargeflex')}\n"


@pytest.mark.parametrize("group", ["", "db", "station", "config"])
def test_command_without_what_it_needs_shows_its_help(group: str) -> None:
    ran = chargeflex(*group.split())
    assert ran.code == 2
    assert "Usage: chargeflex" in ran.out + ran.err


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", "Error: No such command 'nonsense'."),
        ("serve", "Error: Missing option '--config'."),
        ("simulate", "Error: Missing option '--url'."),
        ("plan", "Error: Missing argument 'problem'."),
        ("export --out x.csv", "Error: Missing option '--config'."),
        ("export --config x.yaml", "Error: Missing option '--out'."),
        ("export --config x --out x.csv --what nonsense", "Error: Invalid value for '--what'"),
        ("export --config x --out x.csv --evse -1", "Error: Invalid value for '--evse'"),
        ("station add", "Error: Missing argument 'station_id'."),
        ("station remove", "Error: Missing argument 'station_id'."),
        ("serve --port 1", "Error: No such option: --port"),
        ("demo --rate 0", "Error: Invalid value for '--rate'"),
        ("demo --rate fast", "Error: Invalid value for '--rate'"),
        ("demo --http-port 65536", "Error: Invalid value for '--http-port'"),
        ("demo --ocpp-port -1", "Error: Invalid value for '--ocpp-port'"),
        ("plan --time-limit-s -1 -", "Error: Invalid value for '--time-limit-s'"),
        ("config schema nonsense", "Error: Invalid value for 'kind'"),
    ],
)
def test_wrong_usage_is_explained(line: str, complaint: str) -> None:
    ran = chargeflex(*line.split())
    assert ran.code == 2
    assert complaint in ran.err
    assert ran.out == ""


def test_what_only_exports_need_is_not_loaded_by_other_commands() -> None:
    program = "import sys, csms.cli; print({'duckdb', 'pandas', 'xlsxwriter'} & {*sys.modules})"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "set()\n"


def test_module_runs_as_the_command_does() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "csms", "config", "check", "nowhere.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "nowhere.yaml:1: cannot be read: No such file or directory\n"
