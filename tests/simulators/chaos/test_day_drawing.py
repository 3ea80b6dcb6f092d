"""What stations do on a drawn day hangs together."""

from datetime import timedelta
from pathlib import Path

from csms.cli.paths import shipped_config
from simulators.building import buildings_of
from simulators.chaos.day_drawing import ChaosDay, Wanted, draw_day
from simulators.chaos.fault_kinds import FaultKind
from simulators.chaos.fault_tables import ALL, SHARE_OF_STATIONS


def day_of(
    folder: Path,
    *,
    seed: int,
    rate: float = 1.0,
    demand: float = 1.0,
    stay: float = 1.0,
    kinds: frozenset[FaultKind] = ALL,
) -> ChaosDay:
    wanted = Wanted(
        seed=seed,
        stations=12,
        hours=2.0,
        populations=shipped_config() / "populations",
        kinds=kinds,
        rate=rate,
        demand=demand,
        stay=stay,
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


def test_those_who_stay_for_short_take_turns(tmp_path: Path) -> None:
    usual = [day_of(tmp_path, seed=seed, demand=10.0) for seed in range(1, 5)]
    brief = [day_of(tmp_path, seed=seed, demand=10.0, stay=0.1) for seed in range(1, 5)]
    assert sum(map(turns, brief)) > 3 * sum(map(turns, usual))


def turns(day: ChaosDay) -> int:
    """How many vehicles come to an EVSE after another has left it."""
    visits = day.scenario.visits
    return len(visits) - len({(visit.station_id, visit.evse_number) for visit in visits})


def test_a_building_climbs_to_its_worst_case_as_fast_as_was_said(tmp_path: Path) -> None:
    reached = 0
    for seed in range(1, 5):
        day = day_of(tmp_path, seed=seed, rate=50.0, kinds=frozenset({FaultKind.LOAD_CLIMB}))
        scenario = day.scenario
        loads = {one.feeder_id: one.uncontrolled for one in scenario.site.feeders}
        buildings = buildings_of(scenario.site, scenario.starts_at, seed, scenario.habits)
        for climb in day.faults:
            load, building = loads[climb.place], buildings.pop(climb.place, None)
            if building is None or load is None:
                continue  # that feeder's whole day was looked at
            worst_a = load.worst_case.at(scenario.starts_at.astimezone(scenario.site.zone))
            within = int(scenario.habits[climb.place].rises_within_s // 5)
            course = [
                building.currents_at(scenario.starts_at + timedelta(seconds=second))[0]
                for second in range(0, 7200, 5)
            ]
            for before, after in zip(course, course[within:], strict=False):
                assert after <= before + load.largest_step_a + 1e-9
            reached += max(course) == worst_a[0]
    assert reached
