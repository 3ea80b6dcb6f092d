"""What begins and ends by itself is looked after in time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Final, Protocol

from csms.clock import Clock, wait_at_most

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 60.0
_SHORTEST_WAIT_S: Final = 0.05


class Turning(Protocol):
    """Begins, and ends by itself or not at all."""

    @property
    def from_at(self) -> datetime:
        """When it begins."""
        ...

    @property
    def until_at(self) -> datetime | None:
        """When it ends."""
        ...


def until_next_turn_s(limits: Iterable[Turning], now: datetime) -> float:
    """How long until the next of them begins or ends, and no longer than a minute."""
    turns = [
        (turn - now).total_seconds()
        for one in limits
        for turn in (one.from_at, one.until_at)
        if turn is not None and turn > now
    ]
    return min(max(min(turns, default=LOOK_EVERY_S), _SHORTEST_WAIT_S), LOOK_EVERY_S)


async def look_in_time(
    look: Callable[[], Awaitable[object]],
    wait_s: Callable[[], float],
    news: asyncio.Event,
    clock: Clock,
    what: str,
) -> None:
    """Look after what begins and ends, when it does or there is news of it, until cancelled.

    Args:
        look: Does so once; where it fails, it is done again in time.
        wait_s: How long nothing turns.
        news: Set when there is something new.
        clock: The time.
        what: What is looked after, for the log.
    """
    while True:
        try:
            await look()
        except Exception:  # what is in force stays so, and what has ended binds no longer
            logger.exception("could not look after %s", what)
        await wait_at_most(clock, news, wait_s())
        news.clear()
