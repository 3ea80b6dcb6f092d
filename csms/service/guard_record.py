"""What the guard of a site notes: kept in memory until somebody writes it down."""

import asyncio
from collections import Counter, defaultdict, deque
from typing import Final

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId

_MOST_WAITING: Final = 1000


class GuardRecord:
    """The guard's notes on one site. Noting takes no time and never fails.

    Attributes:
        has_news: Set when there is something to be written down.
        counts: Events since the start, by kind.
        over_s: Seconds in which a measured current was above a feeder's limit, since the start.
    """

    def __init__(self) -> None:
        self.has_news = asyncio.Event()
        self.counts: Counter[GuardEventKind] = Counter()
        self.over_s: defaultdict[FeederId, float] = defaultdict(float)
        self._waiting: deque[GuardEvent] = deque(maxlen=_MOST_WAITING)

    def note(self, event: GuardEvent) -> None:
        """Take note of an event."""
        self.counts[event.kind] += 1
        if event.kind is GuardEventKind.OVER_LIMIT and event.feeder_id and event.lasted_s:
            self.over_s[event.feeder_id] += event.lasted_s
        self._waiting.append(event)
        self.has_news.set()

    def take(self) -> list[GuardEvent]:
        """Take out what is to be written down."""
        taken = list(self._waiting)
        self._waiting.clear()
        self.has_news.clear()
        return taken
