"""`chargeflex serve`: the server."""

from pathlib import Path
from typing import Annotated

import typer

from csms.app import App
from csms.cli.process import run_server
from csms.cli.serving import read_settings, run_until_ended
from csms.domain.access import AccessMode
from csms.log import set_up_logging


def serve(
    config: Annotated[
        Path, typer.Option(help="Settings file; config/chargeflex.yaml shows all keys")
    ],
) -> None:
    """Serve stations, the page and the API until ended by Ctrl-C or SIGTERM."""
    settings, log_level = read_settings(config)
    set_up_logging(log_level)
    gateway, http = settings.gateway, settings.http

    def announce() -> None:
        typer.echo(
            f"Stations: ws://{gateway.host}:{gateway.port}{gateway.prefixes[0]}/<station id>"
        )
        if gateway.tls:
            tls = gateway.tls
            typer.echo(f"          wss://{tls.host}:{tls.port}{gateway.prefixes[0]}/<station id>")
        typer.echo(f"Page:     {http.url}")
        if settings.access is AccessMode.OPEN:
            typer.echo("Access:   open: whoever reaches this port may do everything")
        if app.wizard:
            typer.echo(f"Nobody can log in yet. Be the admin: {http.url}welcome?token={app.wizard}")

    app = App(settings)
    run_server(run_until_ended(app, announce))
