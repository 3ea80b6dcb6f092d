"""The process that keeps the history: one run, told what to do as JSON on standard input."""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from csms.history.run import RunResult, RunSettings, run_history
from csms.history.subjects import Resolution
from csms.log import set_up_logging
from csms.storage.database import Database, DatabaseSettings

_NICE: Final = 10
"""Stations come first."""


def main() -> None:
    """Do what is due, and print what was done."""
    os.nice(_NICE)
    set_up_logging("WARNING")
    asked = json.load(sys.stdin)
    print(json.dumps(asdict(asyncio.run(_run(asked)))))  # noqa: T201 - the parent reads it


async def _run(asked: dict[str, Any]) -> RunResult:
    history = asked["history"]
    settings = RunSettings(
        folder=Path(history["folder"]),
        after=timedelta(hours=history["after_h"]),
        keep_days={Resolution(name): days for name, days in history["keep_days"].items()},
    )
    database = Database(DatabaseSettings(**asked["database"]))
    try:
        result = await run_history(database, settings, datetime.fromisoformat(asked["now"]))
    finally:
        await database.close()
    return result or RunResult()
