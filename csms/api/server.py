"""The HTTP server, as one task among others."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from csms.domain.errors import ChargeFlexError

_SHUTDOWN_S: Final = 2
_BACKLOG: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Where the page and the API are served."""

    host: str = "127.0.0.1"
    port: int = 8080


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
    """Serve an application until told to stop; then let open requests end, for a moment."""
    config = uvicorn.Config(
        app,
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


class _Server(uvicorn.Server):
    """Leaves signals to the program: it is not the only thing that has to stop in good order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
