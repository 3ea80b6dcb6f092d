"""What the operator has decided of single connectors: their limits, and who is charged first."""

from sqlalchemy import delete, insert, select
from sqlalchemy.sql.expression import ColumnElement
from sqlmodel import SQLModel

from csms.domain.connector_limit import ConnectorLimit
from csms.domain.identity import EvseId, SiteId
from csms.storage.statements import Repository
from csms.storage.tables import ConnectorBoostRow, ConnectorLimitRow, table_of

_limit = table_of(ConnectorLimitRow)
_boost = table_of(ConnectorBoostRow)


class ConnectorOrderRepository(Repository):
    """Limits and boosts of connectors, until they have ended or are taken back."""

    async def put_limit(self, site_id: SiteId, limit: ConnectorLimit) -> None:
        """Keep a connector's limit in place of the one that it had."""
        await self.drop_limit(limit.evse)
        row = {
            **_key(limit.evse),
            "site_id": site_id,
            "amps": limit.amps,
            "from_at": limit.from_at,
            "until_at": limit.until_at,
            "words": limit.words,
        }
        await self._unit.execute(insert(_limit), [row])

    async def drop_limit(self, evse: EvseId) -> None:
        """Forget a connector's limit."""
        await self._unit.execute(delete(_limit).where(*_is(ConnectorLimitRow, evse)))

    async def limits_at(self, site_id: SiteId) -> list[ConnectorLimit]:
        """All limits of a site's connectors, those too that have ended meanwhile."""
        found = await self._unit.execute(select(_limit).where(_limit.c.site_id == site_id))
        return [
            ConnectorLimit(
                evse=EvseId(row["station_id"], row["evse_number"]),
                amps=row["amps"],
                from_at=row["from_at"],
                until_at=row["until_at"],
                words=row["words"],
            )
            for row in found.mappings()
        ]

    async def put_boost(self, site_id: SiteId, evse: EvseId, transaction_number: int) -> None:
        """Keep that a connector's transaction is to be charged as fast as possible."""
        await self.drop_boost(evse)
        row = {**_key(evse), "site_id": site_id, "transaction_number": transaction_number}
        await self._unit.execute(insert(_boost), [row])

    async def drop_boost(self, evse: EvseId) -> None:
        """Forget that a connector's transaction was to be charged as fast as possible."""
        await self._unit.execute(delete(_boost).where(*_is(ConnectorBoostRow, evse)))

    async def boosts_at(self, site_id: SiteId) -> dict[EvseId, int]:
        """The numbers of a site's transactions that are to be charged as fast as possible."""
        found = await self._unit.execute(select(_boost).where(_boost.c.site_id == site_id))
        return {
            EvseId(row["station_id"], row["evse_number"]): row["transaction_number"]
            for row in found.mappings()
        }


def _key(evse: EvseId) -> dict[str, object]:
    return {"station_id": evse.station_id, "evse_number": evse.number}


def _is(row: type[SQLModel], evse: EvseId) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    columns = table_of(row).c
    return columns.station_id == evse.station_id, columns.evse_number == evse.number
