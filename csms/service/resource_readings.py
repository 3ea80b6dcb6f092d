"""Takes what is told of resources, and keeps an eye on those that fall silent."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from csms.clock import Clock
from csms.domain.errors import InvalidInputError
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import SiteId
from csms.domain.resource import Quantity, Resource, ResourceId, StandbySource
from csms.domain.resource_reading import check_instant, check_reading
from csms.domain.weather import check_outdoor
from csms.language.said import Said
from csms.service.grid_guard import is_overcommitted
from csms.service.live_resource import LiveResource
from csms.service.live_site import LiveSite
from csms.service.resource_view import ResourceState, states_of
from csms.service.sites import Sites


class ResourceReadings:
    """The use case that takes readings, by whichever way they come.

    Args:
        sites: All sites.
        clock: The time.
    """

    def __init__(self, sites: Sites, clock: Clock) -> None:
        self._sites = sites
        self._clock = clock

    def report(
        self,
        site_id: SiteId,
        resource_id: ResourceId,
        values: Mapping[Quantity, float],
        at: datetime | None,
    ) -> None:
        """Take what is told of a resource.

        Args:
            site_id: Which site.
            resource_id: Which resource.
            values: What is told, by quantity.
            at: When it was so; None: just now.

        Raises:
            UnknownSiteError: There is no such site.
            InvalidInputError: There is no such resource, or what is told cannot be true.
        """
        live = self._sites.live(site_id)
        one = resource_of(live, resource_id)
        now = self._clock.now()
        if not values:
            expected = ", ".join(sorted(one.resource.quantities))
            raise InvalidInputError("reading", f"expected one of {expected}, got none")
        for quantity, value in values.items():
            check_reading(one.resource, quantity, value)
        if at is not None:
            check_instant(at, now)
        taken_at = min(at or now, now)
        for quantity, value in values.items():
            if one.read(quantity, value, taken_at):
                _note_disobedience(live, one.resource, value, now)
        live.note()
        if is_overcommitted(live, now):
            live.alarm()

    def report_weather(self, site_id: SiteId, told: Sequence[tuple[datetime, float]]) -> None:
        """Take how warm it is outdoors, now and as it is forecast.

        Args:
            site_id: Which site.
            told: Instants, and degrees Celsius.

        Raises:
            UnknownSiteError: There is no such site.
            InvalidInputError: What is told cannot be true; nothing is changed.
        """
        live, now = self._sites.live(site_id), self._clock.now()
        check_outdoor(told, now)
        live.outdoor = live.outdoor.taken(told, now)

    def states(self, site_id: SiteId) -> list[ResourceState]:
        """How a site's resources stand.

        Raises:
            UnknownSiteError: There is no such site.
        """
        return states_of(self._sites.live(site_id), self._clock.now())


class SilentResources:
    """Has limits cut where a resource begins to count at more, as it is not heard any more.

    Args:
        live: The site.
    """

    def __init__(self, live: LiveSite) -> None:
        self._live = live
        self._counted: dict[ResourceId, float] = {}

    def look(self, now: datetime) -> None:
        """See what all count at, and act where that has risen."""
        lives_s = self._live.site.control.reading_lives_s
        soon = now + timedelta(seconds=1)
        counted = {
            key: one.most_w(now, soon, now, lives_s) for key, one in self._live.resources.items()
        }
        has_risen = any(watts > self._counted.get(key, 0.0) for key, watts in counted.items())
        has_fallen = any(watts < self._counted.get(key, 0.0) for key, watts in counted.items())
        self._counted = counted
        if has_risen and is_overcommitted(self._live, now):
            self._live.alarm()
        elif has_fallen:
            self._live.mark()


def resource_of(live: LiveSite, resource_id: ResourceId) -> LiveResource:
    """Find a resource.

    Raises:
        InvalidInputError: The site has none of that name.
    """
    one = live.resources.get(resource_id)
    if one is None:
        known = ", ".join(sorted(live.resources)) or "none"
        message = f"expected a resource of {live.site.site_id} ({known}), got {resource_id!r}"
        raise InvalidInputError("resource_id", message)
    return one


def _note_disobedience(live: LiveSite, resource: Resource, watts: float, now: datetime) -> None:
    if isinstance(resource.kind, StandbySource):
        cause = Said(
            "%(resource)s gives %(given).1f kW, less than it was told; it is not reckoned with for "
            "ten minutes",
            resource=resource.name,
            given=max(-watts, 0.0) / 1000,
        )
    else:
        cause = Said(
            "%(resource)s draws %(drawn).1f kW, more than it was told; it counts at its rating of "
            "%(rated)g kW until it has kept to it for ten minutes",
            resource=resource.name,
            drawn=watts / 1000,
            rated=resource.rated_w / 1000,
        )
    live.guard.note(
        GuardEvent(
            kind=GuardEventKind.UNSTEERABLE, at=now, cause=cause, feeder_id=resource.feeder_id
        )
    )
