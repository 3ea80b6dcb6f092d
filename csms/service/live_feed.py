"""The live feed: a snapshot of a site, then numbered changes, to any number of readers."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final, Protocol, TypeAlias

import orjson

from csms.domain.identity import SiteId
from csms.language.catalogue import translate
from csms.language.languages import Language
from csms.language.recall import retold
from csms.language.said import Said
from csms.service.site_view import SiteView

logger = logging.getLogger(__name__)

ViewJson: TypeAlias = dict[str, Any]

_BACKLOG: Final = 64
"""A reader that falls this far behind is told to begin anew."""
_RECENT: Final = _BACKLOG // 2
"""So many messages are kept for readers that come back."""
_MOST_MISSED_BYTES: Final = 1_000_000
"""Readers that have missed more are told all."""
_GROUPS: Final = ("feeders", "evses")
_GUARD: Final = "guard"
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS


class ViewSource(Protocol):
    """Where views come from."""

    def view(self, site_id: SiteId) -> SiteView:
        """The view of a site at this instant."""
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
        self._language = language
        self._name = token_hex(6)
        self._number = 0
        self._shown: ViewJson = {}
        self._recent: deque[FeedMessage] = deque(maxlen=_RECENT)

    def since(self, event_id: str | None) -> list[FeedMessage]:
        """What a reader lacks that has seen a message; a snapshot, if that is too much to tell."""
        known = [place for place, one in enumerate(self._recent) if one.event_id == event_id]
        missed = list(self._recent)[known[0] + 1 :] if known else []
        is_short = sum(len(one.body) for one in missed) <= _MOST_MISSED_BYTES
        return missed if missed and is_short else [self.snapshot()]

    def snapshot(self) -> FeedMessage:
        """All that was shown last."""
        return self._message("snapshot", {"view": self._shown})

    def publish(self, shown: SiteView) -> None:
        """Show a view to everybody, as the difference to what they saw."""
        view = to_json(shown, self._language)
        delta = difference(self._shown, view)
        self._shown = view
        if not delta:
            return
        self._number += 1
        message = self._message("delta", delta)
        self._recent.append(message)
        for queue in self.readers:
            _offer(queue, message)

    def _message(self, kind: str, told: ViewJson) -> FeedMessage:
        body = orjson.dumps({"seq": self._number, **told})
        return FeedMessage(kind, self._number, body, f"{self._name}-{self._number}")


class LiveFeed:
    """Feeds the readers of one site. Views are only made while somebody reads.

    Args:
        source: Where views come from.
        site_id: Which site.
        tick_s: Changes are gathered that long, in the reader's time.
    """

    def __init__(self, source: ViewSource, site_id: SiteId, tick_s: float) -> None:
        self._source = source
        self._site_id = site_id
        self._tick_s = tick_s
        self._editions = {language: Edition(language) for language in Language}
        self._somebody_reads = asyncio.Event()

    @property
    def is_read(self) -> bool:
        """Whether anybody reads."""
        return self._somebody_reads.is_set()

    async def run(self) -> None:
        """Send changes to the readers until cancelled."""
        while True:
            await self._somebody_reads.wait()
            await asyncio.sleep(self._tick_s)
            await self._source.changed(self._site_id).wait()
            self._source.changed(self._site_id).clear()
            try:
                self._publish()
            except Exception:  # the next tick shows what this one could not
                logger.exception("could not build the live view")

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
        edition.publish(self._source.view(self._site_id))
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
        view = self._source.view(self._site_id)
        for edition in self._read_editions():
            edition.publish(view)

    def _read_editions(self) -> list[Edition]:
        return [edition for edition in self._editions.values() if edition.readers]


def to_json(view: SiteView, language: Language = Language.EN) -> ViewJson:
    """A view as JSON values: instants as RFC 3339 in UTC, tuples as lists, texts in a language."""
    text = orjson.dumps(view, _said_in(language), _OPTIONS)
    values: ViewJson = orjson.loads(text)
    for event in values[_GUARD]["events"]:  # the older ones were read as they were written down
        event["cause"] = retold(event["cause"], language)
    return values


def difference(before: ViewJson, after: ViewJson) -> ViewJson:
    """What has changed: top-level fields under `site`, fields of feeders and EVSEs by key.

    Of what the guard does, `guard` tells the fields that have changed.

    Keys that are gone are listed under `removed`.
    """
    delta: ViewJson = {}
    site = _changed_fields(before, after, skip=(*_GROUPS, _GUARD))
    if site:
        delta["site"] = site
    guard = _changed_fields(before.get(_GUARD, {}), after[_GUARD])
    if guard:
        delta[_GUARD] = guard
    for group in _GROUPS:
        old, new = before.get(group, {}), after[group]
        items = {key: _changed_fields(old.get(key, {}), value) for key, value in new.items()}
        changed = {key: fields for key, fields in items.items() if fields}
        if changed:
            delta[group] = changed
        gone = [key for key in old if key not in new]
        if gone:
            delta.setdefault("removed", {})[group] = gone
    return delta


def _said_in(language: Language) -> Callable[[object], str]:
    """What makes JSON of texts that know what they are made of."""

    def write(value: object) -> str:
        if isinstance(value, Said):
            return translate(value, language)
        raise TypeError(f"expected a value of JSON, got a {type(value).__name__}")

    return write


def _changed_fields(before: ViewJson, after: ViewJson, skip: tuple[str, ...] = ()) -> ViewJson:
    return {
        name: value
        for name, value in after.items()
        if name not in skip and (name not in before or before[name] != value)
    }


def _offer(queue: asyncio.Queue[FeedMessage | None], message: FeedMessage) -> None:
    """Put a message, or tell a reader that is too slow to begin anew."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
        return
    queue.put_nowait(message)
