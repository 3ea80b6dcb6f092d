"""`chargeflex db`: the database."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from csms.cli.serving import read_settings
from csms.storage.database import Database

app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@app.callback()
def db() -> None:
    """Look after the database."""


@app.command()
def upgrade(config: Annotated[Path, typer.Option(help="Settings file")]) -> None:
    """Bring the tables to this program's version; `serve` does so by itself."""
    settings, _ = read_settings(config)

    async def run() -> None:
        database = Database(settings.database)
        try:
            await database.upgrade()
        finally:
            await database.close()

    asyncio.run(run())
    typer.echo(f"The database {settings.database.url} is up to date.")
