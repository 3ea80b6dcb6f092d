"""Has the history kept: now and then a process of its own does what is due.

The server itself loads nothing of what that takes.
"""

import asyncio
import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from csms.child import running_child
from csms.clock import Clock
from csms.storage.database import DatabaseSettings

logger = logging.getLogger(__name__)

_FIRST_AFTER_S: Final = 120.0
"""After a start there is more urgent work."""
_EVERY_S: Final = 3600.0
_LONGEST_S: Final = 3600.0
"""A run that takes longer is ended; the next one goes on from there."""
_PROGRAM: Final = "from csms.history.process import main; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """What is kept where, and for how long.

    Attributes:
        folder: Where the files are.
        after_h: Readings that are older move from the database to files.
        keep_days: By resolution (`raw`, `1min`, `15min`, `day`), how long; None: for ever.
    """

    folder: Path
    after_h: float
    keep_days: dict[str, int | None]


class HistoryKeeper:
    """Has what is due done every hour.

    Args:
        settings: What is kept where.
        database: Out of which readings move.
        clock: The time.
    """

    def __init__(self, settings: HistorySettings, database: DatabaseSettings, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """Keep the history until cancelled. What fails is tried again."""
        await self._clock.sleep(_FIRST_AFTER_S)
        while True:
            try:
                await self._run_once()
            except Exception:  # stations must not suffer, and nothing is lost: it comes again
                logger.exception("the history was not kept; what is due is done in an hour")
            await self._clock.sleep(_EVERY_S)

    async def _run_once(self) -> None:
        question = json.dumps(
            {
                "database": asdict(self._database),
                "history": {**asdict(self._settings), "folder": str(self._settings.folder)},
                "now": self._clock.now().isoformat(),
            }
        )
        async with asyncio.timeout(_LONGEST_S), running_child(_PROGRAM) as process:
            output, _ = await process.communicate(question.encode())
        if process.returncode:
            raise ChildProcessError(f"its process ended with exit code {process.returncode}")
        result: dict[str, Any] = json.loads(output)
        if result["moved"] or result["days_rolled"]:
            logger.info(
                "moved %d readings to files, rolled up %d days",
                result["moved"],
                result["days_rolled"],
            )
