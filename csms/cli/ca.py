"""`chargeflex ca`: the certificate authority of this server."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from csms.app_settings import AppSettings
from csms.cli.credentials import check_station_id
from csms.cli.listing import AsJson, tell, tell_json
from csms.cli.serving import read_settings
from csms.clock import SystemClock
from csms.domain.certificate import (
    CertificateKind,
    Refused,
    Signed,
)
from csms.domain.errors import InvalidInputError
from csms.domain.identity import StationId
from csms.pki.authority import FolderAuthority, replace_file, replace_key
from csms.pki.own_authority import CaSettings, IssuerSettings, OwnAuthority
from csms.service.station_certificates import StationCertificates
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

_SERVER_DAYS: Final = 397
_V2G_NAME: Final = "ChargeFlex V2G CA"
_KIND: Final = {
    "station": CertificateKind.STATION,
    "v2g": CertificateKind.V2G,
    "both": CertificateKind.COMBINED,
}
ConfigOption = Annotated[Path, typer.Option(help="Settings file with the key ca")]
V2gOption = Annotated[bool, typer.Option("--v2g", help="The authority for vehicles (ca.v2g)")]

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
    v2g: V2gOption = False,
    as_json: AsJson = False,
) -> None:
    """Make a new authority: ca.key, ca.pem and an empty crl.pem."""
    settings = _issuer(config, v2g=v2g)
    if not 0 < len(organization) <= 64 or not organization.isprintable():
        raise InvalidInputError("organization", "expected 1 to 64 printable characters")
    name = {"name": _V2G_NAME} if v2g else {}
    now = datetime.now(UTC)
    FolderAuthority.create(settings.folder, organization, now, settings.passphrase, **name)
    who = "vehicles have to trust" if v2g else "stations and ocpp.tls.client_ca trust"
    made = settings.folder / "ca.pem"
    facts = {"certificate": str(made), "is_key_locked": settings.passphrase is not None}
    tell(f"{made} is what {who}.", facts, as_json=as_json)
    if settings.passphrase is None:
        typer.echo("The key is not locked: CHARGEFLEX_CA_PASSPHRASE is not set.", err=True)


@app.command("server-cert")
def server_cert(
    hosts: Annotated[list[str], typer.Argument(help="Names or addresses stations connect to")],
    config: ConfigOption,
    days: Annotated[int, typer.Option(min=1, max=825, help="For how many days")] = _SERVER_DAYS,
    as_json: AsJson = False,
) -> None:
    """Make a key and a certificate for this server: server.key and server.pem.

    They replace those that were there; a server that runs takes them up within a minute.
    """
    settings = _issuer(config)
    authority = FolderAuthority(settings.folder, settings.passphrase)
    chain, key = authority.issue_server(hosts, datetime.now(UTC), days)
    replace_key(settings.folder / "server.key", key)
    replace_file(settings.folder / "server.pem", chain)
    made = settings.folder / "server.pem"
    facts = {"certificate": str(made), "key": str(settings.folder / "server.key"), "hosts": hosts}
    tell(f"{made} is made out to {', '.join(hosts)}.", facts, as_json=as_json)


@app.command()
def sign(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    request: Annotated[Path, typer.Argument(help="Its request in PEM; - reads standard input")],
    config: ConfigOption,
    use: Annotated[
        Literal["station", "v2g", "both"],
        typer.Option(help="Whom the station shows the certificate to: this server, vehicles, both"),
    ] = "station",
    as_json: AsJson = False,
) -> None:
    """Sign a station's request by hand, and print the certificate."""
    settings, _ = read_settings(config)
    check_station_id(station_id)
    try:
        text = sys.stdin.read() if str(request) == "-" else request.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("request", f"cannot be read: {error}") from error
    answer = asyncio.run(_sign(settings, _settings(config), (station_id, text), _KIND[use]))
    if isinstance(answer, Refused):
        raise InvalidInputError("request", answer.cause)
    if as_json:
        tell_json({"certificate": answer.certificate, "chain": answer.chain})
    else:
        typer.echo(answer.chain, nl=False)


@app.command()
def revoke(
    station_id: Annotated[str, typer.Argument(help="The identity at the end of its URL")],
    config: ConfigOption,
    as_json: AsJson = False,
) -> None:
    """Revoke all certificates of a station that were signed here.

    A server that runs takes crl.pem up within a minute, if ocpp.tls.crl names it.
    """
    settings, _ = read_settings(config)
    count = asyncio.run(_revoke(settings, _settings(config), station_id))
    if not count:
        raise InvalidInputError("station_id", f"{station_id!r} has no certificate signed here")
    facts = {"station_id": station_id, "revoked": count}
    tell(f"Revoked: {count} of {station_id}.", facts, as_json=as_json)


@app.command("renew-crl")
def renew_crl(config: ConfigOption, v2g: V2gOption = False, as_json: AsJson = False) -> None:
    """Sign crl.pem anew, for another year."""
    settings = _issuer(config, v2g=v2g)
    FolderAuthority(settings.folder, settings.passphrase).revoke([], datetime.now(UTC))
    crl = settings.folder / "crl.pem"
    tell(f"{crl} is signed anew.", {"crl": str(crl)}, as_json=as_json)


async def _sign(
    settings: AppSettings,
    ca_settings: CaSettings,
    asked: tuple[StationId, str],
    kind: CertificateKind,
) -> Signed | Refused:
    clock = SystemClock()
    own = OwnAuthority(ca_settings, clock)
    database = Database(settings.database)
    try:
        await database.upgrade()
        certificates = StationCertificates(own, lambda: SqlUnitOfWork(database), clock)
        return await certificates.sign_for_station(*asked, kind)
    finally:
        await database.close()


async def _revoke(settings: AppSettings, ca_settings: CaSettings, station_id: StationId) -> int:
    clock = SystemClock()
    own = OwnAuthority(ca_settings, clock)
    database = Database(settings.database)
    try:
        await database.upgrade()
        certificates = StationCertificates(own, lambda: SqlUnitOfWork(database), clock)
        return await certificates.revoke(station_id)
    finally:
        await database.close()


def _issuer(config: Path, *, v2g: bool = False) -> IssuerSettings:
    settings = _settings(config)
    if not v2g:
        return settings.station
    if settings.v2g is None:
        raise InvalidInputError(
            "ca.v2g", f"expected the key v2g of ca in {config}, such as v2g: {{folder: pki/v2g}}"
        )
    return settings.v2g


def _settings(config: Path) -> CaSettings:
    settings, _ = read_settings(config)
    if settings.ca is None:
        raise InvalidInputError(
            "ca", f"expected the key ca in {config}, such as ca: {{folder: pki}}"
        )
    return settings.ca
