"""Flexibility that is asked for and becomes a limit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from csms.domain.errors import NotOfferedError, NotYoursError
from csms.domain.flexibility import Agreement
from csms.domain.grid_profile import BlockKind
from csms.service.agreements import Agreements
from tests.service.grid_companies import INTAKE, LEVEL, NETT, amps, open_grid, send
from tests.service.imposing import limit_a
from tests.service.rig import NOON, CommitError, Office, after
from tests.service.test_flexibility import desk_of, made


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
        (900.0, -1.0, "got -1 W"),
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
