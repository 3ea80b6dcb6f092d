"""How many requests of the API one client is answered, so that nobody takes all of the server."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from csms.api.client import address_of
from csms.api.errors import problem_response
from csms.domain.request_errors import TooManyRequestsError

_PREFIX: Final = "/api/"
_MOST_CLIENTS: Final = 10_000
"""Those that have asked last; others begin anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many requests a client may send.

    Attributes:
        per_s: In the long run.
        burst: At once, after it has asked for nothing for a while.
    """

    per_s: float
    burst: int


class RateLimit:
    """Answers 429 to clients that ask for more than their share.

    Each has a bucket of `burst` tokens that fills by `per_s`; a request takes one.

    Args:
        app: The application behind it.
        rate: The share.
        now: Tells the time.
    """

    def __init__(self, app: ASGIApp, rate: Rate, now: Callable[[], datetime]) -> None:
        self._app = app
        self._rate = rate
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["path"].startswith(_PREFIX):
            wait_s = self._take(address_of(scope))
            if wait_s > 0:
                error = TooManyRequestsError(self._rate.per_s, wait_s)
                await problem_response(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _take(self, client: str) -> float:
        """Take a token; return 0, or in how many seconds there is one."""
        rate, now = self._rate, self._now()
        tokens, since = self._buckets.pop(client, (float(rate.burst), now))
        tokens += max(0.0, (now - since).total_seconds()) * rate.per_s
        tokens = min(tokens, rate.burst)
        is_served = tokens >= 1
        self._buckets[client] = (tokens - is_served, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if is_served else (1 - tokens) / rate.per_s
