"""What the routes are given, by way of the application's state."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request

from csms.domain.identity import FeederId, SiteId, StationId
from csms.service.control_room import ControlRoom
from csms.service.operations import Operations


class ReadSide(Protocol):
    """Looks things up in what is stored."""

    async def stations(self) -> list[dict[str, Any]]:
        """All stations."""
        ...

    async def station(self, station_id: StationId) -> dict[str, Any] | None:
        """One station."""
        ...

    async def transactions(
        self, *, station_id: StationId | None, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Transactions, the newest first."""
        ...

    async def sent_limits(self, station_id: StationId, limit: int) -> list[dict[str, Any]]:
        """The newest limits that a station was sent."""
        ...

    async def newest_plan(self, site_id: SiteId) -> dict[str, Any] | None:
        """The newest plan of a site."""
        ...

    async def feeder_load(
        self, site_id: SiteId, feeder_id: FeederId, since: datetime
    ) -> list[dict[str, Any]]:
        """What a feeder carried, minute by minute."""
        ...

    async def is_usable(self) -> bool:
        """Whether the database answers."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiContext:
    """What the routes are given."""

    room: ControlRoom
    operations: Operations
    reads: ReadSide


async def _context(request: Request) -> ApiContext:
    context: ApiContext = request.app.state.context
    return context


Context = Annotated[ApiContext, Depends(_context)]
