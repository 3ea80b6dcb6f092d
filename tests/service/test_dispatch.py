"""Limits on their way: at no instant may all chargers together draw more than a feeder carries."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import Command, CommandStatus, Outcome, SetProfile
from csms.domain.dialect import Dialect
from csms.domain.identity import EvseId, StationId
from csms.domain.limits import Standing
from csms.domain.profile_form import PLAIN_TX
from csms.domain.site import Site
from csms.domain.station import Capabilities, RateUnit
from csms.service.dispatch import Dispatcher, Target
from csms.service.live_site import LiveSite
from simulators.clock import ScaledClock
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, CommitError, Office, accept, after, open_office
from tests.service.sites import connect, evse_of, hold, limit, plug_in

ABLE: Final = Capabilities(max_stack_level=5, max_periods=24, is_told=True)


def target(station_id: str, *steps: tuple[int, float], **more: Any) -> Target:
    return Target(EvseId(station_id, 1), limit(*steps, **more))


def flat(station_id: str, amps: float, **more: Any) -> Target:
    return target(station_id, (0, amps), **more)


@dataclass
class Post:
    """A dispatcher, and what every charger may draw while it works.

    Attributes:
        highest_a: The most that all chargers together might have drawn so far.
    """

    office: Office
    dispatcher: Dispatcher
    tasks: asyncio.TaskGroup
    highest_a: float = 0.0

    @property
    def live(self) -> LiveSite:
        return self.office.live

    @property
    def sent(self) -> list[tuple[str, float]]:
        """Who was sent which first step, in order."""
        found = self.office.gateway.of(SetProfile)
        return [(name, command.profile.periods[0].limit) for name, command in found]

    async def dispatch(self, *targets: Target) -> None:
        await self.dispatcher.dispatch(targets, 1, self.tasks)

    def start(self, *targets: Target) -> "asyncio.Task[None]":
        return self.tasks.create_task(self.dispatch(*targets))

    def answer(self, **statuses: CommandStatus) -> None:
        """Let stations answer so, others well; what may be drawn is added up at every answer."""

        def reply(station_id: StationId, command: Command[Any]) -> Outcome:
            self.add_up()
            status = statuses.get(station_id.replace("-", "_"))
            return Outcome(status=status, detail="no") if status else accept(station_id, command)

        self.office.gateway.reply = reply

    def add_up(self) -> None:
        now = self.office.clock.now()
        total_a = sum(evse.allowance.now_a(now) for evse in self.live.evses.values())
        self.highest_a = max(self.highest_a, total_a)


def yard(*station_ids: str) -> Site:
    """Chargers of 32 A without fallback, on one level of 40 A."""
    return small_site(*(place(name, "level-1", 0.0) for name in station_ids))


@asynccontextmanager
async def posted(path: Path, site: Site, **held_a: float) -> AsyncIterator[Post]:
    """A site whose chargers all charge under the limits that they hold, and have taken some."""
    async with open_office(path, site, clock=ScaledClock(NOON)) as office:
        live = office.live
        for number, station_id in enumerate(live.stations, start=1):
            connect(live, station_id)
            live.stations[station_id].capabilities = ABLE
            live.dialects.put(live.stations[station_id], Dialect().accepted(PLAIN_TX))
            plug_in(live, station_id, number=number)
            amps = held_a.get(station_id.replace("-", "_"))
            if amps is not None:
                hold(evse_of(live, station_id), amps)
        dispatcher = Dispatcher(office.access)
        async with asyncio.TaskGroup() as tasks:
            post = Post(office, dispatcher, tasks)
            post.answer()
            yield post


def now_a(post: Post, station_id: str) -> float:
    return evse_of(post.live, station_id).allowance.now_a(post.office.clock.now())


@in_virtual_time
async def test_vehicle_is_lowered_when_its_station_accepts_and_not_when_it_was_planned(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=20.0, B=8.0) as post:
        gate = post.office.gateway.shut("A")
        running = post.start(flat("A", 8.0), flat("B", 20.0))
        await asyncio.sleep(8)
        assert evse_of(post.live, "A").falls.last_at is None
        gate.set()
        await running
        lowered_at = evse_of(post.live, "A").falls.last_at
        assert lowered_at is not None
        assert (lowered_at - NOON).total_seconds() == pytest.approx(8.0, abs=0.1)
        assert evse_of(post.live, "B").falls.last_at is None


@in_virtual_time
async def test_increase_waits_until_the_decrease_is_accepted_and_followed(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=32.0, B=8.0) as post:
        gate = post.office.gateway.shut("A")
        running = post.start(flat("B", 20.0), flat("A", 20.0))
        await asyncio.sleep(8)
        assert post.sent == [("A", 20.0)]
        gate.set()
        await asyncio.sleep(5.9)  # the vehicle has 6 s to follow
        assert post.sent == [("A", 20.0)]
        await asyncio.sleep(0.2)
        await running
        assert post.sent == [("A", 20.0), ("B", 20.0)]
        assert (now_a(post, "A"), now_a(post, "B")) == (20.0, 20.0)
        assert post.highest_a == 40.0


@in_virtual_time
async def test_decreases_alone_and_increases_with_room_do_not_wait(database_file: Path) -> None:
    async with posted(database_file, yard("A", "B"), A=16.0, B=8.0) as post:
        await post.dispatch(flat("A", 20.0), flat("B", 20.0))
        assert post.office.clock.now() == NOON
        assert post.sent == [("A", 20.0), ("B", 20.0)]
        await post.dispatch(flat("A", 6.0), flat("B", 6.0))
        assert post.office.clock.now() == NOON
        assert post.sent[2:] == [("A", 6.0), ("B", 6.0)]


@pytest.mark.parametrize(
    "status",
    [
        CommandStatus.REJECTED,
        CommandStatus.NOT_SUPPORTED,
        CommandStatus.TIMED_OUT,
        CommandStatus.FAILED,
        CommandStatus.NOT_SENT,
    ],
)
def test_profile_that_was_not_accepted_frees_no_capacity(
    database_file: Path, status: CommandStatus
) -> None:
    @in_virtual_time
    async def check() -> None:
        async with posted(database_file, yard("A", "B"), A=32.0, B=8.0) as post:
            post.answer(A=status)
            post.live.dirty.clear()
            await post.dispatch(flat("A", 20.0), flat("B", 20.0))
            assert post.sent == [("A", 20.0)]
            assert (now_a(post, "A"), now_a(post, "B")) == (32.0, 8.0)
            assert post.highest_a == 40.0
            assert post.live.dirty.is_set()  # a new plan has to do without that room
            assert evse_of(post.live, "A").refusal == "no"

    check()


@in_virtual_time
async def test_station_that_does_not_answer_is_not_waited_for_and_frees_nothing(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=32.0, B=8.0) as post:
        gate = post.office.gateway.shut("A")
        await post.dispatch(flat("A", 20.0), flat("B", 20.0))
        assert post.office.clock.now() == after(16 / 60)  # 10 s for the answer, 6 s to settle
        assert post.sent == [("A", 20.0)]
        assert now_a(post, "A") == 32.0
        gate.set()
        await asyncio.sleep(0.1)
        assert now_a(post, "A") == 20.0  # the answer counts when it comes


@in_virtual_time
async def test_increase_that_was_not_answered_counts_at_the_higher_of_both(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=8.0, B=8.0) as post:
        post.answer(A=CommandStatus.TIMED_OUT)
        await post.dispatch(flat("A", 20.0))
        assert now_a(post, "A") == 20.0
        await post.dispatch(flat("B", 24.0))
        assert post.sent == [("A", 20.0)]  # 20 and 24 are more than 40


@in_virtual_time
async def test_of_increases_that_do_not_fit_together_the_first_goes(database_file: Path) -> None:
    async with posted(database_file, yard("A", "B"), A=8.0, B=8.0) as post:
        post.live.dirty.clear()
        await post.dispatch(flat("A", 26.0), flat("B", 26.0))
        assert post.sent == [("A", 26.0)]
        assert (now_a(post, "A"), now_a(post, "B")) == (26.0, 8.0)
        assert post.live.dirty.is_set()


@in_virtual_time
async def test_offline_charger_is_counted_at_the_highest_that_it_may_draw(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=20.0, B=8.0) as post:
        post.live.station_disconnected("A")
        await post.dispatch(flat("B", 21.0))
        assert post.sent == []
        await asyncio.sleep(901)  # its limit has lapsed, and with it what it may draw
        later = post.office.clock.now()
        await post.dispatch(flat("B", 21.0, starts_at=later))
        assert post.sent == [("B", 21.0)]


@in_virtual_time
async def test_charger_whose_fallback_is_not_sure_is_counted_at_its_rating(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=6.0, B=6.0) as post:
        evse = evse_of(post.live, "A")
        evse.allowance = evse.allowance.restanding(Standing.UNKNOWN)
        await post.dispatch(flat("B", 9.0))
        assert post.sent == []
        await post.dispatch(flat("B", 8.0))
        assert post.sent == [("B", 8.0)]


@in_virtual_time
async def test_limit_is_not_above_another_one_later_either(database_file: Path) -> None:
    async with posted(database_file, yard("A", "B"), B=8.0) as post:
        rising = limit((0, 6.0), (300, 30.0))
        evse = evse_of(post.live, "A")
        evse.allowance = replace(evse.allowance, accepted=rising)
        await post.dispatch(flat("B", 20.0))  # it fits now, and not in five minutes
        assert post.sent == []


@in_virtual_time
async def test_limits_that_cross_go_out_in_two_halves(database_file: Path) -> None:
    async with posted(database_file, yard("A", "B"), A=30.0, B=10.0) as post:
        # now A gives to B, in five minutes B gives back
        await post.dispatch(target("A", (0, 10.0), (300, 32.0)), target("B", (0, 30.0), (300, 8.0)))
        found = post.office.gateway.of(SetProfile)
        steps = [
            (name, [(p.start_s, p.limit) for p in command.profile.periods])
            for name, command in found
        ]
        assert sorted(steps[:2]) == [
            ("A", [(0, 10.0), (300, 30.0)]),
            ("B", [(0, 10.0), (300, 8.0)]),
        ]
        assert sorted(steps[2:]) == [
            ("A", [(0, 10.0), (300, 32.0)]),
            ("B", [(0, 30.0), (300, 8.0)]),
        ]
        assert post.highest_a == 40.0


@in_virtual_time
async def test_limit_that_is_held_is_not_sent_again_until_half_its_life_is_over(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A"), A=16.0) as post:
        await post.dispatch(flat("A", 16.04))  # nobody would notice
        await asyncio.sleep(450)
        await post.dispatch(flat("A", 16.0, starts_at=after(7.5)))
        assert post.sent == []
        await asyncio.sleep(1)
        await post.dispatch(flat("A", 16.0, starts_at=after(7.5)))
        assert post.sent == [("A", 16.0)]


@in_virtual_time
async def test_limit_of_which_nothing_is_sure_is_sent_again(database_file: Path) -> None:
    async with posted(database_file, yard("A"), A=16.0) as post:
        post.answer(A=CommandStatus.TIMED_OUT)
        await post.dispatch(flat("A", 10.0))
        post.answer()
        await post.dispatch(flat("A", 10.0))
        assert post.sent == [("A", 10.0), ("A", 10.0)]
        assert now_a(post, "A") == 10.0


@in_virtual_time
async def test_station_that_refused_is_left_alone_for_one_interval(database_file: Path) -> None:
    async with posted(database_file, yard("A"), A=16.0) as post:
        post.answer(A=CommandStatus.REJECTED)
        await post.dispatch(flat("A", 10.0))
        await asyncio.sleep(299)
        await post.dispatch(flat("A", 10.0, starts_at=after(5)))
        assert len(post.sent) == 1
        await asyncio.sleep(1)
        post.answer()
        await post.dispatch(flat("A", 10.0, starts_at=after(5)))
        assert len(post.sent) == 2
        assert evse_of(post.live, "A").refusal == ""


@in_virtual_time
async def test_station_that_was_only_away_is_asked_again_as_soon_as_it_is_back(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A"), A=16.0) as post:
        post.answer(A=CommandStatus.NOT_SENT)
        await post.dispatch(flat("A", 10.0))
        post.answer()
        connect(post.live, "A")
        await post.dispatch(flat("A", 10.0))
        assert len(post.sent) == 2


@in_virtual_time
async def test_vehicle_that_left_while_room_was_made_is_not_raised(database_file: Path) -> None:
    async with posted(database_file, yard("A", "B"), A=32.0, B=8.0) as post:
        running = post.start(flat("A", 20.0), flat("B", 20.0))
        await asyncio.sleep(3)
        evse_of(post.live, "B").transaction = None
        await running
        assert post.sent == [("A", 20.0)]


@in_virtual_time
async def test_alarm_while_room_was_made_lets_the_increases_be_planned_anew(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=32.0, B=8.0) as post:
        running = post.start(flat("A", 20.0), flat("B", 20.0))
        await asyncio.sleep(3)
        post.live.alarm()
        await running
        assert post.office.clock.now() == after(3 / 60)
        assert post.sent == [("A", 20.0)]


@in_virtual_time
async def test_profile_says_whose_transaction_it_limits_from_when_and_how_long(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A")) as post:
        await post.dispatch(target("A", (0, 10.0), (300, 16.0)))
        [(_, command)] = post.office.gateway.of(SetProfile)
        assert command == SetProfile(
            evse_number=1,
            profile=ChargingProfile(
                profile_id=2001,
                purpose=ProfilePurpose.TX,
                stack_level=5,
                unit=RateUnit.AMPERE,
                periods=(ProfilePeriod(0, 10.0), ProfilePeriod(300, 16.0)),
                starts_at=NOON,
                duration_s=900,
                phases=3,
                transaction="tx-1",
            ),
        )
        assert command.profile.ends_at == after(15)  # then the fallback holds again


@pytest.mark.parametrize(
    ("fields", "units", "watts", "phases"),
    [
        ({}, {RateUnit.WATT}, 6_900.0, 3),
        ({"lines": (2,)}, {RateUnit.WATT}, 2_300.0, 1),
        ({"is_dc": True, "efficiency": 0.95}, {RateUnit.AMPERE}, 6_555.0, None),
    ],
    ids=["three lines", "one line", "DC"],
)
def test_limit_is_written_in_watts_where_the_station_wants_them(
    database_file: Path,
    fields: dict[str, Any],
    units: set[RateUnit],
    watts: float,
    phases: int | None,
) -> None:
    site = small_site(replace(place("A", "level-1", 0.0), **fields))

    @in_virtual_time
    async def check() -> None:
        async with posted(database_file, site) as post:
            post.live.stations["A"].capabilities = replace(ABLE, rate_units=frozenset(units))
            await post.dispatch(flat("A", 10.0))
            [(_, command)] = post.office.gateway.of(SetProfile)
            assert (command.profile.unit, command.profile.phases) == (RateUnit.WATT, phases)
            assert command.profile.periods[0].limit == pytest.approx(watts)

    check()


@in_virtual_time
async def test_limit_is_kept_with_what_came_of_it(database_file: Path) -> None:
    async with posted(database_file, yard("A", "B", "C"), A=8.0) as post:
        post.answer(B=CommandStatus.REJECTED, C=CommandStatus.TIMED_OUT)
        await post.dispatch(flat("A", 9.0), flat("B", 9.0), flat("C", 9.0))
        query = "SELECT station_id, transaction_id, purpose, verdict, detail FROM sent_limit"
        assert [tuple(row.values()) for row in await post.office.rows(query)] == [
            ("A", "tx-1", "tx", "accepted", ""),
            ("B", "tx-2", "tx", "refused", "no"),
            ("C", "tx-3", "tx", "uncertain", "no"),
        ]


@in_virtual_time
async def test_limit_that_could_not_be_written_down_is_not_sent(database_file: Path) -> None:
    async with posted(database_file, yard("A"), A=8.0) as post:
        post.office.is_disk_full = True
        with pytest.raises(CommitError):
            await post.dispatch(flat("A", 20.0))
        assert post.sent == []
        assert now_a(post, "A") == 8.0


@in_virtual_time
async def test_answer_that_could_not_be_kept_stays_written_down_as_uncertain(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A"), A=8.0) as post:

        def reply(station_id: StationId, command: Command[Any]) -> Outcome:
            post.office.is_disk_full = True
            return accept(station_id, command)

        post.office.gateway.reply = reply
        await post.dispatch(flat("A", 20.0))
        assert now_a(post, "A") == 20.0
        assert await post.office.rows("SELECT verdict FROM sent_limit") == [
            {"verdict": "uncertain"}
        ]


@pytest.mark.parametrize("hours", [-1, 1])
def test_limit_is_written_by_the_stations_own_clock(database_file: Path, hours: int) -> None:
    @in_virtual_time
    async def check() -> None:
        async with posted(database_file, yard("A")) as post:
            for minutes in (-2, -1, 0):
                post.live.clock_seen("A", after(minutes + 60 * hours), after(minutes))
            await post.dispatch(flat("A", 16.0))
            [(_, command)] = post.office.gateway.of(SetProfile)
            assert command.profile.starts_at == after(60 * hours)
            assert command.profile.ends_at == after(60 * hours + 15)
            accepted = evse_of(post.live, "A").allowance.accepted
            assert accepted is not None
            assert (accepted.starts_at, accepted.ends_at) == (NOON, after(15))

    check()


@in_virtual_time
async def test_limit_that_was_given_by_another_time_is_sent_again(database_file: Path) -> None:
    async with posted(database_file, yard("A"), A=16.0) as post:
        await post.dispatch(flat("A", 16.0))
        assert post.sent == []  # it holds that
        post.live.clock_seen("A", after(61), after(1))
        await post.dispatch(flat("A", 16.0))
        assert post.sent == [("A", 16.0)]
        assert evse_of(post.live, "A").allowance.uncertain == ()


@in_virtual_time
async def test_limit_counts_before_it_is_written_down(database_file: Path) -> None:
    async with posted(database_file, yard("A", "B"), A=8.0, B=8.0) as post:
        await asyncio.gather(*(post.dispatch(flat(name, 30.0)) for name in ("A", "B")))
        assert post.highest_a == 38.0
        assert now_a(post, "A") == 30.0
        assert now_a(post, "B") == 8.0


@in_virtual_time
async def test_limits_reach_a_station_in_the_order_in_which_they_count(database_file: Path) -> None:
    async with posted(database_file, yard("A"), A=32.0) as post:
        gate = post.office.gateway.shut("A")
        first = post.start(flat("A", 20.0))
        await asyncio.sleep(0)
        second = post.tasks.create_task(
            post.dispatcher.send_at_once([flat("A", 10.0)], [], post.tasks)
        )
        await asyncio.sleep(0.5)
        assert post.sent == [("A", 20.0), ("A", 10.0)]
        assert now_a(post, "A") == 32.0
        gate.set()
        await asyncio.gather(first, second)
        assert now_a(post, "A") == 10.0


@in_virtual_time
async def test_what_crosses_is_lowered_first_while_a_line_is_overcommitted(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=32.0, B=20.0) as post:
        lower_now = target("A", (0, 10.0), (600, 32.0), live_s=1500)
        running = post.start(lower_now, flat("B", 10.0))
        await asyncio.sleep(0.1)
        assert sorted(post.sent) == [("A", 10.0), ("B", 10.0)]
        await running


@in_virtual_time
async def test_who_is_on_trial_is_told_nothing_where_there_is_no_room_for_its_rating(
    database_file: Path,
) -> None:
    async with posted(database_file, yard("A", "B"), A=20.0) as post:
        evse = evse_of(post.live, "B")
        evse.allowance = replace(evse.allowance, is_on_trial=True)
        await post.dispatch(flat("B", 6.0))  # 20 A are left, and any limit of it counts at 32 A
        assert post.sent == []
        hold(evse_of(post.live, "A"), 8.0)
        await post.dispatch(flat("B", 6.0))
        assert post.sent == [("B", 6.0)]
        assert post.highest_a == 40.0


@in_virtual_time
async def test_where_nobody_is_to_be_raised_no_room_is_looked_for(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with posted(database_file, yard("A", "B"), A=16.0, B=8.0) as post:
        for looks in ("Ledger", "is_overcommitted", "adds_to_overload"):
            monkeypatch.setattr(f"csms.service.dispatch.{looks}", None)
        await post.dispatch(flat("A", 10.0))
        await post.dispatcher.send_at_once([flat("B", 6.0)], [], post.tasks)
        assert post.sent == [("A", 10.0), ("B", 6.0)]
