"""What resources are told: what is planned, within the room that is left, and for a short time."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.domain.resource import Quantity, Setpoint, ThermalLoad
from csms.domain.site import Site
from csms.service.charging_control import SiteController
from csms.service.electrics import near_s
from csms.service.live_site import LiveSite
from csms.service.planner import InlinePlanner
from csms.service.problem_builder import build_problem
from csms.service.resource_orders import ResourceOrders, due_setpoints
from simulators.clock import ScaledClock
from smart_charging.plan import ChargingPlan, StorePlan
from smart_charging.planner import make_plan
from tests.domain.resources import BATTERY, GENERATOR, HEAT_PUMP, ROOF, deferrable, with_resources
from tests.domain.sites import flat, place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, Office, open_office
from tests.service.sites import connect, hold, plug_in

WASHER = replace(BATTERY, resource_id="washer", kind=deferrable())
SITE = with_resources(small_site(place("G-01", "level-1", 0.0)), BATTERY, ROOF, HEAT_PUMP, WASHER)


def known(office: Office, *told: tuple[str, Quantity, float]) -> LiveSite:
    """A site of which it is known what was told, the power of all resources being 0."""
    live = office.live
    connect(live, "G-01")
    for key, one in live.resources.items():
        one.known_from = NOON - timedelta(hours=1)
        office.operations.resources.report("fjordgata", key, {Quantity.POWER_W: 0.0}, NOON)
    for key, quantity, value in told:
        office.operations.resources.report("fjordgata", key, {quantity: value}, NOON)
    return live


def planned(live: LiveSite, **first_w: float) -> ChargingPlan:
    """A plan in which resources draw this in the first slot."""
    plan = make_plan(build_problem(live, NOON))
    stores = [
        StorePlan(key=key.replace("_", "-"), amps=(watts / 690.0,) * len(plan.slots_s))
        for key, watts in first_w.items()
    ]
    return replace(plan, stores=tuple(stores))


def told_w(live: LiveSite) -> dict[str, float]:
    return {key: setpoint.watts for key, setpoint in due_setpoints(live)}


async def test_what_is_known_well_enough_is_planned(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        live = known(office, ("battery", Quantity.SOC_PCT, 50.0))
        # the heat pump's temperature is not known, so it is reserved what it may draw: nothing
        problem = build_problem(live, NOON)
        assert [store.key for store in problem.stores] == ["battery", "washer"]
        battery, washer = problem.stores
        assert (battery.stored_wh, battery.charge_a, battery.discharge_a) == (10_000.0, 10.0, 10.0)
        assert battery.least_wh[0] == 2_000.0
        assert (washer.charge_a, washer.stored_wh) == (3.0, 0.0)
        assert problem.feeders[0].uncontrolled_a[0, 0] == 0.0


async def test_what_is_not_planned_is_reserved_what_it_may_draw(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        live = known(office, ("heat-pump", Quantity.TEMPERATURE_C, 21.0))
        live.resources["battery"].known_from = None
        problem = build_problem(live, NOON)
        assert [store.key for store in problem.stores] == ["heat-pump", "washer"]
        assert problem.feeders[0].uncontrolled_a[0, 0] == pytest.approx(10.0)
        assert problem.feeders[1].uncontrolled_a[0, 0] == 0.0


async def test_run_is_planned_for_the_coming_night(database_file: Path) -> None:
    # 13:00 in Oslo: from 22:00 to 06:00, that is in 9 and in 17 hours
    async with open_office(database_file, SITE) as office:
        problem = build_problem(known(office), NOON)
        [washer] = problem.stores
        begins = [edge for edge, most in zip(problem.edges, washer.most_wh, strict=False) if most]
        ends = [
            edge for edge, least in zip(problem.edges[1:], washer.least_wh, strict=False) if least
        ]
        assert begins[0] == NOON + timedelta(hours=9)
        assert ends[0] == NOON + timedelta(hours=17)


async def test_run_that_is_done_is_not_planned_again(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        live = known(office, ("washer", Quantity.SERVED_WH, 2_070.0))
        assert build_problem(live, NOON).stores == ()


async def test_cold_room_is_heated_at_once(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        live = known(office, ("heat-pump", Quantity.TEMPERATURE_C, 18.0))
        plan = make_plan(build_problem(live, NOON))
        orders = ResourceOrders(live)
        orders.lower(plan, NOON)
        orders.raise_(plan, NOON)
        assert told_w(live)["heat-pump"] == pytest.approx(4_140.0)
        assert live.resources["heat-pump"].planned == (
            "Draws 4.1 kW: 18.0 °C, kept between 19 and 23 °C"
        )


async def test_room_that_loses_heat_outdoors_goes_by_what_is_told_of_the_weather(
    database_file: Path,
) -> None:
    kind = HEAT_PUMP.kind
    assert isinstance(kind, ThermalLoad)
    kind = replace(kind, is_outdoor=True, gain_per_k=0.1)
    site = with_resources(small_site(place("G-01", "level-1", 0.0)), replace(HEAT_PUMP, kind=kind))
    async with open_office(database_file, site) as office:
        live = known(office, ("heat-pump", Quantity.TEMPERATURE_C, 21.0))
        [usual] = build_problem(live, NOON).stores
        told = [(NOON, -10.0), (NOON + timedelta(hours=24), -10.0)]
        office.operations.resources.report_weather("fjordgata", told)
        [cold] = build_problem(live, NOON).stores
        assert usual.gain is not None
        assert cold.gain is not None
        assert (usual.gain[0], cold.gain[0]) == pytest.approx((3.0, 2.0))
        # 100 W a kelvin: at 21 degrees it loses 2.1 kW as usual, and 3.1 kW in the cold
        loses_w = [one.stored_wh * one.loss_per_h + one.drain_w[0] for one in (usual, cold)]
        assert loses_w == pytest.approx([2_100.0, 3_100.0])


async def test_setpoint_lives_until_measurements_count_no_more(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        live = known(office)
        ResourceOrders(live).raise_(planned(live, battery=3_000.0), NOON)
        newest = live.resources["battery"].newest
        assert newest == Setpoint(3_000.0, NOON, NOON + timedelta(seconds=near_s(live)))
        assert live.setpoints.is_set()
        assert due_setpoints(live) == [("battery", newest)]
        assert due_setpoints(live) == []


async def test_lower_setpoints_come_first_and_higher_ones_afterwards(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        live = known(office)
        orders = ResourceOrders(live)
        plan = planned(live, battery=-2_000.0, heat_pump=2_070.0)
        orders.lower(plan, NOON)
        assert told_w(live) == {"battery": pytest.approx(-2_000.0)}
        orders.raise_(plan, NOON)
        assert told_w(live) == {"heat-pump": pytest.approx(2_070.0)}


async def test_no_setpoint_is_higher_than_the_books_leave_room_for(database_file: Path) -> None:
    # of the level's 40 A a charger may draw 37; the heat pump is planned 6 A of them, and gets 2.99
    async with open_office(database_file, SITE) as office:
        live = known(office)
        evse = plug_in(live, "G-01")
        evse.allowance = replace(evse.allowance, rating_a=37.0)
        hold(evse, 37.0)
        ResourceOrders(live).raise_(planned(live, heat_pump=4_140.0), NOON)
        assert told_w(live)["heat-pump"] == pytest.approx(2.99 * 690.0, abs=1.0)


async def test_who_has_no_use_of_so_little_waits(database_file: Path) -> None:
    async with open_office(database_file, with_least(3_450.0)) as office:
        live = known(office)
        evse = plug_in(live, "G-01")
        evse.allowance = replace(evse.allowance, rating_a=37.0)
        hold(evse, 37.0)
        ResourceOrders(live).raise_(planned(live, heat_pump=4_140.0), NOON)
        assert told_w(live) == {"heat-pump": 0.0}


def with_least(least_w: float) -> Site:
    kind = HEAT_PUMP.kind
    assert isinstance(kind, ThermalLoad)
    heat_pump = replace(HEAT_PUMP, kind=replace(kind, least_w=least_w))
    return with_resources(small_site(place("G-01", "level-1", 0.0)), heat_pump)


async def test_after_a_start_what_was_told_before_counts_until_it_lapses(
    database_file: Path,
) -> None:
    async with open_office(database_file, SITE) as office:
        live = office.live
        ResourceOrders(live).begin(NOON)
        expected = NOON + timedelta(seconds=near_s(live) + 60 + 30)  # 30 s to follow
        assert {one.known_from for one in live.resources.values()} == {expected}
        ResourceOrders(live).begin(NOON + timedelta(hours=1))
        assert {one.known_from for one in live.resources.values()} == {expected}


def cut(live: LiveSite, from_at: datetime) -> None:
    """The grid company lets the intake carry 12 A for an hour."""
    live.profiles["intake", "nett"] = (
        ImposedLimit(
            feeder_id="intake",
            party=LimitParty.GRID_COMPANY,
            amps=(12.0, 12.0, 12.0),
            from_at=from_at,
            until_at=from_at + timedelta(hours=1),
        ),
    )


async def test_generator_stands_by_until_lines_carry_too_much_without_it(
    database_file: Path,
) -> None:
    bare = small_site(place("G-01", "level-1", 0.0), intake_load=flat(20.0))
    async with open_office(database_file, with_resources(bare, GENERATOR)) as office:
        live, orders = known(office), ResourceOrders(office.live)
        [source] = build_problem(live, NOON).stores
        assert source.standby is not None
        assert not source.standby.relief_a.any()
        orders.lower(make_plan(build_problem(live, NOON)), NOON)
        assert told_w(live) == {"generator": 0.0}
        assert live.resources["generator"].planned == "Stands by: a kWh of it costs 5.50"
        cut(live, NOON)
        plan = make_plan(build_problem(live, NOON))
        orders.lower(plan, NOON)
        assert told_w(live) == {"generator": pytest.approx(-8.0 * 690.0, abs=0.1)}
        assert live.resources["generator"].planned == (
            "Gives 5.5 kW: lines carry too much without it, or it was just started"
        )


@pytest.mark.parametrize(
    ("begins_s", "watts", "lives_s"),
    [
        (300, 3_450.0, 270),  # it follows within 30 s
        (80, 0.0, 360),  # too soon to be worth it
        (360, 3_450.0, 360),  # the next plan comes before
    ],
)
async def test_setpoint_lapses_in_time_before_less_is_planned(
    database_file: Path, begins_s: int, watts: float, lives_s: int
) -> None:
    async with open_office(database_file, SITE) as office:
        live = known(office)
        plan = make_plan(build_problem(live, NOON))
        assert near_s(live) == 360
        rest = plan.slots_s[0] - begins_s
        slots_s = (begins_s, *((rest,) if rest else ()), *plan.slots_s[1:])
        amps = (5.0, *(0.0 for _ in slots_s[1:]))
        stores = (StorePlan(key="battery", amps=amps),)
        ResourceOrders(live).raise_(replace(plan, slots_s=slots_s, stores=stores), NOON)
        newest = live.resources["battery"].newest
        told = Setpoint(watts, NOON, NOON + timedelta(seconds=lives_s))
        assert newest == (told if watts else None)


async def test_generator_starts_before_a_cut_that_is_known(database_file: Path) -> None:
    bare = small_site(place("G-01", "level-1", 0.0), intake_load=flat(20.0))
    async with open_office(database_file, with_resources(bare, GENERATOR)) as office:
        live = known(office)
        soon = NOON + timedelta(seconds=live.site.control.plan_every_s)
        cut(live, soon)
        [source] = build_problem(live, NOON).stores
        assert source.standby is not None
        assert source.standby.relief_a[0] == pytest.approx(8.0)


@in_virtual_time
async def test_controller_tells_resources_with_every_plan(database_file: Path) -> None:
    site = with_resources(small_site(place("G-01", "level-1", 0.0)), HEAT_PUMP)
    async with open_office(database_file, site, clock=ScaledClock(NOON)) as office:
        live, told = office.live, office.operations.resources
        one = live.resources["heat-pump"]
        one.known_from = NOON - timedelta(hours=1)
        controller = SiteController(
            live, office.gateway, InlinePlanner(5.0), office.open_uow, office.clock
        )
        task = asyncio.ensure_future(controller.run())
        values = {Quantity.POWER_W: 0.0, Quantity.TEMPERATURE_C: 18.0}
        told.report("fjordgata", "heat-pump", values, None)
        await asyncio.sleep(6)
        assert told_w(live) == {"heat-pump": pytest.approx(4_140.0)}
        told.report("fjordgata", "heat-pump", {**values, Quantity.TEMPERATURE_C: 23.5}, None)
        live.alarm()
        await asyncio.sleep(2)
        assert told_w(live) == {"heat-pump": 0.0}
        task.cancel()
        await asyncio.wait({task})
