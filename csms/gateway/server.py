"""The OCPP server: handshakes, subprotocols, identities."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from csms.domain.identity import StationId
from csms.gateway.connection import StationConnection
from csms.gateway.registry import ConnectionRegistry, dismiss
from csms.log import about
from csms.ocpp.adapter import Adapter
from csms.service.ports import EventHandler, StationWatch

logger = logging.getLogger(__name__)

_MAX_ID_LENGTH: Final = 48
"""OCPP 2.0.1 part 4 §3.1.1."""
_MAX_FRAME_BYTES: Final = 4 * 1024 * 1024
_PROTOCOL_ERROR: Final = 1002


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """How stations are listened to.

    Attributes:
        host: Address to listen at.
        port: Port to listen at; 0 takes a free one.
        prefixes: Paths under which a station's identity may stand; `/` is the root.
        ping_every_s: A ping this often; one that is not answered as long ends the connection.
        call_timeout_s: How long a station may take to answer a call.
        has_compression: Whether permessage-deflate is accepted (2.0.1 part 4 §3.3).
    """

    host: str = "127.0.0.1"
    port: int = 9000
    prefixes: tuple[str, ...] = ("/ocpp", "/")
    ping_every_s: float = 20.0
    call_timeout_s: float = 30.0
    has_compression: bool = True


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
        self._prefixes = frozenset(prefix.rstrip("/") for prefix in settings.prefixes)
        self._adapters = {adapter.subprotocol: adapter for adapter in adapters}
        self._registry = registry
        self._handler = handler
        self._watch = watch

    @asynccontextmanager
    async def listening(self, at: socket.socket | None = None) -> AsyncIterator[Server]:
        """Accept connections until the context is left, then close them all.

        Args:
            at: A bound socket to listen at instead of the settings' host and port.
        """
        place = {"sock": at} if at else {"host": self._settings.host, "port": self._settings.port}
        async with serve(
            self._accept,
            **place,
            process_request=self._admit,
            select_subprotocol=self._choose,
            ping_interval=self._settings.ping_every_s,
            ping_timeout=self._settings.ping_every_s,
            compression="deflate" if self._settings.has_compression else None,
            max_size=_MAX_FRAME_BYTES,
            server_header=None,
        ) as server:
            yield server

    async def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse stations that are not known (OCPP-J 1.6 §3.2: 404), or that find no room."""
        station_id = self._identify(request.path)
        if station_id is None:
            return connection.respond(HTTPStatus.NOT_FOUND, "expected /ocpp/<station id>\n")
        if not self._speaks_with_us(request):
            return None  # closed right after the handshake: no place is taken for it
        admission = await self._watch.admit(station_id)
        if admission.is_granted:
            return None
        logger.warning("refused station %r: %s", station_id, admission.cause)
        if admission.may_pass:
            text = "there is no room for this station just now\n"
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, text)
        return connection.respond(HTTPStatus.NOT_FOUND, "this station is not known here\n")

    def _choose(
        self, _connection: ServerConnection, offered: Sequence[Subprotocol]
    ) -> Subprotocol | None:
        """Our first choice among what is offered; None completes the handshake without any."""
        for subprotocol in self._adapters:
            if subprotocol in offered:
                return Subprotocol(subprotocol)
        return None

    async def _accept(self, socket: ServerConnection) -> None:
        request = socket.request
        station_id = self._identify(request.path) if request else None
        if station_id is None:  # refused in the handshake already
            return
        with about(station=station_id):
            if socket.subprotocol is None:
                # OCPP-J §3.2: complete the handshake without a subprotocol, then close at once.
                logger.warning("offered no version that is spoken here")
                await socket.close(_PROTOCOL_ERROR, "offer ocpp2.0.1 or ocpp1.6")
                return
            await self._serve(socket, station_id, self._adapters[socket.subprotocol])

    async def _serve(
        self, socket: ServerConnection, station_id: StationId, adapter: Adapter
    ) -> None:
        connection = StationConnection(
            socket, station_id, adapter, self._handler, self._settings.call_timeout_s
        )
        replaced = self._registry.add(connection)
        logger.info("connected with OCPP %s from %s", adapter.name, socket.remote_address)
        try:
            await self._watch.connected(station_id, adapter.name)
            async with asyncio.TaskGroup() as tasks:
                if replaced:
                    tasks.create_task(dismiss(replaced))
                await connection.run()
        finally:
            if self._registry.remove(connection):
                logger.info("disconnected: %s %s", socket.close_code, socket.close_reason or "")
                await self._watch.disconnected(station_id)

    def _speaks_with_us(self, request: Request) -> bool:
        """Whether a station offers any version that is spoken here."""
        offered = ",".join(request.headers.get_all("Sec-WebSocket-Protocol"))
        return any(name.strip() in self._adapters for name in offered.split(","))

    def _identify(self, path: str) -> StationId | None:
        """The identity in a connection URL: its last segment, percent-decoded (§3.1.1)."""
        prefix, _, segment = path.partition("?")[0].rpartition("/")
        station_id = unquote(segment)
        is_placed = prefix in self._prefixes
        is_proper = 0 < len(station_id) <= _MAX_ID_LENGTH and station_id.isprintable()
        return station_id if is_placed and is_proper else None
