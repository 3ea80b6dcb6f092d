"""What was counted of sites, day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, select

from csms.domain.identity import SiteId
from csms.domain.site_day import CountMark, SiteDay
from csms.storage.site_day_tables import SiteDayRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_day = table_of(SiteDayRow)
_COUNTS: Final = tuple(one.name for one in fields(SiteDay))


class SiteDayRepository(Repository):
    """What was counted of sites."""

    async def put(
        self, site_id: SiteId, days: Sequence[SiteDay], mark: CountMark, at: datetime
    ) -> None:
        """Keep days in place of what was kept of them, as they are at this instant."""
        if not days:
            return
        counted = _write_mark(mark)
        rows = [
            {"site_id": site_id, **asdict(one), "counted": counted, "kept_at": at} for one in days
        ]
        statement = self._unit.insert(_day)
        keys = ("site_id", "day")
        rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        put = statement.on_conflict_do_update(index_elements=keys, set_=rest)
        await self._unit.execute(put, rows)

    async def since(self, site_id: SiteId, first: date) -> list[SiteDay]:
        """What was counted of a site from a day on, the oldest first."""
        found = await self._unit.execute(select_days(site_id, first))
        return [read_day(row) for row in found.mappings()]

    async def mark(self, site_id: SiteId) -> CountMark | None:
        """Up to where a site's transactions were counted; None: nothing was ever kept."""
        query = select(_day.c.counted).where(_day.c.site_id == site_id)
        newest = query.order_by(_day.c.day.desc()).limit(1)
        counted = (await self._unit.execute(newest)).scalar_one_or_none()
        return None if counted is None else _read_mark(counted)


def select_days(site_id: SiteId, first: date) -> Select[Any]:
    """Select the days of a site from one on, the oldest first."""
    query = select(_day).where(_day.c.site_id == site_id, _day.c.day >= first)
    return query.order_by(_day.c.day)


def read_day(row: RowMapping) -> SiteDay:
    """A day from its row."""
    return SiteDay(**{name: row[name] for name in _COUNTS})


def _write_mark(mark: CountMark) -> dict[str, Any]:
    return {
        "until": mark.until,
        "running": {str(number): energy_wh for number, energy_wh in mark.running.items()},
        "ended": {str(number): energy_wh for number, energy_wh in mark.ended.items()},
    }


def _read_mark(counted: Mapping[str, Any]) -> CountMark:
    return CountMark(
        until=counted["until"],
        running={int(number): energy_wh for number, energy_wh in counted["running"].items()},
        ended={int(number): energy_wh for number, energy_wh in counted["ended"].items()},
    )
