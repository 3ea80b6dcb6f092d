"""Has models of stays made: now and then a process of its own does it.

The server itself loads nothing of what that takes.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from csms.child import running_child
from csms.clock import Clock
from csms.forecasting.settings import ForecastSettings
from csms.storage.database import DatabaseSettings

logger = logging.getLogger(__name__)

_FIRST_AFTER_S: Final = 300.0
"""After a start there is more urgent work."""
_LOOK_EVERY_S: Final = 900.0
_AGAIN_AFTER: Final = timedelta(hours=1)
"""What failed is tried again."""
_ENOUGH_AFTER: Final = timedelta(hours=6)
"""Where there were too few stays, so much later there may be enough."""
_LONGEST_S: Final = 3600.0
"""A run that takes longer is ended."""
_PROGRAM: Final = "from csms.forecasting.fit_process import main; main()"

NewestMadeAt: TypeAlias = Callable[[], Awaitable[datetime | None]]
"""Tells when the newest model was made; None: there is none."""


class ModelKeeper:
    """Has models made whenever the last ones are old enough.

    Args:
        settings: When, and of what.
        database: Where the stays are.
        newest_made_at: When the newest model was made.
        clock: The time.
    """

    def __init__(
        self,
        settings: ForecastSettings,
        database: DatabaseSettings,
        newest_made_at: NewestMadeAt,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._database = database
        self._newest_made_at = newest_made_at
        self._clock = clock
        self._not_before: datetime | None = None

    async def run(self) -> None:
        """Have models made until cancelled. What fails is tried again."""
        await self._clock.sleep(_FIRST_AFTER_S)
        while True:
            try:
                if await self._is_due():
                    await self._make()
            except Exception:  # the last models go on answering
                logger.exception("no models of stays were made; it is tried again in an hour")
            await self._clock.sleep(_LOOK_EVERY_S)

    async def _make(self) -> None:
        now = self._clock.now()
        self._not_before = now + _AGAIN_AFTER
        if not await fit_models(self._settings, self._database, now):
            self._not_before = now + _ENOUGH_AFTER

    async def _is_due(self) -> bool:
        now = self._clock.now()
        if self._not_before is not None and now < self._not_before:
            return False
        made_at = await self._newest_made_at()
        return made_at is None or now >= made_at + timedelta(hours=self._settings.fit_every_h)


async def fit_models(
    settings: ForecastSettings, database: DatabaseSettings, now: datetime
) -> list[int]:
    """Have models made in a process of its own; return their versions.

    Raises:
        ChildProcessError: It failed; what it wrote is in the log.
        TimeoutError: It took too long.
    """
    asked = {"database": asdict(database), "forecasts": asdict(settings), "now": now.isoformat()}
    async with asyncio.timeout(_LONGEST_S), running_child(_PROGRAM) as process:
        output, _ = await process.communicate(json.dumps(asked).encode())
    if process.returncode:
        raise ChildProcessError(f"its process ended with exit code {process.returncode}")
    versions: list[int] = json.loads(output)
    if versions:
        logger.info("models %s of stays were made", ", ".join(map(str, versions)))
    return versions
