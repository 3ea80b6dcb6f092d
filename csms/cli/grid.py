"""`chargeflex grid`: what grid companies come with, and one to try a server with."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import httpx2
import typer

from csms.cli.grid_player import ask_by
from csms.clock import SystemClock
from csms.domain.errors import InvalidInputError
from csms.domain.grid_company import hash_of
from simulators.grid_company import Conduct, Cut, GridCompany

_PATIENCE_S: Final = 10.0
_RANDOM_BYTES: Final = 32

app = typer.Typer(
    help="Tokens of grid companies, and one to try a server with.", no_args_is_help=True
)


@app.callback()
def grid() -> None:
    """Tokens of grid companies, and one to try a server with."""


@app.command()
def token() -> None:
    """Make a token for a grid company, and print it with the line for the settings.

    The token itself is kept nowhere: give it to the grid company, and to nobody else.
    """
    made = secrets.token_urlsafe(_RANDOM_BYTES)
    typer.echo(f"token: {made}")
    typer.echo(f"token_sha256: {hash_of(made)}")


@app.command()
def simulate(
    site: Annotated[str, typer.Option(help="The site")],
    feeder: Annotated[str, typer.Option(help="The feeder that it limits")],
    token: Annotated[
        str,
        typer.Option(
            envvar="CHARGEFLEX_GRID_TOKEN",
            show_envvar=True,
            help="The company's token; better given by the environment",
        ),
    ],
    url: Annotated[str, typer.Option(help="The server")] = "http://127.0.0.1:8080",
    amps: Annotated[float, typer.Option(min=0, max=10_000, help="What each line may carry")] = 20,
    starts_in_s: Annotated[int, typer.Option(min=0, help="When that begins")] = 60,
    lasts_s: Annotated[int, typer.Option(min=1, help="How long it lasts")] = 1800,
    fallback_amps: Annotated[
        float | None,
        typer.Option(min=0, max=10_000, help="What each line may carry while it is silent"),
    ] = None,
    beat_every_s: Annotated[
        int, typer.Option(min=1, help="How often it shows that it is there")
    ] = 60,
    silent_after_s: Annotated[
        int | None, typer.Option(min=0, help="When it falls silent; by default never")
    ] = None,
    silent_for_s: Annotated[int, typer.Option(min=1, help="For how long")] = 1800,
) -> None:
    """Be the grid company of a server: limit a feeder, beat, and fall silent, until ended."""
    now = datetime.now(UTC).replace(microsecond=0)
    begins_at = now + timedelta(seconds=starts_in_s)
    ends_at = begins_at + timedelta(seconds=lasts_s)
    conduct = Conduct(
        site_id=site,
        cuts=(Cut(feeder_id=feeder, amps=amps, starts_at=begins_at, ends_at=ends_at),),
        fallback_a={} if fallback_amps is None else {feeder: fallback_amps},
        beat_every_s=beat_every_s,
        silent_from=None if silent_after_s is None else now + timedelta(seconds=silent_after_s),
        silent_s=silent_for_s,
    )
    asyncio.run(_simulate(conduct, url, token))


async def _simulate(conduct: Conduct, url: str, token: str) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=_PATIENCE_S) as client:
        ask = ask_by(client, token, _complain)
        await GridCompany(conduct, ask, SystemClock(), _say).run()


def _complain(cause: str, is_refused: bool) -> None:
    """Say why something was not done; what is refused will not be done later."""
    if is_refused:
        raise InvalidInputError("server", f"has refused: {cause}")
    typer.echo(f"the server does not answer: {cause}", err=True)


def _say(text: str) -> None:
    typer.echo(f"{datetime.now().astimezone():%H:%M:%S} {text}")
