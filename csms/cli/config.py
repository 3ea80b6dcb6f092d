"""`chargeflex config`: settings and site files."""

import json
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from csms.cli.listing import AsJson, tell, tell_json
from csms.domain.errors import InvalidInputError, SettingsError
from csms.ocpp.catalogue import write_catalogue
from csms.ocpp.versions import load_adapters
from csms.settings.app_file import app_schema
from csms.settings.site_file import read_site, site_schema
from smart_charging.plan_json import plan_schema
from smart_charging.problem_json import problem_schema

MESSAGES_MARK: Final = "<!-- chargeflex config messages -->"

app = typer.Typer(help="Check settings and site files.", no_args_is_help=True)


@app.callback()
def config() -> None:
    """Check settings and site files."""


@app.command()
def schema(
    kind: Annotated[
        Literal["site", "app", "problem", "plan"], typer.Argument(help="Which kind of file")
    ] = "site",
) -> None:
    """Print the JSON Schema of site files, of the server's settings, of problems or of plans."""
    schemas = {
        "site": site_schema,
        "app": app_schema,
        "problem": problem_schema,
        "plan": plan_schema,
    }
    typer.echo(json.dumps(schemas[kind](), indent=2))


@app.command()
def messages(
    frames: Annotated[
        Path | None, typer.Option(help="Folder of golden frames, a folder for each version")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(help="A Markdown file whose end is written anew, from its mark on"),
    ] = None,
) -> None:
    """Print all OCPP messages of all versions: what is served, as which command or event."""
    versions = [adapter.version for adapter in load_adapters()]
    shown = {one.name: _names_in(frames, one.name) for one in versions} if frames else {}
    written = write_catalogue(versions, shown)
    if into is None:
        typer.echo(written)
        return
    head, mark, _ = into.read_text("utf-8").partition(MESSAGES_MARK)
    if not mark:
        raise InvalidInputError("into", f"expected a file with the line {MESSAGES_MARK}")
    into.write_text(f"{head}{mark}\n\n{written}", "utf-8")


def _names_in(frames: Path, version: str) -> list[str]:
    """The names of a version's golden frames."""
    return sorted(file.stem for file in (frames / f"v{version.replace('.', '')}").glob("*.json"))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A site file")], as_json: AsJson = False
) -> None:
    """Check a site file; names line, key and what was expected where it is wrong."""
    try:
        site = read_site(file)
    except SettingsError as error:
        if not as_json:
            raise
        tell_json({"file": str(error.path), "faults": error.faults})
        raise typer.Exit(2) from error
    facts = {
        "file": str(file),
        "site_id": site.site_id,
        "name": site.name,
        "feeders": len(site.feeders),
        "evses": len(site.places),
        "earthing": site.earthing,
        "voltage_v": site.voltage_v,
        "faults": [],
    }
    said = "{name}: {feeders} feeders, {evses} EVSEs, {earthing} {voltage_v:g} V. No faults."
    tell(said.format_map(facts), facts, as_json=as_json)
