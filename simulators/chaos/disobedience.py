"""A resource that draws more than it was told, and how long that is excused: until it is found.

Its server knows of it by its power alone, and one reading has to show it; or it is not heard any
more, and counts at its rating. What it draws more than it may within its meter's slack is never
found. Who keeps to it in between has to be found anew: the server may have told it something else
that has not reached it, and seen no more than that.
"""

from datetime import datetime, timedelta
from typing import Final

_SLACK: Final = 0.05
_LEAST_SLACK_W: Final = 100.0
_LIVES: Final = timedelta(seconds=180)
"""A reading that is older counts no more (`reading_lives_s`)."""
_LOOKED_FOR_WITHIN: Final = timedelta(seconds=6)
"""The server looks for who has fallen silent every 5 s, and at most a second later."""


def slack_w(rated_w: float) -> float:
    """What a resource may draw more than it is told without that being noticed."""
    return max(_SLACK * rated_w, _LEAST_SLACK_W)


class Disobedience:
    """What a resource draws, and was told.

    Args:
        slack_a: What it may draw more without that being noticed.
        settled: From what is found out until others have made room.
    """

    def __init__(self, slack_a: float, settled: timedelta) -> None:
        self._slack_a = slack_a
        self._settled = settled
        self._drawn_a = 0.0
        self._told_a = 0.0
        self._heard_at: datetime | None = None
        self._answered_at: datetime | None = None

    def look(self, drawn_a: float, told_a: float) -> None:
        """Take what it draws from now on, and the most that it was told and has not lapsed."""
        self._drawn_a, self._told_a = drawn_a, told_a
        if self._is_hidden:
            self._answered_at = None

    def read(self, now: datetime, answered_at: datetime) -> bool:
        """Its meter has told its server what it draws; tell whether it is found by that.

        Args:
            now: The present instant.
            answered_at: When others have made room, if this is the reading that it takes.
        """
        self._heard_at = now
        if self._is_hidden or self._answered_at is not None:
            return False
        self._answered_at = answered_at
        return True

    def begin_anew(self) -> None:
        """Its server has restarted, and knows nothing of it."""
        self._heard_at = self._answered_at = None

    def told_a(self, now: datetime) -> float:  # noqa: ARG002 - as of EVSEs
        """The most that it was told."""
        return self._told_a

    def is_over(self, now: datetime) -> bool:  # noqa: ARG002 - as of EVSEs
        """Whether it draws more than it was told."""
        return self._drawn_a > self._told_a

    def answered_at(self, now: datetime) -> datetime | None:
        """When others have made room; None: that is not to be asked for yet, or ever."""
        if self._is_hidden:
            return None
        if self._heard_at is None or now < self.counts_at_rating_from(self._heard_at):
            return self._answered_at
        missed_at = self.counts_at_rating_from(self._heard_at) + self._settled
        return min(missed_at, self._answered_at or missed_at)

    @staticmethod
    def counts_at_rating_from(heard_at: datetime) -> datetime:
        """When it is missed, if it was heard last then."""
        return heard_at + _LIVES + _LOOKED_FOR_WITHIN

    @property
    def _is_hidden(self) -> bool:
        return self._drawn_a <= self._told_a + self._slack_a
