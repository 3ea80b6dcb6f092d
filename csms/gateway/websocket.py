"""A WebSocket (RFC 6455), its frames and states by `websockets`."""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from typing import Protocol

from websockets.exceptions import ConnectionClosedOK
from websockets.frames import DATA_OPCODES, CloseCode, Frame
from websockets.http11 import Request, Response
from websockets.protocol import Event, State

from csms.gateway.handshake import OcppProtocol
from csms.gateway.keepalive import Waits
from csms.gateway.messages import Fragments, Message, read_whole
from csms.gateway.stream import Pause, Stream
from csms.gateway.whole_frames import PING, is_pong, read_text_frame, write_text_frame


class Listener(Protocol):
    """Who is told what comes from an open WebSocket."""

    def receive(self, message: Message) -> None:
        """Take a message."""
        ...

    def lost(self, *, is_clean: bool) -> None:
        """Learn that the connection has ended: in good order, or not."""
        ...


class Host(Protocol):
    """Who knows all sockets and decides on their requests."""

    def arrived(self, socket: "WebSocket") -> None:
        """Learn of a new socket."""
        ...

    def asked(self, socket: "WebSocket", path: str, authorization: str | None) -> None:
        """Decide on a proper request: open or refuse the socket, now or later."""
        ...

    def left(self, socket: "WebSocket") -> None:
        """Learn that a socket has gone."""
        ...


class WebSocket(Stream):
    """The server's end of a WebSocket.

    Args:
        protocol: Frames and states.
        waits: The waits of all sockets.
        host: Who decides on its request.
    """

    __slots__ = (
        "_early",
        "_fragments",
        "_host",
        "_is_leaving",
        "_listener",
        "_protocol",
        "_response",
    )

    def __init__(self, protocol: OcppProtocol, waits: Waits, host: Host) -> None:
        super().__init__(waits)
        self._protocol = protocol
        self._host = host
        self._listener: Listener | None = None
        self._response: Response | None = None
        self._early: list[Event] | None = None
        self._fragments: Fragments | None = None
        self._is_leaving = False

    @property
    def subprotocol(self) -> str | None:
        """What both ends speak, once there was a request."""
        return self._protocol.subprotocol

    @property
    def offered(self) -> tuple[str, ...]:
        """What the other end speaks, until the request is decided on."""
        return self._protocol.offered

    @property
    def is_asking(self) -> bool:
        """Whether it can be opened or refused."""
        return self._response is not None and not self._is_leaving

    def open(self, listener: Listener | None = None) -> None:
        """Complete the handshake; somebody may listen."""
        assert self._response  # noqa: S101 - it is asking
        self._protocol.send_response(self._response)
        self._protocol.offered = ()  # ten thousand connections need not hold it
        self._listener, self._response = listener, None
        self._flush()
        self._waits.pinging.begin(self)
        self.resume(Pause.UNDECIDED)
        early, self._early = self._early, None
        for event in early or ():
            self._take(event)

    def refuse(
        self, status: HTTPStatus, text: str, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Answer the request with a refusal."""
        response = self._protocol.reject(status, text)
        for name, value in headers:
            response.headers[name] = value
        self._protocol.send_response(response)
        self._flush()
        self.resume(Pause.UNDECIDED)  # to hear that it hangs up

    def send(self, text: bytes) -> None:
        """Send a text, which is UTF-8.

        Raises:
            ConnectionResetError: The connection is closing or closed.
        """
        if self._protocol.state is not State.OPEN:
            raise ConnectionResetError("the connection was lost")
        frame = write_text_frame(text)
        if frame is not None:
            self._transport.write(frame)
            return
        self._protocol.send_text(text)
        self._flush()

    def ping(self) -> None:
        """Ask for a sign of life."""
        if self._protocol.state is State.OPEN:
            self._transport.write(PING)
            return
        self._protocol.send_ping(b"")
        self._flush()

    def close(self, code: int, reason: str = "") -> None:
        """Begin to close. What comes from now on is not listened to."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._flush()
        elif self._protocol.state is State.CONNECTING and self._response is None:
            self.cut_off("it was not open yet")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a request."""
        super().connection_made(transport)
        self._waits.opening.begin(self)
        self._host.arrived(self)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._has_spoken = True
        if self._listener and self._protocol.is_between_messages and not self._is_leaving:
            if is_pong(data):
                return
            text = read_text_frame(data)
            if text is not None:
                self._listener.receive(text)
                return
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            self._take(event)
        if self._flush() and self.is_clogged:
            self.pause(Pause.CLOGGED)

    def eof_received(self) -> None:
        """Let what is unsent be read; asyncio closes the transport then."""
        self._protocol.receive_eof()
        self._flush()
        self._leave()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever has to know."""
        super().connection_lost(exc)
        self._waits.forget(self)
        protocol, listener = self._protocol, self._listener
        protocol.receive_eof()
        self.fate = self.fate or f"{protocol.close_code} {protocol.close_reason}".rstrip()
        self._is_leaving, self._listener, self._response = True, None, None
        if listener:
            listener.lost(is_clean=isinstance(protocol.close_exc, ConnectionClosedOK))
        self._free_protocol()
        self._host.left(self)

    def _free_protocol(self) -> None:
        """Break the cycles through frames of the protocol's functions.

        So it is freed at once, and not when somebody looks for garbage, of which there is much
        when ten thousand stations lose their connections.
        """
        protocol = self._protocol
        protocol.parser.close()
        protocol.parser_exc = protocol.handshake_exc = None

    def _take(self, event: Event) -> None:
        if isinstance(event, Request):
            self._ask(event)
        elif self._early is not None:
            self._early.append(event)
            self.pause(Pause.UNDECIDED)
        elif isinstance(event, Frame) and event.opcode in DATA_OPCODES and not self._is_leaving:
            try:
                self._read(event)
            except UnicodeDecodeError as error:
                self._protocol.fail(CloseCode.INVALID_DATA, error.reason)
                self._flush()

    def _ask(self, request: Request) -> None:
        """Answer a request that is no handshake; let the host decide on one that is."""
        self._waits.opening.end(self)
        response = self._protocol.accept(request)
        said = request.headers.get_all("Authorization")
        authorization = ", ".join(said) if said else None  # more than one are none that can be read
        request.headers.clear()  # the parser keeps the request for as long as the connection lives
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._protocol.send_response(response)
            return
        self._response, self._early = response, []
        self._host.asked(self, request.path, authorization)

    def _read(self, frame: Frame) -> None:
        """Pass a message on once all its frames are there."""
        if frame.fin and self._fragments is None:
            message = read_whole(frame)
        else:
            fragments = self._fragments
            if fragments is None:
                fragments = self._fragments = Fragments()
            fragments.add(frame)
            if not frame.fin:
                return
            self._fragments = None
            message = fragments.join()
        frame.data = b""  # the parser keeps the last frame until the next one comes
        if self._listener:
            self._listener.receive(message)

    def _flush(self) -> bool:
        """Write what is to be written; return whether there was anything."""
        pieces = self._protocol.data_to_send()
        for piece in pieces:
            if piece:
                self._transport.write(piece)
            else:
                self._end_stream()
        if pieces and self._protocol.close_expected():
            self._leave()
        return bool(pieces)

    def _end_stream(self) -> None:
        if self._transport.is_closing():
            return
        if not self._transport.can_write_eof():  # TLS
            self._transport.close()
            return
        try:
            self._transport.write_eof()
        except OSError:  # asyncio tells here that it was reset, while nothing is read from it
            self._transport.abort()

    def _leave(self) -> None:
        """Wait no longer for anything but the end."""
        if not self._is_leaving:
            self._is_leaving = True
            self._waits.forget(self)
            self._waits.closing.begin(self)
