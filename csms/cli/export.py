"""`chargeflex export`: what was measured and charged, to files that other programs read."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from csms.cli.listing import AsJson, tell
from csms.cli.progress import working
from csms.cli.serving import read_settings
from csms.domain.errors import InvalidInputError
from csms.domain.export_wanted import FileFormat, Wanted
from csms.language.languages import Language
from csms.storage.database import Database, DatabaseSettings


def export(
    config: Annotated[Path, typer.Option(help="Settings file")],
    out: Annotated[Path, typer.Option(help="The file to write; one that is there is replaced")],
    what: Annotated[
        Literal["meter-values", "transactions", "feeders", "proof"],
        typer.Option(
            help="Readings of EVSEs, transactions by their start, loads of feeders, or how feeders "
            "kept to the limits of grid companies, by quarters of an hour"
        ),
    ] = "meter-values",
    resolution: Annotated[
        Literal["raw", "1min", "15min", "day"] | None,
        typer.Option(
            help="Readings as they came, or steps of time, days being the site's own; 15min if "
            "nothing is said"
        ),
    ] = None,
    begin: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="From that date or time on: 2026-01-31, 2026-01-31T12:00 in the site's time, or "
            "with an offset",
        ),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Up to that date or time, not including it")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Only of this site")] = None,
    station: Annotated[str | None, typer.Option(help="Only of this station")] = None,
    evse: Annotated[
        int | None, typer.Option(min=0, help="Only of this EVSE of the station")
    ] = None,
    feeder: Annotated[str | None, typer.Option(help="Only of this feeder of the site")] = None,
    token: Annotated[
        str | None, typer.Option(help="Only transactions with this id token, in any case")
    ] = None,
    file_format: Annotated[
        FileFormat | None,
        typer.Option("--format", help="By default what the file's name ends in"),
    ] = None,
    language: Annotated[
        Language, typer.Option(help="Of a statement; other files have none")
    ] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """Write what was measured or charged to a CSV, Excel or Parquet file.

    Transactions also to a PDF file, a statement with what they come to.

    Columns that end in _at are in UTC, those in _local as the site's clocks had them.
    """
    form = file_format or _format_of(out)
    if not out.parent.is_dir() or out.is_dir():
        raise InvalidInputError("out", f"expected a file in a folder that is there, got {out}")
    wanted = Wanted(
        what=what,
        resolution=resolution,
        begin=begin,
        end=end,
        site_id=site,
        station_id=station,
        evse_number=evse,
        feeder_id=feeder,
        id_token=token,
        language=language,
    )
    wanted.check(form)
    settings, _ = read_settings(config)
    kept_in = settings.history.folder if settings.history else config.parent / "history"
    with working("exporting"):
        rows = asyncio.run(_export(settings.database, kept_in, wanted, out, form))
    tell(f"{rows:,} rows written to {out}.", {"rows": rows, "file": str(out)}, as_json=as_json)


def _format_of(out: Path) -> FileFormat:
    """The format that a file's name ends in."""
    try:
        return FileFormat(out.suffix.removeprefix(".").lower())
    except ValueError as error:
        expected = f"expected a name that ends in .csv, .xlsx, .parquet or .pdf, got {str(out)!r}"
        raise InvalidInputError("out", expected) from error


async def _export(
    settings: DatabaseSettings, kept_in: Path, wanted: Wanted, out: Path, form: FileFormat
) -> int:
    from csms.history.exporting import Exporter  # noqa: PLC0415 - every command would wait for it

    database = Database(settings)
    try:
        await database.upgrade()
        return await Exporter(database, kept_in).export(wanted, out, form)
    finally:
        await database.close()
