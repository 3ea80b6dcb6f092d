"""What the guard of a site notes: kept in memory until somebody writes it down, and to be seen."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.domain.identity import FeederId
from csms.domain.site import PhaseAmps

_MOST_WAITING: Final = 1000
_MOST_RECENT: Final = 20
_MOST_SPANS: Final = 32

_Span: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overload:
    """A current that is measured to be above a limit, just now.

    Attributes:
        line: 1 to 3.
        amps: The present current.
        since: When that was first measured.
        cause: Why, in words for an operator.
    """

    feeder_id: FeederId
    line: int
    amps: float
    limit_a: float
    since: datetime
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """What a feeder carried when one of its lines carried too much.

    Attributes:
        load_a: By line.
        margin_a: The least that was left on any line: below 0.
    """

    at: datetime
    load_a: PhaseAmps
    margin_a: float


class GuardRecord:
    """The guard's notes on one site. Noting takes no time and never fails.

    Attributes:
        has_news: Set when there is something to be written down.
        counts: Events since the start, by kind.
        over_s: Seconds in which a measured current was above a feeder's limit, since the start;
            a second in which two of its lines were counts once.
        recent: The last events, the newest first.
        overloads: What is above a limit just now, by feeder and line.
        cut: The first cut after which nothing has been given back; None: no cut is in force.
        lost: Events that were forgotten, as too many waited to be written down.
    """

    def __init__(self) -> None:
        self.has_news = asyncio.Event()
        self.counts: Counter[GuardEventKind] = Counter()
        self.over_s: defaultdict[FeederId, float] = defaultdict(float)
        self.recent: tuple[GuardEvent, ...] = ()
        self.overloads: dict[tuple[FeederId, int], Overload] = {}
        self.cut: GuardEvent | None = None
        self.lost = 0
        self._excesses: dict[FeederId, Excess] = {}
        self._counted: defaultdict[FeederId, list[_Span]] = defaultdict(list)
        self._waiting: deque[GuardEvent] = deque()

    def note(self, event: GuardEvent) -> None:
        """Take note of an event."""
        self.counts[event.kind] += 1
        if event.kind is GuardEventKind.OVER_LIMIT and event.feeder_id and event.lasted_s:
            self._count(event.feeder_id, event.at, event.lasted_s)
        self.recent = (event, *self.recent)[:_MOST_RECENT]
        self._waiting.append(event)
        self._keep_within_bounds()
        self.has_news.set()

    def note_excess(self, feeder_id: FeederId, excess: Excess) -> None:
        """Take note of what a feeder carries, as one of its lines carries too much."""
        known = self._excesses.get(feeder_id)
        if known is None or excess.margin_a < known.margin_a:
            self._excesses[feeder_id] = excess

    def take_excess(self, feeder_id: FeederId) -> Excess | None:
        """Take out the greatest excess of a feeder since it was last taken out."""
        return self._excesses.pop(feeder_id, None)

    def take(self) -> list[GuardEvent]:
        """Take out what is to be written down."""
        taken = list(self._waiting)
        self._waiting.clear()
        self.has_news.clear()
        return taken

    def give_back(self, events: Sequence[GuardEvent]) -> None:
        """What was taken could not be written down."""
        self._waiting.extendleft(reversed(events))
        self._keep_within_bounds()
        if self._waiting:
            self.has_news.set()

    def remember(self, newest_first: Sequence[GuardEvent]) -> None:
        """Take over what was kept before the start."""
        self.recent = (*self.recent, *newest_first)[:_MOST_RECENT]

    def _keep_within_bounds(self) -> None:
        """Forget the oldest of too many."""
        while len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft()
            self.lost += 1

    def _count(self, feeder_id: FeederId, at: datetime, lasted_s: float) -> None:
        """Count seconds that another line of the feeder has not counted already."""
        span = (at, at + timedelta(seconds=lasted_s))
        known = self._counted[feeder_id]
        touched = [one for one in known if one[0] <= span[1] and span[0] <= one[1]]
        apart = [one for one in known if one not in touched]
        begins = (span[0], *(begins_at for begins_at, _ in touched))
        ends = (span[1], *(ends_at for _, ends_at in touched))
        whole = (min(begins), max(ends))
        self.over_s[feeder_id] += _length_s(whole) - sum(map(_length_s, touched))
        self._counted[feeder_id] = [*apart, whole][-_MOST_SPANS:]


def least_margin(load_a: PhaseAmps, limit_a: PhaseAmps) -> float:
    """The least that is left on any line."""
    return min(most - amps for most, amps in zip(limit_a, load_a, strict=True))


def _length_s(span: _Span) -> float:
    return (span[1] - span[0]).total_seconds()
