"""The OCPP server: what is set, and the port that stations connect to."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from csms.gateway.keepalive import SocketLimits
from csms.gateway.reception import Reception, Rules
from csms.gateway.registry import ConnectionRegistry
from csms.ocpp.adapter import Adapter
from csms.service.ports import EventHandler, StationWatch

_BACKLOG: Final = 8192
"""All stations may come back at once, as after a power cut; the kernel has a limit of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """How stations are listened to.

    Attributes:
        host: Address to listen at.
        port: Port to listen at; 0 takes a free one.
        prefixes: Paths under which a station's identity may stand; `/` is the root.
        ping_every_s: A ping this often; one that is not answered as long ends the connection.
        call_timeout_s: How long a station may take to answer a call, or to read what it is sent.
        has_compression: Whether permessage-deflate is accepted (2.0.1 part 4 §3.3).
    """

    host: str = "127.0.0.1"
    port: int = 9000
    prefixes: tuple[str, ...] = ("/ocpp", "/")
    ping_every_s: float = 20.0
    call_timeout_s: float = 30.0
    has_compression: bool = False


class Gateway:
    """Accepts stations and keeps their connections.

    Args:
        settings: Where and how to listen.
        adapters: The versions that are spoken, best first.
        registry: Where connections are entered.
        handler: Where events go.
        watch: Who decides on admission and learns of connections.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        adapters: Sequence[Adapter],
        registry: ConnectionRegistry,
        handler: EventHandler,
        watch: StationWatch,
    ) -> None:
        self._settings = settings
        self._rules = Rules(
            prefixes=frozenset(prefix.rstrip("/") for prefix in settings.prefixes),
            adapters={adapter.subprotocol: adapter for adapter in adapters},
            limits=SocketLimits(
                ping_every_s=settings.ping_every_s, write_s=settings.call_timeout_s
            ),
            call_timeout_s=settings.call_timeout_s,
            has_compression=settings.has_compression,
        )
        self._registry = registry
        self._handler = handler
        self._watch = watch

    @asynccontextmanager
    async def listening(self, at: socket.socket | None = None) -> AsyncIterator[asyncio.Server]:
        """Accept connections until the context is left, then close them all.

        Args:
            at: A bound socket to listen at instead of the settings' host and port.
        """
        reception = Reception(self._rules, self._registry, self._handler, self._watch)
        place: dict[str, Any] = (
            {"sock": at} if at else {"host": self._settings.host, "port": self._settings.port}
        )
        server = await asyncio.get_running_loop().create_server(
            reception.create_socket, backlog=_BACKLOG, **place
        )
        try:
            yield server
        finally:
            server.close()
            await reception.close()
            await server.wait_closed()
