"""`chargeflex demo`: the whole system with a simulated site, to look at or to check itself."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import httpx2
import typer

from csms.api.server import HttpSettings
from csms.app import App
from csms.app_settings import AppSettings, World
from csms.cli.day import DriversApp, compare, put_by, run_day
from csms.cli.figures import print_figures
from csms.cli.grid_player import GridPlayer, grid_player
from csms.cli.inputs import load_scenario, parse_length
from csms.cli.plant_player import PlantPlayer, plant_of
from csms.cli.serving import run_until_ended
from csms.domain.access import AccessMode
from csms.forecasting.settings import ForecastSettings
from csms.gateway.server import GatewaySettings
from csms.journal.journal import JournalSettings
from csms.log import set_up_logging
from csms.service.requirements import OPEN
from csms.settings.site_file import read_site
from csms.settings.site_files import SiteFilePlace
from csms.storage.database import DatabaseSettings
from simulators.building import MeterReporter
from simulators.clock import PacedClock
from simulators.fleet import Fleet
from simulators.report import FleetReport
from simulators.scenario import Scenario
from simulators.stations.link import connect_to

_SHOWN: Final = "flexible-garage"
_COMPARED: Final = "garage"
_DAYS_SHOWN: Final = 7
_JOURNAL_MB: Final = 200
_AHEAD_S: Final = 5.0
"""Real seconds that the site's clock runs before the scenario starts. By then the stations are
usually set up; the first vehicles wait for that, however long it takes the machine."""
_LOOK_EVERY_S: Final = 0.1
_LOOKS: Final = 600


def demo(
    scenario: Annotated[
        str | None,
        typer.Option(
            help="flexible-garage, garage, workplace, depot, or a scenario file; without it "
            "flexible-garage, headless garage, as the policies beside it know chargers alone",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[float, typer.Option(min=1, max=600, help="Simulated seconds a second")] = 60.0,
    headless: Annotated[
        bool, typer.Option("--headless", help="No page: run in virtual time, print the figures")
    ] = False,
    until: Annotated[str, typer.Option(help="Length of a headless run: 24h, 90m, 2d")] = "24h",
    check: Annotated[
        bool,
        typer.Option(
            "--assert",
            help="Headless: exit 1 if a feeder was over its limit, or if less than 97 % of the "
            "energy was delivered that perfect foresight would have delivered (where vehicles are "
            "all that is planned)",
        ),
    ] = False,
    http_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page")] = 8080,
    ocpp_port: Annotated[int, typer.Option(min=0, max=65535, help="Port for stations")] = 9000,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what stations do")] = False,
) -> None:
    """Run the whole system with a simulated site under load. Needs nothing else."""
    set_up_logging("INFO" if verbose else "ERROR")
    if headless:
        length = parse_length(until)
        played = load_scenario(scenario or _COMPARED, length)
        figures = compare(played, run_day(played, length))
        print_figures(played, figures)
        typer.echo(f"FAIL: {'; '.join(figures.faults)}" if figures.faults else "PASS")
        if check and figures.faults:
            raise typer.Exit(1)
        return
    played = load_scenario(scenario or _SHOWN, timedelta(days=_DAYS_SHOWN))
    asyncio.run(_show(played, rate, HttpSettings(port=http_port), GatewaySettings(port=ocpp_port)))


async def _show(
    scenario: Scenario, rate: float, http: HttpSettings, gateway: GatewaySettings
) -> None:
    """Run the system and the fleet on a fast clock, over real sockets, until ended."""
    clock = PacedClock(scenario.starts_at - timedelta(seconds=_AHEAD_S * rate), rate)
    base_url = f"http://{http.host}:{http.port}"
    with tempfile.TemporaryDirectory(prefix="chargeflex-") as folder:
        player = grid_player(scenario)
        settings = _settings(scenario, http, gateway, Path(folder), player)
        app = App(settings, World(clock=clock, clock_rate=rate))
        async with httpx2.AsyncClient(base_url=base_url, timeout=30) as client:
            drivers = DriversApp(put_by(client), scenario.site.site_id)
            connect = connect_to(f"ws://{gateway.host}:{gateway.port}/ocpp")
            plant = plant_of(scenario, clock)
            fleet = Fleet(scenario, clock, connect, announce=drivers.state_need, beside=plant.drawn)
            meters = MeterReporter(
                scenario.site, fleet.buildings, clock, drivers.report_load, drawn=fleet.drawn
            )
            ready = asyncio.Event()
            async with asyncio.TaskGroup() as tasks:
                ticking = tasks.create_task(clock.run())
                playing = tasks.create_task(_play(app, fleet, meters, ready))
                limiting = tasks.create_task(player.run(client, clock))
                living = tasks.create_task(PlantPlayer(plant, client).run())
                await run_until_ended(app, partial(_begin, scenario, rate, settings, ready))
                playing.cancel()
                limiting.cancel()
                living.cancel()
                ticking.cancel()
        typer.echo(_outcome(fleet.report()))


def _settings(
    scenario: Scenario,
    http: HttpSettings,
    gateway: GatewaySettings,
    folder: Path,
    player: GridPlayer,
) -> AppSettings:
    """The system's settings; all that it keeps is kept in a folder, the site's file as well."""
    site, file = read_site(scenario.site_path), folder / scenario.site_path.name
    shutil.copyfile(scenario.site_path, file)
    return AppSettings(
        access=AccessMode.OPEN,
        security=OPEN,
        sites=(site,),
        site_files={site.site_id: SiteFilePlace(file, copy_of=scenario.site_path)},
        gateway=gateway,
        http=http,
        database=DatabaseSettings(url=f"sqlite:///{folder / 'demo.db'}"),
        forecasts=ForecastSettings(),
        journal=JournalSettings(folder=folder / "journal", most_mb=_JOURNAL_MB),
        grid_companies=player.companies,
    )


async def _play(app: App, fleet: Fleet, meters: MeterReporter, ready: asyncio.Event) -> None:
    await ready.wait()
    async with asyncio.TaskGroup() as tasks:
        reporting = tasks.create_task(meters.run())
        await fleet.run(may_come=partial(_until_set_up, app, fleet))
        reporting.cancel()


async def _until_set_up(app: App, fleet: Fleet) -> None:
    """Wait until all stations hold their fallbacks; one that never does is not waited for."""
    for _ in range(_LOOKS):
        if all(app.is_set_up(station_id) for station_id in fleet.stations):
            return
        await asyncio.sleep(_LOOK_EVERY_S)


def _begin(scenario: Scenario, rate: float, settings: AppSettings, ready: asyncio.Event) -> None:
    for line in _announcement(scenario, rate, settings):
        typer.echo(line)
    ready.set()


def _outcome(report: FleetReport) -> str:
    """What the demonstration came to, by the simulated lines themselves."""
    return (
        f"{len(report.sessions)} vehicles came and took {report.delivered_wh / 1000:.1f} kWh. "
        f"The fullest line carried {100 * report.peak_ratio:.1f} % of its limit; "
        f"{report.over_as:.1f} ampere-seconds were above one."
    )


def _announcement(scenario: Scenario, rate: float, settings: AppSettings) -> Iterator[str]:
    gateway, http = settings.gateway, settings.http
    zone = scenario.site.zone
    stations = len(scenario.station_ids)
    yield f"Page      http://{http.host}:{http.port}/"
    yield f"Stations  ws://{gateway.host}:{gateway.port}/ocpp/<station id>, OCPP 1.6-J and 2.0.1"
    yield f"API       http://{http.host}:{http.port}/api/v1/openapi.json"
    yield (
        f"Running   scenario {scenario.name}: {stations} simulated stations, "
        f"one hour in {3600 / rate:.0f} s, from {scenario.starts_at.astimezone(zone):%a %H:%M}"
    )
    beside = [one.name for site in settings.sites for one in site.resources]
    if beside:
        yield f"Beside    {', '.join(beside)}: planned with the vehicles"
    for name, manners in scenario.manners.items():
        for silence in manners.silences:
            ends_at = silence.starts_at + timedelta(seconds=silence.lasts_s)
            yield (
                f"Then      {silence.starts_at.astimezone(zone):%H:%M} {name} goes silent "
                f"until {ends_at.astimezone(zone):%H:%M}; its room is kept free"
            )
    for cut in scenario.cuts:
        yield (
            f"Then      {cut.starts_at.astimezone(zone):%H:%M} the grid company lets "
            f"{cut.feeder_id} carry {cut.amps:g} A until {cut.ends_at.astimezone(zone):%H:%M}"
        )
    yield (
        "Yours     point a charger at the address above with any id of your own: it joins as a "
        "guest and is planned for"
    )
    yield (
        "Security  profile 0: whoever connects under a name is believed; for a demonstration only"
    )
    yield "Stop      Ctrl-C. Everything is kept in a temporary folder and then gone."
