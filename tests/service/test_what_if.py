"""What another limit would do, asked of a planner."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from csms.domain.errors import InvalidInputError, UnknownFeederError, UnknownSiteError
from csms.domain.limit_errors import NoWhatIfError
from csms.domain.request_errors import BusyError
from csms.service.charging_control import PlanMade
from csms.service.what_if import LimitRange, WhatIfDesk
from tests.domain.sites import small_site
from tests.service.rig import Office, open_office
from tests.service.test_flexibility import Planner, made


@dataclass
class Rig:
    """A desk, and what it knows."""

    planner: Planner = field(default_factory=Planner)
    newest: PlanMade | None = field(default_factory=made)
    now_s: float = 1000.0

    def desk(self, office: Office) -> WhatIfDesk:
        """The desk of the small site."""
        return WhatIfDesk(office.sites, lambda _: self.newest, self.planner, lambda: self.now_s)


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """The small site."""
    async with open_office(database_file, small_site()) as opened:
        yield opened


async def test_a_lower_limit_is_compared_with_the_plan_that_stands(office: Office) -> None:
    rig = Rig()
    found = await rig.desk(office).ask("fjordgata", None, 16.0)
    [one] = found.vehicles
    assert (found.feeder_id, found.number, one.evse) == ("intake", 1, "a")
    assert one.later_s == pytest.approx(1792, abs=4)  # half the current, from half an hour on
    assert rig.planner.asked == 1


async def test_next_one_waits_for_several_times_as_long_as_it_took(office: Office) -> None:
    rig = Rig()
    desk = rig.desk(office)
    asked = asyncio.create_task(desk.ask("fjordgata", None, 16.0))
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await desk.ask("fjordgata", None, 20.0)  # while the first one is being planned
    rig.now_s += 1.0  # that is how long it takes
    await asked
    with pytest.raises(BusyError, match=r"ask again in 4\.0 s") as refused:
        await desk.ask("fjordgata", None, 20.0)
    assert refused.value.retry_after_s == 4.0
    rig.now_s += 4.0
    await desk.ask("fjordgata", None, 20.0)
    assert rig.planner.asked == 2


async def test_what_cannot_be_is_not_planned(office: Office) -> None:
    rig = Rig()
    desk = rig.desk(office)
    assert desk.ranges("fjordgata") == {
        "intake": LimitRange(least_a=0.0, now_a=63.0, most_a=189.0),
        "level-1": LimitRange(least_a=0.0, now_a=40.0, most_a=120.0),
    }
    with pytest.raises(InvalidInputError, match="limit_a: expected 0 to 120 A, got 121 A"):
        await desk.ask("fjordgata", "level-1", 121.0)
    with pytest.raises(UnknownFeederError):
        await desk.ask("fjordgata", "nowhere", 20.0)
    with pytest.raises(UnknownSiteError):
        await desk.ask("nowhere", None, 20.0)
    assert rig.planner.asked == 0


@pytest.mark.parametrize(
    ("newest", "cause"),
    [
        (None, "no plan has been made yet"),
        (made(solve_s=2.5), r"its plans take 2\.5 s, more than 2 s"),
    ],
)
async def test_plans_that_steer_come_first(
    office: Office, newest: PlanMade | None, cause: str
) -> None:
    desk = Rig(newest=newest).desk(office)
    with pytest.raises(NoWhatIfError, match=cause):
        await desk.ask("fjordgata", None, 20.0)
    with pytest.raises(NoWhatIfError, match=cause):
        desk.ranges("fjordgata")
