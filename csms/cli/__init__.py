"""The command line. Wrong input ends with exit code 2 and says what was expected where."""

import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from csms.cli.on_demand import CommandsOnDemand
from csms.domain.errors import ChargeFlexError

app = typer.Typer(
    name="chargeflex",
    cls=CommandsOnDemand,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
)


def _tell_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"chargeflex {version('chargeflex')}")
        raise typer.Exit


@app.callback()
def chargeflex(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """A charging station management system that keeps every feeder under its limit."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except ChargeFlexError as error:
        _refuse(error)
    except BaseExceptionGroup as group:
        wrong = group.subgroup(ChargeFlexError)
        if wrong is None or group.split(ChargeFlexError)[1] is not None:
            raise
        _refuse(_first(wrong))


def _refuse(error: BaseException) -> NoReturn:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)


def _first(error: BaseException) -> BaseException:
    """The first error of a group, whatever groups it stands in."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
