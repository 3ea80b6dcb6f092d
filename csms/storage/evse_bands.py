"""How EVSEs were, as it is kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, delete, func, select

from csms.domain.evse_state import BandChange, EvseBand
from csms.domain.identity import EvseId, SiteId, StationId
from csms.storage.bulk import new_rows
from csms.storage.evse_band_tables import EvseBandRow
from csms.storage.statements import Repository
from csms.storage.tables import StationRow, table_of

_band = table_of(EvseBandRow)
_station = table_of(StationRow)

_BANDS: Final = new_rows(EvseBandRow, "site_id", "station_id", "evse_number", "at", "band")


class EvseBandRepository(Repository):
    """How EVSEs were."""

    async def add(self, site_id: SiteId, changes: Iterable[BandChange]) -> None:
        """Keep changes, in the order in which they came."""
        for one in changes:
            row = (one.evse.station_id, one.evse.number, one.at, one.band.value)
            self._unit.put_down((_BANDS, site_id, *row))

    async def newest(self, site_id: SiteId) -> list[tuple[BandChange, datetime | None]]:
        """The last change of every EVSE, and when its station was last heard of."""
        seen = _station.c.seen_at
        query = (
            select(_band, seen)
            .join(_station, _station.c.id == _band.c.station_id)
            .where(_band.c.number.in_(_last(site_id)))
        )
        found = (await self._unit.execute(query)).mappings()
        return [(read_band(row), row["seen_at"]) for row in found]

    async def drop(self, before: datetime) -> None:
        """Forget changes that are older, but for the last one of each EVSE."""
        last = select(func.max(_band.c.number)).group_by(_band.c.station_id, _band.c.evse_number)
        old = _band.c.at < before
        await self._unit.execute(delete(_band).where(old, _band.c.number.not_in(last)))


def select_bands(
    site_id: SiteId, since: datetime, station_id: StationId | None = None
) -> Select[Any]:
    """Select changes since an instant, and the last one before it, of all EVSEs of a site.

    Args:
        site_id: Which site.
        since: From when on.
        station_id: Only those of a station; None: of all.
    """
    before = _last(site_id, since)
    query = select(_band).where(
        _band.c.site_id == site_id, (_band.c.at >= since) | _band.c.number.in_(before)
    )
    if station_id is not None:
        query = query.where(_band.c.station_id == station_id)
    return query.order_by(_band.c.number)


def read_band(row: RowMapping) -> BandChange:
    """A change from its row."""
    return BandChange(
        EvseId(row["station_id"], row["evse_number"]), row["at"], EvseBand(row["band"])
    )


def _last(site_id: SiteId, before: datetime | None = None) -> Select[Any]:
    query = select(func.max(_band.c.number)).where(_band.c.site_id == site_id)
    if before is not None:
        query = query.where(_band.c.at < before)
    return query.group_by(_band.c.station_id, _band.c.evse_number)
