"""Wrong passwords, counted by who tried them: each makes the next one wait longer."""

import ipaddress
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(minutes=5)
_FORGOTTEN_AFTER: Final = timedelta(minutes=15)
_MOST_KEPT: Final = 10_000


class WrongTries:
    """Remembers wrong tries for a quarter of an hour.

    Args:
        free: How many may be made before the first wait; at least one.
    """

    def __init__(self, free: int) -> None:
        self._free = free
        self._tries: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def wait(self, who: str, now: datetime) -> timedelta:
        """How long one has to wait before the next try."""
        count, last_at = self._tries.get(who, (0, now))
        if count < self._free or now - last_at >= _FORGOTTEN_AFTER:
            return timedelta(0)
        wait = min(_FIRST_WAIT * (1 << min(count - self._free, 20)), _LONGEST_WAIT)
        return max(last_at + wait - now, timedelta(0))

    def note(self, who: str, now: datetime) -> None:
        """A wrong try was made."""
        count, last_at = self._tries.pop(who, (0, now))
        if now - last_at >= _FORGOTTEN_AFTER:
            count = 0
        self._tries[who] = (count + 1, now)
        if len(self._tries) > _MOST_KEPT:
            self._tries.popitem(last=False)

    def forget(self, who: str) -> None:
        """A right try was made."""
        self._tries.pop(who, None)


def network_of(address: str) -> str:
    """What stands for an address: itself, or for IPv6 the network of its one customer."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
