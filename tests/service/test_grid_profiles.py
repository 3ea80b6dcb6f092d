"""Capacity profiles of grid companies, from what is sent to what is in force."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.grid_company import FeederRef
from csms.domain.grid_profile import BlockKind, BlockPhase, CapacityUnit
from csms.domain.guard_event import GuardEventKind
from csms.domain.limit_errors import NotYoursError
from csms.domain.ramp import RampCause
from csms.service.feeder_limits import binding_limit
from csms.service.grid_parties import GridParties
from csms.service.grid_profiles import GridProfiles
from tests.gateway.rig import in_virtual_time
from tests.service.grid_companies import (
    CONSUMPTION,
    FALLBACK,
    INTAKE,
    KRAFT,
    LEVEL,
    NETT,
    amps,
    open_grid,
    send,
)
from tests.service.imposing import limit, limit_a
from tests.service.rig import NOON, CommitError, Office, after
from tests.service.test_limits_kept import allowed_a, charging


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """A level with two chargers, and two grid companies that may limit it."""
    async with open_grid(database_file) as opened:
        yield opened


def limits(office: Office, minutes: float, feeder_id: str = "level-1") -> float:
    return limit_a(office, minutes, feeder_id)[0]


def events(office: Office) -> list[tuple[GuardEventKind, str]]:
    return [(one.kind, one.cause) for one in reversed(office.live.guard.recent)]


async def turn(office: Office, minutes: float) -> None:
    office.clock.instant = after(minutes)
    await office.profiles.look()


async def test_a_block_is_in_force_at_once_and_asks_for_a_cut(office: Office) -> None:
    await send(office, amps(20))
    assert limits(office, 0) == 20.0
    assert office.live.urgent.is_set()
    assert events(office) == [
        (
            GuardEventKind.LIMIT_IMPOSED,
            "Level 1 is limited to 20 A by Nett AS until 14:00",
        )
    ]


async def test_blocks_follow_each_other_and_their_end_brings_room_back_gradually(
    office: Office,
) -> None:
    blocks = [amps(20, 0, 15), amps(16, 15, 30), amps(30, 30, 45)]
    await send(office, *blocks, company=KRAFT)
    assert [limits(office, at) for at in (14, 15, 29, 30, 44, 45)] == [20, 16, 16, 30, 30, 40]
    await turn(office, 15)
    assert office.live.urgent.is_set()
    office.live.attended()
    await turn(office, 30)
    assert office.live.ramps["level-1"].cause is RampCause.LIMIT_OVER
    assert limits(office, 30) == 30.0
    await turn(office, 45)
    assert limits(office, 45) == 40.0
    assert office.live.profiles == {}
    assert [kind for kind, _ in events(office)] == [
        GuardEventKind.LIMIT_IMPOSED,
        GuardEventKind.LIMIT_LIFTED,
    ]


async def test_a_block_to_come_wakes_the_controller_when_it_begins(office: Office) -> None:
    await send(office, amps(20, 10, 20))
    office.live.attended()
    await turn(office, 9)
    assert not office.live.urgent.is_set()
    await turn(office, 10)
    assert office.live.urgent.is_set()


async def test_of_several_companies_the_operator_and_the_site_file_the_lowest_counts(
    office: Office,
) -> None:
    assert binding_limit(office.live, "level-1", 1, NOON) is None
    await send(office, amps(30))
    await send(office, amps(25), company=KRAFT)
    await limit(office, 28.0)
    bound = binding_limit(office.live, "level-1", 1, NOON)
    assert bound is not None
    assert (bound.amps[0], bound.by) == (25.0, "Kraft AS")
    await send(office, company=KRAFT)
    bound = binding_limit(office.live, "level-1", 1, NOON)
    assert bound is not None
    assert (bound.amps[0], bound.by, str(bound.party)) == (28.0, "", "operator")
    await office.limits.lift("fjordgata", "level-1", bound.party)
    assert limits(office, 0) == 30.0


async def test_the_winner_may_be_another_one_on_each_line(office: Office) -> None:
    await send(office, amps(20, phase=BlockPhase.ONE))
    await send(office, amps(25), company=KRAFT)
    bounds = [binding_limit(office.live, "level-1", line, NOON) for line in (1, 2)]
    assert [one and one.by for one in bounds] == ["Nett AS", "Kraft AS"]
    assert limit_a(office, 0) == [20.0, 25.0, 25.0]


async def test_power_counts_as_current_of_the_grids_voltage(office: Office) -> None:
    await send(office, amps(13_800, unit=CapacityUnit.W))
    assert limit_a(office, 0) == [20.0, 20.0, 20.0]


async def test_each_feeder_of_a_group_may_carry_its_share(office: Office) -> None:
    await send(office, amps(50), target="area-7")
    assert limits(office, 0) == 25.0
    assert limits(office, 0, "intake") == 25.0
    await send(office, amps(20))
    assert limits(office, 0) == 20.0


async def test_what_is_no_limit_of_load_leaves_it_as_it_is(office: Office) -> None:
    for kind in (BlockKind.GENERATION, BlockKind.OPTIMUM, BlockKind.FALLBACK_GENERATION):
        await send(office, amps(6), kind=kind)
    assert limits(office, 0) == 40.0
    assert office.profiles.parties.of(NETT).said_of(LEVEL, BlockKind.OPTIMUM) == (amps(6),)
    assert events(office) == []


async def test_fallbacks_count_from_when_nothing_was_heard_for_too_long(office: Office) -> None:
    await send(office, amps(12, 0, None), kind=FALLBACK)
    await send(office, amps(30))
    assert limits(office, 0) == 30.0
    await turn(office, 9.9)
    assert limits(office, 9.9) == 30.0
    await turn(office, 10)
    assert limits(office, 10) == 12.0
    assert office.live.urgent.is_set()
    assert events(office)[-1] == (
        GuardEventKind.GRID_SILENT,
        (
            "Nothing is heard of Nett AS for more than 600 s: its fallback blocks count as well, "
            "until it is heard of again"
        ),
    )
    bound = binding_limit(office.live, "level-1", 1, after(10))
    assert bound is not None
    assert bound.words == "while nothing is heard of it"


async def test_what_was_said_stays_said_while_a_company_is_silent(office: Office) -> None:
    await send(office, amps(25, 0, None), kind=FALLBACK)
    await send(office, amps(16))
    await turn(office, 10)
    assert limits(office, 10) == 16.0
    assert limits(office, 61) == 25.0


async def test_the_last_fallback_goes_on_while_a_company_is_silent(office: Office) -> None:
    await send(office, amps(25, 0, 20), amps(12, 20, 30), kind=FALLBACK)
    await turn(office, 10)
    assert [limits(office, at) for at in (10, 20, 3000)] == [25.0, 12.0, 12.0]


@pytest.mark.parametrize("way", ["beat", "blocks"])
async def test_a_company_that_is_heard_of_again_is_taken_at_its_word(
    office: Office, way: str
) -> None:
    await send(office, amps(12, 0, None), kind=FALLBACK)
    await turn(office, 11)
    assert limits(office, 11) == 12.0
    office.clock.instant = after(12)
    if way == "beat":
        standing = await office.profiles.beat(NETT)
        assert (standing.silent_at, standing.is_silent) == (after(22), False)
        assert limits(office, 12) == 40.0
    else:
        await send(office, amps(30, 12, 60))
        assert limits(office, 12) == 30.0
    assert office.live.ramps["level-1"].cause is RampCause.LIMIT_OVER
    assert GuardEventKind.GRID_BACK in [kind for kind, _ in events(office)]


async def test_who_was_never_heard_of_or_has_no_heartbeat_is_not_silent(office: Office) -> None:
    await send(office, amps(12, 0, None), kind=FALLBACK, company=KRAFT)
    await turn(office, 3000)
    assert [party.is_silent for party in office.profiles.parties] == [False, False]
    assert limits(office, 3000) == 40.0


async def test_all_is_as_before_after_a_restart(database_file: Path) -> None:
    async with open_grid(database_file) as before:
        await send(before, amps(30, 0, 60), amps(20, 60, 120))
        await send(before, amps(12, 0, None), kind=FALLBACK)
        await send(before, amps(25, 0, 60), company=KRAFT)
    async with open_grid(database_file) as again:
        assert [limits(again, at) for at in (0, 60, 120)] == [25.0, 20.0, 40.0]
        assert again.profiles.parties.of(NETT).silent_at == after(10)
        await turn(again, 10)
        assert limits(again, 10) == 12.0
    async with open_grid(database_file) as silent:
        await turn(silent, 11)
        assert limits(silent, 11) == 12.0


async def test_who_was_not_heard_of_while_the_server_was_down_is_silent(
    database_file: Path,
) -> None:
    async with open_grid(database_file) as before:
        await send(before, amps(12, 0, None), kind=FALLBACK)
        heard = await before.profiles.beat(NETT)
        assert heard.heard_at == NOON
    async with open_grid(database_file) as again:
        again.clock.instant = after(30)
        await again.profiles.load()
        assert limits(again, 30) == 12.0


async def test_what_cannot_be_kept_is_not_in_force(office: Office) -> None:
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await send(office, amps(20))
    assert limits(office, 0) == 40.0


async def test_a_company_is_there_even_if_that_cannot_be_kept(office: Office) -> None:
    await send(office, amps(12, 0, None), kind=FALLBACK)
    await turn(office, 11)
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await office.profiles.beat(NETT)
    assert limits(office, 11) == 40.0


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (
            INTAKE,
            "expected one of feeders fjordgata/level-1 from 'nett', got 'feeder fjordgata/intake'",
        ),
        (
            FeederRef("elsewhere", "level-1"),
            "expected one of feeders fjordgata/level-1 from 'nett', got 'feeder elsewhere/level-1'",
        ),
        ("area-8", "expected one of groups area-7 from 'nett', got 'group area-8'"),
    ],
)
async def test_nobody_limits_what_is_not_theirs(office: Office, target: Any, said: str) -> None:
    with pytest.raises(NotYoursError) as refused:
        await send(office, amps(20), target=target)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (amps(-1), "blocks/1/capacity: expected 0 or more, got -1"),
        (amps(float("nan")), "blocks/1/capacity: expected 0 or more, got nan"),
        (amps(float("inf")), "blocks/1/capacity: expected 0 or more, got inf"),
        (
            amps(63_000),
            "blocks/1/capacity: expected at most 10000 A on a line, got 63000 A",
        ),
        (
            amps(10, 5, 5),
            (
                "blocks/1/end_time: expected after start_time, at most 366 days ahead, got "
                "2026-01-14T12:05:00+00:00"
            ),
        ),
        (
            amps(10, 5, 5 + 367 * 24 * 60),
            (
                "blocks/1/end_time: expected after start_time, at most 366 days ahead, got "
                "2027-01-16T12:05:00+00:00"
            ),
        ),
        (
            amps(10, 367 * 24 * 60, None),
            "blocks/1/start_time: expected at most 366 days ahead, got 2027-01-16T12:00:00+00:00",
        ),
    ],
)
async def test_a_block_that_cannot_be_true_changes_nothing(
    office: Office, block: Any, said: str
) -> None:
    await send(office, amps(30))
    with pytest.raises(InvalidInputError) as refused:
        await send(office, amps(20), block)
    assert str(refused.value) == said
    assert limits(office, 0) == 30.0


async def test_too_many_blocks_are_refused(office: Office) -> None:
    with pytest.raises(InvalidInputError, match="expected at most 500, got 501"):
        await send(office, *[amps(20, i, i + 1) for i in range(501)])


async def test_parts_of_seconds_are_on_the_safe_side(office: Office) -> None:
    half = timedelta(seconds=0.5)
    block = replace(amps(20), start_at=after(1) + half, end_at=after(2) + half)
    await send(office, block)
    [step] = office.live.profiles["level-1", "nett"]
    assert (step.from_at, step.until_at) == (after(1), after(2) + timedelta(seconds=1))


async def test_the_same_blocks_again_are_no_news(office: Office) -> None:
    for _ in range(2):
        await send(office, amps(20, 0, 15), amps(16, 15, 30), company=KRAFT)
    assert len(events(office)) == 1
    await turn(office, 15)
    await send(office, amps(20, 0, 15), amps(16, 15, 30), company=KRAFT)
    assert len(events(office)) == 1


async def test_blocks_of_later_days_come_in_force_as_their_time_comes(office: Office) -> None:
    day = 24 * 60
    await send(office, amps(20, 2 * day, 2 * day + 60), company=KRAFT)
    assert office.live.profiles == {}
    await turn(office, day)
    assert limits(office, 2 * day) == 20.0
    assert events(office) == [
        (
            GuardEventKind.LIMIT_IMPOSED,
            "Level 1 is limited to 20 A by Kraft AS from 16 Jan 13:00 until 16 Jan 14:00",
        )
    ]


@in_virtual_time
async def test_chargers_are_told_to_keep_to_a_block_from_its_first_second(
    database_file: Path,
) -> None:
    async with charging(database_file) as run:
        office, start = run.office, run.office.clock.now()
        company = replace(NETT, heartbeat_s=900.0)
        parties = GridParties([company])
        profiles = GridProfiles(parties, office.sites, office.open_uow, office.clock)
        watch = asyncio.ensure_future(profiles.run())
        fallback = replace(amps(12), start_at=start, end_at=None)
        hour = replace(
            amps(24),
            start_at=start + timedelta(minutes=7),
            end_at=start + timedelta(minutes=67),
        )
        await profiles.replace(company, LEVEL, FALLBACK, [fallback])
        await profiles.replace(company, LEVEL, CONSUMPTION, [hour])
        await asyncio.sleep(7 * 60 - 10)
        assert allowed_a(run) == 40.0
        await asyncio.sleep(10)
        assert allowed_a(run) == 24.0
        await asyncio.sleep(8 * 60 + 1)  # nothing was heard for a quarter of an hour
        assert allowed_a(run) <= 12.0
        await profiles.beat(company)
        await asyncio.sleep(5 * 60)
        assert 12.0 < allowed_a(run) <= 24.0
        watch.cancel()
        await asyncio.wait({watch})
