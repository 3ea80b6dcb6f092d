"""How often in a row a meter shows more than its EVSE may draw."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from csms.domain.limits import Allowance

TOLERANCE_A: Final = 1.0
"""Meters and stations round; less than this above a limit is not disobedience."""
_READINGS: Final = 3


def is_over(drawn_a: float, allowance: Allowance, now: datetime, settled: timedelta) -> bool | None:
    """Whether a current that was just read is more than an EVSE was told it may draw.

    Args:
        drawn_a: What was read.
        allowance: What it may draw.
        now: The present instant.
        settled: How long vehicles take to follow a limit.

    Returns:
        None where a limit decides it that the station may have taken or not.
    """
    if drawn_a > allowance.most_a(now - settled, now) + TOLERANCE_A:
        return True
    if not allowance.uncertain:  # as for nearly every reading
        return False
    is_certain = drawn_a <= surely_allowed_a(allowance, now, settled) + TOLERANCE_A
    return False if is_certain else None


def surely_allowed_a(allowance: Allowance, now: datetime, settled: timedelta) -> float:
    """What it may draw without the limits whose answer is not known."""
    return replace(allowance, uncertain=()).most_a(now - settled, now)


@dataclass(slots=True)
class OverCount:
    """Counts readings; one that an answer decides neither counts nor breaks the row.

    Attributes:
        readings: How many in a row showed too much.
        since: When the first of them was taken.
    """

    readings: int = 0
    since: datetime | None = None

    def read(self, *, is_over: bool | None, now: datetime, settled: timedelta) -> bool:
        """Take a reading; return whether too much is drawn for longer than vehicles need to follow.

        Args:
            is_over: Whether it showed too much.
            now: The present instant.
            settled: How long vehicles take to follow a limit.
        """
        if is_over is False:
            self.readings, self.since = 0, None
        if not is_over:
            return False
        self.readings, self.since = self.readings + 1, self.since or now
        return self.readings >= _READINGS and now - self.since >= settled
