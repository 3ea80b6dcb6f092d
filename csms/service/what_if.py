"""What another limit would do to every vehicle: asked of the planner, sent to nobody.

The newest problem is planned again with the other limit. That takes its turn with the plans that
steer, so few are let through: one at a time, and then none for several times as long as it took.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from csms.domain.errors import InvalidInputError
from csms.domain.identity import FeederId, SiteId
from csms.domain.limit_errors import NoWhatIfError
from csms.domain.request_errors import BusyError
from csms.language.said import Said
from csms.service.charging_control import PlanMade
from csms.service.grid_outlook import NewestPlan
from csms.service.ports import Planner
from csms.service.sites import Sites
from smart_charging.problem import ChargingProblem
from smart_charging.what_if import Difference, compare, highest_limit_a, least_limits_a, with_limit

_SLOWEST_S: Final = 2.0
"""Sites whose plans take longer are not asked for more: a plan that steers would wait too long."""
_REST: Final = 4.0
"""Afterwards nobody is answered for so many times as long."""
_LEAST_REST_S: Final = 0.5
_TIMES: Final = 3.0
"""So many times the present limit is the most that can be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRange:
    """What can be asked for.

    Attributes:
        least_a: What cannot be lowered has to fit.
        now_a: The highest limit that it has ahead.
        most_a: More than that is not answered.
    """

    least_a: float
    now_a: float
    most_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDelivery:
    """What a vehicle gets by the plan that stands, and would get then.

    Attributes:
        evse: `station/number`.
        expected_wh: By its departure.
        short_wh: What it then lacks of what it needs.
        done_at: When it has what it needs; None: it does not before it leaves.
        later_s: None: it has it not in both cases; below 0: sooner.
        less_wh: How much less it gets; below 0: more.
    """

    evse: str
    expected_wh: float
    expected_then_wh: float
    short_wh: float
    short_then_wh: float
    done_at: datetime | None
    done_then_at: datetime | None
    later_s: float | None
    less_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What another limit would do.

    Attributes:
        number: The plan that it is compared with.
        planned_at: When that was made.
        solve_s: How long the other plan took.
        method: Who made it.
        vehicles: What every vehicle gets now and then, those first that lose most.
    """

    number: int
    planned_at: datetime
    feeder_id: FeederId
    limit_a: float
    solve_s: float
    method: str
    vehicles: tuple[OtherDelivery, ...]


class WhatIfDesk:
    """Answers what other limits would do.

    Args:
        sites: All sites.
        newest: Finds a site's newest plan.
        planner: Makes plans, off the event loop.
        now_s: Seconds of a clock that runs.
    """

    def __init__(
        self,
        sites: Sites,
        newest: NewestPlan,
        planner: Planner,
        now_s: Callable[[], float] = monotonic,
    ) -> None:
        self._sites = sites
        self._newest = newest
        self._planner = planner
        self._now_s = now_s
        self._turn = asyncio.Lock()
        self._free_at_s = 0.0

    def ranges(self, site_id: SiteId) -> dict[FeederId, LimitRange]:
        """What can be asked for, by feeder; the one that feeds the site comes first.

        Raises:
            UnknownSiteError: There is no such site.
            NoWhatIfError: Nothing has been planned yet, or plans take long.
        """
        self._sites.live(site_id)
        return _ranges(self._usable(site_id).problem)

    async def ask(self, site_id: SiteId, feeder_id: FeederId | None, limit_a: float) -> WhatIf:
        """Find out what a limit would do.

        Args:
            site_id: Which site.
            feeder_id: Which feeder; None: the one that feeds the site.
            limit_a: On each of its lines.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            NoWhatIfError: Nothing has been planned yet, or plans take long.
            InvalidInputError: The limit is out of what can be asked for.
            BusyError: Somebody else was answered just now.
        """
        feeder_id = self._feeder(site_id, feeder_id)
        newest = self._usable(site_id)
        asked = _ranges(newest.problem)[feeder_id]
        if not asked.least_a <= limit_a <= asked.most_a:
            cause = Said(
                "expected %(least)g to %(most)g A, got %(came)g A",
                least=asked.least_a,
                most=asked.most_a,
                came=limit_a,
            )
            raise InvalidInputError("limit_a", cause)
        wait_s = self._free_at_s - self._now_s()
        if self._turn.locked() or wait_s > 0:
            raise BusyError(max(wait_s, _LEAST_REST_S))
        async with self._turn:
            return await self._ask(newest, feeder_id, limit_a)

    async def _ask(self, newest: PlanMade, feeder_id: FeederId, limit_a: float) -> WhatIf:
        problem = newest.problem
        began_s = self._now_s()
        try:
            asked = await asyncio.to_thread(with_limit, problem, feeder_id, limit_a)
            timed = await self._planner.plan(asked)
        finally:
            ended_s = self._now_s()
            self._free_at_s = ended_s + max(_LEAST_REST_S, _REST * (ended_s - began_s))
        vehicles = await asyncio.to_thread(compare, problem, newest.plan, timed.plan)
        return WhatIf(
            number=newest.number,
            planned_at=newest.made_at,
            feeder_id=feeder_id,
            limit_a=limit_a,
            solve_s=round(timed.solve_s, 3),
            method=timed.plan.method,
            vehicles=tuple(_told(one) for one in sorted(vehicles, key=lambda one: -one.less_wh)),
        )

    def _usable(self, site_id: SiteId) -> PlanMade:
        newest = self._newest(site_id)
        if newest is None:
            raise NoWhatIfError(site_id, Said("no plan has been made yet"))
        if newest.solve_s > _SLOWEST_S:
            cause = Said(
                "its plans take %(took).1f s, more than %(most)g s",
                took=newest.solve_s,
                most=_SLOWEST_S,
            )
            raise NoWhatIfError(site_id, cause)
        return newest

    def _feeder(self, site_id: SiteId, feeder_id: FeederId | None) -> FeederId:
        site = self._sites.live(site_id).site
        return site.feeders[0].feeder_id if feeder_id is None else site.feeder(feeder_id).feeder_id


def _told(one: Difference) -> OtherDelivery:
    return OtherDelivery(
        evse=one.now.key,
        expected_wh=round(one.now.expected_wh),
        expected_then_wh=round(one.then.expected_wh),
        short_wh=round(one.now.short_wh),
        short_then_wh=round(one.then.short_wh),
        done_at=one.now.done_at,
        done_then_at=one.then.done_at,
        later_s=one.later_s,
        less_wh=round(one.less_wh),
    )


def _ranges(problem: ChargingProblem) -> dict[FeederId, LimitRange]:
    ranges = {}
    for feeder_id, least_a in least_limits_a(problem).items():
        now_a = highest_limit_a(problem, feeder_id)
        ranges[feeder_id] = LimitRange(
            least_a=min(float(math.ceil(least_a)), now_a), now_a=now_a, most_a=_TIMES * now_a
        )
    return ranges
