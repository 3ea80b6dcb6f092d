"""The use case about how one connector came to what it has."""

from typing import Any, Final, Protocol

from csms.domain.identity import EvseId, SiteId, StationId
from csms.service.connector_course import ConnectorCourse, begins_at, course_of
from csms.service.control_room import ControlRoom
from csms.service.drawn_power import DrawnPowers
from csms.service.sites import Sites

_LIMITS: Final = 500


class LimitReads(Protocol):
    """Looks up what stations were sent."""

    async def sent_limits(
        self, station_id: StationId, limit: int, before: int | None = None
    ) -> list[dict[str, Any]]:
        """The newest limits that a station was sent."""
        ...


class ConnectorCourses:
    """Tells what connectors drew, were let draw, and are planned to get.

    Args:
        room: All sites.
        sites: Finds connectors.
        reads: Looks up what stations were sent.
        drawn: Tells what connectors drew.
    """

    def __init__(
        self, room: ControlRoom, sites: Sites, reads: LimitReads, drawn: DrawnPowers
    ) -> None:
        self._room = room
        self._sites = sites
        self._reads = reads
        self._drawn = drawn

    async def of(self, evse_id: EvseId, *, is_recent: bool = False) -> ConnectorCourse:
        """The course of a connector since its vehicle came, and on until it leaves.

        Args:
            evse_id: The connector.
            is_recent: Whether of what it drew only what is known at once is wanted.

        Raises:
            UnknownStationError: There is no such station.
            UnknownEvseError: The station has no such EVSE.
        """
        live, evse = self._sites.evse(evse_id)
        site_id: SiteId = live.site.site_id
        now = self._room.now()
        begin = begins_at(evse, now)
        drawn = await self._drawn.of(site_id, evse_id, begin, now, is_recent=is_recent)
        limits = await self._reads.sent_limits(evse_id.station_id, _LIMITS)
        return course_of(live, evse, self._room.plan_outlook(site_id), limits, drawn, now)
