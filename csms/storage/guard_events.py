"""What the guard of a site's limits has done or seen, as it is kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, delete, select

from csms.domain.guard_event import GuardEvent, GuardEventKind, GuardEventsWanted, KeptGuardEvent
from csms.domain.identity import SiteId
from csms.storage.bulk import new_rows
from csms.storage.guard_tables import GuardEventRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_event = table_of(GuardEventRow)
_LONGEST_CAUSE: Final = 500

_EVENTS: Final = new_rows(
    GuardEventRow,
    *("site_id", "kind", "at", "cause", "feeder_id", "line", "station_id"),
    *("amps", "limit_a", "lasted_s"),
)


class GuardEventRepository(Repository):
    """What the guard has noted."""

    async def add(self, site_id: SiteId, events: Iterable[GuardEvent]) -> None:
        """Keep events, each once however often it is added."""
        for event in events:
            row = (
                site_id,
                event.kind.value,
                event.at,
                _plain(event.cause),
                event.feeder_id or "",
                event.line or 0,
                event.station_id or "",
                event.amps,
                event.limit_a,
                event.lasted_s,
            )
            self._unit.put_down((_EVENTS, *row))

    async def newest(self, site_id: SiteId, limit: int) -> list[GuardEvent]:
        """The last events of a site, the newest first."""
        query = select_events(site_id, GuardEventsWanted(), limit)
        return [read_event(row).event for row in (await self._unit.execute(query)).mappings()]

    async def drop(self, before: datetime) -> None:
        """Forget events that are older."""
        await self._unit.execute(delete(_event).where(_event.c.at < before))


def select_events(site_id: SiteId, wanted: GuardEventsWanted, limit: int) -> Select[Any]:
    """Select events of a site, those that were noted last first."""
    query = select(_event).where(_event.c.site_id == site_id)
    for column, value in ((_event.c.kind, wanted.kind), (_event.c.feeder_id, wanted.feeder_id)):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(_event.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_event.c.at < wanted.until)
    if wanted.before is not None:
        query = query.where(_event.c.number < wanted.before)
    return query.order_by(_event.c.number.desc()).limit(limit)


def read_event(row: RowMapping) -> KeptGuardEvent:
    """An event from its row."""
    event = GuardEvent(
        kind=GuardEventKind(row["kind"]),
        at=row["at"],
        cause=row["cause"],
        feeder_id=row["feeder_id"] or None,
        line=row["line"] or None,
        station_id=row["station_id"] or None,
        amps=row["amps"],
        limit_a=row["limit_a"],
        lasted_s=row["lasted_s"],
    )
    return KeptGuardEvent(row["number"], event)


def _plain(cause: str) -> str:
    """Words that any database takes: a station's own may hold anything."""
    return cause.replace("\0", "")[:_LONGEST_CAUSE]
