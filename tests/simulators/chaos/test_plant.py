"""Resources that disobey, fall silent and tell lies, as a server and the judge see them."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from simulators.chaos.excuses import Excuses
from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.judge import StrictJudge
from simulators.chaos.plant import WatchedPlant
from simulators.clock import ScaledClock
from simulators.resources.plant import Told, read_plant
from simulators.site import read_site
from simulators.virtual_time import run_virtual

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
SITE = """\
site: yard
timezone: Europe/Oslo
grid: {earthing: TN, voltage_v: 230}
feeders:
  - id: main
    limit_a: 20
    resources:
      - {id: battery, battery: {capacity_kwh: 20, charge_kw: 6.9, discharge_kw: 6.9}, keeps_setpoints: true}
      - {id: roof, pv: {peak_kw: 10, latitude: 60.0, longitude: 10.4}}
"""  # noqa: E501 - as in a file
AMPS = 10.0
"""6.9 kW on three lines of 230 V."""


class Server:
    """Tells the battery to charge with 2.07 kW, 3 A, and refuses what has no present instant."""

    def __init__(self) -> None:
        self.watts = 2_070.0
        self.readings: list[tuple[str, Mapping[str, object]]] = []
        self.takes_all = False

    async def ask(self) -> Told:
        return {"battery": (self.watts, NOON + timedelta(hours=1))}

    async def tell(self, name: str, values: Mapping[str, object]) -> bool | None:
        self.readings.append((name, values))
        is_now = values.get("at") is not None and "energy" not in values
        return self.takes_all or (is_now and str(values["at"]).startswith("2026-01-14T12"))


class Yard:
    """The plant, its judge, and a server."""

    def __init__(self, folder: Path) -> None:
        path = folder / "site.yaml"
        path.write_text(SITE, encoding="utf-8")
        site = read_site(path)
        self.clock = ScaledClock(NOON)
        self.server = Server()
        self.judge = StrictJudge(site)
        self.judge.excuses = Excuses(site, lambda _name, _now: True, lambda _at: None)
        self.judge.observe_uncontrolled(NOON, {})
        plant = read_plant(path, site, self.clock, NOON, seed=1)
        self.plant = WatchedPlant(plant, self.server, self.judge, self.clock, Random(1))  # noqa: S311

    async def live(self, seconds: float) -> None:
        life = asyncio.create_task(self.plant.run())
        await self.clock.sleep(seconds)
        life.cancel()

    def drawn_a(self) -> float:
        return max(load.amps[0] for load in self.plant.loads())


def test_judge_sees_what_resources_draw_as_load_that_is_steered(tmp_path: Path) -> None:
    async def main() -> None:
        yard = Yard(tmp_path)
        yard.judge.impose("main", (NOON, NOON + timedelta(hours=1), 2.0), NOON)
        await yard.live(62)
        assert yard.drawn_a() == pytest.approx(3.0)
        yard.judge.pass_time(yard.clock.now())
        # it is told at once and draws 3 A from the first second on: 1 A too much on three lines
        assert yard.judge.over_as == pytest.approx(3 * 62.0)

    run_virtual(main())


def test_resource_that_disobeys_draws_all_that_it_can(tmp_path: Path) -> None:
    async def main() -> None:
        yard = Yard(tmp_path)
        yard.judge.impose("main", (NOON, NOON + timedelta(hours=1), 6.0), NOON)
        await yard.live(22)
        yard.plant.begin(FaultKind.RESOURCE_DISOBEYS, "battery", 100.0)
        await yard.live(1)
        assert yard.judge.over_as == 0.0
        await yard.live(30)
        assert yard.drawn_a() == pytest.approx(AMPS)
        yard.judge.pass_time(yard.clock.now())
        # 4 A too much on three lines for 30 s: nobody else is there who could make room
        assert (yard.judge.over_as, yard.judge.excused_as) == pytest.approx((0.0, 3 * 4 * 30.0))

    run_virtual(main())


def test_silent_resource_tells_nothing_and_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        yard = Yard(tmp_path)
        yard.plant.begin(FaultKind.RESOURCE_SILENT, "battery", 25.0)
        await yard.live(22)
        assert {name for name, _ in yard.server.readings} == {"roof"}
        assert yard.drawn_a() == pytest.approx(3.0)
        await yard.live(12)
        assert {name for name, _ in yard.server.readings} == {"roof", "battery"}

    run_virtual(main())


def test_deaf_resource_keeps_to_what_it_was_told_before(tmp_path: Path) -> None:
    async def main() -> None:
        yard = Yard(tmp_path)
        await yard.live(2)
        yard.plant.begin(FaultKind.RESOURCE_DEAF, "battery", 25.0)
        yard.server.watts = 690.0
        yard.judge.impose("main", (NOON, NOON + timedelta(hours=1), 2.0), NOON)
        await yard.live(22)
        assert yard.drawn_a() == pytest.approx(3.0)
        assert yard.judge.excused_as == 0.0  # it keeps to what it has heard
        assert yard.server.readings
        await yard.live(12)
        assert yard.drawn_a() == pytest.approx(1.0)

    run_virtual(main())


def test_while_the_broker_is_dead_nothing_comes_or_goes_and_then_old_news_first(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        yard = Yard(tmp_path)
        await yard.live(12)
        before = [values["at"] for name, values in yard.server.readings if name == "battery"]
        yard.server.readings.clear()
        yard.plant.lose_broker(25.0)
        await yard.live(22)
        assert yard.server.readings == []
        await yard.live(12)
        after = [values["at"] for name, values in yard.server.readings if name == "battery"]
        assert after[0] == before[-1]
        assert len(after) > 1

    run_virtual(main())


@pytest.mark.parametrize("takes_all", [False, True])
def test_nonsense_is_told_beside_what_is_true_and_it_is_seen_who_takes_it(
    tmp_path: Path, takes_all: bool
) -> None:
    async def main() -> None:
        yard = Yard(tmp_path)
        yard.server.takes_all = takes_all
        yard.plant.begin(FaultKind.RESOURCE_NONSENSE, "battery", 25.0)
        await yard.live(22)
        told = [values for name, values in yard.server.readings if name == "battery"]
        assert len(told) == 2 * 3  # every 10 s, from the first second on
        assert (yard.plant.refused, len(yard.plant.taken)) == ((0, 3) if takes_all else (3, 0))

    run_virtual(main())
