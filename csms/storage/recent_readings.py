"""Readings of one EVSE that the database holds still, the newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from csms.domain.identity import EvseId, SiteId
from csms.storage.tables import HistoryFileRow, MeterReadingRow, table_of

_meter = table_of(MeterReadingRow)
_file = table_of(HistoryFileRow)
_METERS: Final = "meters"
_RAW: Final = "raw"


async def moved_until(connection: AsyncConnection, site_id: SiteId) -> datetime | None:
    """When the latest of a site's readings was taken that is in a file; None: there is none.

    Readings that were taken later are in the database, all of them.
    """
    query = select(func.max(_file.c.last_at)).where(
        _file.c.subject == _METERS,
        _file.c.site_id == site_id,
        _file.c.resolution == _RAW,
        _file.c.is_valid,
    )
    found: datetime | None = (await connection.execute(query)).scalar_one()
    return found


async def newest_readings(
    connection: AsyncConnection, evse: EvseId, after: datetime, until: datetime, limit: int
) -> Sequence[Any]:
    """When readings after an instant and up to another were taken, and their samples."""
    found: Sequence[Any] = (
        await connection.execute(select_newest(evse, after, until, limit))
    ).all()
    return found


def select_newest(evse: EvseId, after: datetime, until: datetime, limit: int) -> Select[Any]:
    """The query for them; the key, which begins with the time, is its index."""
    return (
        select(_meter.c.at, _meter.c.samples)
        .where(
            _meter.c.at > after,
            _meter.c.at <= until,
            _meter.c.station_id == evse.station_id,
            _meter.c.evse_number == evse.number,
        )
        .order_by(_meter.c.at.desc())
        .limit(limit)
    )
