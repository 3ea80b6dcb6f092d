"""A source that stands by fails as it is told to, and the judge sees nothing of what it gives."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.judge import StrictJudge
from simulators.chaos.plant import WatchedPlant
from simulators.clock import ScaledClock
from simulators.resources.plant import Plant, Told, read_plant
from simulators.site import read_site
from simulators.virtual_time import run_virtual
from tests.simulators.chaos.test_plant import Server

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
SITE = """\
site: yard
timezone: Europe/Oslo
grid: {earthing: TN, voltage_v: 230}
feeders:
  - id: main
    limit_a: 20
    resources:
      - {id: generator, standby: {power_kw: 6, least_kw: 1, per_kwh: 1, starts_s: 10}, keeps_setpoints: true}
"""  # noqa: E501 - as in a file


class Asking(Server):
    """Wants 3 kW of the generator."""

    async def ask(self) -> Told:
        return {"generator": (-3_000.0, NOON + timedelta(hours=1))}


class Yard:
    """The plant, and a server."""

    def __init__(self, folder: Path) -> None:
        path = folder / "site.yaml"
        path.write_text(SITE, encoding="utf-8")
        site, self.clock = read_site(path), ScaledClock(NOON)
        self.bare: Plant = read_plant(path, site, self.clock, NOON, seed=1)
        rng = Random(1)  # noqa: S311 - a simulation
        judge = StrictJudge(site)
        self.plant = WatchedPlant(self.bare, Asking(), judge, self.clock, rng)

    async def given_w(self, after_s: float) -> float:
        await self.clock.sleep(after_s)
        return -self.bare.hung["generator"].power_w


def live(folder: Path, story: Callable[[Yard], Coroutine[Any, Any, None]]) -> None:
    """Run a story; the plant moves on every 5 s."""

    async def main() -> None:
        yard = Yard(folder)
        life = asyncio.create_task(yard.plant.run())
        await story(yard)
        life.cancel()

    run_virtual(main())


def test_it_comes_up_as_it_should(tmp_path: Path) -> None:
    async def story(yard: Yard) -> None:
        assert await yard.given_w(4) == 0.0
        assert await yard.given_w(10) == 3_000.0
        assert yard.plant.source_starts == 1
        assert yard.plant.loads() == []

    live(tmp_path, story)


def test_it_fails_to_start_for_a_while(tmp_path: Path) -> None:
    async def story(yard: Yard) -> None:
        yard.plant.begin(FaultKind.SOURCE_FAILS, "generator", 60)
        assert await yard.given_w(58) == 0.0
        assert await yard.given_w(10) == 3_000.0

    live(tmp_path, story)


def test_it_starts_late(tmp_path: Path) -> None:
    async def story(yard: Yard) -> None:
        yard.plant.begin(FaultKind.SOURCE_LATE, "generator", 600, 40)
        assert await yard.given_w(44) == 0.0
        assert await yard.given_w(10) == 3_000.0

    live(tmp_path, story)


def test_it_stops_once_it_carries_load_and_comes_up_again_later(tmp_path: Path) -> None:
    async def story(yard: Yard) -> None:
        yard.plant.begin(FaultKind.SOURCE_STOPS, "generator", 30)
        assert await yard.given_w(12) == 0.0
        assert yard.plant.trips == 1
        assert await yard.given_w(24) == 0.0
        assert await yard.given_w(20) == 3_000.0
        assert yard.plant.trips == 1

    live(tmp_path, story)
