"""`chargeflex user`: who is let in, also when nobody can log in any more."""

import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer

from csms.app_settings import AppSettings
from csms.cli.listing import AsJson, tell_list
from csms.cli.serving import read_settings
from csms.cli.written_down import note_done
from csms.clock import SystemClock
from csms.domain.access import Permission, Role
from csms.domain.access_errors import UnknownUserError
from csms.domain.errors import InvalidInputError
from csms.service.access_side import AccessSide
from csms.service.accounts import Known, Standing
from csms.service.grid_parties import GridParties
from csms.storage.access import AccessReads
from csms.storage.audit import AuditReads
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

_STDIN: Final = "-"

app = typer.Typer(help="Look after users: who is let in, and may what.", no_args_is_help=True)

Config: TypeAlias = Annotated[Path, typer.Option(help="Settings file")]
Name: TypeAlias = Annotated[str, typer.Argument(help="a-z, 0-9 and . _ @ + -")]
RoleOption: TypeAlias = Annotated[Role, typer.Option(help="What the user may; docs/access.md")]
Sites: TypeAlias = Annotated[
    list[str] | None, typer.Option("--site", help="Where; may be repeated; default: all sites")
]
Tokens: TypeAlias = Annotated[
    list[str] | None, typer.Option("--token", help="A resident's own id token; may be repeated")
]
Party: TypeAlias = Annotated[
    str | None, typer.Option("--party", help="The settings' grid company that the user is")
]
PasswordFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        help="Read the password from a file's first line; - reads standard input; default: it is "
        "asked for",
    ),
]


@app.callback()
def user() -> None:
    """Look after users: who is let in, and may what."""


@app.command()
def add(
    name: Name,
    role: RoleOption,
    config: Config,
    site: Sites = None,
    token: Tokens = None,
    party: Party = None,
    password_file: PasswordFile = None,
) -> None:
    """Add a user; the first one is an admin. A server that runs lets the user in at once."""
    settings, _ = read_settings(config)
    chosen = _password(password_file)
    standing = _standing(role, site, token, party)

    async def run(side: AccessSide) -> None:
        if role is not Role.ADMIN and not await side.reads.has_users():
            raise InvalidInputError("role", f"expected an admin as the first user, got {role}")
        made = await side.accounts.add(name, chosen, standing)
        await note_done(side.log, "add_user", made.name, f"{role}")

    _run(settings, run)
    typer.echo(f"{name.strip().lower()} is added as {role}.")


@app.command("list")
def list_users(config: Config, as_json: AsJson = False) -> None:
    """List all users: name, role, where (nothing: all sites), and whether they are let in."""
    settings, _ = read_settings(config)

    async def run(side: AccessSide) -> None:
        rows = [
            {
                "name": one.name,
                "role": str(one.role),
                "sites": None if one.sites is None else sorted(one.sites),
                "let_in": not one.is_disabled,
            }
            for one in await side.reads.users()
        ]
        tell_list(rows, as_json=as_json, nothing="There are no users yet.")

    _run(settings, run)


@app.command("role")
def change_role(
    name: Name,
    role: RoleOption,
    config: Config,
    site: Sites = None,
    token: Tokens = None,
    party: Party = None,
) -> None:
    """Let a user be something else, from the next request on."""
    settings, _ = read_settings(config)
    standing = _standing(role, site, token, party)

    async def run(side: AccessSide) -> None:
        await side.accounts.change(name, standing)
        await note_done(side.log, "change_user", name, f"{role}")

    _run(settings, run)
    typer.echo(f"{name} is {role} now.")


@app.command()
def password(name: Name, config: Config, password_file: PasswordFile = None) -> None:
    """Give a user another password; all logins of the user end."""
    settings, _ = read_settings(config)
    chosen = _password(password_file)

    async def run(side: AccessSide) -> None:
        await side.accounts.set_password(name, chosen)
        await note_done(side.log, "set_user_password", name)

    _run(settings, run)
    typer.echo(f"The password of {name} is set.")


@app.command()
def disable(name: Name, config: Config) -> None:
    """Let a user in no more: logins end, and keys count no more."""
    _disable(name, config, is_disabled=True)
    typer.echo(f"{name} is let in no more.")


@app.command()
def enable(name: Name, config: Config) -> None:
    """Let a user in again."""
    _disable(name, config, is_disabled=False)
    typer.echo(f"{name} is let in again.")


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="Whose key it is")],
    purpose: Annotated[str, typer.Argument(help="What it is for")],
    scope: Annotated[
        list[Permission], typer.Option("--scope", help="What it may; may be repeated")
    ],
    config: Config,
    site: Sites = None,
) -> None:
    """Make an API key for a program, and print it this once: `Authorization: Bearer KEY`."""
    settings, _ = read_settings(config)

    async def run(side: AccessSide) -> str:
        owner = await side.reads.user(name)
        if owner is None:
            raise UnknownUserError(name)
        made, secret = await side.keys.make(owner, purpose, scope, _sites(site))
        await note_done(side.log, "make_key", f"{name}/{purpose}", ", ".join(sorted(made.scopes)))
        return secret

    typer.echo(_run(settings, run))


def _disable(name: str, config: Path, *, is_disabled: bool) -> None:
    settings, _ = read_settings(config)

    async def run(side: AccessSide) -> None:
        await side.accounts.disable(name, is_disabled=is_disabled)
        await note_done(side.log, "disable_user" if is_disabled else "enable_user", name)

    _run(settings, run)


def _standing(
    role: Role, site: list[str] | None, token: list[str] | None, party: str | None
) -> Standing:
    return Standing(role=role, sites=_sites(site), tokens=tuple(token or ()), party_id=party)


def _sites(site: list[str] | None) -> frozenset[str] | None:
    return frozenset(site) if site else None


def _run(settings: AppSettings, work: Callable[[AccessSide], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401
    async def run() -> Any:  # noqa: ANN401
        async with _side_of(settings) as side:
            return await work(side)

    return asyncio.run(run())


@asynccontextmanager
async def _side_of(settings: AppSettings) -> AsyncIterator[AccessSide]:
    """Users and keys, as a server would find them in its database."""
    database = Database(settings.database)
    parties = GridParties(settings.grid_companies)
    known = Known(
        site_ids=lambda: [site.site_id for site in settings.sites],
        parties=lambda: [party.company.party_id for party in parties],
    )
    try:
        await database.upgrade()
        yield AccessSide(
            AccessReads(database),
            AuditReads(database),
            lambda: SqlUnitOfWork(database),
            SystemClock(),
            known,
            parties,
        )
    finally:
        await database.close()


def _password(file: Path | None) -> str:
    if file is None:
        first = getpass.getpass("Password: ")
        if getpass.getpass("The same again: ") != first:
            raise InvalidInputError("password", "expected the same twice")
        return first
    try:
        text = sys.stdin.read() if str(file) == _STDIN else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("password_file", f"cannot be read: {error}") from error
    return text.partition("\n")[0].rstrip("\r")
