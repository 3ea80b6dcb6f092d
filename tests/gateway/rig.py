"""A gateway that listens, and the far end of connections to it."""

import asyncio
import base64
import functools
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, ParamSpec

from websockets.asyncio.client import ClientConnection, connect
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol

from csms.clock import SystemClock
from csms.gateway.registry import ConnectionRegistry
from csms.gateway.server import Gateway, GatewaySettings
from csms.ocpp.versions import load_adapters
from csms.service.ports import EventHandler, StationWatch
from simulators.virtual_time import run_virtual
from tests.gateway.fakes import FakeHandler, FakeJournal, FakeWatch

P = ParamSpec("P")

ADAPTERS: Final = load_adapters()
_PATIENCE_S: Final = 20.0
"""A test that hears nothing for that long has failed."""


class FakeStation:
    """The far end of a connection, frame by frame."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, frame: str | bytes | list[Any]) -> None:
        """Send one frame."""
        await self.socket.send(json.dumps(frame) if isinstance(frame, list) else frame)

    async def receive(self) -> Any:
        """Wait for the next frame."""
        async with asyncio.timeout(_PATIENCE_S):
            return json.loads(await self.socket.recv())

    async def ask(self, action: str, payload: dict[str, Any], message_id: str = "7") -> Any:
        """Make a call, and take the next frame for its answer."""
        await self.send([2, message_id, action, payload])
        return await self.receive()

    async def is_served(self) -> bool:
        """Whether the gateway still answers on this connection, and nothing else has come."""
        answer = await self.ask("Heartbeat", {}, "still-here")
        return bool(answer == [3, "still-here", {"currentTime": "2026-01-14T12:00:00Z"}])

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait until the gateway has closed the connection; tell code and reason."""
        async with asyncio.timeout(_PATIENCE_S):
            await self.socket.wait_closed()
        return self.socket.close_code, self.socket.close_reason


@dataclass
class Rig:
    """A listening gateway and all that it was given."""

    handler: FakeHandler = field(default_factory=FakeHandler)
    watch: FakeWatch = field(default_factory=FakeWatch)
    registry: ConnectionRegistry = field(default_factory=ConnectionRegistry)
    journal: FakeJournal | None = None
    port: int = 0
    path: Path | None = None
    tls_port: int = 0
    gateway: Gateway | None = None

    @asynccontextmanager
    async def station(
        self,
        path: str = "/ocpp/G-01",
        *subprotocols: str,
        offer: bool = True,
        tls: ssl.SSLContext | None = None,
        **options: Any,
    ) -> AsyncIterator[FakeStation]:
        """Connect a station; it speaks 1.6, unencrypted, unless told otherwise."""
        names = [Subprotocol(name) for name in subprotocols or ("ocpp1.6",)]
        where = {"unix": True, "path": str(self.path)} if self.path else {}
        scheme, port = ("wss", self.tls_port) if tls else ("ws", self.port)
        where = {"ssl": tls} if tls else where
        socket = await connect(
            f"{scheme}://127.0.0.1:{port}{path}",
            subprotocols=names if offer else None,
            **{"ping_interval": None, "compression": None, "proxy": None, **where, **options},
        )
        try:
            yield FakeStation(socket)
        finally:
            # asyncio cannot abort a transport that was lost after its last byte was written, and
            # closing a lost connection does abort it.
            if socket.state is not State.CLOSED:
                await socket.close()

    @asynccontextmanager
    async def stranger(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Connect, and say nothing."""
        if self.path:
            reader, writer = await asyncio.open_unix_connection(self.path)
        else:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()

    @asynccontextmanager
    async def mute_station(
        self, path: str = "/ocpp/G-01"
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Ask for a handshake and then say no more: not even pongs."""
        async with self.stranger() as (reader, writer):
            writer.write(request(path))
            await writer.drain()
            yield reader, writer

    @asynccontextmanager
    async def raw_station(
        self, path: str = "/ocpp/G-01"
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Complete a handshake; say what a test says, byte by byte."""
        async with self.mute_station(path) as (reader, writer):
            assert await reader.readline() == b"HTTP/1.1 101 Switching Protocols\r\n"
            await reader.readuntil(b"\r\n\r\n")
            yield reader, writer


def request(path: str = "/ocpp/G-01", *more: str) -> bytes:
    """A request for a handshake, as a station writes it."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: csms",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: ocpp1.6",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def frame(opcode: Opcode, payload: bytes, *, is_last: bool = True) -> bytes:
    """A frame, as a station writes it."""
    return Frame(opcode, payload, fin=is_last).serialize(mask=True)


def call(action: str = "Heartbeat", message_id: str = "7", **payload: Any) -> bytes:
    """A call in a frame, as a station writes it."""
    return frame(Opcode.TEXT, json.dumps([2, message_id, action, payload]).encode())


async def read_frame(reader: asyncio.StreamReader) -> tuple[Opcode, bytes]:
    """Wait for a frame of the server, which are never masked."""
    async with asyncio.timeout(_PATIENCE_S):
        first, length = await reader.readexactly(2)
        if length > 125:
            length = int.from_bytes(await reader.readexactly({126: 2, 127: 8}[length]), "big")
        return Opcode(first & 0x0F), await reader.readexactly(length)


@asynccontextmanager
async def listening(
    rig: Rig | None = None,
    at: Path | None = None,
    behind: tuple[EventHandler, StationWatch] | None = None,
    **settings: Any,
) -> AsyncIterator[Rig]:
    """Let a gateway listen at a free port, or at a Unix socket.

    Args:
        rig: What it is given.
        at: The Unix socket.
        behind: What it reports to, in place of the rig's own.
        settings: Of the gateway.
    """
    rig = rig or Rig()
    handler, watch = behind or (rig.handler, rig.watch)
    gateway = Gateway(
        GatewaySettings(**{"port": 0, **settings}),
        ADAPTERS,
        rig.registry,
        handler,
        watch,
        (rig.journal, SystemClock()) if rig.journal else None,
    )
    with _bound(at) as bound, socket.create_server(("127.0.0.1", 0)) as tls_at:
        async with gateway.listening(bound, tls_at) as server:
            rig.path, rig.gateway, rig.tls_port = at, gateway, tls_at.getsockname()[1]
            rig.port = 0 if at else next(iter(server.sockets)).getsockname()[1]
            yield rig


@contextmanager
def _bound(at: Path | None) -> Iterator[socket.socket | None]:
    if at is None:
        yield None
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bound:
        bound.bind(str(at))
        yield bound


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test on a loop that jumps over all waiting; its sockets must be Unix sockets."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtual(test(*args, **kwargs))

    return run
