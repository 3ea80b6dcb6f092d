"""Every change of a current is seen at its instant, however short what it makes is."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from simulators.chaos.excuse import EvseKey
from simulators.chaos.excuses import Excuses
from simulators.chaos.judge import StrictJudge
from simulators.chaos.watch import Watch
from simulators.grid import Load
from simulators.site import Site, read_site
from simulators.virtual_time import run_virtual
from tests.simulators.stations.builders import NOON, scene
from tests.simulators.stations.test_station import set_limit

ONE_STATION = """
site: one
timezone: Europe/Oslo
grid: {earthing: TN}
feeders: [{id: main, limit_a: 20}]
chargers: [{id: S/1, feeder: main, max_a: 32}]
"""


class Noting(StrictJudge):
    """Notes when a vehicle was seen to draw another current."""

    seen: list[tuple[float, float]]

    def observe_vehicle(self, now: datetime, load: Load) -> None:
        self.seen.append(((now - NOON) / timedelta(seconds=1), load.amps[0]))
        super().observe_vehicle(now, load)


def test_currents_are_seen_between_the_looks_of_a_fleet(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(ONE_STATION, encoding="utf-8")

    async def main() -> Noting:
        judge = Noting(read_site(path))
        judge.seen = []
        async with scene("1.6", tmp_path) as stage:
            watch = Watch([stage.station], stage.clock, judge)
            await stage.charge()
            await stage.clock.sleep(3600)  # and nobody lets the station's time pass
            stage.station.unplug(1)
            watch.close()
            judge.pass_time(stage.clock.now())
        return judge

    judge = run_virtual(main())
    amps = [amps for _, amps in judge.seen]
    rising = [pair for pair in judge.seen if 0 < pair[1] < 32]
    assert [pair[1] for pair in rising] == [6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30]
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(rising)]
    assert gaps == pytest.approx([1.0] * 12, abs=1e-4)
    assert amps[-1] == 0.0
    # 10 kWh at 3 x 230 V: 22 A for 1 s, 24 A for 1 s ... above 20 A, then 12 A too much until full.
    full_s = next(at for at, drawn in judge.seen if drawn == 0.0 and at > 120)
    top_s = next(at for at, drawn in judge.seen if drawn == 32.0)
    over_as = 3 * (2 + 4 + 6 + 8 + 10 + 12 * (full_s - top_s))
    assert judge.over_as == pytest.approx(over_as, rel=1e-4)


class Listening(Excuses):
    """Notes what it is told of an EVSE."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, lambda _name, _now: True, lambda _at: None)
        self.heard: list[str] = []

    def draws(self, key: EvseKey, drawn_a: float, told_a: float, now: datetime) -> None:
        self.heard.append(f"{key[0]}/{key[1]} draws {drawn_a:g} A, told {told_a:g} A")
        super().draws(key, drawn_a, told_a, now)

    def obeys(self, key: EvseKey, now: datetime) -> None:
        self.heard.append("obeys")
        super().obeys(key, now)

    def told_current(self, key: EvseKey, now: datetime) -> None:
        self.heard.append("read")
        super().told_current(key, now)

    def station_restarts(self, station_id: str) -> None:
        self.heard.append("restarts")
        super().station_restarts(station_id)


def test_station_that_keeps_to_nothing_is_told_of_with_what_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(ONE_STATION, encoding="utf-8")

    async def main() -> list[str]:
        site = read_site(path)
        judge = StrictJudge(site)
        judge.excuses = excuses = Listening(site)
        async with scene("1.6", tmp_path) as stage:
            watch = Watch([stage.station], stage.clock, judge)
            await stage.charge(100_000)
            await set_limit(stage, 6.0)
            await stage.pass_time(10)
            excuses.heard.clear()
            stage.station.stops_obeying(130, pretends=False)
            await stage.pass_time(125)
            stage.station.lose_power(forgets_profiles=False, resumes_transactions=True)
            await stage.pass_time(60)
            watch.close()
        return excuses.heard

    heard = run_virtual(main())
    assert heard[0] == "S/1/1 draws 6 A, told 6 A"  # its vehicle has not risen yet
    assert "S/1/1 draws 32 A, told 6 A" in heard
    assert heard[: heard.index("restarts")].count("read") == 2  # one a minute
    assert "obeys" in heard[heard.index("restarts") :]
