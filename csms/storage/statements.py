"""What the repositories share: inserts that let a retry pass by."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

Values: TypeAlias = Mapping[str, Any]


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


class Repository:
    """Base of all repositories: statements on one open transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        is_postgres = connection.dialect.name == "postgresql"
        self._insert = postgresql.insert if is_postgres else sqlite.insert

    async def _insert_new(self, model: type[SQLModel], rows: Sequence[Values]) -> None:
        """Insert rows, passing over those that a constraint knows already."""
        if rows:
            statement = self._insert(table_of(model)).on_conflict_do_nothing()
            await self._connection.execute(statement, list(rows))

    async def _insert_one(self, model: type[SQLModel], row: Values) -> Any:  # noqa: ANN401
        """Insert a row; return its primary key's first column, None if it was there already."""
        table = table_of(model)
        key = next(iter(table.primary_key.columns))
        statement = self._insert(table).values(row).on_conflict_do_nothing().returning(key)
        return (await self._connection.execute(statement)).scalar_one_or_none()

    async def _put(self, model: type[SQLModel], row: Values) -> None:
        """Insert a row, or overwrite the given columns of the one with its key."""
        table = table_of(model)
        keys = [column.name for column in table.primary_key.columns]
        statement = self._insert(table).values(row)
        rest = {name: statement.excluded[name] for name in row if name not in keys}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=rest)
        )
