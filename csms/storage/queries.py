"""The read side: what pages and programs look up, straight from the tables."""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError

from csms.domain.identity import FeederId, SiteId, StationId
from csms.storage.database import Database
from csms.storage.tables import (
    FeederReadingRow,
    PlanRow,
    SentLimitRow,
    StationRow,
    TransactionRow,
    table_of,
)

logger = logging.getLogger(__name__)

_feeder_reading = table_of(FeederReadingRow)
_plan = table_of(PlanRow)
_sent = table_of(SentLimitRow)
_station = table_of(StationRow)
_transaction = table_of(TransactionRow)
_introduction = [column for column in _station.c if column.name != "metered_at"]


class Queries:
    """Looks things up. Never writes.

    Args:
        database: Where to look.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stations(self) -> list[dict[str, Any]]:
        """All stations."""
        return await self._rows(select(*_introduction).order_by(_station.c.id))

    async def station(self, station_id: StationId) -> dict[str, Any] | None:
        """One station, None if it is not known."""
        rows = await self._rows(select(*_introduction).where(_station.c.id == station_id))
        return rows[0] if rows else None

    async def transactions(
        self, *, station_id: StationId | None, before: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Transactions, the newest first.

        Args:
            station_id: Only of this station.
            before: Only with smaller numbers: the last number of the page before.
            limit: How many at the most.
        """
        query = select(_transaction).order_by(_transaction.c.number.desc()).limit(limit)
        if station_id is not None:
            query = query.where(_transaction.c.station_id == station_id)
        if before is not None:
            query = query.where(_transaction.c.number < before)
        return await self._rows(query)

    async def sent_limits(self, station_id: StationId, limit: int) -> list[dict[str, Any]]:
        """The newest limits that a station was sent, with what came of them."""
        query = select(_sent).where(_sent.c.station_id == station_id)
        return await self._rows(query.order_by(_sent.c.number.desc()).limit(limit))

    async def newest_plan(self, site_id: SiteId) -> dict[str, Any] | None:
        """The newest plan of a site, None before the first."""
        query = select(_plan).where(_plan.c.site_id == site_id)
        rows = await self._rows(query.order_by(_plan.c.number.desc()).limit(1))
        return rows[0] if rows else None

    async def feeder_load(
        self, site_id: SiteId, feeder_id: FeederId, since: datetime
    ) -> list[dict[str, Any]]:
        """What a feeder carried, minute by minute: `at`, and currents by line."""
        query = select(_feeder_reading).where(
            _feeder_reading.c.site_id == site_id,
            _feeder_reading.c.feeder_id == feeder_id,
            _feeder_reading.c.at >= since,
        )
        return await self._rows(query.order_by(_feeder_reading.c.at))

    async def is_usable(self) -> bool:
        """Whether the database answers."""
        try:
            await self._rows(select(_station.c.id).limit(1))
        except (SQLAlchemyError, OSError) as error:
            logger.warning("the database does not answer: %s", error)
            return False
        return True

    async def _rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings()
            return [dict(row) for row in rows]
