"""`chargeflex forecast`: models of vehicles' stays, and whose stays they do not look at."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from csms.app_settings import AppSettings
from csms.cli.listing import AsJson, tell_json, tell_list
from csms.cli.progress import working
from csms.cli.serving import read_settings
from csms.clock import SystemClock
from csms.domain.authorization import IdToken
from csms.domain.errors import InvalidInputError
from csms.domain.forecast_model import ModelNote, Score
from csms.domain.stay_outcome import Foretold
from csms.forecasting.model_keeper import fit_models
from csms.forecasting.settings import ForecastSettings
from csms.service.forecast_words import WHAT_WORDS, figure
from csms.service.forecasts import Forecasts
from csms.service.sites import Sites
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork

_LISTED: Final = 20
_LONGEST_TOKEN: Final = 36
_MOST: Final = 100_000

app = typer.Typer(help="Look after forecasts of vehicles' stays.", no_args_is_help=True)

_Config = Annotated[Path, typer.Option(help="Settings file")]
_Token = Annotated[str, typer.Argument(help="The driver's id token, as on the card")]


@app.callback()
def forecast() -> None:
    """Look after forecasts of vehicles' stays."""


@app.command()
def fit(config: _Config) -> None:
    """Make models now; a server that runs asks them within a quarter of an hour."""
    settings, _ = read_settings(config)
    chosen = settings.forecasts or ForecastSettings()
    typer.echo("Models are being made; that takes some minutes where there are many stays.")

    async def run() -> list[int]:
        database = Database(settings.database)
        try:
            await database.upgrade()
        finally:
            await database.close()
        return await fit_models(chosen, settings.database, SystemClock().now())

    with working("making models"):
        versions = asyncio.run(run())
    if not versions:
        typer.echo(
            f"None was made: no time zone has {chosen.least_stays} stays in {chosen.weeks} weeks."
        )
    for version in versions:
        typer.echo(f"Model {version} is made; `chargeflex forecast show {version}` tells of it.")


@app.command("list")
def list_models(config: _Config, as_json: AsJson = False) -> None:
    """List the newest models."""
    rows = [
        {
            "version": note.version,
            "made_at": note.made_at,
            "time_zone": note.zone,
            "sites": len(note.sites),
            "stays": sum(site.stays for site in note.sites.values()),
        }
        for note in asyncio.run(_notes(read_settings(config)[0], _LISTED))
    ]
    tell_list(rows, as_json=as_json, nothing="No model has been made yet.")


@app.command()
def show(
    config: _Config,
    version: Annotated[
        int | None, typer.Argument(min=1, help="Which model; by default the newest")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell how good a model was on stays that it had not seen, and what it hangs on."""
    notes = asyncio.run(_notes(read_settings(config)[0], _MOST))
    found = next((one for one in notes if version in (None, one.version)), None)
    if found is None:
        known = ", ".join(str(one.version) for one in notes[:_LISTED]) or "none"
        raise InvalidInputError("version", f"expected one that was made ({known})")
    if as_json:
        tell_json(found)
        return
    for line in _described(found):
        typer.echo(line)


@app.command()
def exclude(token: _Token, config: _Config) -> None:
    """Never look at a driver's stays: neither in models nor as their own past.

    What was said of them is deleted. A server that runs keeps to it within five minutes.
    """
    asyncio.run(_leave_out(read_settings(config)[0], token, for_ever=True))
    typer.echo("No stay of that driver is looked at any more; the transactions are kept.")


@app.command()
def forget(token: _Token, config: _Config) -> None:
    """Forget a driver's stays up to now, and learn from later ones."""
    asyncio.run(_leave_out(read_settings(config)[0], token, for_ever=False))
    typer.echo("The stays of that driver up to now are forgotten; the transactions are kept.")


@app.command()
def include(token: _Token, config: _Config) -> None:
    """Look at all stays of a driver again."""

    async def run() -> None:
        async with _forecasts(read_settings(config)[0]) as forecasts:
            await forecasts.take_in(_checked(token))

    asyncio.run(run())
    typer.echo("All stays of that driver count again.")


async def _leave_out(settings: AppSettings, token: str, *, for_ever: bool) -> None:
    async with _forecasts(settings) as forecasts:
        await forecasts.leave_out(_checked(token), for_ever=for_ever)


async def _notes(settings: AppSettings, limit: int) -> list[ModelNote]:
    database = Database(settings.database)
    try:
        await database.upgrade()
        async with SqlUnitOfWork(database) as uow:
            return await uow.forecasts.models(limit)
    finally:
        await database.close()


@asynccontextmanager
async def _forecasts(settings: AppSettings) -> AsyncIterator[Forecasts]:
    """Forecasts, as a server would find them in its database."""
    database = Database(settings.database)
    try:
        await database.upgrade()
        open_uow = lambda: SqlUnitOfWork(database)  # noqa: E731
        clock = SystemClock()
        forecasts = Forecasts(Sites((), open_uow, clock), None, open_uow, clock)
        await forecasts.load()
        yield forecasts
    finally:
        await database.close()


def _checked(token: str) -> IdToken:
    if not 0 < len(token) <= _LONGEST_TOKEN:
        expected = f"expected 1 to {_LONGEST_TOKEN} characters, got {len(token)}"
        raise InvalidInputError("token", expected)
    return IdToken(token)


def _described(note: ModelNote) -> Iterator[str]:
    made = f"{note.made_at:%Y-%m-%d %H:%M} UTC"
    yield f"Model {note.version}, {note.zone}, made {made} in {note.took_s:.0f} s of processor time"
    for site_id, site in note.sites.items():
        yield f"  {site_id}: {site.stays:,} stays"
        for what in Foretold:
            yield f"    {WHAT_WORDS[what]}: {_scored(site.scores.get(what), what)}"
    for what, drivers in note.drivers.items():
        if drivers:
            shares = ", ".join(f"{one.name} ({one.share:.1%})" for one in drivers)
            yield f"  {WHAT_WORDS[what]}: hangs on {shares}"


def _scored(score: Score | None, what: Foretold) -> str:
    if score is None:
        return "too few stays to judge on; the baseline answers"
    loss, plain = figure(score.loss, what), figure(score.baseline_loss, what)
    who = "model" if score.is_used else "baseline"
    return (
        f"pinball loss {loss}, of the baseline {plain}, {score.held:.0%} held by 80 % intervals, "
        f"on {score.count} stays; the {who} answers"
    )
