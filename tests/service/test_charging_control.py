"""The controller of a site, from meter values to limits, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from csms.domain.commands import Command, CommandStatus, Outcome, SetProfile
from csms.domain.guard_event import GuardEventKind
from csms.domain.identity import EvseId, StationId
from csms.domain.metering import Reading
from csms.domain.site import Site
from csms.service.charging_control import SiteController, parse_evse
from csms.service.live_site import LiveSite
from csms.service.planner import InlinePlanner
from csms.service.ports import TimedPlan
from csms.service.total_reading import take_total
from simulators.clock import ScaledClock
from smart_charging.plan import ChargingPlan
from smart_charging.planner import plan_by_heuristic
from smart_charging.problem import ChargingProblem
from tests.domain.sites import flat, place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import NOON, Office, accept, after, open_office
from tests.service.sites import connect, evse_of, hold, plug_in, with_meter, with_total_meter


@dataclass
class FakePlanner:
    """Plans in place, notes what it was asked, and does what a test wants meanwhile."""

    asked: list[ChargingProblem] = field(default_factory=list)
    lasts: list[ChargingPlan | None] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    gate: asyncio.Event | None = None
    is_heuristic: bool = False

    async def plan(self, problem: ChargingProblem, last: ChargingPlan | None = None) -> TimedPlan:
        self.asked.append(problem)
        self.lasts.append(last)
        self.meanwhile()
        if self.gate is not None:
            await self.gate.wait()
        if self.is_heuristic:
            return TimedPlan(plan_by_heuristic(problem, "a test wants it so"), 0.1)
        return await InlinePlanner(20.0).plan(problem, last)


@dataclass
class Run:
    """A controller that runs."""

    office: Office
    controller: SiteController
    planner: FakePlanner

    @property
    def live(self) -> LiveSite:
        return self.office.live

    @property
    def planned_after_s(self) -> list[float]:
        """When plans were made, in seconds after the start."""
        return [(asked.starts_at - NOON).total_seconds() for asked in self.planner.asked]

    def limits(self, station_id: str) -> list[list[float]]:
        """The limits of every profile of a transaction that a station was sent."""
        return [
            [period.limit for period in command.profile.periods]
            for name, command in self.office.gateway.of(SetProfile)
            if name == station_id and command.profile.transaction is not None
        ]


@asynccontextmanager
async def running(path: Path, site: Site, charging: tuple[str, ...]) -> AsyncIterator[Run]:
    """A site whose controller runs while some of its stations charge."""
    async with open_office(path, site, clock=ScaledClock(NOON)) as office:
        connect(office.live, *office.live.stations)
        for number, station_id in enumerate(charging, start=1):
            plug_in(office.live, station_id, number=number)
        planner = FakePlanner()
        controller = SiteController(
            office.live, office.gateway, planner, office.open_uow, office.clock
        )
        task = asyncio.ensure_future(controller.run())
        try:
            yield Run(office, controller, planner)
        finally:
            task.cancel()
            await asyncio.wait({task})


def yard(count: int, fallback_a: float = 0.0) -> Site:
    """Chargers of 32 A on one level of 40 A."""
    return small_site(*(place(f"C-{i}", "level-1", fallback_a) for i in range(1, count + 1)))


@in_virtual_time
async def test_vehicle_is_given_a_limit_soon_after_the_start(database_file: Path) -> None:
    async with running(database_file, yard(1), ("C-1",)) as run:
        await asyncio.sleep(6)
        assert run.planned_after_s == [5.0]
        at_once, planned = run.limits("C-1")
        assert at_once == [32.0]
        assert planned[0] == pytest.approx(32.0)
        assert run.controller.newest is not None
        assert run.controller.next_at == after(5 + 5 / 60)


@in_virtual_time
async def test_plan_lapses_to_the_fallback_a_quarter_of_an_hour_after_it_was_made(
    database_file: Path,
) -> None:
    async with running(database_file, yard(1, fallback_a=6.0), ("C-1",)) as run:
        await asyncio.sleep(6)
        [_, (_, command)] = run.office.gateway.of(SetProfile)
        assert command.profile.ends_at == after(15 + 5 / 60)
        run.live.station_disconnected("C-1")
        allowance = evse_of(run.live, "C-1").allowance
        assert allowance.now_a(after(15)) == pytest.approx(32.0)
        assert allowance.now_a(after(15.1)) == 6.0


@in_virtual_time
async def test_what_a_total_shows_to_be_too_much_is_cut_before_the_next_one(
    database_file: Path,
) -> None:
    site = with_total_meter(yard(2), flat(40.0))
    async with running(database_file, site, ("C-1", "C-2")) as run:
        now, drawn_a = NOON, 0.0
        for second in range(10, 310, 10):
            await asyncio.sleep(10)
            now = run.office.clock.now()
            for name in ("C-1", "C-2"):
                drawn_a = evse_of(run.live, name).allowance.now_a(now)
                if second % 60 == 0:
                    reading = Reading(at=now, current_a=(drawn_a,) * 3)
                    run.live.read(EvseId(name, 1), reading, now)
            drawn_a = sum(evse.allowance.now_a(now) for evse in run.live.evses.values())
            take_total(run.live, "intake", now, (10.0 + drawn_a,) * 3, now)
        assert run.live.meters["intake"].latest(now, 180) == (10.0, 10.0, 10.0)
        assert drawn_a == pytest.approx(40.0)
        await asyncio.sleep(10)
        now = run.office.clock.now()
        run.office.operations.report_feeder_load("fjordgata", "intake", (30.0 + drawn_a,) * 3, None)
        await asyncio.sleep(1)
        now = run.office.clock.now()
        allowed_a = sum(evse.allowance.now_a(now) for evse in run.live.evses.values())
        assert allowed_a <= 33.0
        assert run.live.meters["intake"].latest(now, 180) == (30.0, 30.0, 30.0)


@in_virtual_time
async def test_limit_between_zero_and_six_amperes_never_goes_out(database_file: Path) -> None:
    site = with_meter(yard(9), flat(63.0), step_a=0.0)
    names = tuple(f"C-{i}" for i in range(1, 10))
    async with running(database_file, site, names) as run:
        seen: set[float] = set()
        for load_a in (10.0, 25.0, 41.0, 50.0, 58.0, 30.0):
            run.office.live.read_feeder("intake", run.office.clock.now(), (load_a,) * 3)
            run.live.alarm()
            await asyncio.sleep(60)
        for name in names:
            seen.update(amps for limits in run.limits(name) for amps in limits)
        assert 0.0 in seen  # nine times 6 A are more than 40 A
        assert max(seen) >= 6.0
        assert [amps for amps in seen if 0.0 < amps < 6.0 - 1e-6] == []


@in_virtual_time
async def test_sum_of_what_may_be_drawn_never_exceeds_the_limit(database_file: Path) -> None:
    async with running(database_file, yard(5), ("C-1", "C-2", "C-3", "C-4", "C-5")) as run:
        sums: list[float] = []

        def reply(station_id: StationId, command: Command[Any]) -> Outcome:
            now = run.office.clock.now()
            sums.append(sum(evse.allowance.now_a(now) for evse in run.live.evses.values()))
            is_odd = len(sums) % 3 == 0
            return (
                Outcome(status=CommandStatus.TIMED_OUT, detail="no answer")
                if is_odd
                else accept(station_id, command)
            )

        run.office.gateway.reply = reply
        for minute in range(20):
            gone = run.live.evses[EvseId(f"C-{minute % 5 + 1}", 1)]
            transaction, gone.transaction = gone.transaction, None
            run.live.mark()
            await asyncio.sleep(30)
            gone.transaction = transaction
            run.live.mark()
            await asyncio.sleep(30)
        assert len(sums) > 20
        assert max(sums) <= 40.0 + 1e-6


@in_virtual_time
async def test_news_wait_out_the_gap_and_an_alarm_does_not(database_file: Path) -> None:
    async with running(database_file, yard(1), ("C-1",)) as run:
        await asyncio.sleep(6)
        run.live.mark()
        await asyncio.sleep(10)
        assert run.planned_after_s == [5.0, 15.0]  # 10 s after the one before
        run.live.alarm()
        await asyncio.sleep(1)
        assert run.planned_after_s == [5.0, 15.0, 16.0]


@in_virtual_time
async def test_vehicles_that_come_together_share_a_plan_that_does_not_wait_out_the_gap(
    database_file: Path,
) -> None:
    async with running(database_file, yard(3), ("C-1",)) as run:
        await asyncio.sleep(5.1)
        plug_in(run.live, "C-2", number=2)
        await asyncio.sleep(0.3)
        plug_in(run.live, "C-3", number=3)
        await asyncio.sleep(0.3)  # half a second after the plan before
        assert [len(asked.evses) for asked in run.planner.asked] == [1, 3]
        assert run.limits("C-3") == []  # there is no room for it before the others are lowered
        await asyncio.sleep(6.1)
        assert [len(asked.evses) for asked in run.planner.asked] == [1, 3]
        assert len(run.limits("C-3")) == 1


@in_virtual_time
async def test_without_news_a_plan_is_made_every_interval(database_file: Path) -> None:
    async with running(database_file, yard(1), ("C-1",)) as run:
        await asyncio.sleep(1000)
        assert run.planned_after_s == [5.0, 305.0, 605.0, 905.0]
        assert len(run.limits("C-1")) == 3  # at once, by the plan, renewed before that one lapses


@in_virtual_time
async def test_transaction_that_ended_while_the_plan_was_made_gets_no_limit_of_it(
    database_file: Path,
) -> None:
    async with running(database_file, yard(1), ("C-1",)) as run:

        def leave() -> None:
            evse_of(run.live, "C-1").transaction = None

        run.planner.meanwhile = leave
        await asyncio.sleep(6)
        assert len(run.planner.asked) == 1
        assert run.limits("C-1") == [[32.0]]  # at once, before the plan


@in_virtual_time
async def test_round_that_fails_leaves_the_limits_and_the_next_one_comes(
    database_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(database_file, yard(1), ("C-1",)) as run:
        await asyncio.sleep(6)
        held = evse_of(run.live, "C-1").allowance.accepted
        run.office.is_disk_full = True
        run.live.alarm()
        await asyncio.sleep(1)
        assert "the limits in force stay as they are" in caplog.text
        assert evse_of(run.live, "C-1").allowance.accepted == held
        run.office.is_disk_full = False
        await asyncio.sleep(600)
        assert run.planned_after_s[-1] > 300
        assert run.controller.newest is not None
        assert run.controller.newest.made_at > after(5)


@in_virtual_time
async def test_cut_that_cannot_be_written_down_is_tried_again_within_a_second(
    database_file: Path,
) -> None:
    site = with_meter(yard(1), flat(50.0), step_a=0.0)
    async with running(database_file, site, ("C-1",)) as run:
        run.live.read_feeder("intake", NOON, (10.0, 10.0, 10.0))
        await asyncio.sleep(6)
        assert evse_of(run.live, "C-1").allowance.now_a(run.office.clock.now()) == 32.0
        run.office.is_disk_full = True
        run.live.read_feeder("intake", run.office.clock.now(), (45.0, 45.0, 45.0))  # 18 A are left
        run.live.alarm()
        await asyncio.sleep(3)
        assert evse_of(run.live, "C-1").allowance.now_a(run.office.clock.now()) == 32.0
        run.office.is_disk_full = False
        await asyncio.sleep(1)
        assert evse_of(run.live, "C-1").allowance.now_a(run.office.clock.now()) == 18.0


@in_virtual_time
async def test_plan_is_kept_with_its_limits(database_file: Path) -> None:
    async with running(database_file, yard(1), ("C-1",)) as run:
        await asyncio.sleep(6)
        [row] = await run.office.rows("SELECT number, site_id, method FROM plan")
        assert row == {"number": 1, "site_id": "fjordgata", "method": "linear program"}


@in_virtual_time
async def test_load_of_the_intake_is_kept_every_minute(database_file: Path) -> None:
    async with running(database_file, yard(1), ()) as run:
        await asyncio.sleep(181)
        rows = await run.office.rows("SELECT feeder_id, limit_a FROM feeder_reading")
        assert rows == [{"feeder_id": "intake", "limit_a": "[63.0, 63.0, 63.0]"}] * 3


@in_virtual_time
async def test_building_is_kept_as_measured_and_not_as_reckoned_with(database_file: Path) -> None:
    site = with_meter(yard(1), flat(30.0), step_a=6.0)
    async with running(database_file, site, ()) as run:
        run.live.read_feeder("intake", run.office.clock.now(), (4.0, 5.0, 6.0))
        await asyncio.sleep(61)
        rows = await run.office.rows("SELECT load_a, uncontrolled_a FROM feeder_reading")
        assert rows == [{"load_a": "[4.0, 5.0, 6.0]", "uncontrolled_a": "[4.0, 5.0, 6.0]"}]


def test_name_of_an_evse_may_hold_a_slash() -> None:
    assert parse_evse("row 1/G-01/2") == EvseId("row 1/G-01", 2)


@in_virtual_time
async def test_station_is_set_up_while_a_plan_takes_its_time(database_file: Path) -> None:
    async with running(database_file, yard(2, fallback_a=6.0), ("C-1",)) as run:
        is_planned = asyncio.Event()
        run.planner.gate = is_planned
        await asyncio.sleep(6)
        assert len(run.planner.asked) == 1  # and not answered
        run.live.station_connected("C-2", "2.0.1", run.office.clock.now())
        evse = evse_of(run.live, "C-2")
        evse.place = replace(evse.place, keeps_fallback=None)
        run.live.station_booted("C-2")
        assert evse_of(run.live, "C-2").allowance.standing_a == 32.0
        await asyncio.sleep(0.1)
        assert run.live.stations["C-2"].is_ready
        assert evse_of(run.live, "C-2").allowance.standing_a == 6.0
        is_planned.set()


@in_virtual_time
async def test_station_is_set_up_while_a_gap_is_waited_out(database_file: Path) -> None:
    async with running(database_file, yard(2, fallback_a=6.0), ("C-1",)) as run:
        await asyncio.sleep(6)
        run.live.station_booted("C-2")
        await asyncio.sleep(0.1)
        assert run.live.stations["C-2"].is_ready
        assert run.planned_after_s == [5.0]
        await asyncio.sleep(10)
        assert run.planned_after_s == [5.0, 15.0]


@in_virtual_time
async def test_planner_is_given_the_last_plan_that_was_solved(database_file: Path) -> None:
    async with running(database_file, yard(1), ("C-1",)) as run:
        await asyncio.sleep(6)
        assert run.controller.newest is not None
        first = run.controller.newest.plan
        run.planner.is_heuristic = True
        run.live.alarm()
        await asyncio.sleep(1)
        run.live.alarm()
        await asyncio.sleep(1)
        assert run.planner.lasts == [None, first, first]
        assert first.reasons is not None
        assert [last.reasons for last in run.planner.lasts if last] == [None, None]


@in_virtual_time
async def test_newcomer_gets_the_room_that_is_free_while_a_plan_takes_its_time(
    database_file: Path,
) -> None:
    async with running(database_file, yard(2, fallback_a=6.0), ("C-1",)) as run:
        await asyncio.sleep(6)
        run.planner.gate = asyncio.Event()
        hold(evse_of(run.live, "C-1"), 16.0, run.office.clock.now())
        run.live.alarm()
        await asyncio.sleep(1)
        plug_in(run.live, "C-2", number=2)
        await asyncio.sleep(0.1)
        assert len(run.planner.asked) == 2  # and the second is not answered
        assert run.limits("C-2") == [[24.0]]  # of 40 A
        assert evse_of(run.live, "C-2").allowance.now_a(run.office.clock.now()) == 24.0
        run.planner.gate.set()


@in_virtual_time
async def test_overload_is_cut_while_a_plan_takes_its_time_and_that_plan_is_not_sent(
    database_file: Path,
) -> None:
    site = with_meter(yard(2, fallback_a=6.0), flat(50.0), step_a=0.0)
    async with running(database_file, site, ("C-1", "C-2")) as run:
        run.live.read_feeder("intake", run.office.clock.now(), (0.0, 0.0, 0.0))
        await asyncio.sleep(20)
        held_a = [evse_of(run.live, name).allowance.now_a(after(0.4)) for name in ("C-1", "C-2")]
        assert sum(held_a) == pytest.approx(40.0)
        run.planner.gate = asyncio.Event()
        run.live.mark()
        await asyncio.sleep(10)
        before = len(run.planner.asked)
        run.live.read_feeder("intake", run.office.clock.now(), (40.0,) * 3)
        run.live.alarm()
        await asyncio.sleep(0.1)
        assert len(run.planner.asked) == before  # and the last one is not answered
        now = run.office.clock.now()
        cut_a = [evse_of(run.live, name).allowance.now_a(now) for name in ("C-1", "C-2")]
        assert sum(cut_a) == pytest.approx(22.0, abs=1.0)
        assert sum(cut_a) <= 23.0
        number = run.controller.newest and run.controller.newest.number
        run.planner.gate.set()
        run.planner.gate = asyncio.Event()
        await asyncio.sleep(0.1)
        assert run.controller.newest is not None
        assert run.controller.newest.number == number
        assert len(run.planner.asked) == before + 1  # a new one is being made
        run.planner.gate.set()


@in_virtual_time
async def test_cut_is_noted_and_so_is_the_plan_that_gives_back_what_was_cut(
    database_file: Path,
) -> None:
    site = with_meter(yard(2, fallback_a=6.0), flat(50.0), step_a=0.0)
    async with running(database_file, site, ("C-1", "C-2")) as run:
        guard = run.live.guard
        run.live.read_feeder("intake", run.office.clock.now(), (0.0, 0.0, 0.0))
        await asyncio.sleep(60)
        assert guard.take() == []
        run.live.read_feeder("intake", run.office.clock.now(), (10.0, 41.0, 10.0))
        run.live.alarm()
        await asyncio.sleep(30)
        [cut] = guard.take()
        assert (cut.kind, cut.feeder_id, cut.line) == (GuardEventKind.CUT, "intake", 2)
        assert (cut.amps, cut.limit_a) == (81.0, 63.0)  # they have 40 A in all
        assert cut.cause == "More may be drawn than the limit; 2 EVSEs are lowered at once"
        assert guard.cut == cut
        for _ in range(8):  # plans give back what the highest of the last readings leaves
            run.live.read_feeder("intake", run.office.clock.now(), (0.0, 0.0, 0.0))
            await asyncio.sleep(90)
        [restored] = guard.take()
        assert restored.kind is GuardEventKind.RESTORED
        # 22 A were left: 12 and 9 A, as cuts are rounded down; 13.9 A have come back in 66 s
        assert restored.cause in {f"Vehicles may draw {amps} A more again" for amps in (13, 14)}
        assert guard.cut is None
