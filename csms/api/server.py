"""The HTTP server, as one task among others."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from csms.domain.errors import ChargeFlexError

_SHUTDOWN_S: Final = 2
_BACKLOG: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Where the page and the API are served.

    Attributes:
        hosts: Names under which they may be reached, beside loopback and the address itself.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    hosts: tuple[str, ...] = ()


class PortTakenError(ChargeFlexError):
    """The address to listen at cannot be had."""


def bind(host: str, port: int) -> socket.socket:
    """Bind a TCP socket to listen at; port 0 takes a free one.

    Raises:
        PortTakenError: The address cannot be had.
    """
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise PortTakenError(f"cannot listen at {host}:{port}: {error.strerror}") from error


async def serve_http(app: ASGIApp, at: socket.socket, stop: asyncio.Event) -> None:
    """Serve an application until told to stop; then end streams, and let open requests end."""
    config = uvicorn.Config(
        _EndingStreams(app, stop),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[at]))
        await stop.wait()
        server.should_exit = True


class _EndingStreams:
    """Ends responses that would go on for ever, once the server has to stop."""

    def __init__(self, app: ASGIApp, stop: asyncio.Event) -> None:
        self._app = app
        self._stop = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = is_open = False

        async def receive_or_leave() -> Message:
            nonlocal is_read
            if is_read:  # the next message says that the reader has left
                return await self._left(receive)
            message = await receive()
            is_read = not message.get("more_body", False)
            return message

        async def note_and_send(message: Message) -> None:
            nonlocal is_open
            is_open = message["type"] == "http.response.start" or message.get("more_body", False)
            await send(message)

        await self._app(scope, receive_or_leave, note_and_send)
        if is_open and self._stop.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _left(self, receive: Receive) -> Message:
        leaving = asyncio.ensure_future(receive())
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((leaving, stopping), return_when=asyncio.FIRST_COMPLETED)
            return leaving.result() if leaving.done() else {"type": "http.disconnect"}
        finally:
            leaving.cancel()
            stopping.cancel()


class _Server(uvicorn.Server):
    """Leaves signals to the program: it is not the only thing that has to stop in good order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
