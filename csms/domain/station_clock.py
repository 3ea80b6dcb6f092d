"""How far a station's clock is off, by the times in its messages.

A message may be late: it was kept while the station was offline, or has waited on its way. It is
never early. So of several messages the one that makes the clock look fastest is nearest to the
truth; and a clock is only called slow when messages of some time agree on how slow it is, which
those that are delivered late do not.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from csms.language.said import Said

TOLERANCE: Final = timedelta(seconds=60)
"""A clock that is off by less is right."""
_AGREEING: Final = timedelta(seconds=10)
_RUN_LASTS: Final = timedelta(seconds=60)
_RUN_COUNT: Final = 3
_KEPT: Final = 3
_REMEMBERED: Final = timedelta(minutes=10)
"""For once to twice as long it is remembered how early messages have come."""
_MOST: Final = timedelta(days=100 * 365)
"""What is off by more is off by this much: nothing is reckoned beyond the calendar."""
_RIGHT: Final = timedelta(0)
_TWO_HOURS_MIN: Final = 120
_TWO_DAYS_MIN: Final = 2880


@dataclass(slots=True)
class StationClock:
    """What is known of one station's clock.

    Attributes:
        late_by: How late all messages of some time may come: a clock that is slow by no more is
            taken to be right.
        error: How much it is fast, below 0: slow; 0 while it is right, or nothing is known.
    """

    late_by: timedelta = TOLERANCE
    error: timedelta = _RIGHT
    _last: deque[timedelta] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _run: "_Run | None" = None
    _fastest: timedelta | None = None
    _fastest_before: timedelta | None = None
    _fastest_since: datetime | None = None

    def see(self, at: datetime, received_at: datetime) -> None:
        """Learn from the time in a message.

        Args:
            at: When the message says that it was written.
            received_at: When it was received.
        """
        offset = at - received_at
        self._note_fastest(offset, received_at)
        if not self.error and _AGREEING - self.late_by <= offset <= TOLERANCE:
            self._run = None  # a clock that was right still is, and nothing slow agrees with this
            self._last.clear()
            return
        offset = min(max(offset, -_MOST), _MOST)
        self._last.append(offset)
        self._run = _continued(self._run, offset, received_at)
        fastest = max(self._last)
        if fastest > TOLERANCE:
            self.error = fastest
        elif fastest >= -self.late_by:
            self.error = _RIGHT
        elif self._run.is_long(received_at):
            self.error = self._run.fastest

    def lateness(self, at: datetime, received_at: datetime) -> timedelta:
        """How much later a message has come than others of the last minutes, by its own time.

        However far the clock is off, it is off by as much in all of them. One of them may have
        come as late as this one: what is late is later than this by no more than the least late
        of all was.

        Args:
            at: When the message says that it was written.
            received_at: When it was received.
        """
        known = [one for one in (self._fastest, self._fastest_before) if one is not None]
        return max((_RIGHT, *(one - (at - received_at) for one in known)))

    def _note_fastest(self, offset: timedelta, received_at: datetime) -> None:
        since = self._fastest_since
        if since is None or received_at - since > _REMEMBERED:
            self._fastest_before, self._fastest = self._fastest, None
            self._fastest_since = received_at
        if self._fastest is None or offset > self._fastest:
            self._fastest = offset

    def read(self, at: datetime) -> datetime:
        """When it really was, by a time that the station wrote."""
        if not self.error:
            return at
        try:
            return at - self.error
        except OverflowError:
            return at

    def set_by(self, instant: datetime) -> datetime:
        """What the station has to be told so that it understands an instant."""
        return instant + self.error


class _Run(msgspec.Struct, frozen=True, gc=False):
    """Messages, one after the other, that agree on the clock."""

    began_at: datetime
    count: int
    fastest: timedelta

    def is_long(self, now: datetime) -> bool:
        return self.count >= _RUN_COUNT and now - self.began_at >= _RUN_LASTS


def _continued(run: _Run | None, offset: timedelta, received_at: datetime) -> _Run:
    if run is None or abs(offset - run.fastest) > _AGREEING:
        return _Run(received_at, 1, offset)
    return _Run(run.began_at, run.count + 1, max(offset, run.fastest))


def describe_error(error: timedelta) -> str:
    """Say how much a clock is off: `61 min slow`."""
    minutes = round(abs(error).total_seconds() / 60)
    if minutes < _TWO_HOURS_MIN:
        size = Said("%(n)s min", n=minutes)
    elif minutes < _TWO_DAYS_MIN:
        size = Said("%(n)s h", n=minutes // 60)
    else:
        size = Said("%(n)s days", n=minutes // 1440)
    if error > _RIGHT:
        return Said("%(size)s fast", size=size)
    return Said("%(size)s slow", size=size)
