"""The audit log as it is kept: added to and looked up, and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, or_, select

from csms.domain.audit import AuditEntry, AuditWanted, KeptAuditEntry
from csms.storage.access_tables import AuditRow
from csms.storage.database import Database
from csms.storage.statements import Repository
from csms.storage.tables import table_of

_entry: Final = table_of(AuditRow)
_PAGE: Final = 1_000


class AuditRepository(Repository):
    """What is added to the log."""

    async def add(self, entry: AuditEntry) -> None:
        """Add an entry."""
        row = {name: _plain(value) for name, value in asdict(entry).items()}
        await self._insert_one(AuditRow, row)


class AuditReads:
    """Looks entries up.

    Args:
        database: Where to look.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, wanted: AuditWanted, limit: int) -> list[KeptAuditEntry]:
        """Entries, the newest first."""
        async with self._database.reading() as connection:
            found = await connection.execute(_select(wanted, limit))
            return [_read(row) for row in found.mappings()]

    async def all(self, wanted: AuditWanted) -> AsyncIterator[KeptAuditEntry]:
        """All entries, the newest first, read page by page."""
        page = await self.find(wanted, _PAGE)
        while page:
            for one in page:
                yield one
            page = await self.find(replace(wanted, before=page[-1].number), _PAGE)

    async def actions(self) -> list[str]:
        """All actions that there are in the log."""
        query = select(_entry.c.action).distinct().order_by(_entry.c.action)
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).scalars())


def _select(wanted: AuditWanted, limit: int) -> Select[Any]:
    query = select(_entry).where(*_matching(wanted))
    return query.order_by(_entry.c.number.desc()).limit(limit)


def _matching(wanted: AuditWanted) -> list[ColumnElement[bool]]:
    columns = _entry.c
    found: list[ColumnElement[bool]] = []
    if wanted.who is not None:
        found.append(columns.who.startswith(wanted.who, autoescape=True))
    if wanted.action is not None:
        found.append(columns.action == wanted.action)
    if wanted.site_id is not None:
        found.append(columns.site_id == wanted.site_id)
    if wanted.text is not None:
        places = (columns.target, columns.detail, columns.result)
        found.append(or_(*(place.icontains(wanted.text, autoescape=True) for place in places)))
    if wanted.is_done is not None:
        found.append(columns.is_done.is_(wanted.is_done))
    if wanted.since is not None:
        found.append(columns.at >= wanted.since)
    if wanted.until is not None:
        found.append(columns.at < wanted.until)
    if wanted.before is not None:
        found.append(columns.number < wanted.before)
    return found


def _read(row: RowMapping) -> KeptAuditEntry:
    fields = {name: value for name, value in row.items() if name != "number"}
    return KeptAuditEntry(row["number"], AuditEntry(**fields))


def _plain(value: object) -> object:
    """A text that any database takes."""
    return str(value).replace("\0", "\N{SYMBOL FOR NULL}") if isinstance(value, str) else value
