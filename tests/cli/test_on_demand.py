"""Commands are loaded when they are run."""

import subprocess
import sys

import pytest
from typer.main import get_command

from csms.cli import app
from csms.cli.on_demand import CommandsOnDemand, load

HEAVY = {"csms.app", "sqlalchemy", "ortools", "numpy", "fastapi"}


def listed() -> CommandsOnDemand:
    group = get_command(app)
    assert isinstance(group, CommandsOnDemand)
    return group


def test_list_of_commands_loads_none_of_them() -> None:
    code = (
        "import sys; from csms.cli import app; app(['--help'], standalone_mode=False); "
        "print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "chaos" in ran.stdout
    assert HEAVY.isdisjoint(ran.stderr.split())


@pytest.mark.parametrize("name", list(listed().commands))
def test_list_says_of_each_command_what_the_command_says_itself(name: str) -> None:
    said, own = listed().commands[name].help, load(name).help
    assert own.replace("\n", " ").startswith(said)
