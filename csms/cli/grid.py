"""`chargeflex grid`: what grid companies come with."""

import secrets
from typing import Final

import typer

from csms.domain.grid_company import hash_of

_RANDOM_BYTES: Final = 32

app = typer.Typer(help="Tokens of grid companies.", no_args_is_help=True)


@app.callback()
def grid() -> None:
    """Tokens of grid companies."""


@app.command()
def token() -> None:
    """Make a token for a grid company, and print it with the line for the settings.

    The token itself is kept nowhere: give it to the grid company, and to nobody else.
    """
    made = secrets.token_urlsafe(_RANDOM_BYTES)
    typer.echo(f"token: {made}")
    typer.echo(f"token_sha256: {hash_of(made)}")
