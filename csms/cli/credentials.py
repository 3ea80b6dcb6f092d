"""`chargeflex station password` and `profile`: how stations prove who they are."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from csms.app_settings import AppSettings
from csms.cli.serving import read_settings
from csms.cli.written_down import write_down
from csms.clock import SystemClock
from csms.domain.errors import InvalidInputError
from csms.domain.identity import LONGEST_ID, StationId, is_proper_id
from csms.domain.password import check_password
from csms.domain.security import SecurityProfile
from csms.service.password_rotation import make_password
from csms.service.sites import Sites
from csms.service.station_security import StationSecurity
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

_AS_FILED: Final = "as-filed"


def password(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    config: Annotated[Path, typer.Option(help="Settings file")],
    file: Annotated[
        Path | None,
        typer.Option(help="Read the password from a file's first line; - reads standard input"),
    ] = None,
) -> None:
    """Set a station's password; without --file one is made, and printed this once.

    Enter it at the station as well. A server that runs takes it up at once, and lets nobody in with
    the old one after a minute.
    """
    settings, _ = read_settings(config)
    check_station_id(station_id)
    chosen = make_password() if file is None else _read(file)
    check_password(chosen)

    async def run() -> None:
        async with security_of(settings) as security:
            await security.set_password(station_id, chosen)
        await write_down(settings, "set_password", station_id)

    asyncio.run(run())
    if file is None:
        typer.echo(chosen)
    typer.echo(f"The password of {station_id} is set.", err=True)


def profile(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    profile: Annotated[
        Literal["1", "2", "3", "as-filed"],
        typer.Argument(help="1 password, 2 password and TLS, 3 certificate; or what files say"),
    ],
    config: Annotated[Path, typer.Option(help="Settings file")],
) -> None:
    """Set the lowest security profile of a station, in place of what it has come with before."""
    settings, _ = read_settings(config)
    check_station_id(station_id)
    wanted = None if profile == _AS_FILED else SecurityProfile(int(profile))

    async def run() -> SecurityProfile:
        async with security_of(settings) as security:
            await security.set_profile(station_id, wanted)
            required = security.required(station_id)
        await write_down(settings, "set_profile", station_id, profile)
        return required

    required = asyncio.run(run())
    typer.echo(f"{station_id} is let in with security profile {required:d} or higher.")


def check_station_id(station_id: StationId) -> None:
    """Make sure that a station can have an identity.

    Raises:
        InvalidInputError: It cannot.
    """
    if not is_proper_id(station_id):
        expected = f"expected 1 to {LONGEST_ID} printable characters, got {station_id!r}"
        raise InvalidInputError("station_id", expected)


@asynccontextmanager
async def security_of(settings: AppSettings) -> AsyncIterator[StationSecurity]:
    """Stations' security, as a server would find it in its database."""
    database = Database(settings.database)
    try:
        await database.upgrade()
        sites = Sites(settings.sites, lambda: SqlUnitOfWork(database), SystemClock())
        security = StationSecurity(
            sites, settings.security, lambda: SqlUnitOfWork(database), SystemClock()
        )
        await security.desk.catch_up()
        yield security
    finally:
        await database.close()


def _read(file: Path) -> str:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("file", f"cannot be read: {error}") from error
    return text.partition("\n")[0].rstrip("\r")
