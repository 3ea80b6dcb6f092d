"""What feeders can shed, asked of a planner."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csms.domain.errors import UnknownFeederError, UnknownSiteError
from csms.domain.grid_company import FeederRef
from csms.domain.limit_errors import NoEnvelopeError
from csms.service import flexibility
from csms.service.charging_control import PlanMade
from csms.service.flexibility import FlexibilityDesk
from csms.service.planner import InlinePlanner
from csms.service.ports import TimedPlan
from smart_charging.plan import ChargingPlan
from smart_charging.planner import make_plan
from smart_charging.problem import ChargingProblem
from tests.service.grid_companies import open_grid
from tests.service.rig import NOON, Office
from tests.smart_charging.problems import QUARTER_S, after, evse, feeder, problem

LEVEL = FeederRef("fjordgata", "level-1")


@dataclass
class Planner:
    """Makes plans, and counts how many there are at the same time."""

    asked: int = 0
    busy: int = 0
    most: int = 0
    inline: InlinePlanner = field(default_factory=lambda: InlinePlanner(5.0))

    async def plan(self, problem: ChargingProblem, last: ChargingPlan | None = None) -> TimedPlan:
        self.asked, self.busy = self.asked + 1, self.busy + 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(0)
        try:
            return await self.inline.plan(problem, last)
        finally:
            self.busy -= 1


@dataclass
class Desk:
    """A desk, and what it knows of the newest plan."""

    desk: FlexibilityDesk
    planner: Planner
    newest: list[PlanMade]


def made(number: int = 1, solve_s: float = 0.1, **more: Any) -> PlanMade:
    """The plan of a vehicle that draws 22 080 W for half an hour, of two hours that it stays."""
    vehicle = evse("a", feeder="level-1", wh=11_040.0, departs_at=after(2))
    tree = (feeder("intake", 63.0, slots=8), feeder("level-1", 40.0, "intake", slots=8))
    asked = problem(tree, vehicle, slots_s=(QUARTER_S,) * 8, **more)
    return PlanMade(
        number=number, made_at=NOON, solve_s=solve_s, problem=asked, plan=make_plan(asked)
    )


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """The small site."""
    async with open_grid(database_file) as opened:
        yield opened


def desk_of(office: Office, *plans: PlanMade) -> Desk:
    newest, planner = list(plans), Planner()

    def find(_site_id: str) -> PlanMade | None:
        return newest[-1] if newest else None

    return Desk(FlexibilityDesk(office.sites, find, planner), planner, newest)


async def test_what_can_be_shed_is_found_by_planning(office: Office) -> None:
    one = desk_of(office, made())
    found = await one.desk.find(LEVEL)
    changes_w = [round(offer.change_w, -1) for offer in found.envelope.shed]
    assert found.starts_at == NOON + timedelta(minutes=15)  # it charges from noon until 12:30
    assert changes_w == [-22_080, -11_040, -5_520, 0, 0]
    assert (found.ref, found.planned_at) == (LEVEL, NOON)


async def test_what_was_found_counts_until_the_next_plan(office: Office) -> None:
    one = desk_of(office, made())
    first = await one.desk.find(LEVEL)
    asked = one.planner.asked
    assert await one.desk.find(LEVEL) is first
    assert one.planner.asked == asked
    one.newest.append(made(number=2))
    assert await one.desk.find(LEVEL) is not first


async def test_one_plan_is_asked_for_at_a_time(office: Office) -> None:
    one = desk_of(office, made())
    await asyncio.gather(one.desk.find(LEVEL), one.desk.find(FeederRef("fjordgata", "intake")))
    assert one.planner.most == 1


async def test_before_the_first_plan_nothing_is_known(office: Office) -> None:
    with pytest.raises(NoEnvelopeError, match="no plan has been made yet"):
        await desk_of(office).desk.find(LEVEL)


async def test_site_whose_plans_take_long_is_not_asked_for_more(office: Office) -> None:
    one = desk_of(office, made(solve_s=1.5))
    with pytest.raises(NoEnvelopeError, match=r"plans of the site take 1.5 s, more than 1 s"):
        await one.desk.find(LEVEL)
    assert one.planner.asked == 0


async def test_search_that_takes_too_long_ends_between_two_plans(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk_of(office, made())
    monkeypatch.setattr(flexibility, "monotonic", iter([0.0, 59.0, 61.0]).__next__)
    with pytest.raises(NoEnvelopeError, match="it was not found out within 60 s"):
        await one.desk.find(LEVEL)
    assert one.planner.asked == 2


async def test_what_is_not_there_can_shed_nothing(office: Office) -> None:
    one = desk_of(office, made())
    with pytest.raises(UnknownSiteError):
        await one.desk.find(FeederRef("none", "level-1"))
    with pytest.raises(UnknownFeederError):
        await one.desk.find(FeederRef("fjordgata", "none"))
