"""Stations as raw frames over sockets, and the server that they connect to."""

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from websockets.frames import Frame, Opcode

_BATCH: Final = 200
_PING: Final = b"\x89\x00"
_PONG: Final = Frame(Opcode.PONG, b"").serialize(mask=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a server has used so far; the longest pause since this was last asked."""

    cpu_s: float
    memory_kib: int
    longest_pause_s: float


class Server:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._read()["port"])

    def used(self) -> Used:
        """Ask what it has used."""
        assert self._process.stdin  # noqa: S101 - it is a pipe
        self._process.stdin.write("used\n")
        self._process.stdin.flush()
        return Used(**self._read())

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout  # noqa: S101 - it is a pipe
        facts: dict[str, Any] = json.loads(self._process.stdout.readline())
        return facts


@contextmanager
def serving(kind: str) -> Iterator[Server]:
    """Run a server of that kind."""
    command = [sys.executable, "-m", "benchmarks.connections.server", kind]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


class Stations:
    """Many stations."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self.sockets = sockets

    def exchange(self, message: bytes, times: int = 1) -> None:
        """Send a message of every station, then wait for the answers; again and again."""
        for _ in range(times):
            for station in self.sockets:
                station.sendall(message)
            for station in self.sockets:
                while not _is_answer(station):
                    pass

    def answer_pings(self, seconds: float) -> None:
        """Do nothing else for a while."""
        ends_at = time.monotonic() + seconds
        for station in _readable(self.sockets):
            _is_answer(station)
            if time.monotonic() > ends_at:
                return


@contextmanager
def connected(port: int, count: int) -> Iterator[Stations]:
    """Connect so many stations, a few hundred at a time."""
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(count)]
        for first in range(0, count, _BATCH):
            batch = sockets[first : first + _BATCH]
            for number, station in enumerate(batch, start=first):
                station.connect(("127.0.0.1", port))
                station.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                station.sendall(_request(number))
            for station in batch:
                _expect_open(station)
        yield Stations(sockets)


def call(action: str, payload: dict[str, Any]) -> bytes:
    """A call in a frame, as stations write it."""
    return Frame(Opcode.TEXT, call_text(action, payload)).serialize(mask=True)


def call_text(action: str, payload: dict[str, Any]) -> bytes:
    """The text of a call."""
    return json.dumps([2, "7", action, payload], separators=(",", ":")).encode()


def _request(number: int) -> bytes:
    return (
        f"GET /ocpp/S-{number:05} HTTP/1.1\r\nHost: csms\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
    ).encode()


def _expect_open(station: socket.socket) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += station.recv(4096)
    if b" 101 " not in answer:
        raise ConnectionError(f"expected an open WebSocket, got {answer!r}")


def _readable(sockets: list[socket.socket]) -> Iterator[socket.socket]:
    """Sockets that have something to say, for ever."""
    by_number = {station.fileno(): station for station in sockets}
    with select.epoll() as poll:
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        while True:
            for number, _ in poll.poll():
                yield by_number[number]


def _is_answer(station: socket.socket) -> bool:
    """Read what has come; answer pings; tell whether there was more."""
    raw = station.recv(65_536)
    if not raw.startswith(_PING):
        return True
    station.sendall(_PONG)
    return len(raw) > len(_PING)
