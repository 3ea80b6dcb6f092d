"""A server to connect to, in a process of its own: tells on request what it has used.

    python -m benchmarks.connections.server KIND

`gateway` is the system's own, with a handler that does nothing; `gateway-untuned` leaves Python's
collector of garbage as it is. `sockets` is its WebSocket alone, `websockets` the asyncio API of
that package, `websockets-asyncio` the same on asyncio's own loop: these give every message the
same answer.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from csms.cli.process import run_server
from csms.domain.events import Acknowledged, HeartbeatReceived, StationEvent, TimeReply
from csms.domain.identity import StationId
from csms.domain.security import Cause, Proof
from csms.domain.security_event import OwnEvent
from csms.gateway.handshake import OcppProtocol
from csms.gateway.keepalive import SocketLimits, Waits
from csms.gateway.messages import Message
from csms.gateway.registry import ConnectionRegistry
from csms.gateway.server import Gateway, GatewaySettings
from csms.gateway.websocket import WebSocket
from csms.ocpp.versions import load_adapters
from csms.service.ports import Admission

_ANSWER: Final = b'[3,"7",{}]'
_SUBPROTOCOL: Final = Subprotocol("ocpp1.6")


class _Idle:
    """Handles nothing, admits everybody."""

    async def handle(self, event: StationEvent[Any]) -> Any:  # noqa: ANN401
        is_beat = isinstance(event, HeartbeatReceived)
        return TimeReply(datetime.now(UTC)) if is_beat else Acknowledged()

    async def admit(self, _station_id: StationId, _proof: Proof) -> Admission:
        return Admission()

    def turned_away(self, name: str, _proof: Proof, cause: str) -> None:
        """Somebody was turned away."""

    async def noticed(self, kind: OwnEvent, words: str) -> None:
        """There are no encrypted connections."""

    async def expelled(self, station_id: StationId, cause: Cause) -> None:
        """Nobody is."""

    async def connected(self, _station_id: StationId, _protocol: str) -> None: ...

    async def disconnected(self, _station_id: StationId) -> None: ...


class _Answering:
    """Gives every message the same answer."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    def receive(self, _message: Message) -> None:
        self._socket.send(_ANSWER)

    def lost(self, *, is_clean: bool) -> None: ...


class _Opening:
    """Opens every socket."""

    def arrived(self, socket: WebSocket) -> None: ...

    def asked(self, socket: WebSocket, _path: str, _authorization: str | None) -> None:
        socket.open(_Answering(socket))

    def left(self, socket: WebSocket) -> None: ...


def _gateway() -> AbstractAsyncContextManager[asyncio.Server]:
    idle = _Idle()
    settings = GatewaySettings(port=0)
    return Gateway(settings, load_adapters(), ConnectionRegistry(), idle, idle).listening()


@asynccontextmanager
async def _sockets() -> AsyncIterator[asyncio.Server]:
    waits, host = Waits(SocketLimits()), _Opening()

    def create() -> WebSocket:
        return WebSocket(OcppProtocol(subprotocols=[_SUBPROTOCOL]), waits, host)

    loop = asyncio.get_running_loop()
    async with await loop.create_server(create, "127.0.0.1", 0) as server:
        yield server


@asynccontextmanager
async def _websockets() -> AsyncIterator[Any]:
    async def answer(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for _ in socket:
                await socket.send(_ANSWER, text=True)

    subprotocols = [_SUBPROTOCOL]
    async with serve(answer, "127.0.0.1", 0, subprotocols=subprotocols, compression=None) as server:
        yield server


_SERVERS: Final[dict[str, Callable[[], AbstractAsyncContextManager[Any]]]] = {
    "gateway": _gateway,
    "gateway-untuned": _gateway,
    "sockets": _sockets,
    "websockets": _websockets,
    "websockets-asyncio": _websockets,
}


async def _serve(kind: str) -> None:
    """Serve until standard input ends; answer each of its lines."""
    pauses_s: list[float] = []
    _note_collections(pauses_s)
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with _SERVERS[kind]() as server:
        _tell(port=server.sockets[0].getsockname()[1])
        while await lines.readline():
            longest_s = max(pauses_s, default=0.0)
            pauses_s.clear()
            _tell(cpu_s=time.process_time(), memory_kib=_memory_kib(), longest_pause_s=longest_s)


def _note_collections(pauses_s: list[float]) -> None:
    """Note how much processor time every collection of garbage takes."""
    began_s = 0.0

    def note(phase: str, _facts: dict[str, int]) -> None:
        nonlocal began_s
        if phase == "start":
            began_s = time.thread_time()
        else:
            pauses_s.append(time.thread_time() - began_s)

    gc.callbacks.append(note)


def _memory_kib() -> int:
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _tell(**facts: float) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    runs = {"gateway-untuned": uvloop.run, "websockets-asyncio": asyncio.run}
    runs.get(sys.argv[1], run_server)(_serve(sys.argv[1]))
