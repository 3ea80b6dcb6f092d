"""The garage with battery, sun and heat in virtual time, through links that fail and nonsense."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2

from csms.cli.day import run_day
from csms.cli.inputs import load_scenario
from csms.cli.plant_player import PlantPlayer
from simulators.resources.plant import Plant, Told

_ABSURD = (
    {"power_w": float("5e6")},
    {"power_w": -4e6},
    {"soc_pct": 6_100.0},
    {"temperature_c": 900.0},
    {"power_w": 1_000.0, "at": "2036-01-14T12:00:00Z"},
)
_LIARS = {"battery", "heat-pump"}


@dataclass
class Faulty:
    """Resources whose link is cut from the eighth to the thirteenth minute, and that tell nonsense.

    Attributes:
        taken: Nonsense that the server has taken.
    """

    taken: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    async def play(self, plant: Plant, client: httpx2.AsyncClient) -> None:
        player, began_at = PlantPlayer(plant, client), plant.clock.now()

        def is_cut() -> bool:
            minutes = (plant.clock.now() - began_at).total_seconds() / 60
            return 8 <= minutes < 13

        async def ask() -> Told:
            return {} if is_cut() else await player.ask()

        async def report(name: str, values: dict[str, float]) -> bool:
            if is_cut():
                return False
            for absurd in _ABSURD if name in _LIARS else ():
                path = f"/api/v1/sites/fjordgata/resources/{name}/reading"
                response = await client.put(path, json=absurd)
                self.refused += response.status_code == 422
                self.taken += [absurd] * response.is_success
            return await player.report(name, values)

        await plant.run(ask, report)


def test_no_limit_is_exceeded_while_links_fail_and_nonsense_is_told() -> None:
    length = timedelta(minutes=20)
    faulty = Faulty()
    report = run_day(load_scenario("flexible-garage", length), length, faulty.play)
    assert report.over_as == 0.0
    assert faulty.taken == []
    assert faulty.refused > 300


def test_resources_that_ignore_what_they_are_told_are_made_room_for() -> None:
    # what they draw too much is above the limit until their meters show it, and no longer
    length = timedelta(minutes=16)

    async def play(plant: Plant, client: httpx2.AsyncClient) -> None:
        player, began_at = PlantPlayer(plant, client), plant.clock.now()

        async def ask() -> Told:
            is_late = plant.clock.now() - began_at > timedelta(minutes=10)
            for name in ("heat-pump", "hot-water", "battery"):
                plant.hung[name].ignores = is_late
            return await player.ask()

        await plant.run(ask, player.report)

    report = run_day(load_scenario("flexible-garage", length), length, play)
    assert max(line.over_s for line in report.lines) <= 60.0
