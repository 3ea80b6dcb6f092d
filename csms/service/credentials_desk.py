"""All stations' credentials: in memory, where thousands who come back at once find them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from csms.clock import Clock
from csms.domain.identity import StationId
from csms.domain.security import Credentials
from csms.service.unit_of_work import OpenUnitOfWork

_OVERLAP: Final = timedelta(minutes=2)
"""Other processes' clocks may be so much off, and their commits may take so long."""


class CredentialsDesk:
    """Keeps credentials in the database and a copy in memory.

    The command line and other servers change them as well, so the copy is compared with the
    database now and then, and wherever a station's proof is not what it says.

    Args:
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._kept: dict[StationId, Credentials] = {}
        self._seen_until: datetime | None = None
        self._changed_by_others: set[StationId] = set()

    def of(self, station_id: StationId) -> Credentials | None:
        """What is kept of a station, as far as this process knows; None: nothing."""
        return self._kept.get(station_id)

    async def catch_up(self) -> frozenset[StationId]:
        """Take over what has been changed by others; return whose it was since this was called."""
        since = self._seen_until and self._seen_until - _OVERLAP
        async with self._open_uow() as uow:
            for credentials in await uow.security.credentials_since(since):
                self._take_over(credentials)
        changed, self._changed_by_others = frozenset(self._changed_by_others), set()
        return changed

    async def look_up(self, station_id: StationId) -> Credentials | None:
        """What the database says of a station just now."""
        async with self._open_uow() as uow:
            credentials = await uow.security.credentials_of(station_id)
        if credentials is not None:
            self._take_over(credentials)
        return credentials

    async def change(self, station_id: StationId, **fields: Any) -> Credentials:  # noqa: ANN401
        """Change some of a station's credentials. Returns after the commit."""
        return await self.alter(station_id, lambda known: replace(known, **fields))

    async def alter(
        self, station_id: StationId, change: Callable[[Credentials], Credentials]
    ) -> Credentials:
        """Change a station's credentials according to what they are. Returns after the commit."""
        now = self._clock.now()
        async with self._open_uow() as uow:
            known = await uow.security.credentials_of(station_id)
            if known is not None:
                self._take_over(known)
            blank = Credentials(station_id=station_id, changed_at=now)
            credentials = replace(change(known or blank), changed_at=now)
            await uow.security.put_credentials(credentials)
            await uow.commit()
        self._take(credentials)
        return credentials

    def _take_over(self, credentials: Credentials) -> None:
        """Take what the database says, which others may have changed."""
        if self._kept.get(credentials.station_id) != credentials:
            self._changed_by_others.add(credentials.station_id)
        self._take(credentials)

    def _take(self, credentials: Credentials) -> None:
        self._kept[credentials.station_id] = credentials
        self._seen_until = max(self._seen_until or credentials.changed_at, credentials.changed_at)
