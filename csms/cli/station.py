"""`chargeflex station`: stations."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from csms.app_settings import AppSettings
from csms.cli.credentials import check_station_id, password, profile, security_of
from csms.cli.listing import AsJson, tell_list
from csms.cli.running_server import removed_by_server
from csms.cli.serving import read_settings
from csms.cli.written_down import write_down
from csms.clock import SystemClock
from csms.domain.errors import InvalidInputError, UnknownSiteError
from csms.domain.identity import SiteId, StationId
from csms.domain.security import SecurityProfile
from csms.service.sites import Sites
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork

_LISTED: Final = ("site_id", "vendor", "model", "firmware", "seen_at")

app = typer.Typer(help="Look after stations.", no_args_is_help=True)
app.command("password")(password)
app.command("profile")(profile)


@app.callback()
def station() -> None:
    """Look after stations."""


@app.command()
def add(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    config: Annotated[Path, typer.Option(help="Settings file")],
    site: Annotated[str, typer.Option(help="The site that it joins as a guest")],
    profile: Annotated[
        int | None, typer.Option(min=1, max=3, help="Its lowest security profile")
    ] = None,
) -> None:
    """Let a station that no site file lists join a site, at the place for guests."""
    settings, _ = read_settings(config)
    joined = next((one for one in settings.sites if one.site_id == site), None)
    if joined is None:
        raise UnknownSiteError(site)
    if joined.guests is None:
        raise InvalidInputError("site", f"expected a site with a place for guests, got {site!r}")
    check_station_id(station_id)
    if any(station_id in one.station_ids for one in settings.sites):
        raise InvalidInputError("station_id", f"{station_id!r} is in a site file already")

    wanted = None if profile is None else SecurityProfile(profile)
    asyncio.run(_announce(settings, station_id, site, wanted))
    typer.echo(f"{station_id} may connect; it joins {site} at feeder {joined.guests.feeder_id}.")


@app.command("list")
def list_stations(
    config: Annotated[Path, typer.Option(help="Settings file")],
    site: Annotated[str | None, typer.Option(help="Only those of this site")] = None,
    as_json: AsJson = False,
) -> None:
    """List the stations that the database knows: site, make, firmware, when last heard of."""
    settings, _ = read_settings(config)
    rows = asyncio.run(_known(settings, site))
    tell_list(rows, as_json=as_json, nothing="No station has been seen yet.")


@app.command()
def remove(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    config: Annotated[Path, typer.Option(help="Settings file")],
) -> None:
    """Remove a guest that is offline: its place and the room kept for it are free again.

    What it has charged is kept. A server that runs is told, with the API key of CHARGEFLEX_KEY
    where it wants one; if none runs, the database is.
    """
    settings, _ = read_settings(config)
    if not removed_by_server(settings.http, station_id):
        asyncio.run(_remove(settings, station_id))
    asyncio.run(write_down(settings, "remove_guest", station_id))
    typer.echo(f"{station_id} is removed; its place is free.")


async def _known(settings: AppSettings, site_id: str | None) -> list[dict[str, Any]]:
    database = Database(settings.database)
    try:
        await database.upgrade()
        rows = await Queries(database).stations(site_id=site_id)
    finally:
        await database.close()
    return [{"id": row["id"], **{name: row[name] for name in _LISTED}} for row in rows]


async def _announce(
    settings: AppSettings, station_id: StationId, site_id: SiteId, profile: SecurityProfile | None
) -> None:
    """Keep a guest, if the site has a place and room for it, and the profile can be had."""
    if profile is not None:
        async with security_of(settings) as security:
            await security.set_profile(station_id, profile)
    async with _sites(settings) as sites:
        admission = await sites.announce(station_id, site_id)
    if not admission.is_granted:
        raise InvalidInputError("site", admission.cause)
    detail = "" if profile is None else f"security profile {profile:d}"
    await write_down(settings, "add_station", station_id, detail, site_id)


async def _remove(settings: AppSettings, station_id: StationId) -> None:
    async with _sites(settings) as sites:
        await sites.remove_guest(station_id)
    async with security_of(settings) as security:
        await security.forget(station_id)


@asynccontextmanager
async def _sites(settings: AppSettings) -> AsyncIterator[Sites]:
    """All sites, as a server would find them in its database."""
    database = Database(settings.database)
    try:
        await database.upgrade()
        sites = Sites(settings.sites, lambda: SqlUnitOfWork(database), SystemClock())
        await sites.load()
        yield sites
    finally:
        await database.close()
