"""All commands by their names, and commands out of what was written of them."""

from collections.abc import Mapping
from typing import Any, Final, Union

import msgspec

from csms.domain import commands
from csms.domain.commands import Command, Job

COMMANDS: Final[Mapping[str, type[Command[Any]]]] = {
    str(kind.__struct_config__.tag): kind
    for kind in vars(commands).values()
    if isinstance(kind, type) and issubclass(kind, Command) and kind not in (Command, Job)
}
"""All commands by their names."""

ANY_COMMAND: Final[Any] = Union[tuple(COMMANDS.values())]  # noqa: UP007 - of as many as there are


def write_command(command: Command[Any]) -> dict[str, Any]:
    """Write a command in JSON values, with its name."""
    written: dict[str, Any] = msgspec.to_builtins(command, order="deterministic")
    return written


def read_command(written: Mapping[str, Any]) -> Command[Any]:
    """Read what was written."""
    command: Command[Any] = msgspec.convert(written, ANY_COMMAND)
    return command
