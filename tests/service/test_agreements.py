"""Flexibility that is asked for and becomes a limit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from csms.domain.flexibility import Agreement
from csms.domain.grid_profile import BlockKind, BlockPhase
from csms.domain.limit_errors import NotOfferedError, NotYoursError
from csms.service.agreements import Agreements
from csms.service.problem_builder import build_problem
from smart_charging.policy import Aim, Policy
from tests.service.grid_companies import INTAKE, KRAFT, LEVEL, NETT, amps, open_grid, send
from tests.service.imposing import limit_a
from tests.service.rig import NOON, CommitError, Office, after
from tests.service.test_flexibility import desk_of, made
from tests.smart_charging.problems import tariff


@dataclass
class Desk:
    """An office, and agreements about a vehicle that draws 32 A from noon until 12:30."""

    office: Office
    agreements: Agreements

    async def agree(self, duration_s: float = 900.0, shed_w: float = 22_000.0) -> Agreement:
        return await self.agreements.agree(NETT, LEVEL, duration_s, shed_w)


@pytest.fixture
async def desk(database_file: Path) -> AsyncIterator[Desk]:
    """The level, that a grid company may limit."""
    async with open_grid(database_file) as office:
        flexibility = desk_of(office, made()).desk
        yield Desk(
            office,
            Agreements(flexibility, office.profiles, office.sites, office.open_uow, office.clock),
        )


async def test_what_is_offered_becomes_a_limit_for_its_time(desk: Desk) -> None:
    agreement = await desk.agree(1800.0, 5_520.0)
    assert (agreement.number, agreement.start_at, agreement.end_at) == (1, after(15), after(45))
    assert agreement.base_w == pytest.approx(11_040, abs=10)  # until 12:30, of half an hour
    assert agreement.limit_a == (16.0, 16.0, 16.0)  # half of what is offered
    assert [limit_a(desk.office, at)[0] for at in (14, 15, 44, 45)] == [40.0, 16.0, 16.0, 40.0]


async def test_a_profile_that_is_sent_later_takes_nothing_of_it_back(desk: Desk) -> None:
    await desk.agree()
    await send(desk.office, amps(30))
    assert limit_a(desk.office, 15)[0] < 1.0
    await send(desk.office, kind=BlockKind.AGREED)
    assert limit_a(desk.office, 15)[0] == 30.0


async def test_another_agreement_stands_beside_those_that_run(desk: Desk) -> None:
    await desk.agree(1800.0, 5_520.0)
    second = await desk.agree(900.0, 22_000.0)
    assert second.number == 2
    agreed = desk.office.profiles.parties.of(NETT).said_of(LEVEL, BlockKind.AGREED)
    assert len(agreed) == 6


@pytest.mark.parametrize(
    ("duration_s", "shed_w", "said"),
    [
        (900.0, 23_000.0, "above 0 and at most 22080 W for 900 s, got 23000 W"),
        (600.0, 1_000.0, "above 0 and at most 0 W for 600 s, got 1000 W"),
        (14_400.0, 1_000.0, "above 0 and at most 0 W for 14400 s, got 1000 W"),
        (900.0, 0.0, "got 0 W"),
        (900.0, -1.0, "above 0 and at most 0 W for 900 s, got 1 W"),  # it takes all already
        (900.0, float("nan"), "got nan W"),
    ],
)
async def test_what_is_not_offered_is_not_agreed_on(
    desk: Desk, duration_s: float, shed_w: float, said: str
) -> None:
    with pytest.raises(NotOfferedError, match=said):
        await desk.agree(duration_s, shed_w)
    assert desk.office.live.profiles == {}


async def test_an_offer_whose_time_has_begun_is_over(desk: Desk) -> None:
    desk.office.clock.instant = after(15)
    with pytest.raises(NotOfferedError):
        await desk.agree()


async def test_what_is_not_theirs_is_not_agreed_on(desk: Desk) -> None:
    with pytest.raises(NotYoursError):
        await desk.agreements.agree(NETT, INTAKE, 900.0, 1.0)


async def test_what_cannot_be_kept_is_not_in_force(desk: Desk) -> None:
    desk.office.is_disk_full = True
    with pytest.raises(CommitError):
        await desk.agree()
    assert desk.office.live.profiles == {}
    assert desk.office.clock.now() == NOON


async def test_more_that_is_offered_is_aimed_at_for_its_time(database_file: Path) -> None:
    # it charges in the cheap second hour, and could in the first one
    cheap = made(policy=Policy(aim=Aim.CHEAP), tariff=tariff([3.0] * 4 + [1.0] * 4), committed=1)
    async with open_grid(database_file) as office:
        flexibility = desk_of(office, cheap).desk
        desk = Agreements(flexibility, office.profiles, office.sites, office.open_uow, office.clock)
        agreement = await desk.agree(NETT, LEVEL, 900.0, -10_000.0)
        assert (agreement.start_at, agreement.end_at) == (after(15), after(30))
        assert (agreement.base_w, agreement.limit_a) == (0.0, None)
        [target] = build_problem(office.live, NOON).targets
        assert (target.feeder, target.is_least) == ("level-1", True)
        wanted = dict(zip(build_problem(office.live, NOON).edges, target.wanted_w, strict=False))
        assert wanted[after(15)] == pytest.approx(10_000.0)
        assert np.isnan([watts for at, watts in wanted.items() if at >= after(30)]).all()
        assert office.live.profiles == {}
        rows = await office.rows("SELECT shed_w, limit_a FROM grid_agreement")
        assert rows[0]["shed_w"] == -10_000.0


async def test_optimum_of_a_company_is_what_plans_aim_at(database_file: Path) -> None:
    async with open_grid(database_file) as office:
        await send(office, amps(20, 15, 45), kind=BlockKind.OPTIMUM)
        await send(office, amps(10, 30, 60), kind=BlockKind.OPTIMUM, company=KRAFT)
        await send(office, amps(30, 0, 60), kind=BlockKind.GENERATION)
        asked = build_problem(office.live, NOON)
        [target] = asked.targets
        assert (target.feeder, target.is_least) == ("level-1", False)
        wanted = dict(zip(asked.edges, target.wanted_w, strict=False))
        w_per_a = office.live.site.watts_per_ampere(3)
        assert [wanted[after(at)] for at in (15, 30, 45)] == pytest.approx(
            [20 * w_per_a, 10 * w_per_a, 10 * w_per_a]  # of two the lowest
        )
        assert np.isnan(wanted[after(60)])
        assert office.live.profiles == {}
        await send(office, kind=BlockKind.OPTIMUM)
        await send(office, kind=BlockKind.OPTIMUM, company=KRAFT)
        assert build_problem(office.live, NOON).targets == ()


async def test_optimum_survives_a_restart_and_one_line_steers_nothing(database_file: Path) -> None:
    async with open_grid(database_file) as office:
        await send(office, amps(20), amps(9, phase=BlockPhase.TWO), kind=BlockKind.OPTIMUM)
        before = office.live.wanted
        office.live.wanted = {}
        await office.profiles.load()
        assert office.live.wanted["level-1", "nett"] == before["level-1", "nett"]
        assert len(office.live.wanted["level-1", "nett"]) == 1
