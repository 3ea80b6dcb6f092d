"""The controller of a site: wakes, plans, sends. One per site, one round at a time."""

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from csms.clock import Clock, wait_at_most
from csms.domain.identity import EvseId
from csms.domain.limits import TimedLimit
from csms.log import about
from csms.service.at_once import cuts, first_limits, held_to_operator
from csms.service.connector_bounds import bound_now_a
from csms.service.cut_watch import CutWatch
from csms.service.dispatch import Dispatcher, Target
from csms.service.electrics import by_line
from csms.service.grid_guard import fullest_line, is_overcommitted, keep_books
from csms.service.guard_watch import GuardWatch
from csms.service.keeping import Keeping
from csms.service.live_evse import LiveEvse
from csms.service.live_site import LiveSite
from csms.service.measured_flows import measured_load, measured_uncontrolled
from csms.service.ports import Planner, StationGateway, TimedPlan
from csms.service.problem_builder import build_problem
from csms.service.ramping import look_after_ramps
from csms.service.read_back import ReadBack
from csms.service.reserve import Reserve, reserve_of, with_reserve
from csms.service.resource_orders import ResourceOrders
from csms.service.site_access import SiteAccess
from csms.service.station_setup import StationSetup
from csms.service.sun_watch import SunWatch
from csms.service.trials import on_trial, trial_limits
from csms.service.unit_of_work import OpenUnitOfWork
from csms.tally import Durations
from smart_charging.arrivals import without_arrivals
from smart_charging.plan import ChargingPlan, EvsePlan, Method
from smart_charging.problem import ChargingProblem
from smart_charging.schedule import to_steps

logger = logging.getLogger(__name__)

_KEEP_PLANS: Final = timedelta(days=7)
_SAMPLE_EVERY_S: Final = 60.0
_RISING_EVERY_S: Final = 60
"""A plan uses the room that there is when it is made."""
_GATHER_S: Final = 0.5
"""Vehicles that come within this time after a round share the next one."""
_TRIED_AGAIN_AFTER_S: Final = 1.0
"""What could not be answered at once, as the database was locked."""
_FIRST_ROUND_AFTER_S: Final = 5.0
"""After a start, stations get that long to connect before the first plan reserves for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMade:
    """The newest plan of a site, what it answers, and how long it took.

    Attributes:
        reserve: For whom else it keeps room; None: for nobody.
    """

    number: int
    made_at: datetime
    solve_s: float
    problem: ChargingProblem
    plan: ChargingPlan
    reserve: Reserve | None = None


class SiteController:
    """Keeps one site's limits in step with what happens there.

    Args:
        live: The site.
        gateway: Delivers commands.
        planner: Makes plans.
        open_uow: Opens units of work.
        clock: The time.

    Attributes:
        live: The site.
        newest: The newest plan, None before the first one.
        next_at: When the next one is made at the latest.
        plan_times: How long plans took, by method.
    """

    def __init__(
        self,
        live: LiveSite,
        gateway: StationGateway,
        planner: Planner,
        open_uow: OpenUnitOfWork,
        clock: Clock,
    ) -> None:
        self.live = live
        self.newest: PlanMade | None = None
        self.next_at: datetime | None = None
        self.plan_times: defaultdict[str, Durations] = defaultdict(Durations)
        self._last_solved: ChargingPlan | None = None
        self._answering = asyncio.Lock()
        self._cuts = CutWatch(live)
        self._planner = planner
        self._open_uow = open_uow
        self._clock = clock
        access = SiteAccess(live=live, gateway=gateway, open_uow=open_uow, clock=clock)
        self._setup = StationSetup(access)
        self._read_back = ReadBack(access)
        self._keeping = Keeping(access)
        self._dispatcher = Dispatcher(access)
        self._watch = GuardWatch(live, clock)
        self._resources = ResourceOrders(live)
        self._sun = SunWatch(live, clock)

    async def run(self) -> None:
        """Plan and send until cancelled."""
        self._resources.begin(self._clock.now())
        with about(site=self.live.site.site_id):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._sample())
                tasks.create_task(self._watch.run())
                tasks.create_task(self._setup.run())
                tasks.create_task(self._read_back.run())
                tasks.create_task(self._keeping.run())
                tasks.create_task(self._look_out(tasks))
                tasks.create_task(self._sun.run())
                await self._clock.sleep(_FIRST_ROUND_AFTER_S)
                while True:
                    await self._supervised_round(tasks)
                    await self._wait()

    async def _supervised_round(self, tasks: asyncio.TaskGroup) -> None:
        self.live.attended()
        try:
            await self._round(tasks)
        except Exception:  # the last limits stay in force, lapse in time, and the next round comes
            logger.exception("a round of control failed; the limits in force stay as they are")

    async def _look_out(self, tasks: asyncio.TaskGroup) -> None:
        """Answer what cannot wait for a plan, also while one is being made or sent."""
        while True:
            await self.live.pressing.wait()
            try:
                await self._answer_at_once(tasks)
            except Exception:  # until then the limits in force stay as they are
                logger.exception("could not answer at once; it is tried again")
                await self._clock.sleep(_TRIED_AGAIN_AFTER_S)
                self.live.pressing.set()

    async def _answer_at_once(self, tasks: asyncio.TaskGroup) -> None:
        """Cut what is too much, and give newcomers what is free."""
        async with self._answering:
            now, live = self._clock.now().replace(microsecond=0), self.live
            live.pressing.clear()
            look_after_ramps(live, now)
            newcomers, live.newcomers = live.newcomers, {}
            lowered = cuts(live, now) if is_overcommitted(live, now) else []
            if lowered:
                logger.warning("%d limits are cut at once", len(lowered))
                self._cuts.cut(lowered, fullest_line(live, now), now)
                live.urgent.set()
            lowered = held_to_operator(live, lowered, now)
            await self._dispatcher.send_at_once(lowered, first_limits(live, newcomers, now), tasks)

    async def _wait(self) -> None:
        """Wait out the gap, then for something to happen or for the interval to end.

        A vehicle that waits for its first limit does not wait for the gap, but for others to come
        as well; what is urgent waits for nothing. While room comes back gradually, plans come more
        often, so that it is used as it comes.
        """
        control, live = self.live.site.control, self.live
        every_s = control.plan_every_s
        if any(not ramp.is_slack for ramp in live.ramps.values()):
            every_s = max(control.min_gap_s, min(every_s, _RISING_EVERY_S))
        self.next_at = self._clock.now() + timedelta(seconds=every_s)
        live.note()
        gathered_s = min(_GATHER_S, control.min_gap_s)
        for event, until_s, from_s in (
            (live.urgent, gathered_s, 0.0),
            (live.awaited, control.min_gap_s, gathered_s),
            (live.dirty, every_s, control.min_gap_s),
        ):
            if await wait_at_most(self._clock, event, until_s - from_s):
                return

    async def _round(self, tasks: asyncio.TaskGroup) -> None:
        if self.live.pressing.is_set() or self._answering.locked():
            await self._answer_at_once(tasks)
        cuts_before = self._cuts.count
        now = self._clock.now().replace(microsecond=0)
        for evse in self.live.evses.values():
            evse.allow(evse.allowance.lapsed(now), now)
        tried = on_trial(self.live)
        look_after_ramps(self.live, now)
        problem = build_problem(self.live, now)
        timed = await self._planner.plan(with_reserve(self.live, problem), self._last_solved)
        self.plan_times[str(timed.plan.method)].add(timed.solve_s)
        if timed.plan.method is not Method.HEURISTIC:
            self._last_solved = replace(timed.plan, reasons=None)  # the next one asks for none
        reserve = reserve_of(self.live, problem, timed.plan)
        timed = replace(timed, plan=without_arrivals(timed.plan))
        if self._cuts.count != cuts_before:
            return  # what this was planned for has changed; a new plan comes
        self.newest = PlanMade(
            number=await self._keep(timed, now),
            made_at=now,
            solve_s=timed.solve_s,
            problem=problem,
            plan=timed.plan,
            reserve=reserve,
        )
        number = self.newest.number
        targets = [
            target
            for planned in timed.plan.evses
            if (target := self._target(timed.plan, planned)) is not None
        ]
        targets += trial_limits(self.live, tried, now)
        self.live.changed.set()
        self._resources.lower(timed.plan, self._clock.now())
        await self._dispatcher.dispatch(targets, number, tasks)
        self._resources.raise_(timed.plan, self._clock.now())
        self._cuts.planned(self._clock.now())

    def _target(self, plan: ChargingPlan, planned: EvsePlan) -> Target | None:
        """The limit to send, None if the vehicle or its EVSE went while the plan was made."""
        evse_id = parse_evse(planned.key)
        evse = self.live.evses.get(evse_id)
        if evse is None or not evse.is_occupied:
            return None
        live_s, most_steps = self.live.site.control.limits_live_s, self.live.max_periods(evse)
        limit = TimedLimit(
            starts_at=plan.starts_at,
            ends_at=plan.starts_at + timedelta(seconds=live_s),
            steps=to_steps(planned.limits_a, plan.slots_s, live_s, most_steps),
        )
        limit = limit.raised_later(self.live.site.control.settle_s)
        bound_a = bound_now_a(evse, self._clock.now())
        if bound_a is not None:  # it may have come while the plan was made
            limit = limit.capped(bound_a)
        return Target(evse_id, _held_back(evse, limit, most_steps))

    async def _keep(self, timed: TimedPlan, now: datetime) -> int:
        plan = timed.plan
        facts = {
            "method": str(plan.method),
            "detail": plan.detail,
            "solve_s": timed.solve_s,
            "expected_wh": sum(planned.expected_wh for planned in plan.evses),
            "short_wh": sum(planned.short_wh for planned in plan.evses),
            "content": {
                "slots_s": list(plan.slots_s),
                "committed": plan.committed,
                "limits_a": _rounded(plan),
            },
        }
        async with self._open_uow() as uow:
            number = await uow.control.add_plan(self.live.site.site_id, now, facts)
            if number % 1000 == 0:
                await uow.control.drop_plans(now - _KEEP_PLANS)
            await uow.commit()
        logger.info(
            "planned %d EVSEs by %s in %.0f ms, %.1f kWh short",
            len(plan.evses),
            plan.method,
            timed.solve_s * 1000,
            sum(planned.short_wh for planned in plan.evses) / 1000,
        )
        return number

    async def _sample(self) -> None:
        """Keep what the root feeder carries, minute by minute."""
        while True:
            await self._clock.sleep(_SAMPLE_EVERY_S)
            try:
                await self._keep_sample()
            except Exception:  # a missing point in a chart must not stop the control
                logger.exception("could not keep the feeder's load")

    async def _keep_sample(self) -> None:
        now = self._clock.now().replace(microsecond=0)
        site = self.live.site
        root = site.feeders[0].feeder_id
        books = keep_books(self.live, now)
        currents = {
            "load_a": measured_load(self.live, now)[root],
            "limit_a": by_line(books.limit_a[root]),
            "uncontrolled_a": measured_uncontrolled(self.live, now)[root],
        }
        async with self._open_uow() as uow:
            await uow.control.add_feeder_reading(site.site_id, root, now, currents)
            await uow.commit()


def _rounded(plan: ChargingPlan) -> dict[str, list[float]]:
    """All limits to a tenth of an ampere, by EVSE."""
    limits_a = np.array([planned.limits_a for planned in plan.evses]).round(1).tolist()
    return dict(zip((planned.key for planned in plan.evses), limits_a, strict=True))


def _held_back(evse: LiveEvse, limit: TimedLimit, most_steps: int) -> TimedLimit:
    """A limit of which the first raise waits, after many stations came back at once."""
    held_a = evse.allowance.now_a(limit.starts_at)
    if not evse.is_held_back(limit.starts_at) or (limit.at(limit.starts_at) or 0.0) <= held_a:
        return limit
    waiting = limit.held_back(evse.hold_back(limit.starts_at), held_a)
    return waiting if len(waiting.steps) <= most_steps else limit.capped(held_a)


def parse_evse(key: str) -> EvseId:
    """Read an EVSE's id as plans write it."""
    station_id, _, number = key.rpartition("/")
    return EvseId(station_id, int(number))
