"""The journal that is being written: gathers exchanges, and puts them into files every second."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from csms.clock import Clock, wait_at_most
from csms.domain.exchange import Exchange, Found, Wanted
from csms.journal.lines import Line, line_of
from csms.journal.search import find
from csms.journal.segments import Writer, segments_in

logger = logging.getLogger(__name__)

_EVERY_S: Final = 1.0
_MANY: Final = 2_000
"""So many are written without waiting for the second to end."""
_MOST: Final = 50_000
"""So many wait if the disk is slow; more are not kept."""
_BYTES_PER_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """Where messages are kept, and how long.

    Attributes:
        keep_days: Older hours are deleted.
        most_mb: The oldest hours are deleted beyond that.
    """

    folder: Path
    keep_days: int = 30
    most_mb: int = 5_000


class Journal:
    """Keeps all messages for a while.

    What was noted in the last second is lost if the program is killed: nothing depends on it.

    Args:
        settings: Where, and how long.
        clock: The time.

    Attributes:
        kept: Exchanges that were written.
        lost: Exchanges that were not, as the disk was too slow or full.
    """

    def __init__(self, settings: JournalSettings, clock: Clock) -> None:
        self.kept = self.lost = 0
        self._settings = settings
        self._clock = clock
        self._noted: list[Line] = []
        self._writer = Writer(settings.folder)
        self._are_many = asyncio.Event()
        self._writing = asyncio.Lock()
        self._tidied_at: datetime | None = None

    def note(self, exchange: Exchange) -> None:
        """Keep an exchange with the next that are written."""
        if len(self._noted) >= _MOST:
            self.lost += 1
            return
        self._noted.append(line_of(exchange))  # a thread would take the loop's turns for it
        if len(self._noted) >= _MANY:
            self._are_many.set()

    async def run(self) -> None:
        """Write what is noted, and delete what is old, until cancelled."""
        try:
            while True:
                await wait_at_most(self._clock, self._are_many, _EVERY_S)
                await self.write()
                await self._tidy_up()
        finally:
            await self.write()

    async def write(self) -> None:
        """Write what is noted."""
        async with self._writing:
            noted, self._noted = self._noted, []
            self._are_many.clear()
            if not noted:
                return
            try:
                await asyncio.to_thread(self._writer.append, noted)
                self.kept += len(noted)
            except OSError as error:
                self.lost += len(noted)
                logger.error("messages are not kept in the journal: %s", error)  # noqa: TRY400

    async def find(self, wanted: Wanted, limit: int) -> list[Found]:
        """Find messages, the newest first.

        Raises:
            InvalidInputError: The cursor is none.
        """
        await self.write()
        folder = self._settings.folder
        return await asyncio.to_thread(lambda: list(islice(find(folder, wanted), limit)))

    async def _tidy_up(self) -> None:
        now = self._clock.now()
        if self._tidied_at is not None and now - self._tidied_at < timedelta(hours=1):
            return
        self._tidied_at = now
        try:
            await asyncio.to_thread(_delete_old, self._settings, now)
        except OSError as error:
            logger.warning("old messages stay in the journal: %s", error)


def _delete_old(settings: JournalSettings, now: datetime) -> None:
    """Delete hours that are too old, and the oldest ones while all take too much room."""
    segments = segments_in(settings.folder)
    left_bytes = sum(segment.size_bytes for segment in segments)
    for segment in segments[:-1]:  # the newest is being written
        is_old = segment.ends_at < now - timedelta(days=settings.keep_days)
        if not is_old and left_bytes <= settings.most_mb * _BYTES_PER_MB:
            break
        left_bytes -= segment.size_bytes
        segment.delete()
