"""The command line. Wrong input ends with exit code 2 and says what was expected where."""

import sys

import typer

from csms.cli import config, db, station
from csms.cli.demo import demo
from csms.cli.plan import plan
from csms.cli.serve import serve
from csms.cli.simulate import simulate
from csms.domain.errors import ChargeFlexError

app = typer.Typer(
    name="chargeflex",
    help="A charging station management system that keeps every feeder under its limit.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
)
app.command("serve")(serve)
app.command("demo")(demo)
app.command("simulate")(simulate)
app.command("plan")(plan)
app.add_typer(db.app, name="db")
app.add_typer(station.app, name="station")
app.add_typer(config.app, name="config")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except ChargeFlexError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
