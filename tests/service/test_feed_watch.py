"""What feeders feed in is kept within a grid company's blocks: what is told, and to whom.

A grid of 230 V with neutral: 690 W are an ampere on three lines. The intake has a meter; below it
hang a battery of 6.9 kW, a roof of 10 kWp that can be told to give less, and a charger.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csms.domain.fed_limit import fed_limits
from csms.domain.grid_profile import BlockKind, BlockPhase, CapacityBlock, CapacityUnit
from csms.domain.guard_event import GuardEventKind
from csms.domain.resource import Quantity, Setpoint
from csms.domain.site import Site
from csms.service.feed_limits import fed_in_w, fed_limits_at
from csms.service.feed_watch import FeedWatch
from csms.service.grid_parties import GridParties
from csms.service.grid_proof import GridProof
from csms.service.problem_builder import build_problem
from csms.service.resource_orders import due_setpoints
from smart_charging.planner import make_plan
from tests.domain.resources import BATTERY, GENERATOR, ROOF, with_resources
from tests.domain.sites import flat, place, small_site
from tests.service.grid_companies import INTAKE, KRAFT, LEVEL, NETT, send
from tests.service.rig import NOON, Office, after, open_office
from tests.service.sites import with_meter

STEERED_ROOF = replace(ROOF, keeps_setpoints=True)
YARD = with_meter(small_site(place("G-01", "level-1", 0.0)), flat(60.0))
SITE = with_resources(YARD, BATTERY, STEERED_ROOF)
KW, GENERATION = CapacityUnit.KW, BlockKind.GENERATION


def block(capacity: float, **more: Any) -> CapacityBlock:
    return CapacityBlock(
        capacity=capacity, **{"unit": KW, "start_at": NOON, "end_at": after(60), **more}
    )


@asynccontextmanager
async def open_yard(path: Path, site: Site = SITE) -> AsyncIterator[Office]:
    async with open_office(path, site, companies=(NETT, KRAFT)) as office:
        for one in office.live.resources.values():
            one.known_from = NOON - timedelta(hours=1)
        yield office


def measure(office: Office, house_a: float, **power_w: float) -> None:
    """Let the meters show what the house draws on each line, and what resources do."""
    now = office.clock.now()
    office.live.read_feeder("intake", now, (house_a,) * 3)
    for key, watts in power_w.items():
        office.operations.resources.report("fjordgata", key, {Quantity.POWER_W: watts}, now)


def look(office: Office, watch: FeedWatch | None = None) -> dict[str, float]:
    """Look once; what was told by that."""
    (watch or FeedWatch(office.live)).look(office.clock.now())
    return {key: setpoint.watts for key, setpoint in due_setpoints(office.live)}


async def test_fed_in_is_what_is_given_less_what_is_drawn(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        measure(office, 2.0, battery=-3_000.0, roof=-8_000.0)
        fed = fed_in_w(office.live, "intake", NOON)
        assert fed[None] == pytest.approx(3_000 + 8_000 - 3 * 2 * 230)
        assert fed[1] == pytest.approx(fed[None] / 3)
        assert fed_in_w(office.live, "level-1", NOON)[None] == 0.0


async def test_in_doubt_nothing_is_drawn_and_all_is_given_that_can_be(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        assert fed_in_w(office.live, "intake", NOON)[None] == 6_900.0 + 10_000.0


async def test_battery_gives_less_first_and_the_roof_the_rest(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        watch = FeedWatch(office.live)
        await send(office, block(5), kind=GENERATION, company=KRAFT, target=INTAKE)
        measure(office, 0.0, battery=-3_000.0, roof=-4_000.0)  # 2 kW too much
        assert look(office, watch) == {"battery": -1_000.0}
        measure(office, 0.0, battery=-3_000.0, roof=-9_000.0)  # 7 kW too much
        assert look(office, watch) == {"battery": 0.0, "roof": -5_000.0}
        event = office.live.guard.recent[0]
        assert event.kind is GuardEventKind.FED_CUT
        assert event.cause == (
            "Intake feeds in 7.0 kW of the 5.0 kW that Kraft AS allows; batteries and roofs are "
            "told to give less"
        )


async def test_it_is_noted_once_and_what_was_told_is_not_told_again(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        await send(office, block(5), kind=GENERATION, company=KRAFT, target=INTAKE)
        watch = FeedWatch(office.live)
        measure(office, 0.0, battery=-3_000.0, roof=-4_000.0)
        assert look(office, watch) == {"battery": -1_000.0}
        office.clock.turn(1.0)
        assert look(office, watch) == {}  # it has not followed yet
        kinds = [one.kind for one in office.live.guard.recent]
        assert kinds.count(GuardEventKind.FED_CUT) == 1


async def test_source_that_would_give_less_than_its_least_stops(database_file: Path) -> None:
    async with open_yard(database_file, with_resources(YARD, GENERATOR)) as office:
        await send(office, block(5), kind=GENERATION, company=KRAFT, target=INTAKE)
        measure(office, 0.0, generator=-6_000.0)
        assert look(office) == {"generator": -5_000.0}
        await send(office, block(1), kind=GENERATION, company=KRAFT, target=INTAKE)
        assert look(office) == {"generator": 0.0}  # its least is 2.07 kW


async def test_roof_is_told_beforehand_what_it_may_give_beside_the_load(
    database_file: Path,
) -> None:
    async with open_yard(database_file) as office:
        await send(office, block(5), kind=GENERATION, company=KRAFT, target=INTAKE)
        measure(office, 2.0, battery=0.0, roof=-1_000.0)
        # the house draws 1.38 kW; 2 % of 5 kW are kept free
        assert look(office) == {"roof": -(5_000.0 + 1_380.0 - 100.0)}


async def test_roof_that_cannot_be_told_is_left_alone(database_file: Path) -> None:
    async with open_yard(database_file, with_resources(YARD, BATTERY, ROOF)) as office:
        await send(office, block(1), kind=GENERATION, company=KRAFT, target=INTAKE)
        measure(office, 0.0, battery=-500.0, roof=-9_000.0)
        assert look(office) == {"battery": 0.0}


async def test_limit_of_one_line_asks_for_as_much_less_as_that_line_needs(
    database_file: Path,
) -> None:
    async with open_yard(database_file) as office:
        one_line = block(10, unit=CapacityUnit.A, phase=BlockPhase.TWO)
        await send(office, one_line, kind=GENERATION, company=KRAFT, target=INTAKE)
        measure(office, 0.0, battery=-6_900.0, roof=-1_380.0)  # 12 A on each line, 2 A too much
        assert look(office) == {"battery": -(6_900.0 - 3 * 2 * 230.0)}


async def test_when_the_block_is_over_roofs_may_give_all_again(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        await send(office, block(1), kind=GENERATION, company=KRAFT, target=INTAKE)
        measure(office, 0.0, battery=0.0, roof=-4_000.0)
        assert look(office) == {"roof": -1_000.0}
        await send(office, kind=GENERATION, company=KRAFT, target=INTAKE)
        assert look(office) == {}  # nobody limits anything any more; what was told lapses
        await send(office, block(1, end_at=after(1)), kind=GENERATION, company=KRAFT, target=INTAKE)
        office.clock.turn(90.0)
        measure(office, 0.0, battery=0.0, roof=-1_000.0)
        assert look(office) == {"roof": -10_000.0}
        office.clock.turn(300.0)
        measure(office, 0.0, battery=0.0, roof=-1_000.0)
        assert look(office) == {}


async def test_fallback_block_counts_once_nothing_is_heard(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        fallback = block(3, start_at=NOON, end_at=after(5))
        kind = BlockKind.FALLBACK_GENERATION
        await send(office, fallback, kind=kind, target=LEVEL)
        await send(office, block(8), kind=GENERATION, target=LEVEL)
        assert fed_limits_at(office.live, "level-1", after(9))[None].watts == 8_000.0
        office.clock.instant = after(10)
        await office.profiles.look()
        limit = fed_limits_at(office.live, "level-1", after(10))[None]
        assert (limit.watts, limit.is_fallback, limit.end_at) == (3_000.0, True, None)
        await office.profiles.beat(NETT)
        assert fed_limits_at(office.live, "level-1", after(10))[None].watts == 8_000.0


async def test_blocks_count_after_a_restart(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        await send(office, block(5), kind=GENERATION, company=KRAFT, target=INTAKE)
    async with open_yard(database_file) as office:
        await office.profiles.load()
        assert fed_limits_at(office.live, "intake", NOON)[None].watts == 5_000.0


async def test_plan_has_the_battery_give_no_more_than_the_load_and_the_block(
    database_file: Path,
) -> None:
    """The house draws 3 A, 2.07 kW, and 1 kW may be fed in: the battery may give 3.07 kW."""
    async with open_yard(database_file, with_resources(YARD, BATTERY)) as office:
        await send(office, block(1), kind=GENERATION, company=KRAFT, target=INTAKE)
        measure(office, 3.0, battery=0.0)
        office.operations.resources.report(
            "fjordgata", "battery", {Quantity.SOC_PCT: 90.0}, office.clock.now()
        )
        problem = build_problem(office.live, NOON)
        (limit,) = problem.feed_limits
        assert (limit.feeder, limit.line, limit.most_w[0]) == ("intake", None, 1_000.0)
        assert limit.base_w[0] == pytest.approx(2_070.0)
        assert make_plan(problem).detail == ""


async def test_record_has_what_was_fed_in(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        proof = GridProof(GridParties([KRAFT]), office.sites, office.open_uow, office.clock)
        await send(office, block(5), kind=GENERATION, company=KRAFT, target=INTAKE)
        for seconds, roof_w in ((0.0, -4_000.0), (5.0, -6_000.0), (5.0, -4_500.0)):
            office.clock.turn(seconds)
            measure(office, 0.0, battery=0.0, roof=roof_w)
            proof.look()
        await proof.keep()
        rows = await office.rows(
            "SELECT feeder_id, fed_limited_by, fed_limit_w, fed_peak_w, fed_over_s "
            "FROM grid_quarter ORDER BY feeder_id"
        )
        intake, level = (tuple(row.values()) for row in rows)
        assert intake == ("intake", "Kraft AS", 5_000.0, 6_000.0, 5.0)
        assert level == ("level-1", None, None, None, None)


def test_amperes_are_of_each_line_and_watts_of_all_together() -> None:
    site = small_site()
    in_amps = block(10, unit=CapacityUnit.A)
    assert [(one.line, one.watts) for one in fed_limits(in_amps, site, 0.5, "Nett AS")] == [
        (1, 1_150.0),
        (2, 1_150.0),
        (3, 1_150.0),
    ]
    assert [(one.line, one.watts) for one in fed_limits(block(6), site, 0.5, "Nett AS")] == [
        (None, 3_000.0)
    ]


async def test_battery_that_was_told_less_is_not_taken_to_give_more(database_file: Path) -> None:
    async with open_yard(database_file) as office:
        await send(office, block(5), kind=GENERATION, company=KRAFT, target=INTAKE)
        battery = office.live.resources["battery"]
        battery.tell(Setpoint(-6_000.0, NOON, after(15)))
        measure(office, 0.0, battery=-6_500.0, roof=0.0)
        assert look(office)["battery"] == -5_000.0
