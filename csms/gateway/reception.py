"""Who comes in and who goes: all sockets of one port."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from csms.clock import Clock
from csms.domain.identity import StationId
from csms.domain.security import Cause, Entry, Proof
from csms.domain.security_event import OwnEvent
from csms.gateway.connection import StationConnection
from csms.gateway.handshake import COMPRESSION, OcppProtocol, station_of
from csms.gateway.keepalive import SocketLimits, Waits
from csms.gateway.proof import names_of, read_password
from csms.gateway.refusals import REFUSALS, Answer
from csms.gateway.registry import ConnectionRegistry, dismiss
from csms.gateway.tap import Tap
from csms.gateway.tls import certificate_of
from csms.gateway.websocket import WebSocket
from csms.log import about
from csms.ocpp.adapter import Adapter
from csms.pki.revocation import Revocations
from csms.service.ports import Admission, EventHandler, MessageJournal, StationWatch

logger = logging.getLogger(__name__)

_NO_IDENTITY: Final = "its path names no station, expected /ocpp/<station id>"
_NO_VERSION: Final = "it offers no version that is spoken here, expected ocpp2.0.1 or ocpp1.6"
_protocol_logger: Final = logging.getLogger("websockets.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may come in, and how.

    Attributes:
        prefixes: Paths under which an identity may stand, without the slash at their end.
        adapters: The versions that are spoken, by subprotocol, best first.
        limits: What a socket is allowed.
        call_timeout_s: How long a station may take to answer a call.
        has_compression: Whether permessage-deflate is accepted.
    """

    prefixes: frozenset[str]
    adapters: Mapping[str, Adapter]
    limits: SocketLimits
    call_timeout_s: float
    has_compression: bool


class Reception:
    """Makes sockets, admits stations, enters and removes their connections.

    Args:
        rules: Who may come in, and how.
        registry: Where connections are entered.
        handler: Where events go.
        watch: Who decides on admission and learns of connections.
        journal: Where messages are noted, and by which clock; None: they are not.
    """

    def __init__(
        self,
        rules: Rules,
        registry: ConnectionRegistry,
        handler: EventHandler,
        watch: StationWatch,
        journal: tuple[MessageJournal, Clock] | None = None,
    ) -> None:
        self._rules = rules
        self._registry = registry
        self._handler = handler
        self._watch = watch
        self._journal = journal
        self._waits = Waits(rules.limits)
        self._subprotocols = [Subprotocol(name) for name in rules.adapters]
        self._extensions = [COMPRESSION] if rules.has_compression else []
        self._sockets: dict[WebSocket, StationConnection | None] = {}
        self._leaving: deque[tuple[StationConnection, str]] = deque()
        self._is_parting = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    def create_socket(self) -> WebSocket:
        """Make the server's end of a new connection."""
        protocol = OcppProtocol(
            subprotocols=self._subprotocols,
            extensions=self._extensions,
            max_size=self._rules.limits.message_bytes,
            logger=_protocol_logger,
        )
        protocol.debug = False  # it would log headers, and in them passwords
        return WebSocket(protocol, self._waits, self)

    async def close(self) -> None:
        """Close all connections, and wait until they and all that they left to do have ended."""
        self._is_closing = True
        for socket in tuple(self._sockets):
            socket.close(CloseCode.GOING_AWAY)
        await self._is_empty.wait()
        while self._tasks:
            await asyncio.wait(self._tasks)
        self._waits.close()

    def arrived(self, socket: WebSocket) -> None:
        """Keep a socket in mind until it has left."""
        self._sockets[socket] = None
        self._is_empty.clear()
        if self._is_closing:
            socket.close(CloseCode.GOING_AWAY)

    def asked(self, socket: WebSocket, path: str, authorization: str | None) -> None:
        """Admit or refuse a station."""
        station_id = station_of(path, self._rules.prefixes)
        if station_id is None:
            name = path.partition("?")[0]  # what follows may be a secret
            self._watch.turned_away(name, _proof(socket, None), _NO_IDENTITY)
            socket.refuse(HTTPStatus.NOT_FOUND, "expected /ocpp/<station id>\n")
            return
        with about(station=station_id):
            adapter = self._rules.adapters.get(socket.subprotocol or "")
            proof = _proof(socket, read_password(authorization, names_of(path, station_id)))
            if adapter is None:
                self._watch.turned_away(station_id, proof, _NO_VERSION)
                # OCPP-J §3.2: complete the handshake without a subprotocol, then close at once.
                logger.warning("offered no version that is spoken here")
                socket.open()
                socket.close(CloseCode.PROTOCOL_ERROR, "offer ocpp2.0.1 or ocpp1.6")
                return
            self._start(self._admit(socket, station_id, adapter, proof))

    def notice(self, kind: OwnEvent, words: str) -> None:
        """Have it written down that something touches security, such as a failed handshake."""
        self._start(self._notice(kind, words))

    def revoked(self, revocations: Revocations) -> None:
        """Close connections that were made by a certificate that is revoked meanwhile."""

        def judge(_station_id: StationId, entry: Entry) -> Cause | None:
            certificate = entry.certificate
            is_revoked = certificate is not None and revocations.has_client(certificate)
            return Cause.REVOKED_CERTIFICATE if is_revoked else None

        for station_id, cause in self._registry.expel(judge).items():
            self._start(self._note_expelled(station_id, cause))

    def left(self, socket: WebSocket) -> None:
        """Forget a socket, and remove its connection."""
        connection = self._sockets.pop(socket)
        if connection:
            self._leaving.append((connection, socket.fate))
            if not self._is_parting:
                self._is_parting = True
                self._start(self._part_with_all())
        if not self._sockets:
            self._is_empty.set()

    async def _admit(
        self, socket: WebSocket, station_id: StationId, adapter: Adapter, proof: Proof
    ) -> None:
        """Let a station in if it proves who it is, is known, and finds room."""
        admission = await self._judge(station_id, proof)
        if not socket.is_asking:
            return  # it has gone
        if not isinstance(admission, Admission):
            socket.refuse(*admission)
            return
        logger.info("connected with OCPP %s from %s", adapter.name, socket.peer)
        connection = StationConnection(
            socket,
            station_id,
            adapter,
            self._handler,
            self._registry.traffic,
            self._rules.call_timeout_s,
        )
        connection.entry = admission.entry
        if self._journal:
            connection.tap = Tap(*self._journal, station_id, adapter.name)
        self._sockets[socket] = connection
        replaced = self._registry.add(connection)
        connection.begin(self._watch.connected(station_id, adapter.name), replaced)
        socket.open(connection)
        if replaced:
            dismiss(replaced)

    async def _judge(self, station_id: StationId, proof: Proof) -> Answer | Admission:
        """Why a station may not come in, as it is told, or that it may."""
        try:
            admission = await self._watch.admit(station_id, proof)
        except Exception:  # the supervisor of this handshake: the station may come again
            logger.exception("cannot decide on station %r", station_id)
            return HTTPStatus.INTERNAL_SERVER_ERROR, "try again later\n"
        if self._is_closing:
            return HTTPStatus.SERVICE_UNAVAILABLE, "the server is shutting down\n"
        if admission.is_granted:
            return admission
        logger.warning("refused station %r: %s", station_id, admission.cause)
        return REFUSALS[admission.refusal]

    async def _notice(self, kind: OwnEvent, words: str) -> None:
        try:
            await self._watch.noticed(kind, words)
        except Exception:  # the supervisor of what belongs to no connection
            logger.exception("cannot write down: %s, %s", kind, words)

    async def _note_expelled(self, station_id: StationId, cause: Cause) -> None:
        try:
            await self._watch.expelled(station_id, cause)
        except Exception:  # the supervisor of a connection that is closed all the same
            logger.exception("cannot write down that %r was expelled: %s", station_id, cause)

    async def _part_with_all(self) -> None:
        """Remove connections one after the other: ten thousand may be lost at once."""
        while self._leaving:
            connection, fate = self._leaving.popleft()
            if connection.is_busy:
                self._start(self._part_later(connection, fate))
            else:
                await self._part(connection, fate)
        self._is_parting = False

    async def _part_later(self, connection: StationConnection, fate: str) -> None:
        """Remove a connection once nothing is in hand any more."""
        await connection.idle()
        await self._part(connection, fate)

    async def _part(self, connection: StationConnection, fate: str) -> None:
        """Remove a connection, unless a newer one has taken its place."""
        if not self._registry.remove(connection):
            return
        with about(station=connection.station_id):
            logger.info("disconnected: %s", fate)
            try:
                await self._watch.disconnected(connection.station_id)
            except Exception:  # the supervisor of this connection's end
                logger.exception("cannot be noted as disconnected")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _proof(socket: WebSocket, password: bytes | None) -> Proof:
    return Proof(
        address=socket.address,
        has_tls=socket.tls is not None,
        password=password,
        certificate=certificate_of(socket.tls),
        offered=socket.offered,
    )
