"""`chargeflex ca`: the certificate authority of this server."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from csms.app import AppSettings, CaSettings
from csms.cli.credentials import check_station_id
from csms.cli.serving import read_settings
from csms.clock import SystemClock
from csms.domain.certificate import CertificateState, Refused, Signed
from csms.domain.errors import InvalidInputError
from csms.domain.identity import StationId
from csms.pki.authority import FolderAuthority, replace_file, replace_key
from csms.pki.own_authority import OwnAuthority
from csms.service.station_certificates import StationCertificates
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

_SERVER_DAYS: Final = 397
ConfigOption = Annotated[Path, typer.Option(help="Settings file with the key ca")]

app = typer.Typer(help="Look after the certificate authority.", no_args_is_help=True)


@app.callback()
def ca() -> None:
    """Look after the certificate authority of this server, in the folder that `ca.folder` names.

    CHARGEFLEX_CA_PASSPHRASE locks and opens its key.
    """


@app.command()
def init(
    config: ConfigOption,
    organization: Annotated[str, typer.Option(help="Whom all certificates are made out to (O)")],
) -> None:
    """Make a new authority: ca.key, ca.pem and an empty crl.pem."""
    settings = _settings(config)
    if not 0 < len(organization) <= 64 or not organization.isprintable():
        raise InvalidInputError("organization", "expected 1 to 64 printable characters")
    now = datetime.now(UTC)
    FolderAuthority.create(settings.folder, organization, now, settings.passphrase)
    typer.echo(f"{settings.folder / 'ca.pem'} is what stations and ocpp.tls.client_ca trust.")
    if settings.passphrase is None:
        typer.echo("The key is not locked: CHARGEFLEX_CA_PASSPHRASE is not set.", err=True)


@app.command("server-cert")
def server_cert(
    hosts: Annotated[list[str], typer.Argument(help="Names or addresses stations connect to")],
    config: ConfigOption,
    days: Annotated[int, typer.Option(min=1, max=825, help="For how many days")] = _SERVER_DAYS,
) -> None:
    """Make a key and a certificate for this server: server.key and server.pem.

    They replace those that were there; a server that runs takes them up within a minute.
    """
    settings = _settings(config)
    authority = FolderAuthority(settings.folder, settings.passphrase)
    chain, key = authority.issue_server(hosts, datetime.now(UTC), days)
    replace_key(settings.folder / "server.key", key)
    replace_file(settings.folder / "server.pem", chain)
    typer.echo(f"{settings.folder / 'server.pem'} is made out to {', '.join(hosts)}.")


@app.command()
def sign(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    request: Annotated[Path, typer.Argument(help="Its request in PEM; - reads standard input")],
    config: ConfigOption,
) -> None:
    """Sign a station's request by hand, and print the certificate."""
    settings, _ = read_settings(config)
    check_station_id(station_id)
    try:
        text = sys.stdin.read() if str(request) == "-" else request.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("request", f"cannot be read: {error}") from error
    answer = asyncio.run(_sign(settings, _settings(config), station_id, text))
    if isinstance(answer, Refused):
        raise InvalidInputError("request", answer.cause)
    typer.echo(answer.chain, nl=False)


@app.command()
def revoke(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    config: ConfigOption,
) -> None:
    """Revoke all certificates of a station that were signed here.

    A server that runs takes crl.pem up within a minute, if ocpp.tls.crl names it.
    """
    settings, _ = read_settings(config)
    authority = FolderAuthority(_settings(config).folder, _settings(config).passphrase)
    count = asyncio.run(_revoke(settings, authority, station_id))
    if not count:
        raise InvalidInputError("station_id", f"{station_id!r} has no certificate signed here")
    typer.echo(f"Revoked: {count} of {station_id}.")


@app.command("renew-crl")
def renew_crl(config: ConfigOption) -> None:
    """Sign crl.pem anew, for another year."""
    settings = _settings(config)
    FolderAuthority(settings.folder, settings.passphrase).revoke([], datetime.now(UTC))
    typer.echo(f"{settings.folder / 'crl.pem'} is signed anew.")


async def _sign(
    settings: AppSettings, ca_settings: CaSettings, station_id: StationId, request: str
) -> Signed | Refused:
    clock = SystemClock()
    authority = FolderAuthority(ca_settings.folder, ca_settings.passphrase)
    database = Database(settings.database)
    try:
        await database.upgrade()
        own = OwnAuthority(authority, clock, ca_settings.station_days)
        certificates = StationCertificates(own, lambda: SqlUnitOfWork(database), clock)
        return await certificates.sign_for_station(station_id, request)
    finally:
        await database.close()


async def _revoke(settings: AppSettings, authority: FolderAuthority, station_id: StationId) -> int:
    """Revoke a station's certificates: on the list first, as that is what keeps it out."""
    database = Database(settings.database)
    try:
        await database.upgrade()
        certificates = StationCertificates(None, lambda: SqlUnitOfWork(database), SystemClock())
        alive = [
            int(one.serial, 16)
            for one in await certificates.of(station_id)
            if one.state is not CertificateState.REVOKED
        ]
        if alive:
            authority.revoke(alive, datetime.now(UTC))
            await certificates.note_revoked(station_id)
        return len(alive)
    finally:
        await database.close()


def _settings(config: Path) -> CaSettings:
    settings, _ = read_settings(config)
    if settings.ca is None:
        raise InvalidInputError(
            "ca", f"expected the key ca in {config}, such as ca: {{folder: pki}}"
        )
    return settings.ca
