"""`chargeflex simulate`: simulated stations against any OCPP server."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from csms.cli.inputs import check_station_url, load_scenario, read_passwords
from csms.log import set_up_logging
from simulators.clock import ScaledClock
from simulators.fleet import Fleet
from simulators.scenario import Scenario
from simulators.stations.link import Connect, connect_to


def simulate(
    url: Annotated[str, typer.Option(help="The server, without station id: ws://HOST:9000/ocpp")],
    scenario: Annotated[
        str, typer.Option(help="garage, workplace, depot, or a scenario file")
    ] = "garage",
    rate: Annotated[
        float, typer.Option(min=1, max=600, help="Simulated seconds a second; 1 for real servers")
    ] = 1.0,
    password: Annotated[
        str | None,
        typer.Option(
            envvar="CHARGEFLEX_STATION_PASSWORD",
            show_envvar=True,
            help="The password of all stations; better given by the environment",
        ),
    ] = None,
    passwords: Annotated[
        Path | None,
        typer.Option(help="A file of passwords: on each line a station's id and its password"),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what stations do")] = False,
) -> None:
    """Let a scenario's stations and vehicles loose on a server, until the scenario is over."""
    check_station_url(url)
    set_up_logging("INFO" if verbose else "WARNING")
    own = {} if passwords is None else read_passwords(passwords)
    connect = connect_to(url, password_of=lambda name: own.get(name, password))
    asyncio.run(_simulate(load_scenario(scenario), url, connect, rate))


async def _simulate(scenario: Scenario, url: str, connect: Connect, rate: float) -> None:
    clock = ScaledClock(scenario.starts_at, rate)
    fleet = Fleet(scenario, clock, connect)
    typer.echo(f"{len(fleet.stations)} stations connect to {url}/<station id>. Ctrl-C stops them.")
    await fleet.run()
    report = fleet.report()
    typer.echo(
        f"{report.delivered_wh / 1000:.1f} kWh delivered; peak {report.peak_ratio:.2f} of a limit"
    )
