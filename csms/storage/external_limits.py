"""Limits that others have set on stations."""

from collections import defaultdict
from typing import Final

import msgspec
from sqlalchemy import delete, select

from csms.domain.charging_profile import CompositeSchedule, LimitSource
from csms.domain.external_limit import ExternalLimit
from csms.domain.identity import WHOLE_STATION, SiteId, StationId
from csms.storage.bulk import put_rows
from csms.storage.notice_tables import StationExternalLimitRow
from csms.storage.statements import Repository, stations_at
from csms.storage.tables import table_of

_limit = table_of(StationExternalLimitRow)

_LIMITS: Final = put_rows(
    StationExternalLimitRow,
    ("station_id", "source", "evse_number", "is_grid_critical", "schedules", "told_at"),
    overwritten=("is_grid_critical", "schedules", "told_at"),
)


class ExternalLimitRepository(Repository):
    """What others limit stations to, until they release it."""

    async def put(self, station_id: StationId, limit: ExternalLimit) -> None:
        """Keep a limit, in place of the last one of its source and EVSE."""
        row = (
            station_id,
            limit.source.value,
            limit.evse_number or WHOLE_STATION,
            limit.is_grid_critical,
            msgspec.json.encode(limit.schedules).decode(),
            limit.told_at,
        )
        self._unit.put_down((_LIMITS, *row))

    async def drop(
        self, station_id: StationId, source: LimitSource, evse_number: int | None
    ) -> None:
        """Forget a source's limit of an EVSE; None: all of its limits of the station."""
        this = [_limit.c.station_id == station_id, _limit.c.source == source.value]
        if evse_number is not None:
            this.append(_limit.c.evse_number == evse_number)
        await self._unit.execute(delete(_limit).where(*this))

    async def at_site(self, site_id: SiteId) -> dict[StationId, list[ExternalLimit]]:
        """The limits of all stations of a site."""
        query = select(_limit).where(_limit.c.station_id.in_(stations_at(site_id)))
        found: defaultdict[StationId, list[ExternalLimit]] = defaultdict(list)
        for row in (await self._unit.execute(query.order_by(_limit.c.told_at))).mappings():
            limit = ExternalLimit(
                source=LimitSource(row["source"]),
                evse_number=row["evse_number"] or None,
                is_grid_critical=row["is_grid_critical"],
                schedules=msgspec.convert(row["schedules"], tuple[CompositeSchedule, ...]),
                told_at=row["told_at"],
            )
            found[row["station_id"]].append(limit)
        return dict(found)
