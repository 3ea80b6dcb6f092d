"""All sites together: their views, feeds and outlooks by name."""

import asyncio
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from csms.domain.errors import UnknownSiteError
from csms.domain.security import SecurityProfile
from csms.service.charging_control import PlanMade, SiteController
from csms.service.control_room import ControlRoom
from csms.service.plan_course import PlanCourse
from csms.service.planner import InlinePlanner
from simulators.clock import ScaledClock
from smart_charging.plan import Cause, ChargingPlan, EvsePlan, Method, Reason
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, FakeClock, FakeGateway, Office, after, open_office
from tests.service.sites import connect, plug_in
from tests.smart_charging.problems import L2, evse, feeder, problem, reservation

REASON: Final = Reason(cause=Cause.OWN_MAXIMUM)


def room_of(office: Office, clock: Any) -> tuple[ControlRoom, SiteController]:
    controller = SiteController(
        office.live, FakeGateway(), InlinePlanner(5.0), office.open_uow, clock
    )
    return ControlRoom(
        {"fjordgata": controller}, clock, 60.0, lambda _: SecurityProfile.NONE
    ), controller


async def test_everything_is_found_by_the_sites_name(database_file: Path) -> None:
    async with open_office(database_file, small_site(place("G-01", "level-1", 0.0))) as office:
        room, _ = room_of(office, office.clock)
        assert room.site_ids() == ("fjordgata",)
        assert room.live("fjordgata") is office.live
        assert room.changed("fjordgata") is office.live.changed
        view = room.view("fjordgata")
        assert (view.site_id, view.now, view.clock_rate) == ("fjordgata", NOON, 60.0)
        assert room.feed("fjordgata") is room.feed("fjordgata")
        looks = (room.view, room.quick_view, room.live, room.feed, room.changed, room.outlook)
        for look in (*looks, room.courses):
            with pytest.raises(UnknownSiteError, match="no site is called 'nowhere'"):
                look("nowhere")


async def test_outlook_before_the_first_plan_is_empty(database_file: Path) -> None:
    async with open_office(database_file, small_site()) as office:
        room, _ = room_of(office, office.clock)
        assert room.outlook("fjordgata") == {
            "t": [],
            "load_a": [],
            "limit_a": [],
            "uncontrolled_a": [],
        }


async def test_courses_are_what_is_planned_for_each_evse(database_file: Path) -> None:
    limits = (("G/1/1", (10.04, 10.0, 6.0)), ("G-02/1", (0.0, 0.0, 0.0)))
    plan = ChargingPlan(
        starts_at=NOON,
        slots_s=(300, 900, 900),
        evses=tuple(
            EvsePlan(key=key, limits_a=amps, expected_wh=0, short_wh=0, reason=REASON)
            for key, amps in limits
        ),
        committed=1,
        method=Method.HEURISTIC,
    )
    asked = problem((feeder("intake", 63.0, slots=3),), slots_s=(300, 900, 900))
    async with open_office(database_file, small_site()) as office:
        room, controller = room_of(office, FakeClock())
        assert room.courses("fjordgata") == {}
        controller.newest = PlanMade(
            number=1, made_at=after(-0.1), solve_s=0.0, problem=asked, plan=plan
        )
        assert room.courses("fjordgata") == {
            "G/1/1": PlanCourse(
                made_at=after(-0.1), until_at=after(35), steps=((NOON, 10.0), (after(20), 6.0))
            ),
            "G-02/1": PlanCourse(made_at=after(-0.1), until_at=after(35), steps=((NOON, 0.0),)),
        }


async def test_outlook_tells_what_the_root_is_planned_to_carry(database_file: Path) -> None:
    asked = problem(
        (
            feeder("intake", 63.0, uncontrolled_a=5.0, slots=2),
            feeder("level-1", 40.0, "intake", slots=2),
        ),
        evse("G-01/1", feeder="level-1"),
        evse("G-02/1", L2, feeder="level-1"),
        slots_s=(300, 900),
        reservations=(reservation("level-1", L2, 4.0, slots=2),),
    )
    evses = tuple(
        EvsePlan(key=key, limits_a=limits, expected_wh=0, short_wh=0, reason=REASON)
        for key, limits in (("G-01/1", (10.0, 6.0)), ("G-02/1", (20.0, 0.0)))
    )
    plan = ChargingPlan(
        starts_at=NOON, slots_s=(300, 900), evses=evses, committed=1, method=Method.LINEAR_PROGRAM
    )
    async with open_office(database_file, small_site(place("G-01", "level-1", 0.0))) as office:
        room, controller = room_of(office, FakeClock())
        controller.newest = PlanMade(number=1, made_at=NOON, solve_s=0.0, problem=asked, plan=plan)
        assert room.outlook("fjordgata") == {
            "t": [1_768_392_000.0, 1_768_392_300.0],
            "load_a": [39.0, 15.0],  # the second line: 5 + 10 + 20 + 4, then 5 + 6 + 4
            "limit_a": [63.0, 63.0],
            "uncontrolled_a": [5.0, 5.0],
        }


@in_virtual_time
async def test_room_runs_its_controllers_and_feeds(database_file: Path) -> None:
    clock = ScaledClock(NOON)
    async with open_office(
        database_file, small_site(place("G-01", "level-1", 0.0)), clock=clock
    ) as office:
        room, _ = room_of(office, clock)
        connect(office.live, "G-01")
        plug_in(office.live, "G-01")
        running = asyncio.ensure_future(room.run())
        async with asyncio.timeout(300), room.feed("fjordgata").reading() as messages:
            shown: list[dict[str, Any]] = []
            while not shown or shown[-1].get("site", {}).get("plan") is None:
                message = await messages.get()
                assert message is not None
                shown.append(orjson.loads(message.body))
        assert shown[0]["view"]["plan"] is None
        assert shown[-1]["site"]["plan"]["made_at"] == "2026-01-14T12:00:05Z"
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
