"""`chargeflex station`: stations."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from csms.cli.serving import read_settings
from csms.domain.errors import InvalidInputError, UnknownSiteError
from csms.domain.site import GuestPlace, Site
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

_MAX_ID_LENGTH: Final = 48
"""OCPP 2.0.1 part 4 §3.1.1."""

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
    if not 0 < len(station_id) <= _MAX_ID_LENGTH or not station_id.isprintable():
        expected = f"expected 1 to {_MAX_ID_LENGTH} printable characters, got {station_id!r}"
        raise InvalidInputError("station_id", expected)
    if any(station_id in one.station_ids for one in settings.sites):
        raise InvalidInputError("station_id", f"{station_id!r} is in a site file already")

    asyncio.run(_adopt(Database(settings.database), joined, joined.guests, station_id))
    typer.echo(f"{station_id} may connect; it joins {site} at feeder {joined.guests.feeder_id}.")


async def _adopt(database: Database, site: Site, guests: GuestPlace, station_id: str) -> None:
    """Keep a guest, if the site has a place left."""
    try:
        await database.upgrade()
        async with SqlUnitOfWork(database) as uow:
            await uow.sites.put(site)
            others = set(await uow.stations.guests_of(site.site_id)) - {station_id}
            if len(others) >= guests.max_stations:
                raise InvalidInputError("site", f"all {guests.max_stations} places are taken")
            await uow.stations.adopt(station_id, site.site_id)
            await uow.commit()
    finally:
        await database.close()
