"""Timetables of fleets."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from sqlalchemy import delete, insert, select

from csms.domain.identity import EvseId, SiteId
from csms.domain.timetable import Departure
from csms.storage.statements import Repository
from csms.storage.tables import TimetableLineRow, table_of

_line = table_of(TimetableLineRow)


class TimetableRepository(Repository):
    """When vehicles of fleets leave."""

    async def replace(self, site_id: SiteId, lines: Sequence[Departure]) -> None:
        """Keep a site's timetable in place of the last one."""
        await self._unit.execute(delete(_line).where(_line.c.site_id == site_id))
        if lines:
            rows = [_row(site_id, place, line) for place, line in enumerate(lines)]
            await self._unit.execute(insert(_line), rows)

    async def at_site(self, site_id: SiteId) -> list[Departure]:
        """A site's timetable, in the order in which it was given."""
        query = select(_line).where(_line.c.site_id == site_id).order_by(_line.c.place)
        found = await self._unit.execute(query)
        return [_read(row) for row in found.mappings()]


def _row(site_id: SiteId, place: int, line: Departure) -> dict[str, Any]:
    evse = line.who if isinstance(line.who, EvseId) else None
    return {
        "site_id": site_id,
        "place": place,
        "id_token": None if evse else line.who,
        "station_id": evse and evse.station_id,
        "evse_number": evse and evse.number,
        "weekdays": sorted(line.weekdays),
        "day": line.day,
        "leaves_at": line.leaves_at and line.leaves_at.isoformat(),
        "energy_wh": line.energy_wh,
    }


def _read(row: Mapping[Any, Any]) -> Departure:
    leaves_at = row["leaves_at"]
    return Departure(
        who=row["id_token"] or EvseId(row["station_id"], row["evse_number"]),
        weekdays=frozenset(row["weekdays"]),
        day=row["day"],
        leaves_at=None if leaves_at is None else time.fromisoformat(leaves_at),
        energy_wh=row["energy_wh"],
    )
