"""How makes of stations take charging profiles."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, select

from csms.domain.dialect import Dialect, FormRecord, StationMake
from csms.domain.profile_form import parse_form
from csms.domain.station import Capabilities
from csms.storage.statements import Repository
from csms.storage.tables import StationDialectRow, table_of

_dialect = table_of(StationDialectRow)


class DialectRepository(Repository):
    """Dialects, by make."""

    async def put(self, make: StationMake, dialect: Dialect, at: datetime) -> None:
        """Keep what is known of a make, in place of what was."""
        await self._put(
            StationDialectRow, {**asdict(make), "content": _write(dialect), "changed_at": at}
        )

    async def drop(self, make: StationMake) -> None:
        """Forget what is known of a make."""
        this = (_dialect.c[name] == value for name, value in asdict(make).items())
        await self._unit.execute(delete(_dialect).where(*this))

    async def all(self) -> dict[StationMake, Dialect]:
        """What is known of all makes."""
        rows = (await self._unit.execute(select(_dialect))).mappings()
        return {
            StationMake(
                protocol=row["protocol"],
                vendor=row["vendor"],
                model=row["model"],
                firmware=row["firmware"],
            ): _read(row["content"])
            for row in rows
        }


def _write(dialect: Dialect) -> dict[str, Any]:
    return {
        "told": msgspec.to_builtins(dialect.told),
        "reads_back": dialect.reads_back,
        "keeps": dialect.keeps,
        "forms": {
            str(form): msgspec.to_builtins(record) for form, record in dialect.records.items()
        },
    }


def _read(content: dict[str, Any]) -> Dialect:
    return Dialect(
        told=msgspec.convert(content["told"], Capabilities | None),
        reads_back=content["reads_back"],
        keeps=content.get("keeps"),  # rows of earlier versions do not tell
        records={
            parse_form(text): msgspec.convert(record, FormRecord)
            for text, record in content["forms"].items()
        },
    )
