"""An EVSE that draws more than it was told, and how long that is excused: until it can be found.

Its CSMS knows of it by its meter alone. Three readings in a row have to show it; then others are
told to make room. Less than an ampere above a limit may be rounding, and is never found.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

FOLLOWED_WITHIN: Final = timedelta(seconds=5)
"""A vehicle that is told less draws it by then (IEC 61851-1)."""
ROUNDING_A: Final = 1.0
_READINGS: Final = 3


class Overdraw:
    """What an EVSE draws, and was told, while it may keep to nothing."""

    def __init__(self) -> None:
        self._drawn_a = 0.0
        self._told: deque[tuple[datetime, float]] = deque()
        self._over = 0
        self._within = 0
        self._answered_at: datetime | None = None

    def look(self, drawn_a: float, told_a: float, now: datetime) -> None:
        """Take what it draws from now on, and what it would keep to by its profiles."""
        self._drawn_a = drawn_a
        if not self._told or self._told[-1][1] != told_a:
            self._told.append((now, told_a))
        while len(self._told) > 1 and self._told[1][0] <= now - FOLLOWED_WITHIN:
            self._told.popleft()

    def read(self, now: datetime, answered_at: datetime) -> None:
        """Its meter has told its CSMS what it draws.

        Args:
            now: The present instant.
            answered_at: When others have made room, if this is the last reading that it takes.
        """
        if self._drawn_a > self.told_a(now) + ROUNDING_A:
            self._over, self._within = self._over + 1, 0
        else:
            self._over, self._within = 0, self._within + 1
        if self._within >= _READINGS:
            self._answered_at = None
        elif self._over >= _READINGS and self._answered_at is None:
            self._answered_at = answered_at

    def begin_anew(self) -> None:
        """Its CSMS believes it again: it has restarted, or the CSMS has."""
        self._over, self._within, self._answered_at = 0, 0, None

    def told_a(self, now: datetime) -> float:
        """The most that it was told within the time that a vehicle has to follow."""
        since = now - FOLLOWED_WITHIN
        ends = [at for at, _ in self._told][1:]
        recent = [
            amps for i, (_, amps) in enumerate(self._told) if i >= len(ends) or ends[i] > since
        ]
        return max(recent, default=0.0)

    def is_over(self, now: datetime) -> bool:
        """Whether it draws more than it was told."""
        return self._drawn_a > self.told_a(now)

    def answered_at(self, now: datetime) -> datetime | None:
        """When others have made room; None: that is not to be asked for yet, or ever."""
        is_hidden = self._drawn_a <= self.told_a(now) + ROUNDING_A
        return None if is_hidden else self._answered_at
