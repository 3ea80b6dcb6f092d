"""Which names a browser may have used to get here.

A foreign web site can let its own name point at this machine (DNS rebinding); the browser then
takes us for that site and lets its scripts read and command. Such requests name that host.
"""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from csms.api.errors import problem_answer
from csms.domain.loopback import is_loopback

logger = logging.getLogger(__name__)

_OPEN_TO_ALL: Final = frozenset({"/healthz"})
"""What load balancers ask for by whatever address they know; it tells nothing."""


class HostGuard:
    """Refuses requests whose host is neither loopback, nor the address they came to, nor named.

    Args:
        app: The application behind it.
        names: Names under which the application may be reached.
    """

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        self._names = frozenset(_plain(name) for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 400."""
        if scope["type"] != "http" or scope["path"] in _OPEN_TO_ALL:
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        if self._is_ours(_plain(host), scope):
            await self._app(scope, receive, send)
            return
        logger.info("refused a request for host %.100r", host)
        detail = (
            f"expected as host a loopback name, the address of this server or one of http.hosts, "
            f"got {host[:100]!r}"
        )
        await problem_answer(HTTPStatus.BAD_REQUEST, detail)(scope, receive, send)

    def _is_ours(self, name: str, scope: Scope) -> bool:
        address = _plain(str((scope.get("server") or ("",))[0]))
        return bool(name) and (is_loopback(name) or name == address or name in self._names)


def _plain(host: str) -> str:
    """A host as it is compared: without port, brackets and final dot, in small letters."""
    if host.startswith("["):
        name = host[1:].partition("]")[0]
    else:
        name = host.rpartition(":")[0] if host.count(":") == 1 else host
    return name.removesuffix(".").lower()
