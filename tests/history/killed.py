"""A run of the history in a process that is killed at a certain step of it."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, Final

from csms.history import files, moving, upkeep
from csms.storage.database import Database, DatabaseSettings
from csms.storage.history import HistoryRepository
from tests.history.rig import run

WATCHED: Final = (
    (files, "write_parquet"),
    (files, "publish"),
    (files.HistoryFiles, "change"),
    (HistoryRepository, "delete"),
    (HistoryRepository, "forget"),
)
"""A run can be killed after each call of these: what comes before a call comes after another."""


def run_killed(url: str, folder: Path, now: datetime, step: int) -> None:
    """Do what is due, in small pieces, and be killed at a step."""
    countdown = Countdown(step)
    for owner, name in WATCHED:
        setattr(owner, name, countdown.around(getattr(owner, name)))
    moving._DELETED_AT_ONCE = 2  # type: ignore[misc]
    upkeep._MOST_SMALL = 2  # type: ignore[misc]

    async def work() -> None:
        database = Database(DatabaseSettings(url=url))
        await run(database, folder, now)
        await database.close()

    asyncio.run(work())


class Countdown:
    """Kills this process after so many steps."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Count a step after a call."""
        if iscoroutinefunction(call):

            @wraps(call)
            async def counted_async(*args: Any, **named: Any) -> Any:
                result = await call(*args, **named)
                self._step()
                return result

            return counted_async

        @wraps(call)
        def counted(*args: Any, **named: Any) -> Any:
            result = call(*args, **named)
            self._step()
            return result

        return counted

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
