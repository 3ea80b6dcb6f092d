"""The controllers and feeds of all sites, and views of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from csms.clock import Clock
from csms.domain.errors import UnknownSiteError
from csms.domain.identity import SiteId
from csms.service.charging_control import PlanMade, SiteController
from csms.service.electrics import by_line
from csms.service.evse_glances import KEPT_S, Glances, ProfileOf
from csms.service.live_feed import LiveFeed
from csms.service.live_site import LiveSite
from csms.service.plan_course import PlanCourse, plan_courses
from csms.service.plan_outlook import PlanOutlook, plan_outlook
from csms.service.resource_view import ResourceState, states_of
from csms.service.site_view import SiteView
from csms.service.view_builder import build_view
from csms.tally import Durations
from smart_charging.currents import Load, line_currents

_TICK_S: Final = 0.5


class ControlRoom:
    """Runs all sites.

    Args:
        controllers: By site.
        clock: The time.
        clock_rate: Seconds of the clock per second of the readers'.
        profile_of: The lowest security profile of a station.
    """

    def __init__(
        self,
        controllers: Mapping[SiteId, SiteController],
        clock: Clock,
        clock_rate: float,
        profile_of: ProfileOf,
    ) -> None:
        self._controllers = controllers
        self._clock = clock
        self._clock_rate = clock_rate
        kept = timedelta(seconds=KEPT_S * clock_rate)
        self._profile_of = profile_of
        self._glances = {site_id: Glances(profile_of, kept) for site_id in controllers}
        self._outlooks: dict[SiteId, PlanOutlook] = {}
        self._feeds = {site_id: LiveFeed(self, site_id, _TICK_S) for site_id in controllers}

    async def run(self) -> None:
        """Run all controllers and feeds until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for controller in self._controllers.values():
                tasks.create_task(controller.run())
            for feed in self._feeds.values():
                tasks.create_task(feed.run())

    def site_ids(self) -> tuple[SiteId, ...]:
        """All sites."""
        return tuple(self._controllers)

    def now(self) -> datetime:
        """The present instant."""
        return self._clock.now()

    def view(self, site_id: SiteId) -> SiteView:
        """The view of a site at this instant.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        return self._view(site_id, Glances(self._profile_of))

    def quick_view(self, site_id: SiteId) -> SiteView:
        """The same at a fraction of the cost, for who looks again and again.

        What follows from the time alone, or is another at the whole site, may be late by `KEPT_S`
        in a connector's view.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        self._controller(site_id)
        return self._view(site_id, self._glances[site_id])

    def _view(self, site_id: SiteId, glances: Glances) -> SiteView:
        controller = self._controller(site_id)
        return build_view(controller, self._clock.now(), self._clock_rate, glances)

    def changed(self, site_id: SiteId) -> asyncio.Event:
        """Set when a site has changed."""
        return self._controller(site_id).live.changed

    def feed(self, site_id: SiteId) -> LiveFeed:
        """The live feed of a site.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        self._controller(site_id)
        return self._feeds[site_id]

    def live(self, site_id: SiteId) -> LiveSite:
        """A site as it is now.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        return self._controller(site_id).live

    def newest(self, site_id: SiteId) -> PlanMade | None:
        """The newest plan of a site, None before the first one.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        return self._controller(site_id).newest

    def plan_times(self, site_id: SiteId) -> Mapping[str, Durations]:
        """How long a site's plans took, by method.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        return self._controller(site_id).plan_times

    def outlook(self, site_id: SiteId) -> dict[str, list[float]]:
        """What the root feeder is planned to carry: lists of equal length, one entry per slot.

        `t` is seconds since 1970; the others are amperes on the most loaded line.
        """
        newest = self._controller(site_id).newest
        if newest is None:
            return {"t": [], "load_a": [], "limit_a": [], "uncontrolled_a": []}
        plan, feeders = newest.plan, newest.problem.feeders
        root = feeders[0].key
        carried = line_currents(feeders, planned_loads(newest))[root]
        alone = line_currents(feeders, [])[root]
        worst = np.argmax(carried, axis=0)
        slots = np.arange(len(plan.slots_s))
        return {
            "t": [edge.timestamp() for edge in plan.edges[:-1]],
            "load_a": carried[worst, slots].round(1).tolist(),
            "limit_a": [min(by_line(feeders[0].limit_a, int(slot))) for slot in slots],
            "uncontrolled_a": alone[worst, slots].round(1).tolist(),
        }

    def courses(self, site_id: SiteId) -> dict[str, PlanCourse]:
        """What the newest plan has ahead for each EVSE, by `station/number`.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        return plan_courses(self._controller(site_id).newest)

    def resources(self, site_id: SiteId) -> list[ResourceState]:
        """How a site's resources stand.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        return states_of(self._controller(site_id).live, self._clock.now())

    def plan_outlook(self, site_id: SiteId) -> PlanOutlook | None:
        """What the newest plan of a site has ahead, None before the first one.

        Raises:
            UnknownSiteError: There is none of that name.
        """
        controller = self._controller(site_id)
        newest, known = controller.newest, self._outlooks.get(site_id)
        if newest is None:
            return None
        if known is None or known.number != newest.number:
            known = plan_outlook(controller.live, newest, self.view(site_id))
            self._outlooks[site_id] = known
        return replace(known, next_at=controller.next_at)

    def _controller(self, site_id: SiteId) -> SiteController:
        try:
            return self._controllers[site_id]
        except KeyError:
            raise UnknownSiteError(site_id) from None


def planned_loads(newest: PlanMade) -> list[Load]:
    """What is planned, and what is reserved for who cannot be steered."""
    problem, plan = newest.problem, newest.plan
    limits_a = {planned.key: np.array(planned.limits_a) for planned in plan.evses}
    steered = [Load(evse.feeder, evse.tap, limits_a[evse.key]) for evse in problem.evses]
    return steered + [Load(one.feeder, one.tap, one.amps) for one in problem.reservations]
