"""The live feed: a snapshot of a site, then numbered changes, to any number of readers."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from time import thread_time
from typing import Final, Protocol

from csms.domain.identity import SiteId
from csms.language.languages import Language
from csms.service.site_view import SiteView
from csms.service.view_json import ViewJson, ViewTeller

logger = logging.getLogger(__name__)

SHARE: Final = 0.02
"""Of a core, the views of a site that somebody reads are meant to take no more."""
LONGEST_S: Final = 2.0
_BACKLOG: Final = 64
"""A reader that falls this far behind is told to begin anew."""
_RECENT: Final = _BACKLOG // 2
"""So many messages are kept for readers that come back."""
_MOST_MISSED_BYTES: Final = 1_000_000
"""Readers that have missed more are told all."""


class ViewSource(Protocol):
    """Where views come from."""

    def quick_view(self, site_id: SiteId) -> SiteView:
        """The view of a site at this instant, or nearly so."""
        ...

    def changed(self, site_id: SiteId) -> asyncio.Event:
        """Set when a site has changed; cleared by the feed."""
        ...


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """One message to readers.

    Attributes:
        kind: `snapshot` or `delta`.
        number: Counts up by one; a gap means that something was missed.
        body: JSON.
        event_id: Names it among all messages of all feeds, also after a restart.
    """

    kind: str
    number: int
    body: bytes
    event_id: str = ""


class Edition:
    """What the readers of one language are told, as differences to what they saw.

    Args:
        language: Texts that can be said in it are.
    """

    def __init__(self, language: Language) -> None:
        self.readers: set[asyncio.Queue[FeedMessage | None]] = set()
        self._teller = ViewTeller(language)
        self._name = token_hex(6)
        self._number = 0
        self._recent: deque[FeedMessage] = deque(maxlen=_RECENT)
        self._snapshot: FeedMessage | None = None

    def since(self, event_id: str | None) -> list[FeedMessage]:
        """What a reader lacks that has seen a message; a snapshot, if that is too much to tell."""
        known = [place for place, one in enumerate(self._recent) if one.event_id == event_id]
        missed = list(self._recent)[known[0] + 1 :] if known else []
        is_short = sum(len(one.body) for one in missed) <= _MOST_MISSED_BYTES
        return missed if missed and is_short else [self.snapshot()]

    def snapshot(self) -> FeedMessage:
        """All that was shown last."""
        if self._snapshot is None:  # whoever comes before the next change is told the same
            self._snapshot = self._message("snapshot", {"view": self._teller.all()})
        return self._snapshot

    def publish(self, shown: SiteView) -> None:
        """Show a view to everybody, as the difference to what they saw."""
        delta = self._teller.show(shown)
        if not delta:
            return
        self._number += 1
        self._snapshot = None
        if self._number == 1:  # nobody has seen anything that this is the difference to
            self._recent.append(FeedMessage("snapshot", 1, b"", self._event_id))  # others follow it
            return
        message = self._message("delta", delta)
        self._recent.append(message)
        for queue in self.readers:
            _offer(queue, message)

    def _message(self, kind: str, told: ViewJson) -> FeedMessage:
        body = self._teller.write({"seq": self._number, **told})
        return FeedMessage(kind, self._number, body, self._event_id)

    @property
    def _event_id(self) -> str:
        return f"{self._name}-{self._number}"


class LiveFeed:
    """Feeds the readers of one site. Views are only made while somebody reads.

    Args:
        source: Where views come from.
        site_id: Which site.
        tick_s: Changes are gathered that long, in the reader's time; longer where a view costs so
            much that it would take more than `SHARE` of the processor, up to `LONGEST_S`.
        spent_s: Tells the processor time that has been spent.
    """

    def __init__(
        self,
        source: ViewSource,
        site_id: SiteId,
        tick_s: float,
        spent_s: Callable[[], float] = thread_time,
    ) -> None:
        self._source = source
        self._site_id = site_id
        self._tick_s = tick_s
        self._spent_s = spent_s
        self._editions = {language: Edition(language) for language in Language}
        self._somebody_reads = asyncio.Event()

    @property
    def is_read(self) -> bool:
        """Whether anybody reads."""
        return self._somebody_reads.is_set()

    async def run(self) -> None:
        """Send changes to the readers until cancelled."""
        cost_s = 0.0
        while True:
            await self._somebody_reads.wait()
            await asyncio.sleep(max(self._tick_s, min(cost_s / SHARE, LONGEST_S)))
            await self._source.changed(self._site_id).wait()
            self._source.changed(self._site_id).clear()
            before_s = self._spent_s()
            try:
                self._publish()
            except Exception:  # the next tick shows what this one could not
                logger.exception("could not build the live view")
            cost_s = self._spent_s() - before_s

    @asynccontextmanager
    async def reading(
        self, language: Language = Language.EN, after: str | None = None
    ) -> AsyncIterator[asyncio.Queue[FeedMessage | None]]:
        """Read the feed: a snapshot first, then changes; None asks to begin anew.

        Args:
            language: Of texts for people.
            after: The last message that was seen; what was missed comes in place of a snapshot,
                as long as it is known.
        """
        queue: asyncio.Queue[FeedMessage | None] = asyncio.Queue(_BACKLOG)
        edition = self._editions[language]
        edition.publish(self._source.quick_view(self._site_id))
        for message in edition.since(after):
            queue.put_nowait(message)
        edition.readers.add(queue)
        self._somebody_reads.set()
        try:
            yield queue
        finally:
            edition.readers.discard(queue)
            if not self._read_editions():
                self._somebody_reads.clear()

    def _publish(self) -> None:
        """Show the present view to everybody."""
        view = self._source.quick_view(self._site_id)
        for edition in self._read_editions():
            edition.publish(view)

    def _read_editions(self) -> list[Edition]:
        return [edition for edition in self._editions.values() if edition.readers]


def _offer(queue: asyncio.Queue[FeedMessage | None], message: FeedMessage) -> None:
    """Put a message, or tell a reader that is too slow to begin anew."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
        return
    queue.put_nowait(message)
