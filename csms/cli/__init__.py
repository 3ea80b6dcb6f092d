"""The command line. Wrong input ends with exit code 2 and says what was expected where."""

import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from csms.cli import ca, config, db, forecast, grid, station, user
from csms.cli.chaos import chaos
from csms.cli.demo import demo
from csms.cli.export import export
from csms.cli.plan import plan
from csms.cli.serve import serve
from csms.cli.simulate import simulate
from csms.cli.study import study
from csms.domain.errors import ChargeFlexError

app = typer.Typer(
    name="chargeflex",
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


app.command("serve")(serve)
app.command("demo")(demo)
app.command("simulate")(simulate)
app.command("plan")(plan)
app.command("study")(study)
app.command("chaos")(chaos)
app.command("export")(export)
app.add_typer(db.app, name="db")
app.add_typer(forecast.app, name="forecast")
app.add_typer(station.app, name="station")
app.add_typer(user.app, name="user")
app.add_typer(ca.app, name="ca")
app.add_typer(grid.app, name="grid")
app.add_typer(config.app, name="config")


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
