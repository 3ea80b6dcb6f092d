"""The process that writes one file, told what to write as JSON on standard input."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from csms.domain.errors import InvalidInputError, UnknownSiteError, UnknownStationError
from csms.domain.export_wanted import FileFormat, Wanted
from csms.history.exporting import Exporter
from csms.log import set_up_logging
from csms.storage.database import Database, DatabaseSettings

_NICE: Final = 10
"""Stations come first."""


def main() -> None:
    """Write the file, and print how many rows it has, or why it cannot be."""
    os.nice(_NICE)
    set_up_logging("WARNING")
    asked = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_answer(asked))))  # noqa: T201 - the parent reads it


async def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"rows": await _write(asked)}
    except InvalidInputError as error:
        return {"field": error.field, "cause": error.cause}
    except UnknownStationError as error:
        return {"field": "station", "cause": str(error)}
    except UnknownSiteError as error:
        return {"field": "site", "cause": str(error)}


async def _write(asked: dict[str, Any]) -> int:
    database = Database(DatabaseSettings(**asked["database"]))
    try:
        exporter = Exporter(database, Path(asked["folder"]))
        wanted, form = Wanted(**asked["wanted"]), FileFormat(asked["form"])
        return await exporter.export(wanted, Path(asked["out"]), form)
    finally:
        await database.close()
