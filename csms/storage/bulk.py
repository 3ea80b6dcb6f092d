"""Rows that many units of work put down, and the statements that write them all at once."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from csms.storage.tables import table_of

Row: TypeAlias = tuple[Any, ...]
"""Values in the order of their kind's columns."""
Written: TypeAlias = tuple[Any, ...]
"""A row's kind, a `Bulk`, and then its values: one object, as thousands wait for a commit."""
Gathered: TypeAlias = Mapping["Bulk", Collection[Written]]

AT_ONCE: Final = (256, 64, 16, 4, 1)
"""How many rows a statement for SQLite has: any number of rows is a few of these, so that the
statements are few and stay prepared."""
_PARAMETER: Final = re.compile(r"\$(\d+)")
_POSTGRES: Final = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bulk:
    """A kind of rows that one statement writes, however many there are.

    Attributes:
        table: The table's name.
        key_count: Of rows that agree in so many columns, the first ones, only the last is written;
            0: all are.
        instants: Places of the columns that are instants.
        for_sqlite: The statements for so many rows, by their number: `AT_ONCE`.
        for_postgres: The statement for all rows, with an array for each column.
    """

    table: str
    key_count: int
    instants: tuple[int, ...]
    for_sqlite: Mapping[int, str]
    for_postgres: str


def new_rows(model: type[SQLModel], *columns: str) -> Bulk:
    """Rows to insert, but for those that a constraint knows already."""
    return _inserted(model, columns, 0, "ON CONFLICT DO NOTHING")


def put_rows(model: type[SQLModel], columns: Sequence[str], overwritten: Sequence[str]) -> Bulk:
    """Rows to insert; of those whose primary key is there already, only some columns are written.

    Args:
        model: The table.
        columns: The primary key's first.
        overwritten: What is written where the row is there already.
    """
    keys = [column.name for column in table_of(model).primary_key.columns]
    changes = ", ".join(f"{name} = excluded.{name}" for name in overwritten)
    return _inserted(
        model, columns, len(keys), f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )


def changed_rows(
    model: type[SQLModel], key: str, *columns: str, while_null: str | None = None
) -> Bulk:
    """Rows that are there, found by a key, with other values in some columns.

    Args:
        model: The table.
        key: The column by which rows are found.
        columns: What is written.
        while_null: A column; where that has a value, nothing is changed.
    """
    name = str(table_of(model).name)
    every = (key, *columns)
    news = ", ".join(f"{one} = {_kept(name, one, f'news.{one}', while_null)}" for one in columns)
    return Bulk(
        table=name,
        key_count=1,
        instants=_instants(model, every),
        for_sqlite=_by_count(
            f"WITH news ({', '.join(every)}) AS (VALUES ",
            len(every),
            f") UPDATE {name} SET {news} FROM news WHERE {name}.{key} = news.{key}",  # noqa: S608
        ),
        for_postgres=(
            f"UPDATE {name} SET {news} FROM {_arrays(model, every)} "  # noqa: S608 - our own words
            f"AS news ({', '.join(every)}) WHERE {name}.{key} = news.{key}"
        ),
    )


def in_one(kinds: Sequence[Bulk]) -> str | None:
    """One statement for PostgreSQL that writes all rows of several kinds.

    Its parameters are those of each kind's own statement, one after the other.

    Returns:
        None: Two kinds change the same table, of which one statement shows each only what was
        there before.
    """
    if len({kind.table for kind in kinds}) < len(kinds):
        return None
    statements, used = [], 0
    for kind in kinds:
        statement, count = _renumbered(kind.for_postgres, used)
        statements.append(statement)
        used += count
    *others, last = statements
    parts = ", ".join(f"kind_{i} AS ({statement})" for i, statement in enumerate(others))
    return f"WITH {parts} {last}" if parts else last


def gather(rows: Iterable[Written]) -> Gathered:
    """All rows by their kind, in the order in which the kinds first come."""
    gathered: defaultdict[Bulk, list[Written]] = defaultdict(list)
    for row in rows:
        gathered[row[0]].append(row)
    return {kind: _newest(some, kind.key_count) for kind, some in gathered.items()}


def _newest(rows: Sequence[Written], key_count: int) -> Collection[Written]:
    """The last one of those that agree in their kind and the key behind it."""
    if key_count == 0:
        return rows
    return {row[1 : 1 + key_count]: row for row in rows}.values()


def _renumbered(statement: str, used: int) -> tuple[str, int]:
    """A statement whose parameters follow those that are used already, and how many it has."""
    return _PARAMETER.subn(lambda found: f"${int(found[1]) + used}", statement)


def _kept(table: str, column: str, value: str, while_null: str | None) -> str:
    """What a column becomes.

    The condition stands here and not beside the key, where PostgreSQL would take it to leave one
    row, and would compare every row of the table with every new one.
    """
    if while_null is None:
        return value
    return f"CASE WHEN {table}.{while_null} IS NULL THEN {value} ELSE {table}.{column} END"


def _inserted(model: type[SQLModel], columns: Sequence[str], key_count: int, rule: str) -> Bulk:
    name = str(table_of(model).name)
    head = f"INSERT INTO {name} ({', '.join(columns)})"
    return Bulk(
        table=name,
        key_count=key_count,
        instants=_instants(model, columns),
        for_sqlite=_by_count(f"{head} VALUES ", len(columns), f" {rule}"),
        for_postgres=f"{head} SELECT * FROM {_arrays(model, columns)} {rule}",  # noqa: S608
    )


def _by_count(head: str, column_count: int, tail: str) -> Mapping[int, str]:
    row = f"({', '.join('?' * column_count)})"
    return {count: f"{head}{', '.join([row] * count)}{tail}" for count in AT_ONCE}


def _instants(model: type[SQLModel], columns: Sequence[str]) -> tuple[int, ...]:
    kinds = [table_of(model).c[name].type for name in columns]
    return tuple(place for place, kind in enumerate(kinds) if isinstance(kind, UTCDateTime))


def _arrays(model: type[SQLModel], columns: Sequence[str]) -> str:
    """All rows as one array per column."""
    kinds = [table_of(model).c[name].type.compile(_POSTGRES) for name in columns]
    arrays = (f"${number}::{kind}[]" for number, kind in enumerate(kinds, start=1))
    return f"unnest({', '.join(arrays)})"
