"""A limit in the first form that a station takes: safe on the way, and remembered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from csms.domain.charging_profile import ChargingProfile, ProfilePurpose
from csms.domain.commands import CommandStatus
from csms.domain.identity import EvseId
from csms.domain.limits import Standing
from csms.domain.metering import Reading
from csms.domain.profile_form import PLAIN_TX, Place, ProfileForm, Style
from csms.service.dispatch import Dispatcher, Target
from csms.service.live_evse import LiveEvse
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import Office, open_office
from tests.service.sites import limit, plug_in
from tests.service.stubborn import Rule, Stubborn, come, refuses, settled

TX, TX_DEFAULT = ProfilePurpose.TX, ProfilePurpose.TX_DEFAULT
STATION_MAX = ProfilePurpose.STATION_MAX
SITE = small_site(place("G-01", "level-1", 6.0), place("G-02", "level-1", 6.0))
DEFAULT_FORM = ProfileForm(TX_DEFAULT, Place.EVSE)
MAX_FORM = ProfileForm(STATION_MAX, Place.STATION)


@dataclass
class Yard:
    """Stations that are set up, with a vehicle at each, and a dispatcher."""

    office: Office
    stubborn: Stubborn
    dispatcher: Dispatcher
    tasks: asyncio.TaskGroup

    async def give(self, amps: float, station_id: str = "G-01", *more: tuple[int, float]) -> None:
        """Send a limit from now on."""
        now = self.office.clock.now().replace(microsecond=0)
        wanted = limit((0, amps), *more, starts_at=now)
        await self.dispatcher.dispatch([Target(EvseId(station_id, 1), wanted)], 1, self.tasks)

    def evse(self, station_id: str = "G-01") -> LiveEvse:
        return self.office.evse(f"{station_id}/1")

    def now_a(self, station_id: str = "G-01") -> float:
        return self.evse(station_id).allowance.now_a(self.office.clock.now())

    def know(self, form: ProfileForm) -> None:
        """A form was seen to be followed."""
        live = self.office.live
        station = live.stations["G-01"]
        live.dialects.put(station, live.dialects.of(station).followed(form))

    def offered(self) -> list[tuple[int, ProfilePurpose, int, float]]:
        """What was offered since it was last asked: EVSE, purpose, level, first limit."""
        found = [
            (number, one.purpose, one.stack_level, one.periods[0].limit)
            for number, one in self.stubborn.offered
        ]
        self.stubborn.offered.clear()
        return found


@asynccontextmanager
async def yard(path: Path, takes: Rule) -> AsyncIterator[Yard]:
    stubborn = Stubborn(takes)
    async with settled(path, SITE, stubborn) as office:
        await come(office, "G-01", "G-02")
        for number, name in enumerate(("G-01", "G-02"), start=1):
            plug_in(office.live, name, number=number)
        dispatcher = Dispatcher(office.access)
        async with asyncio.TaskGroup() as tasks:
            stubborn.offered.clear()
            yield Yard(office, stubborn, dispatcher, tasks)


def timed(takes: Rule) -> Rule:
    """A rule for limits; fallbacks are taken."""
    return lambda number, profile: profile.profile_id < 2000 or takes(number, profile)


STYLES: dict[str, tuple[Rule, Style, int]] = {
    "without a validity": (
        timed(lambda _number, profile: not profile.has_validity),
        Style.NO_VALIDITY,
        2,
    ),
    "without a duration": (
        lambda _number, profile: profile.purpose is not TX or profile.duration_s is None,
        Style.NO_DURATION,
        3,
    ),
    "without phases": (timed(lambda _number, profile: profile.phases is None), Style.NO_PHASES, 4),
    "in whole amperes": (
        timed(lambda _number, one: all(p.limit.is_integer() for p in one.periods)),
        Style.WHOLE,
        5,
    ),
    "of one period": (timed(lambda _number, one: len(one.periods) == 1), Style.ONE_PERIOD, 6),
    "in the other unit": (timed(lambda _number, one: one.unit == "W"), Style.OTHER_UNIT, 7),
    "of the least": (
        timed(lambda _number, one: one.phases is None and len(one.periods) == 1),
        Style.BARE,
        8,
    ),
}


@pytest.mark.parametrize(("takes", "style", "offers"), STYLES.values(), ids=STYLES.keys())
def test_limit_of_the_transaction_is_written_in_other_ways_until_it_is_taken(
    database_file: Path, takes: Rule, style: Style, offers: int
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with yard(database_file, takes) as post:
            await post.give(16.5, "G-01", (300, 12.0))
            accepted = post.evse().allowance.accepted
            assert accepted is not None
            assert accepted.form == ProfileForm(TX, Place.EVSE, style)
            assert post.now_a() == 16.5
            assert [one[:2] for one in post.offered()] == [(1, TX)] * offers
            await post.give(15.5, "G-02", (300, 12.0))
            assert len(post.offered()) == offers  # once may have been by chance
            await post.give(14.5, "G-02", (300, 12.0))
            assert len(post.offered()) == 1

    check()


@in_virtual_time
async def test_station_that_takes_no_limit_of_a_transaction_gets_a_default_above_the_fallback(
    database_file: Path,
) -> None:
    async with yard(database_file, refuses(TX)) as post:
        await post.give(16.0)
        offered = post.offered()
        assert {one[:2] for one in offered[:-2]} == {(1, TX)}
        # The fallback makes room, and what a default does is not sure before it was seen.
        assert offered[-2:] == [(1, TX_DEFAULT, 4, 6.0), (1, TX_DEFAULT, 5, 6.0)]
        assert post.now_a() == 6.0
        assert post.evse().trial is not None
        post.know(DEFAULT_FORM)
        await post.give(16.0)
        assert post.offered()[-1] == (1, TX_DEFAULT, 5, 16.0)
        assert post.now_a() == 16.0
        await post.give(15.0)  # twice is enough
        assert post.offered() == [(1, TX_DEFAULT, 5, 15.0)]
        await post.give(9.0, "G-02")
        assert post.offered() == [(1, TX_DEFAULT, 4, 6.0), (1, TX_DEFAULT, 5, 9.0)]


@in_virtual_time
async def test_default_outlives_its_transaction_and_is_counted_also_after_a_restart(
    database_file: Path,
) -> None:
    async with yard(database_file, refuses(TX)) as post:
        post.know(DEFAULT_FORM)
        await post.give(16.0)
        post.evse().end()
        assert post.now_a() == 16.0
        now = post.office.clock.now()
    async with open_office(database_file, SITE) as office:
        allowance = office.evse("G-01/1").allowance
        assert (allowance.accepted is not None, allowance.now_a(now)) == (True, 16.0)


@in_virtual_time
async def test_limit_of_a_transaction_ends_with_it(database_file: Path) -> None:
    async with yard(database_file, refuses()) as post:
        await post.give(16.0)
        post.evse().end()
        assert post.now_a() == 6.0


def takes_but_one_default(_number: int, profile: ChargingProfile) -> bool:
    return profile.profile_id < 2000 or profile.purpose is STATION_MAX


@in_virtual_time
async def test_station_that_takes_but_one_default_is_limited_as_a_whole_once_that_was_seen(
    database_file: Path,
) -> None:
    async with yard(database_file, takes_but_one_default) as post:
        await post.give(16.0)
        assert post.offered()[-1] == (0, STATION_MAX, 4, 6.0)
        assert post.stubborn.of(TX_DEFAULT, 1) == []  # it would keep the vehicle at its fallback
        assert post.now_a() == 32.0  # nobody has seen yet that it is kept to
        for _ in range(4):
            await asyncio.sleep(60)
            now = post.office.clock.now()
            reading = Reading(at=now, current_a=(6.0, 6.0, 6.0))
            post.office.live.read(EvseId("G-01", 1), reading, now)
        await asyncio.sleep(60)
        assert post.now_a() == 6.0
        post.know(MAX_FORM)
        await post.give(16.0)
        assert post.offered() == [(0, STATION_MAX, 5, 16.0)]
        assert post.now_a() == 16.0


@in_virtual_time
async def test_fallback_that_is_kept_to_is_not_given_up_where_there_is_no_room_to_see(
    database_file: Path,
) -> None:
    async with yard(database_file, takes_but_one_default) as post:
        second = post.evse("G-02")
        second.allowance = second.allowance.restanding(Standing.UNKNOWN)  # 32 of 40 A
        await post.give(8.0)
        assert STATION_MAX not in {one[1] for one in post.offered()}
        assert post.now_a() == 6.0
        assert post.evse().mistrust == ""


@in_virtual_time
async def test_old_limit_counts_until_it_is_cleared_when_another_form_takes_over(
    database_file: Path,
) -> None:
    async with yard(database_file, refuses()) as post:
        await post.give(16.0)
        station = post.office.live.stations["G-01"]
        station.refusals.update({PLAIN_TX: 2})
        post.stubborn.takes = lambda _number, one: one.purpose is not TX
        post.know(DEFAULT_FORM)
        gate = post.office.gateway.shut("G-01")
        giving = post.tasks.create_task(post.give(10.0))
        await asyncio.sleep(1)
        assert post.now_a() == 16.0
        gate.set()
        await giving
        assert post.now_a() == 10.0
        assert post.stubborn.of(TX) == []


@in_virtual_time
async def test_refusal_of_a_form_that_others_of_the_make_take_leads_to_no_other(
    database_file: Path,
) -> None:
    async with yard(database_file, refuses()) as post:
        await post.give(16.0, "G-02")
        post.offered()
        post.stubborn.takes = refuses(TX)
        await post.give(16.0)
        assert len(post.offered()) == 1
        await asyncio.sleep(300)
        await post.give(16.0)
        assert len(post.offered()) == 1
        await asyncio.sleep(300)
        await post.give(16.0)  # this one is odd: it gets what it takes
        assert post.offered()[-1][1] is TX_DEFAULT
        dialect = post.office.live.dialects.of(post.office.live.stations["G-02"])
        assert dialect.is_open(PLAIN_TX, "G-02")


@in_virtual_time
async def test_newer_limit_ends_the_search_for_a_form_of_an_older_one(database_file: Path) -> None:
    async with yard(database_file, refuses(TX, TX_DEFAULT, STATION_MAX)) as post:
        gate = post.office.gateway.shut("G-01")
        older = post.tasks.create_task(post.give(16.0))
        await asyncio.sleep(1)
        newer = post.tasks.create_task(post.give(12.0))
        await asyncio.sleep(1)
        assert post.offered() == []
        gate.set()
        await asyncio.gather(older, newer)
        limits = [one[3] for one in post.offered() if one[1] is TX]
        assert (limits[0], set(limits[1:])) == (16.0, {12.0, 2760.0 * 3})


@in_virtual_time
async def test_station_that_takes_no_limit_at_all_stays_at_its_fallback_and_operators_are_told_once(
    database_file: Path,
) -> None:
    def takes(_number: int, profile: ChargingProfile) -> bool:
        return profile.profile_id < 2000 and profile.purpose is TX_DEFAULT

    async with yard(database_file, takes) as post:
        for _ in range(3):
            await post.give(16.0)
            await asyncio.sleep(300)
        assert post.now_a() == 6.0
        assert post.evse().refusal
        [notice] = await post.office.rows("SELECT kind, body FROM station_notice")
        assert notice["kind"] == "limits_refused"
        assert '"limit":"timed"' in notice["body"].replace(" ", "")


@in_virtual_time
async def test_station_that_was_not_reached_says_nothing_of_a_form(database_file: Path) -> None:
    async with yard(database_file, timed(lambda _number, _one: False)) as post:
        post.stubborn.status = CommandStatus.NOT_SENT
        await post.give(16.0)
        assert len(post.offered()) == 1
        station = post.office.live.stations["G-01"]
        assert post.office.live.dialects.of(station).of(PLAIN_TX).refusals == 0
