"""The HTTP server, as one task among others."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from csms.api.rate_limit import Rate
from csms.domain.errors import CertificateFileError, ChargeFlexError
from csms.language.languages import Language

_SHUTDOWN_S: Final = 2
_BACKLOG: Final = 128


@dataclass(frozen=True, slots=True)
class HttpTls:
    """A certificate with those that lead to the root, and its key; both files in PEM."""

    chain: Path
    key: Path

    def load_into(self, context: ssl.SSLContext) -> None:
        """Read both files, anew where they have been read.

        Raises:
            CertificateFileError: They cannot be used.
        """
        try:
            context.load_cert_chain(self.chain, self.key)
        except (OSError, ssl.SSLError) as error:
            message = f"expected a certificate in PEM whose key is {self.key}: {error}"
            raise CertificateFileError(self.chain, message) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Where the page and the API are served.

    Attributes:
        hosts: Names under which they may be reached, beside loopback and the address itself.
        language: Of pages, where neither a reader nor the browser says one.
        rate: How many requests of the API each client may send; None: any number.
        tls: None: in the clear.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    hosts: tuple[str, ...] = ()
    language: Language = Language.EN
    rate: Rate | None = None
    tls: HttpTls | None = None

    @property
    def url(self) -> str:
        """Where the first page is."""
        scheme = "https" if self.tls else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}/"


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


def tls_context(tls: HttpTls | None) -> ssl.SSLContext | None:
    """What encrypts connections; None: nothing does.

    Raises:
        CertificateFileError: Its files cannot be used.
    """
    if tls is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.load_into(context)
    return context


async def serve_http(
    app: ASGIApp,
    at: socket.socket,
    stop: asyncio.Event,
    encrypts: ssl.SSLContext | None = None,
) -> None:
    """Serve an application until told to stop; then end streams, and let open requests end.

    Args:
        app: The application.
        at: A bound socket.
        stop: Set to stop.
        encrypts: Encrypts connections; None: they are in the clear.
    """
    config = uvicorn.Config(
        _EndingStreams(app, stop),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=_SHUTDOWN_S,
        ssl_context_factory=(lambda _config, _usual: encrypts) if encrypts else None,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[at]))
        await stop.wait()
        server.should_exit = True


class _EndingStreams:
    """Ends event streams, which would go on for ever, once the server has to stop.

    Any other response is left to end by itself: it has a length that it must keep to.
    """

    def __init__(self, app: ASGIApp, stop: asyncio.Event) -> None:
        self._app = app
        self._stop = stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streaming = asyncio.Event()
        is_read = is_ended = False

        async def receive_or_leave() -> Message:
            nonlocal is_read
            if is_read:  # the next message says that the reader has left
                return await self._left(receive, streaming)
            message = await receive()
            is_read = not message.get("more_body", False)
            return message

        async def note_and_send(message: Message) -> None:
            nonlocal is_ended
            if message["type"] == "http.response.start" and _is_event_stream(message):
                streaming.set()
            is_ended = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        await self._app(scope, receive_or_leave, note_and_send)
        if streaming.is_set() and self._stop.is_set() and not is_ended:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _left(self, receive: Receive, streaming: asyncio.Event) -> Message:
        leaving = asyncio.ensure_future(receive())
        stopping = asyncio.ensure_future(self._stopped(streaming))
        try:
            await asyncio.wait((leaving, stopping), return_when=asyncio.FIRST_COMPLETED)
            return leaving.result() if leaving.done() else {"type": "http.disconnect"}
        finally:
            leaving.cancel()
            stopping.cancel()

    async def _stopped(self, streaming: asyncio.Event) -> None:
        await streaming.wait()
        await self._stop.wait()


def _is_event_stream(start: Message) -> bool:
    content_type = Headers(raw=start["headers"]).get("content-type", "")
    return content_type.startswith("text/event-stream")


class _Server(uvicorn.Server):
    """Leaves signals to the program: it is not the only thing that has to stop in good order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
