"""What stations do on a drawn day hangs together."""

from pathlib import Path

from csms.cli.paths import shipped_config
from simulators.chaos.day_drawing import ChaosDay, Wanted, draw_day
from simulators.chaos.faults import ALL, SHARE_OF_STATIONS


def day_of(folder: Path, *, seed: int, rate: float = 1.0, demand: float = 1.0) -> ChaosDay:
    wanted = Wanted(
        seed=seed,
        stations=12,
        hours=2.0,
        populations=shipped_config() / "populations",
        kinds=ALL,
        rate=rate,
        demand=demand,
    )
    return draw_day(wanted, folder)


def test_stations_of_one_make_have_the_same_ways(tmp_path: Path) -> None:
    seen = 0
    for seed in range(1, 6):
        day = day_of(tmp_path, seed=seed, rate=20.0)
        ways: dict[str, set[str]] = {}
        for fault in day.faults:
            if fault.kind in SHARE_OF_STATIONS:
                ways.setdefault(fault.place, set()).add(str(fault.kind))
        makes: dict[str, set[str]] = {}
        for station, kinds in ways.items():
            firmware = day.scenario.manners[station].firmware
            assert makes.setdefault(firmware, kinds) == kinds
        seen += sum(len(kinds) > 1 for kinds in ways.values())
    assert seen


def test_a_crowd_leaves_hardly_any_place_empty(tmp_path: Path) -> None:
    usual = [len(day_of(tmp_path, seed=seed).scenario.visits) for seed in range(1, 9)]
    crowd = [len(day_of(tmp_path, seed=seed, demand=4.0).scenario.visits) for seed in range(1, 9)]
    assert sum(crowd) > 1.5 * sum(usual)
