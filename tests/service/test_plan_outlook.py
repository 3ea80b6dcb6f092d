"""What the newest plan has ahead, in a case that can be worked out by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from csms.service.charging_control import PlanMade
from csms.service.plan_outlook import PlanOutlook
from smart_charging.flexible import Battery as PlannedBattery
from smart_charging.flexible import Place, battery_store
from smart_charging.plan import StorePlan
from smart_charging.planner import make_plan
from smart_charging.taps import wye_tap
from tests.domain.resources import BATTERY, HEAT_PUMP, ROOF, with_resources
from tests.domain.sites import place, small_site
from tests.service.rig import NOON, FakeClock, open_office
from tests.service.test_control_room import room_of
from tests.smart_charging.problems import QUARTER_S, after, evse, feeder, problem

SLOTS = 8


async def outlook(database_file: Path, *vehicles: object, limit_a: float = 16.0) -> PlanOutlook:
    """The outlook of vehicles at G-01 and G-02, two hours at a level of a limit."""
    asked = problem(
        (feeder("intake", 63.0, slots=SLOTS), feeder("level-1", limit_a, "intake", slots=SLOTS)),
        *vehicles,  # type: ignore[arg-type]
        slots_s=(QUARTER_S,) * SLOTS,
    )
    site = small_site(place("G-01", "level-1", 0.0), place("G-02", "level-1", 0.0))
    async with open_office(database_file, site) as office:
        room, controller = room_of(office, FakeClock())
        assert room.plan_outlook("fjordgata") is None
        controller.newest = PlanMade(
            number=7, made_at=NOON, solve_s=0.2, problem=asked, plan=make_plan(asked)
        )
        found = room.plan_outlook("fjordgata")
        assert found is not None
        return found


async def test_a_full_feeder_is_why_a_vehicle_lacks_something(database_file: Path) -> None:
    """44 160 Wh are 32 A for two hours; the level lets it have 16 A."""
    told = await outlook(
        database_file, evse("G-01/1", feeder="level-1", wh=44_160.0, departs_at=after(2))
    )
    one = told.evses["G-01/1"]
    assert one.limits_a == (16.0,) * SLOTS
    assert (one.wanted_wh, one.expected_wh, one.short_wh) == (44_160, 22_080, 22_080)
    assert one.done_at is None
    assert one.why_short == "Level 1 is full for 2 h of the 2 h it stays"
    assert told.feeders["level-1"].binds
    assert told.feeders["level-1"].headroom_a == (0.0,) * SLOTS
    assert not told.feeders["intake"].binds
    assert told.feeders["intake"].headroom_a == (47.0,) * SLOTS
    assert (told.number, told.method, told.prices) == (7, "linear program", None)
    assert len(told.edges) == SLOTS + 1


async def test_a_charger_that_is_too_slow_is_why_a_vehicle_lacks_something(
    database_file: Path,
) -> None:
    """44 160 Wh in an hour are 44.2 kW; the charger can give 22.1."""
    told = await outlook(
        database_file,
        evse("G-01/1", feeder="level-1", wh=44_160.0, departs_at=after(1)),
        limit_a=40.0,
    )
    assert told.evses["G-01/1"].why_short == (
        "The time is too short: it needs 44.2 kW all the time until it leaves, and can take 22.1 kW"
    )


async def test_who_gets_all_lacks_nothing(database_file: Path) -> None:
    told = await outlook(
        database_file,
        evse("G-01/1", feeder="level-1", wh=11_040.0, departs_at=after(2)),
        evse("gone/1", feeder="level-1", wh=1.0, departs_at=after(2)),
    )
    assert list(told.evses) == ["G-01/1"]  # the other one is no connector of the site any more
    one = told.evses["G-01/1"]
    assert (one.short_wh, one.why_short, one.done_at is None) == (0, "", False)


async def test_resources_are_told_with_what_they_draw_and_give(database_file: Path) -> None:
    """A battery takes 10 A of each phase, then gives 5; nothing is known of the heat pump."""
    slots = (QUARTER_S, QUARTER_S)
    asked = problem((feeder("intake", 63.0, slots=2),), slots_s=slots)
    place_of = Place(feeder="intake", tap=wye_tap((1, 2, 3)), w_per_a=690.0)
    kind = PlannedBattery(
        capacity_wh=20_000.0, stored_wh=10_000.0, charge_w=6_900.0, discharge_w=6_900.0
    )
    store = battery_store("battery", place_of, kind, 2)
    plan = make_plan(asked)
    plan = replace(plan, stores=(StorePlan(key="battery", amps=(10.0, -5.0)),))
    site = with_resources(small_site(place("G-01", "level-1", 0.0)), BATTERY, HEAT_PUMP, ROOF)
    async with open_office(database_file, site) as office:
        room, controller = room_of(office, FakeClock())
        controller.newest = PlanMade(
            number=7,
            made_at=NOON,
            solve_s=0.2,
            problem=replace(asked, stores=(store,)),
            plan=plan,
        )
        office.live.roofs.asked_at = NOON
        office.live.roofs.clear_w = {"roof": np.array([8_000.0, 4_000.0, 4_000.0])}
        told = room.plan_outlook("fjordgata")
        assert told is not None
    battery, heat, roof = (told.resources[key] for key in ("battery", "heat-pump", "roof"))
    assert (battery.power_w, battery.most_w, battery.kind) == ((6900, -3450), 6900.0, "battery")
    assert heat.power_w == ()
    assert heat.why == "Counts at its rating of 4.14 kW: its power is not told"
    assert -8_000 <= roof.power_w[0] < roof.power_w[1] < 0
    assert (len(roof.power_w), roof.kind) == (2, "photovoltaics")
