"""Stays of the past as models of them take them: ended transactions with their site."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from csms.domain.identity import SiteId
from csms.storage.tables import SiteRow, StationRow, TransactionRow, table_of
from csms.storage.transaction_rows import BY_STATION

_site = table_of(SiteRow)
_station = table_of(StationRow)
_transaction = table_of(TransactionRow)
_LEAST_WH: Final = 100.0
"""Who has drawn less has tried, and gone."""
Row: TypeAlias = tuple[Any, ...]
COLUMNS: Final = (
    *("number", "station_id", "site_id", "id_token"),
    *("started_at", "ended_at", "energy_wh"),
)


class PastStays:
    """Looks up stays that are over. Those whose end a rule has told are left out.

    Args:
        connection: Where to look.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def zones(self) -> dict[SiteId, str]:
        """The time zone of every site."""
        found = await self._connection.execute(select(_site.c.id, _site.c.timezone))
        return {row.id: row.timezone for row in found}

    async def since(
        self, begin: datetime, end: datetime, site_ids: Collection[SiteId]
    ) -> list[Row]:
        """Stays at some sites that began and ended in between, the first first."""
        query = _query(
            _transaction.c.started_at >= begin,
            _transaction.c.ended_at <= end,
            _station.c.site_id.in_(site_ids),
        )
        return await self._rows(query.order_by(_transaction.c.started_at))

    async def newest_at(
        self, site_ids: Collection[SiteId], begin: datetime, limit: int
    ) -> list[Row]:
        """The last stays at each of some sites since an instant."""
        some = (_station.c.site_id.in_(site_ids), _transaction.c.started_at >= begin)
        return await self._newest(_station.c.site_id, some, limit)

    async def newest_of(self, tokens: Sequence[str], begin: datetime, limit: int) -> list[Row]:
        """The last stays of each of some tokens since an instant."""
        some = (_transaction.c.id_token.in_(tokens), _transaction.c.started_at >= begin)
        return await self._newest(_transaction.c.id_token, some, limit)

    async def tokens_of(self, numbers: Collection[int]) -> dict[int, str | None]:
        """The token of each of some transactions."""
        query = select(_transaction.c.number, _transaction.c.id_token)
        found = await self._connection.execute(query.where(_transaction.c.number.in_(numbers)))
        return {row.number: row.id_token for row in found}

    async def _newest(
        self, by: ColumnElement[Any], where: Sequence[ColumnElement[bool]], limit: int
    ) -> list[Row]:
        place = func.row_number().over(partition_by=by, order_by=_transaction.c.started_at.desc())
        ranked = _query(*where).add_columns(place.label("place")).subquery()
        query = select(*(ranked.c[name] for name in COLUMNS)).where(ranked.c.place <= limit)
        return await self._rows(query)

    async def _rows(self, query: Select[Any]) -> list[Row]:
        return [tuple(row) for row in await self._connection.execute(query)]


def _query(*where: ColumnElement[bool]) -> Select[Any]:
    columns = [
        _station.c.site_id if name == "site_id" else _transaction.c[name] for name in COLUMNS
    ]
    return (
        select(*columns)
        .join(_station, _station.c.id == _transaction.c.station_id)
        .where(
            _transaction.c.ended_at.is_not(None),
            _transaction.c.energy_wh >= _LEAST_WH,
            or_(_transaction.c.closed_by.is_(None), _transaction.c.closed_by == BY_STATION),
            *where,
        )
    )
