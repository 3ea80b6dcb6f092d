"""`chargeflex simulate`: simulated stations against any OCPP server."""

import asyncio
from typing import Annotated

import typer

from csms.cli.inputs import check_station_url, load_scenario
from csms.log import set_up_logging
from simulators.clock import ScaledClock
from simulators.fleet import Fleet
from simulators.scenario import Scenario
from simulators.stations.link import connect_to


def simulate(
    url: Annotated[str, typer.Option(help="The server, without station id: ws://HOST:9000/ocpp")],
    scenario: Annotated[
        str, typer.Option(help="garage, workplace, depot, or a scenario file")
    ] = "garage",
    rate: Annotated[
        float, typer.Option(min=1, max=600, help="Simulated seconds a second; 1 for real servers")
    ] = 1.0,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what stations do")] = False,
) -> None:
    """Let a scenario's stations and vehicles loose on a server, until the scenario is over."""
    check_station_url(url)
    set_up_logging("INFO" if verbose else "WARNING")
    asyncio.run(_simulate(load_scenario(scenario), url, rate))


async def _simulate(scenario: Scenario, url: str, rate: float) -> None:
    clock = ScaledClock(scenario.starts_at, rate)
    fleet = Fleet(scenario, clock, connect_to(url))
    typer.echo(f"{len(fleet.stations)} stations connect to {url}/<station id>. Ctrl-C stops them.")
    await fleet.run()
    report = fleet.report()
    typer.echo(
        f"{report.delivered_wh / 1000:.1f} kWh delivered; peak {report.peak_ratio:.2f} of a limit"
    )
