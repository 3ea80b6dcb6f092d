"""Commands by name: the modules behind one are loaded when it is run, not when all are listed.

All modules together take seconds to load. Help, completion and small commands need few of them.
"""

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

_COMMANDS: Final = {
    "serve": "Serve stations, the page and the API until ended by Ctrl-C or SIGTERM.",
    "demo": "Run the whole system with a simulated site under load. Needs nothing else.",
    "simulate": "Let a scenario's stations and vehicles loose on a server, until the scenario is "
    "over.",
    "plan": "Plan a problem given as JSON; print limits, and why each is what it is.",
    "study": "Study how many users one feeder can host, policy by policy.",
    "chaos": "Run the whole system through days full of faults, and prove that every limit holds.",
    "export": "Write what was measured or charged to a CSV, Excel or Parquet file.",
    "db": "Look after the database.",
    "forecast": "Look after forecasts of vehicles' stays.",
    "station": "Look after stations.",
    "user": "Look after users: who is let in, and may what.",
    "ca": "Look after the certificate authority.",
    "grid": "Tokens of grid companies, and one to try a server with.",
    "config": "Check settings and site files.",
}
"""What is said of each; its module has the same name, and in it a function or a `typer.Typer`."""


class CommandsOnDemand(TyperGroup):
    """All commands of `chargeflex`, none of them loaded."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - typer's
        super().__init__(**settings)
        for name, words in _COMMANDS.items():
            self.add_command(_Unloaded(name=name, callback=None, help=words))


class _Unloaded(TyperCommand):
    """Stands for a command until that is run or asked for its own help."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: Any = None,  # noqa: ANN401 - typer's
        **extra: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """What the command itself would run in."""
        return load(str(self.name)).make_context(info_name, args, parent, **extra)


def load(name: str) -> Any:  # noqa: ANN401 - typer keeps the type to itself
    """Load a command by its name."""
    module = import_module(f"csms.cli.{name}")
    root = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    if hasattr(module, "app"):
        root.add_typer(module.app, name=name)
    else:
        root.command(name)(getattr(module, name))
    return typer.main.get_group(root).commands[name]
