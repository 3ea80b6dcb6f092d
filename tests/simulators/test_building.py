import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from simulators.building import (
    Building,
    ExtraLoad,
    Habits,
    MeterReporter,
    buildings_of,
    promised_s,
)
from simulators.clock import ScaledClock
from simulators.grid import Load
from simulators.site import Site, read_site
from simulators.stations.outlet import Amps
from simulators.virtual_time import run_virtual
from tests.simulators.sites import small_site, write_site

MIDNIGHT = datetime(2026, 1, 14, 23, tzinfo=UTC)
GARAGE = Path(__file__).parents[2] / "config/sites/garage.yaml"
STEPS = range(0, 86_400, 5)


def day_of(building: Building) -> list[Amps]:
    return [building.currents_at(MIDNIGHT + timedelta(seconds=second)) for second in STEPS]


@pytest.fixture(scope="module")
def garage() -> Site:
    return read_site(GARAGE)


def test_worst_case_is_never_exceeded(garage: Site) -> None:
    load = garage.feeders[0].uncontrolled
    assert load is not None
    for second, amps in zip(
        STEPS, day_of(buildings_of(garage, MIDNIGHT, 1)["intake"]), strict=True
    ):
        local = (MIDNIGHT + timedelta(seconds=second)).astimezone(garage.zone)
        assert max(amps) <= load.worst_case.at(local)[0]
        assert min(amps) >= 0.0


def test_load_never_rises_by_more_than_the_largest_step_between_two_measurements(
    garage: Site,
) -> None:
    day = day_of(buildings_of(garage, MIDNIGHT, 1)["intake"])
    for before, after in zip(day, day[2:], strict=False):  # 10 s
        for line in range(3):
            assert after[line] - before[line] <= 6.0 + 1e-9


def test_load_moves_with_the_day_and_with_appliances(garage: Site) -> None:
    day = [amps[0] for amps in day_of(buildings_of(garage, MIDNIGHT, 1)["intake"])]
    by_hour = [sum(day[720 * hour : 720 * (hour + 1)]) / 720 for hour in range(24)]
    assert sum(by_hour[1:5]) < sum(by_hour[16:20])
    assert max(after - before for before, after in pairwise(day)) > 3.0


def test_one_seed_gives_one_day_whenever_it_is_looked_at(garage: Site) -> None:
    first = buildings_of(garage, MIDNIGHT, 7)["intake"]
    second = buildings_of(garage, MIDNIGHT, 7)["intake"]
    other = buildings_of(garage, MIDNIGHT, 8)["intake"]
    day_of(first)
    later = MIDNIGHT + timedelta(days=1)
    assert first.currents_at(later) == second.currents_at(later)
    assert first.currents_at(later) != other.currents_at(later)


def test_level_zero_draws_nothing(garage: Site) -> None:
    building = buildings_of(garage, MIDNIGHT, 1, {"intake": Habits(level=0.0)})["intake"]
    assert set(day_of(building)[:100]) == {(0.0, 0.0, 0.0)}


def test_only_metered_loads_are_reported_and_on_time(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    told: list[tuple[str, datetime, Amps]] = []

    async def report(feeder_id: str, at: datetime, amps: Amps) -> None:
        told.append((feeder_id, at, amps))

    async def story() -> None:
        clock = ScaledClock(MIDNIGHT)
        buildings = buildings_of(site, MIDNIGHT, 1)
        reporter = MeterReporter(site, buildings, clock, report, every_s=10)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(35):
                await reporter.run()

    run_virtual(story())
    assert [feeder for feeder, _, _ in told] == ["main"] * 4
    assert [(at - MIDNIGHT).total_seconds() for _, at, _ in told] == [0, 10, 20, 30]
    assert told[0][2] == buildings_of(site, MIDNIGHT, 1)["main"].currents_at(MIDNIGHT)


def test_meter_that_shows_all_reports_vehicles_as_well(tmp_path: Path) -> None:
    path = write_site(tmp_path, "IT")
    text = path.read_text(encoding="utf-8").replace("metered: true", "{metered}")
    path.write_text(text.replace("{metered}", "metered: true\n      meter_shows: all"))
    site = read_site(path)
    told: list[Amps] = []

    async def report(_feeder_id: str, _at: datetime, amps: Amps) -> None:
        told.append(amps)

    def drawn() -> list[Load]:
        return [Load("A-1", 1, (10.0, 10.0, 10.0)), Load("A-3", 1, (10.0, 10.0, 0.0))]

    async def story() -> None:
        buildings = buildings_of(site, MIDNIGHT, 1)
        clock = ScaledClock(MIDNIGHT)
        reporter = MeterReporter(site, buildings, clock, report, drawn=drawn)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await reporter.run()

    run_virtual(story())
    buildings = buildings_of(site, MIDNIGHT, 1)
    own_a = [
        buildings["main"].currents_at(MIDNIGHT)[line]
        + buildings["row-b"].currents_at(MIDNIGHT)[line]
        for line in range(3)
    ]
    # A-3 is on L1 and L3, at 30 degrees to A-1: sqrt(10² + 10² + 2 * 10 * 10 * cos 30°)
    vehicles_a = (19.3185, 10.0, 19.3185)
    (shown,) = told
    assert shown == pytest.approx([a + b for a, b in zip(own_a, vehicles_a, strict=True)], abs=1e-3)


def test_what_a_total_meter_cannot_tell_apart_rises_slowly(tmp_path: Path) -> None:
    path = write_site(tmp_path)
    assert promised_s(read_site(path), "main", 10.0) == 15.0
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("metered: true", "metered: true\n      meter_shows: all"))
    assert promised_s(read_site(path), "main", 10.0) == 245.0
    path.write_text(path.read_text(encoding="utf-8") + "control: {meter_every_s: 30}\n")
    assert promised_s(read_site(path), "main", 10.0) == 125.0
    assert promised_s(read_site(path), "row-b", 10.0) == 15.0


@pytest.mark.parametrize(("is_promised", "most_a"), [(True, 6.0), (False, 18.0)])
def test_extra_load_keeps_the_promise_or_does_not(
    garage: Site, is_promised: bool, most_a: float
) -> None:
    extra = ExtraLoad(
        starts_at=MIDNIGHT + timedelta(hours=2),
        lasts_s=600,
        largest_steps=3,
        is_promised=is_promised,
    )
    habits = Habits(level=0.0, extras=(extra,))
    day = day_of(buildings_of(garage, MIDNIGHT, 1, {"intake": habits})["intake"])
    assert day[1439] == (0.0, 0.0, 0.0)
    assert day[1440] == (most_a, most_a, most_a)
    assert day[1560] == (0.0, 0.0, 0.0)


def test_load_may_be_slow_to_rise(garage: Site) -> None:
    habits = {"intake": Habits(rises_within_s=60)}
    day = day_of(buildings_of(garage, MIDNIGHT, 1, habits)["intake"])
    for before, after in zip(day, day[12:], strict=False):  # 60 s
        assert all(after[line] - before[line] <= 6.0 + 1e-9 for line in range(3))
