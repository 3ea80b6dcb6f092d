"""The demonstration: its first vehicles wait until every station holds its fallback."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from csms.api.server import HttpSettings
from csms.cli.demo import _SHOWN, _announcement, _settings, _until_set_up
from csms.cli.grid_player import grid_player
from csms.cli.inputs import load_scenario
from csms.domain.grid_company import FeederRef
from csms.domain.resource import (
    Battery,
    DeferrableLoad,
    Photovoltaics,
    StandbySource,
    ThermalLoad,
)
from csms.gateway.server import GatewaySettings
from simulators.virtual_time import run_virtual

FLEET: Final[Any] = SimpleNamespace(stations=["G-01", "G-02"])


@dataclass
class FakeApp:
    """Has set up the stations that a test names."""

    ready: set[str] = field(default_factory=set)

    def is_set_up(self, station_id: str) -> bool:
        """Whether the test has named it."""
        return station_id in self.ready


async def waited_s(app: Any) -> float:
    """How long the vehicles wait."""
    began_s = asyncio.get_running_loop().time()
    await _until_set_up(app, FLEET)
    return asyncio.get_running_loop().time() - began_s


def test_vehicles_come_at_once_when_all_stations_are_set_up() -> None:
    assert run_virtual(waited_s(FakeApp({"G-01", "G-02"}))) == 0.0


def test_vehicles_wait_for_the_last_station() -> None:
    async def story() -> float:
        app = FakeApp({"G-01"})
        asyncio.get_running_loop().call_later(7.0, app.ready.add, "G-02")
        return await waited_s(app)

    assert round(run_virtual(story())) == 7


def test_vehicles_do_not_wait_for_ever() -> None:
    assert round(run_virtual(waited_s(FakeApp({"G-01"})))) == 60


def test_all_that_the_demonstration_keeps_lies_in_its_own_folder(tmp_path: Path) -> None:
    garage = load_scenario("garage")
    player = grid_player(garage)
    settings = _settings(garage, HttpSettings(), GatewaySettings(), tmp_path, player)
    assert settings.database.url == f"sqlite:///{tmp_path}/demo.db"
    assert settings.journal is not None
    assert settings.journal.folder == tmp_path / "journal"


def test_the_grid_company_of_a_scenario_is_let_in_and_announced(tmp_path: Path) -> None:
    garage = load_scenario("garage")
    player = grid_player(garage)
    settings = _settings(garage, HttpSettings(), GatewaySettings(), tmp_path, player)
    [company] = settings.grid_companies
    assert company.has_token(player.token)
    assert company.reach == {FeederRef("fjordgata", "intake")}
    lines = list(_announcement(garage, 60.0, settings))
    assert "Then      19:10 the grid company lets intake carry 35 A until 19:40" in lines


def test_a_scenario_without_cuts_has_no_grid_company() -> None:
    assert grid_player(load_scenario("depot")).companies == ()


def test_the_garage_that_is_shown_has_what_can_be_flexible_beside_chargers(tmp_path: Path) -> None:
    garage = load_scenario(_SHOWN)
    player = grid_player(garage)
    settings = _settings(garage, HttpSettings(), GatewaySettings(), tmp_path, player)
    [site] = settings.sites
    kinds = {type(one.kind) for one in site.resources}
    assert kinds == {Battery, Photovoltaics, ThermalLoad, DeferrableLoad, StandbySource}
    assert site.site_id == "fjordgata"
    assert site.pricing is not None
    lines = list(_announcement(garage, 60.0, settings))
    assert (
        "Beside    Battery, Roof, Heat pump of the stairwells, Hot water of the laundry, Laundry, "
        "Dishwashers, Emergency generator: planned with the vehicles"
    ) in lines
    assert "Then      19:10 the grid company lets intake carry 35 A until 19:40" in lines
