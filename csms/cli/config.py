"""`chargeflex config`: settings and site files."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from csms.settings.app_file import app_schema
from csms.settings.site_file import read_site, site_schema
from smart_charging.plan_json import plan_schema
from smart_charging.problem_json import problem_schema

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
def check(file: Annotated[Path, typer.Argument(help="A site file")]) -> None:
    """Check a site file; names line, key and what was expected where it is wrong."""
    site = read_site(file)
    typer.echo(
        f"{site.name}: {len(site.feeders)} feeders, {len(site.places)} EVSEs, "
        f"{site.earthing} {site.voltage_v:g} V. No faults."
    )
