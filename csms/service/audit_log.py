"""The audit log: it is added to, and never changed."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Final

from csms.clock import Clock
from csms.domain.audit import AuditEntry
from csms.service.unit_of_work import OpenUnitOfWork

logger = logging.getLogger(__name__)

_LONGEST: Final = 2_000
_LONGEST_NAME: Final = 500


class AuditLog:
    """Adds entries.

    Args:
        open_uow: Opens units of work.
        clock: The time.
    """

    def __init__(self, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        self._open_uow = open_uow
        self._clock = clock

    def now(self) -> datetime:
        """The present instant."""
        return self._clock.now()

    async def note(self, entry: AuditEntry) -> None:
        """Write down what was done, or was not. Returns after the commit."""
        kept = replace(
            entry,
            who=_short(entry.who, _LONGEST_NAME),
            target=_short(entry.target, _LONGEST_NAME),
            detail=_short(entry.detail, _LONGEST),
            result=_short(entry.result, _LONGEST),
        )
        logger.info("%s by %s: %s", kept.action, kept.who, kept.result)
        async with self._open_uow() as uow:
            await uow.audit.add(kept)
            await uow.commit()


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
