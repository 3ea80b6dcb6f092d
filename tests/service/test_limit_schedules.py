"""Several limits of one party on one feeder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.limit_errors import NotLimitedError
from csms.service.wanted_limits import WantedLimit
from tests.service.imposing import (
    GRID,
    LEVEL,
    SITE,
    TOO_EARLY,
    kept,
    limit,
    limit_a,
    open_level,
)
from tests.service.rig import NOON, Office, after, open_office
from tests.service.test_charging_control import yard


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """A level with two chargers."""
    async with open_level(database_file) as opened:
        yield opened


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (WantedLimit(amps=(20.0, 20.0)), "limits/1/amps: expected one current or 3, got 2"),
        (
            WantedLimit(amps=(20.0,), from_at=after(30), until_at=after(20)),
            f"limits/1/{TOO_EARLY}, got 2026-01-14T12:20:00+00:00",
        ),
        (
            WantedLimit(amps=(30.0,), until_at=after(20)),
            f"limits/1/from: expected one limit for each start, got two at {NOON.isoformat()}",
        ),
    ],
)
async def test_of_several_limits_the_wrong_one_is_named_and_none_counts(
    office: Office, second: WantedLimit, message: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await office.limits.impose(SITE, LEVEL, GRID, [WantedLimit(amps=(20.0,)), second])
    assert str(refused.value) == message
    assert office.live.imposed == {}


async def test_limits_of_one_party_hold_beside_each_other(office: Office) -> None:
    """30 A until it is lifted, but 20 A from 12:10 to 12:20."""
    evening = WantedLimit(amps=(20.0,), from_at=after(10), until_at=after(20))
    first, second = await office.limits.impose(
        SITE, LEVEL, GRID, [evening, WantedLimit(amps=(30.0,))]
    )
    assert (first.limit.amps[0], second.limit.amps[0]) == (30.0, 20.0)
    assert [limit_a(office, at)[0] for at in (0, 9, 10, 19, 20, 60)] == [30, 30, 20, 20, 30, 30]
    office.clock.turn(21 * 60)
    await office.limits.look()
    assert [one.amps[0] for one in office.limits.in_force(SITE)] == [30.0]
    assert await kept(office) == [(LEVEL, "grid_company")]
    await office.limits.lift(SITE, LEVEL, GRID)
    assert office.live.imposed == {}
    assert await kept(office) == []


async def test_one_limit_of_several_is_lifted(office: Office) -> None:
    evening = WantedLimit(amps=(20.0,), from_at=after(10), until_at=after(20))
    await office.limits.impose(SITE, LEVEL, GRID, [evening, WantedLimit(amps=(30.0,))])
    office.live.guard.take()
    with pytest.raises(NotLimitedError, match=r"by the grid company from 2026-01-14T12:05:00"):
        await office.limits.lift(SITE, LEVEL, GRID, after(5))
    await office.limits.lift(SITE, LEVEL, GRID, after(10))
    assert [one.amps[0] for one in office.limits.in_force(SITE)] == [30.0]
    [lifted] = office.live.guard.take()
    assert lifted.cause == "The grid company no longer limits Level 1 to 20 A"


async def test_several_limits_of_one_party_survive_a_restart(database_file: Path) -> None:
    async with open_office(database_file, yard(2)) as before:
        later = WantedLimit(amps=(20.0,), from_at=after(10))
        await before.limits.impose(SITE, LEVEL, GRID, [WantedLimit(amps=(30.0,)), later])
    async with open_office(database_file, yard(2)) as office:
        assert [limit_a(office, at)[0] for at in (0, 9, 10)] == [30.0, 30.0, 20.0]
        await limit(office, 25.0, GRID)
        assert [limit_a(office, at)[0] for at in (0, 10)] == [25.0, 25.0]
        assert len(await kept(office)) == 1
