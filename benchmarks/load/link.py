"""A station's connection: the handshake, then frames."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

from benchmarks.load.frames import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    FrameReader,
    ProtocolError,
    client_frame,
    handshake_request,
    split_response,
)

_HANDSHAKE_S: Final = 60.0


class RefusedError(Exception):
    """The server has answered a handshake, but not by opening the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where stations connect: their names follow the prefix."""

    host: str = "127.0.0.1"
    port: int
    prefix: str = "/ocpp/"


class Link(asyncio.Protocol):
    """A connection of one station.

    Args:
        request: The handshake's request.
        on_text: Takes every text that comes.
        on_lost: Called when an open connection has ended.
    """

    def __init__(
        self, request: bytes, on_text: Callable[[bytes], None], on_lost: Callable[[], None]
    ) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_pong: Callable[[], None] | None = None
        self._request = request
        self._on_text = on_text
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader()
        self._response = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        try:
            if not self.opened.done():
                data = self._shake_hands(data)
            for opcode, payload in self._reader.feed(data):
                self._take(opcode, payload)
        except (ProtocolError, RefusedError) as error:
            if not self.opened.done():
                self.opened.set_exception(error)
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._transport = None
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("closed in the handshake"))
        elif not self.opened.cancelled() and self.opened.exception() is None:
            self._on_lost()

    def send(self, frame: bytes) -> None:
        """Send a frame; one that cannot be sent any more is never answered."""
        if self._transport is not None:
            self._transport.write(frame)

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def _shake_hands(self, data: bytes) -> bytes:
        self._response += data
        split = split_response(self._response)
        if split is None:
            return b""
        status, rest = split
        if status != HTTPStatus.SWITCHING_PROTOCOLS:
            raise RefusedError(f"expected a WebSocket, got HTTP {status}")
        self.opened.set_result(None)
        return rest

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self._on_text(payload)
        elif opcode == PING:
            self.send(client_frame(payload, PONG))
        elif opcode == PONG and self.on_pong is not None:
            self.on_pong()
        elif opcode == CLOSE:
            self.send(client_frame(payload, CLOSE))
            self.abort()


async def open_link(
    address: Address,
    path: str,
    subprotocol: str,
    on_text: Callable[[bytes], None],
    on_lost: Callable[[], None],
) -> Link:
    """Open a connection.

    Raises:
        RefusedError: The server does not want it.
        ProtocolError: The server does not speak WebSocket.
        OSError: There is no connection, or not in time.
    """
    request = handshake_request(
        f"{address.host}:{address.port}", f"{address.prefix}{path}", subprotocol
    )
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_HANDSHAKE_S):
        _, link = await loop.create_connection(
            lambda: Link(request, on_text, on_lost), address.host, address.port
        )
        await link.opened
    return link
