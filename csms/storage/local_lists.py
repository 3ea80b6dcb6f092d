"""Local lists of stations, as they were last told."""

import msgspec
from sqlalchemy import select

from csms.domain.authorization import IdToken
from csms.domain.identity import StationId
from csms.domain.local_list import LocalList
from csms.storage.notice_tables import StationLocalListRow
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_list = table_of(StationLocalListRow)


class LocalListRepository(Repository):
    """Which tokens stations hold."""

    async def put(self, station_id: StationId, held: LocalList) -> None:
        """Keep what a station holds."""
        row = {
            "station_id": station_id,
            "version": held.version,
            "tokens": msgspec.to_builtins(held.tokens),
        }
        await self._put(StationLocalListRow, row)

    async def of(self, station_id: StationId) -> LocalList:
        """What a station holds."""
        query = select(_list).where(_list.c.station_id == station_id)
        row = (await self._unit.execute(query)).mappings().first()
        if row is None:
            return LocalList()
        tokens = msgspec.convert(row["tokens"], tuple[IdToken, ...])
        return LocalList(version=row["version"], tokens=tokens)
