"""A station's end of one OCPP-J connection: frames, and one outstanding call (OCPP-J §4.1.1).

LinkLostError      the connection ended before the answer came
"""

import asyncio
import logging
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from csms.ocpp.frames import (
    Call,
    CallError,
    CallResult,
    FrameError,
    JsonObject,
    format_frame,
    parse_frame,
)

logger = logging.getLogger(__name__)

Answer: TypeAlias = CallResult | CallError


class Transport(Protocol):
    """What a connection runs over."""

    def abort(self) -> None:
        """End it at once."""
        ...


class Connection(Protocol):
    """As much of an open WebSocket as a link uses."""

    @property
    def transport(self) -> Transport:
        """What it runs over."""
        ...

    async def send(self, message: str, /) -> None:
        """Send a message.

        Raises:
            ConnectionClosed: It has ended.
        """
        ...

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        """The messages that come; ends, or raises ConnectionClosed, with the connection."""
        ...


Connect: TypeAlias = Callable[[str, str], Awaitable[Connection]]
"""Connects a station, given its id, with a subprotocol."""
ConnectSocket: TypeAlias = Callable[[str, str], Awaitable[ClientConnection]]
"""The same over a socket."""

CALL_TIMEOUT_S: Final = 60.0
"""How long an answer is waited for, in seconds of the event loop."""
_MAX_FRAME_BYTES: Final = 1024 * 1024


class LinkLostError(Exception):
    """The connection ended before the answer came."""


PasswordOf: TypeAlias = Callable[[str], str | None]
"""The password of a station, given its id; None: it has none."""


def connect_to(
    url: str, unix_socket: Path | None = None, password_of: PasswordOf | None = None
) -> ConnectSocket:
    """Make a factory of connections to a CSMS.

    Args:
        url: Where the CSMS listens, without the station's id.
        unix_socket: Go through this socket instead of the network; the URL still names the path.
        password_of: What stations prove by who they are; None: by nothing.
    """
    where: dict[str, Any] = {"unix": True, "path": str(unix_socket)} if unix_socket else {}

    async def connect_station(station_id: str, subprotocol: str) -> ClientConnection:
        return await connect(
            f"{url.rstrip('/')}/{quote(station_id, safe='')}",  # OCPP-J §3.1.1
            subprotocols=[Subprotocol(subprotocol)],
            compression=None,
            ping_interval=None,
            max_size=_MAX_FRAME_BYTES,
            proxy=None,
            additional_headers=_proof(station_id, password_of and password_of(station_id)),
            **where,
        )

    return connect_station


def _proof(station_id: str, password: str | None) -> dict[str, str]:
    """HTTP Basic authentication (OCPP-J §6.2)."""
    if password is None:
        return {}
    pair = b64encode(f"{station_id}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class Link:
    """Sends calls one at a time and answers those of the CSMS in between.

    Args:
        connection: The open WebSocket.
        answer: Answers a call, or None to leave it without an answer.
        malformed_code: The version's error code for what is not a proper frame.
    """

    def __init__(
        self,
        connection: Connection,
        answer: Callable[[Call], Answer | None],
        malformed_code: str,
    ) -> None:
        self._connection = connection
        self._answer = answer
        self._malformed_code = malformed_code
        self._one_call = asyncio.Lock()
        self._pending: tuple[str, asyncio.Future[Answer]] | None = None

    async def run(self) -> None:
        """Read frames until the connection ends."""
        try:
            async for raw in self._connection:
                await self._receive(raw)
        except ConnectionClosed:
            logger.debug("connection lost")
        finally:
            if self._pending and not self._pending[1].done():
                self._pending[1].set_exception(LinkLostError)

    async def call(self, message_id: str, action: str, payload: JsonObject) -> Answer:
        """Send a call and wait for its answer.

        Raises:
            LinkLostError: The connection ended first.
            TimeoutError: No answer came in `CALL_TIMEOUT_S`.
        """
        async with self._one_call:
            future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            self._pending = (message_id, future)
            call = Call(message_id=message_id, action=action, payload=payload)
            try:
                await self._connection.send(format_frame(call))
                async with asyncio.timeout(CALL_TIMEOUT_S):
                    return await future
            except ConnectionClosed as error:
                raise LinkLostError from error
            finally:
                self._pending = None

    def drop(self) -> None:
        """Be gone without a word: no close frame, as when the power fails."""
        self._connection.transport.abort()

    async def _receive(self, raw: str | bytes) -> None:
        try:
            frame = parse_frame(raw)
        except FrameError as fault:
            if fault.message_id is not None:
                error = CallError(message_id=fault.message_id, code=self._malformed_code)
                await self._connection.send(format_frame(error))
            return
        if isinstance(frame, Call):
            reply = self._answer(frame)
            if reply is not None:
                await self._connection.send(format_frame(reply))
        elif self._pending and self._pending[0] == frame.message_id:
            if not self._pending[1].done():
                self._pending[1].set_result(frame)
        else:
            logger.debug("an answer to no pending call: %s", frame.message_id)
