"""How many wrong passwords a minute may come from one address: what they may cost."""

from collections import OrderedDict
from datetime import datetime
from typing import Final

_MOST_KEPT: Final = 10_000


class TryBudget:
    """A bucket of tries for each address, that fills again as time goes by.

    Other than waits that grow, it never shuts out an address for long: a hundred stations behind
    one may go on with wrong passwords while one among them comes with the right one.

    Args:
        a_minute: How many tries fit into a bucket, and come back in a minute.
    """

    def __init__(self, a_minute: int) -> None:
        self._size = float(a_minute)
        self._a_second = a_minute / 60
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def has_left(self, who: str, now: datetime) -> bool:
        """Whether an address may try once more."""
        return self._now(who, now) >= 1.0

    def take(self, who: str, now: datetime) -> None:
        """A wrong try was made."""
        left = max(self._now(who, now) - 1.0, 0.0)
        self._left[who] = (left, now)
        self._left.move_to_end(who)
        if len(self._left) > _MOST_KEPT:
            self._left.popitem(last=False)

    def _now(self, who: str, now: datetime) -> float:
        left, at = self._left.get(who, (self._size, now))
        return min(left + (now - at).total_seconds() * self._a_second, self._size)
