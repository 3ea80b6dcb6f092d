"""Limits of the operator and of the grid company, from the wish to what is sent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csms.domain.errors import InvalidInputError, UnknownFeederError, UnknownSiteError
from csms.domain.guard_event import GuardEventKind
from csms.domain.imposed_limit import ImposedLimit
from csms.domain.limit_errors import NotLimitedError
from csms.domain.limits import Standing
from csms.domain.site import GuestPlace
from csms.service.grid_guard import is_overcommitted, keep_books
from csms.service.guests import judge_guest
from csms.service.problem_builder import build_problem
from csms.service.wanted_limits import WantedLimit
from tests.domain.sites import flat, place, small_site
from tests.service.imposing import (
    GRID,
    LEVEL,
    OPERATOR,
    SITE,
    TOO_EARLY,
    kept,
    limit,
    limit_a,
    open_level,
    usable_a,
)
from tests.service.rig import NOON, CommitError, Office, after, open_office, with_control
from tests.service.sites import connect, evse_of, hold, plug_in, with_meter
from tests.service.test_charging_control import yard


@pytest.fixture
async def office(database_file: Path) -> AsyncIterator[Office]:
    """A level with two chargers."""
    async with open_level(database_file) as opened:
        yield opened


async def test_limit_is_in_force_at_once_and_asks_for_a_cut(office: Office) -> None:
    imposed = await limit(office, words="work on the cable")
    assert limit_a(office, 0) == [20.0, 20.0, 20.0]
    assert imposed.limit == ImposedLimit(
        feeder_id=LEVEL,
        party=OPERATOR,
        amps=(20.0, 20.0, 20.0),
        from_at=NOON,
        words="work on the cable",
    )
    assert office.live.urgent.is_set()
    assert office.live.pressing.is_set()


async def test_a_limit_that_is_kept_to_already_only_asks_for_a_plan(office: Office) -> None:
    await limit(office, 40.0)
    assert not office.live.urgent.is_set()
    assert office.live.dirty.is_set()


async def test_each_line_has_its_own_limit(office: Office) -> None:
    wanted = WantedLimit(amps=(30.0, 50.0, 20.0))
    await office.limits.impose(SITE, LEVEL, GRID, [wanted])
    assert limit_a(office, 0) == [30.0, 40.0, 20.0]  # the site file's 40 A hold as well


async def test_the_lowest_of_two_limits_counts(office: Office) -> None:
    await limit(office, 20.0)
    await limit(office, 30.0, GRID)
    assert limit_a(office, 0) == [20.0, 20.0, 20.0]
    await office.limits.lift(SITE, LEVEL, OPERATOR)
    assert limit_a(office, 0) == [30.0, 30.0, 30.0]
    assert limit_a(office, 0, "intake") == [63.0, 63.0, 63.0]


async def test_a_new_limit_of_a_party_takes_the_place_of_its_last_one(office: Office) -> None:
    await limit(office, 20.0)
    await limit(office, 25.0)
    assert [one.amps[0] for one in office.limits.in_force(SITE)] == [25.0]
    assert await kept(office) == [(LEVEL, "operator")]


async def test_a_limit_to_come_binds_no_sooner_than_vehicles_have_to_follow(
    office: Office,
) -> None:
    await limit(office, 20.0, from_at=after(10), until_at=after(12))
    books = keep_books(office.live, NOON)
    assert books.edges[:4] == (NOON, after(6), after(9.9), after(12))  # they take 6 s
    assert books.limit_a[LEVEL][0, :4].tolist() == [40.0, 40.0, 20.0, 40.0]


async def test_a_limit_that_begins_within_the_first_slot_of_a_plan_cuts_it(office: Office) -> None:
    await limit(office, 20.0, from_at=after(2), until_at=after(20))
    problem = build_problem(office.live, NOON)
    assert problem.slots_s[:4] == (114, 246, 540, 900)  # to 12:01:54, 12:06, 12:15, 12:30
    assert problem.feeders[1].limit_a[0, :3].tolist() == [40.0, 20.0, 20.0]


async def test_a_limit_far_ahead_does_not_cut_a_plan_otherwise(office: Office) -> None:
    before = build_problem(office.live, NOON).slots_s
    await limit(office, 20.0, from_at=after(600), until_at=after(601))
    assert build_problem(office.live, NOON).slots_s == before


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"amps": ()}, "amps: expected one current or 3, got 0"),
        ({"amps": (1.0, 2.0)}, "amps: expected one current or 3, got 2"),
        ({"amps": (-1.0,)}, "amps: expected 0 to 10000 A on every line"),
        ({"amps": (1.0, 10_001.0, 1.0)}, "amps: expected 0 to 10000 A on every line"),
        ({"amps": (float("nan"),)}, "amps: expected 0 to 10000 A on every line"),
        (
            {"until_at": NOON},
            f"{TOO_EARLY}, got 2026-01-14T12:00:00+00:00",
        ),
        (
            {"from_at": after(9), "until_at": after(8)},
            f"{TOO_EARLY}, got 2026-01-14T12:08:00+00:00",
        ),
        (
            {"until_at": NOON + timedelta(days=366, seconds=1)},
            "until: expected at most 366 days ahead",
        ),
        (
            {"from_at": NOON + timedelta(days=366, seconds=1)},
            "from: expected at most 366 days ahead",
        ),
        ({"words": "x" * 201}, "words: expected at most 200 characters, got 201"),
        ({"words": "a\nb"}, "words: expected one line of text, got control characters"),
    ],
)
async def test_a_limit_that_cannot_be_true_is_refused(
    office: Office, wanted: dict[str, Any], message: str
) -> None:
    limits = [WantedLimit(**{"amps": (20.0,), **wanted})]
    with pytest.raises(InvalidInputError) as refused:
        await office.limits.impose(SITE, LEVEL, OPERATOR, limits)
    assert str(refused.value) == message
    assert office.live.imposed == {}


async def test_only_feeders_that_are_there_can_be_limited(office: Office) -> None:
    wanted = WantedLimit(amps=(20.0,))
    with pytest.raises(UnknownSiteError):
        await office.limits.impose("elsewhere", LEVEL, OPERATOR, [wanted])
    with pytest.raises(UnknownFeederError):
        await office.limits.impose(SITE, "level-9", OPERATOR, [wanted])
    with pytest.raises(UnknownFeederError):
        await office.limits.lift(SITE, "level-9", OPERATOR)
    with pytest.raises(NotLimitedError, match="feeder 'level-1' is not limited by the grid"):
        await office.limits.lift(SITE, LEVEL, GRID)


async def test_what_could_not_be_kept_is_not_in_force(office: Office) -> None:
    office.is_disk_full = True
    with pytest.raises(CommitError):
        await limit(office)
    assert limit_a(office, 0) == [40.0, 40.0, 40.0]
    assert office.live.guard.take() == []


async def test_who_limits_and_lifts_is_noted(office: Office) -> None:
    await limit(office, 20.0, GRID, until_at=after(450), words="transformer is hot")
    office.clock.turn(60)
    await office.limits.lift(SITE, LEVEL, GRID)
    imposed, lifted = office.live.guard.take()
    assert (imposed.kind, imposed.at) == (GuardEventKind.LIMIT_IMPOSED, NOON)
    assert (imposed.feeder_id, imposed.limit_a) == (LEVEL, 20.0)
    assert imposed.cause == (
        "Level 1 is limited to 20 A by the grid company until 20:30: transformer is hot"
    )
    assert (lifted.kind, lifted.at) == (GuardEventKind.LIMIT_LIFTED, after(1))
    assert lifted.cause == "The grid company no longer limits Level 1"
    assert await kept(office) == []


async def test_what_is_carried_all_the_same_is_told(database_file: Path) -> None:
    site = small_site(
        place("C-1", "level-1", 6.0),
        place("C-2", "level-1", 6.0, (2,)),
        place("C-3", "level-2", 6.0),
        place("C-4", "level-1", 6.0, is_installed=False),
        intake_load=flat(10.0),
        level_load=(2.0, 3.0, 4.0),
    )
    async with open_office(database_file, site) as office:
        imposed = await limit(office, 12.0)
        assert imposed.least_a == (8.0, 15.0, 10.0)
        assert imposed.warning == (
            "The worst case of the building and the standing fallbacks below add up to 15.0 A on "
            "L2: more than this limit, and no charger is lowered below its fallback"
        )
        evse_of(office.live, "C-1").allowance = evse_of(office.live, "C-1").allowance.restanding(
            Standing.REFUSED
        )
        imposed = await limit(office, 41.0)
        assert imposed.least_a == (34.0, 41.0, 36.0)
        assert imposed.warning == ""


async def test_limits_survive_a_restart_until_they_end(database_file: Path) -> None:
    async with open_office(database_file, yard(2)) as before:
        await limit(before, 20.0, until_at=after(30), words="until half past")
        await limit(before, 30.0, GRID)
    async with open_office(database_file, yard(2)) as office:
        assert limit_a(office, 0) == [20.0, 20.0, 20.0]
        own, grid = office.limits.in_force(SITE)
        assert (own.party, own.until_at, own.words) == (OPERATOR, after(30), "until half past")
        assert (grid.party, grid.amps, grid.until_at) == (GRID, (30.0, 30.0, 30.0), None)
        office.clock.turn(31 * 60)
        late = office.clock
        assert [one.party for one in office.limits.in_force(SITE)] == [GRID]
    async with open_office(database_file, yard(2), clock=late) as office:
        assert limit_a(office, 31) == [30.0, 30.0, 30.0]
        [lifted] = office.live.guard.take()
        assert (lifted.kind, lifted.at) == (GuardEventKind.LIMIT_LIFTED, after(30))
        assert await kept(office) == [(LEVEL, "grid_company")]


async def test_the_limit_of_a_feeder_that_is_gone_is_forgotten(database_file: Path) -> None:
    async with open_office(database_file, yard(2)) as before:
        wanted = WantedLimit(amps=(20.0,))
        await before.limits.impose(SITE, "level-2", OPERATOR, [wanted])
    site = yard(2)
    smaller = with_control(site)
    object.__setattr__(smaller, "feeders", site.feeders[:2])
    async with open_office(database_file, smaller) as office:
        assert office.live.imposed == {}
        assert await kept(office) == []


async def test_lifting_lets_room_come_back_in_a_straight_line(office: Office) -> None:
    await limit(office, 20.0)
    for name in ("C-1", "C-2"):
        hold(evse_of(office.live, name), 10.0)
    await office.limits.lift(SITE, LEVEL, OPERATOR)
    assert limit_a(office, 0) == [40.0, 40.0, 40.0]
    found = {minutes: usable_a(office, minutes) for minutes in (0, 0.5, 1, 2, 2.5, 5)}
    assert found == {0: 20.0, 0.5: 24.0, 1: 28.0, 2: 36.0, 2.5: 40.0, 5: 40.0}


async def test_the_site_file_says_how_fast(database_file: Path) -> None:
    site = with_control(yard(2), ramp_a_per_min=2.0)
    async with open_office(database_file, site) as office:
        connect(office.live, "C-1", "C-2")
        await limit(office, 20.0)
        await office.limits.lift(SITE, LEVEL, OPERATOR)
        found = {minutes: usable_a(office, minutes) for minutes in (0, 3, 10, 20)}
        assert found == {0: 0.0, 3: 6.0, 10: 20.0, 20: 40.0}


async def test_a_limit_that_rises_rises_gradually(office: Office) -> None:
    await limit(office, 20.0)
    for name in ("C-1", "C-2"):
        hold(evse_of(office.live, name), 10.0)
    await limit(office, 30.0)
    found = {minutes: usable_a(office, minutes) for minutes in (0, 1, 2)}
    assert found == {0: 20.0, 1: 28.0, 2: 30.0}


async def test_nothing_rises_where_another_limit_binds_all_the_same(office: Office) -> None:
    await limit(office, 20.0)
    await limit(office, 20.0, GRID)
    await office.limits.lift(SITE, LEVEL, OPERATOR)
    assert office.live.ramps == {}


async def test_nothing_that_is_held_is_cut_by_a_ramp(database_file: Path) -> None:
    """What the building draws more is not taken from who charges, as long as the limit holds."""
    site = with_meter(yard(2), flat(50.0), step_a=0.0)
    async with open_office(database_file, site) as office:
        connect(office.live, "C-1", "C-2")
        office.live.read_feeder("intake", NOON, (10.0,) * 3)
        hold(plug_in(office.live, "C-1"), 20.0)
        wanted = WantedLimit(amps=(30.0,))
        await office.limits.impose(SITE, "intake", GRID, [wanted])
        await office.limits.lift(SITE, "intake", GRID)
        assert usable_a(office, 0, "intake") == 30.0
        office.live.read_feeder("intake", NOON, (25.0,) * 3)
        assert usable_a(office, 0, "intake") == 45.0
        assert not is_overcommitted(office.live, NOON)


async def test_room_after_a_known_end_is_planned_to_come_gradually(database_file: Path) -> None:
    site = with_control(yard(2), ramp_a_per_min=0.5)
    async with open_office(database_file, site) as office:
        connect(office.live, "C-1", "C-2")
        await limit(office, 20.0, until_at=after(30))
        problem = build_problem(office.live, NOON)
        starts = [sum(problem.slots_s[:slot]) / 60 for slot in range(6)]
        assert starts == [0.0, 6.0, 15.0, 30.0, 45.0, 60.0]
        assert problem.feeders[1].limit_a[0, :6].tolist() == [20.0, 20.0, 20.0, 20.0, 27.5, 35.0]


async def test_guests_see_the_limit_in_force(office: Office) -> None:
    guests = GuestPlace(feeder_id="level-2", lines=(1, 2, 3), max_a=16.0)
    object.__setattr__(office.live.site, "guests", guests)
    assert judge_guest(office.live, NOON).is_granted
    wanted = WantedLimit(amps=(12.0,), from_at=after(5))
    await office.limits.impose(SITE, "level-2", OPERATOR, [wanted])
    refused = judge_guest(office.live, NOON)
    assert refused.cause == (
        "a guest may draw 16 A, and Level 2 has 12.0 A left on L1 beside what cannot be lowered"
    )


async def test_start_lets_nothing_rise_at_once_above_what_is_allowed(office: Office) -> None:
    for name, amps in (("C-1", 16.0), ("C-2", 0.0)):
        hold(evse_of(office.live, name), amps)
    office.limits.start()
    assert {minutes: usable_a(office, minutes) for minutes in (0, 1, 3)} == {
        0: 16.0,
        1: 24.0,
        3: 40.0,
    }
    assert usable_a(office, 1, "intake") == 16.0 + 12.6
