"""`chargeflex station`: stations."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from csms.cli.serving import read_settings
from csms.domain.errors import InvalidInputError, UnknownSiteError
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

app = typer.Typer(help="Look after stations.", no_args_is_help=True)


@app.callback()
def station() -> None:
    """Look after stations."""


@app.command()
def add(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    config: Annotated[Path, typer.Option(help="Settings file")],
    site: Annotated[str, typer.Option(help="The site that it joins as a guest")],
) -> None:
    """Let a station that no site file lists join a site, at the place for guests."""
    settings, _ = read_settings(config)
    joined = next((one for one in settings.sites if one.site_id == site), None)
    if joined is None:
        raise UnknownSiteError(site)
    if joined.guests is None:
        raise InvalidInputError("site", f"expected a site with a place for guests, got {site!r}")
    if any(station_id in one.station_ids for one in settings.sites):
        raise InvalidInputError("station_id", f"{station_id!r} is in a site file already")

    async def run() -> None:
        database = Database(settings.database)
        try:
            await database.upgrade()
            async with SqlUnitOfWork(database) as uow:
                await uow.sites.put(joined)
                await uow.stations.adopt(station_id, site)
                await uow.commit()
        finally:
            await database.close()

    asyncio.run(run())
    typer.echo(f"{station_id} may connect; it joins {site} at feeder {joined.guests.feeder_id}.")
