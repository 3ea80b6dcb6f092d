"""When an EVSE had to lower its current, and to what: what its last reading shows may be over."""

from datetime import UTC, datetime
from math import inf
from typing import Final

from csms.domain.limits import Allowance

_EVER: Final = datetime.min.replace(tzinfo=UTC)
_KEPT: Final = 64


class Falls:
    """Every fall of what an EVSE may draw: by an answer, by a step of a limit, or by a lapse."""

    def __init__(self) -> None:
        self._falls: list[tuple[datetime, float]] = []

    @property
    def last_at(self) -> datetime | None:
        """When the last one was that is noted."""
        return self._falls[-1][0] if self._falls else None

    def note(self, before: Allowance, after: Allowance, now: datetime) -> None:
        """What it may draw is another from now on."""
        self._falls += before.falls(self.last_at or _EVER, now)
        if after is not before and (to_a := after.now_a(now)) < before.now_a(now):
            self._falls.append((now, to_a))
        while len(self._falls) > _KEPT:
            (_, first_a), (at, second_a), *_ = self._falls
            self._falls[:2] = [(at, min(first_a, second_a))]

    def lowest_a(self, present: Allowance, since: datetime, until: datetime) -> float:
        """The least to which it fell after an instant and up to another; infinite if it did not.

        Args:
            present: What it may draw now.
            since: The first instant.
            until: The last.
        """
        fallen_to = [to_a for at, to_a in self._falls if since < at <= until]
        fallen_to += [to_a for _, to_a in present.falls(since, until)]
        return min(fallen_to, default=inf)
