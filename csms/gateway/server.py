"""The OCPP server: what is set, and the port that stations connect to."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from csms.clock import Clock
from csms.gateway.keepalive import SocketLimits
from csms.gateway.reception import Reception, Rules
from csms.gateway.registry import ConnectionRegistry
from csms.gateway.tls import TlsSettings
from csms.gateway.tls_port import TlsPort
from csms.ocpp.adapter import Adapter
from csms.service.ports import EventHandler, MessageJournal, StationWatch

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
        tls: The port for encrypted connections; None: there is none.
    """

    host: str = "127.0.0.1"
    port: int = 9000
    prefixes: tuple[str, ...] = ("/ocpp", "/")
    ping_every_s: float = 20.0
    call_timeout_s: float = 30.0
    has_compression: bool = False
    tls: TlsSettings | None = None


class Gateway:
    """Accepts stations and keeps their connections.

    Args:
        settings: Where and how to listen.
        adapters: The versions that are spoken, best first.
        registry: Where connections are entered.
        handler: Where events go.
        watch: Who decides on admission and learns of connections.
        journal: Where messages are noted, and by which clock; None: they are not.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        adapters: Sequence[Adapter],
        registry: ConnectionRegistry,
        handler: EventHandler,
        watch: StationWatch,
        journal: tuple[MessageJournal, Clock] | None = None,
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
        self._journal = journal
        self._tls_port: TlsPort | None = None

    async def reload(self) -> None:
        """Read the certificates again."""
        if self._tls_port:
            await self._tls_port.reload()

    @asynccontextmanager
    async def listening(
        self, at: socket.socket | None = None, tls_at: socket.socket | None = None
    ) -> AsyncIterator[asyncio.Server]:
        """Accept connections until the context is left, then close them all.

        Args:
            at: A bound socket to listen at instead of the settings' host and port.
            tls_at: The same for encrypted connections, if there are settings for them.

        Raises:
            CertificateFileError: The certificates cannot be used.
        """
        reception = Reception(
            self._rules, self._registry, self._handler, self._watch, self._journal
        )
        if self._settings.tls:
            self._tls_port = TlsPort(self._settings.tls, reception, _BACKLOG)
        place: dict[str, Any] = (
            {"sock": at} if at else {"host": self._settings.host, "port": self._settings.port}
        )
        server = await asyncio.get_running_loop().create_server(
            reception.create_socket, backlog=_BACKLOG, **place
        )
        try:
            async with self._listening_for_tls(tls_at):
                yield server
        finally:
            server.close()
            await reception.close()
            await server.wait_closed()

    def _listening_for_tls(self, at: socket.socket | None) -> AbstractAsyncContextManager[None]:
        return self._tls_port.listening(at) if self._tls_port else nullcontext()
