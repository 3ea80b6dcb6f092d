"""What the repositories share: inserts that let a retry pass by."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select, select
from sqlmodel import SQLModel

from csms.domain.identity import SiteId, StationId
from csms.storage.tables import StationRow, table_of
from csms.storage.unit import Unit

Values: TypeAlias = Mapping[str, Any]

_station = table_of(StationRow)


def stations_at(site_id: SiteId) -> Select[tuple[StationId]]:
    """The stations of a site, to be used within another query."""
    return select(_station.c.id).where(_station.c.site_id == site_id)


class Repository:
    """Base of all repositories.

    Args:
        unit: What is put down and executed belongs to it.
    """

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def _insert_new(self, model: type[SQLModel], rows: Sequence[Values]) -> None:
        """Insert rows, passing over those that a constraint knows already."""
        if rows:
            statement = self._unit.insert(table_of(model)).on_conflict_do_nothing()
            await self._unit.execute(statement, list(rows))

    async def _insert_one(self, model: type[SQLModel], row: Values) -> Any:  # noqa: ANN401
        """Insert a row; return its primary key's first column, None if it was there already."""
        table = table_of(model)
        key = next(iter(table.primary_key.columns))
        statement = self._unit.insert(table).values(row).on_conflict_do_nothing().returning(key)
        return (await self._unit.execute(statement)).scalar_one_or_none()

    async def _put(self, model: type[SQLModel], row: Values) -> None:
        """Insert a row, or overwrite the given columns of the one with its key."""
        await self._put_all(model, [row])

    async def _put_all(self, model: type[SQLModel], rows: Sequence[Values]) -> None:
        """The same for rows that all have the same columns."""
        if not rows:
            return
        table = table_of(model)
        keys = [column.name for column in table.primary_key.columns]
        statement = self._unit.insert(table)
        rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        put = statement.on_conflict_do_update(index_elements=keys, set_=rest)
        await self._unit.execute(put, list(rows))
