"""What a feeder can shed and take: asked of the planner, from the plan that stands."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, TypeAlias

from csms.domain.grid_company import FeederRef
from csms.domain.grid_proof import quarter_of
from csms.domain.limit_errors import NoEnvelopeError
from csms.language.said import Said
from csms.service.charging_control import PlanMade
from csms.service.grid_outlook import NewestPlan
from csms.service.ports import Planner
from csms.service.sites import Sites
from smart_charging.flexibility import Envelope, find_envelope

DURATIONS_S: Final = (900.0, 1800.0, 3600.0, 7200.0, 14_400.0)
_SLOWEST_S: Final = 1.0
"""A plan waits for no more than one of these plans; slower ones would keep limits waiting."""
_PATIENCE_S: Final = 60.0
_Known: TypeAlias = tuple[int, "Flexibility"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flexibility:
    """What a feeder can do from an instant on.

    Attributes:
        planned_at: When the plan was made that it was found from.
        starts_at: The first full quarter of an hour that the plan has ahead.
    """

    ref: FeederRef
    planned_at: datetime
    starts_at: datetime
    envelope: Envelope


class FlexibilityDesk:
    """Finds out what feeders can shed and take, one after the other.

    What was found counts for as long as the plan that it was found from.

    Args:
        sites: All sites.
        newest: Finds a site's newest plan.
        planner: Makes plans, off the event loop.
    """

    def __init__(self, sites: Sites, newest: NewestPlan, planner: Planner) -> None:
        self._sites = sites
        self._newest = newest
        self._planner = planner
        self._turn = asyncio.Lock()
        self._known: dict[FeederRef, _Known] = {}

    async def find(self, ref: FeederRef) -> Flexibility:
        """Find out what a feeder can do.

        Raises:
            UnknownSiteError: There is no such site.
            UnknownFeederError: The site has no such feeder.
            NoEnvelopeError: It cannot be found out just now.
        """
        self._sites.live(ref.site_id).site.feeder(ref.feeder_id)
        gives_up_s = monotonic() + _PATIENCE_S
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._turn.acquire()
            try:
                return await self._find(ref, gives_up_s)
            finally:
                self._turn.release()
        except TimeoutError:
            cause = Said("it was not found out within %(wait)g s", wait=_PATIENCE_S)
            raise NoEnvelopeError(str(ref), cause) from None

    async def _find(self, ref: FeederRef, gives_up_s: float) -> Flexibility:
        newest = self._usable(ref)
        known = self._known.get(ref)
        if known is not None and known[0] == newest.number:
            return known[1]
        starts_at = _first_quarter(newest)
        envelope = await self._search(newest, ref, starts_at, gives_up_s)
        found = Flexibility(
            ref=ref, planned_at=newest.made_at, starts_at=starts_at, envelope=envelope
        )
        self._known[ref] = (newest.number, found)
        return found

    def _usable(self, ref: FeederRef) -> PlanMade:
        newest = self._newest(ref.site_id)
        if newest is None:
            raise NoEnvelopeError(str(ref), Said("no plan has been made yet"))
        if newest.solve_s > _SLOWEST_S:
            cause = Said(
                "plans of the site take %(took).1f s, more than %(most)g s",
                took=newest.solve_s,
                most=_SLOWEST_S,
            )
            raise NoEnvelopeError(str(ref), cause)
        return newest

    async def _search(
        self, newest: PlanMade, ref: FeederRef, starts_at: datetime, gives_up_s: float
    ) -> Envelope:
        """Have plans made until the search has found what it looks for.

        It gives up between two plans: one that is broken off ends the planning process, and those
        that steer would have to do without it.
        """
        problem, plan = newest.problem, newest.plan
        starts_s = (starts_at - problem.starts_at).total_seconds()
        search = find_envelope(problem, plan, ref.feeder_id, DURATIONS_S, starts_s)
        wanted = next(search)
        while True:
            timed = await self._planner.plan(wanted)
            if monotonic() >= gives_up_s:
                raise TimeoutError
            try:
                wanted = search.send(timed.plan)
            except StopIteration as done:
                envelope: Envelope = done.value
                return envelope


def _first_quarter(newest: PlanMade) -> datetime:
    """When the first slot begins that is a full quarter of an hour, as settlement counts them."""
    edges = newest.plan.edges
    return next((edge for edge in edges[1:-1] if edge == quarter_of(edge)), edges[0])
