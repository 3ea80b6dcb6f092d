"""The floor: what sockets and a durable commit cost alone, whatever is said.

    python -m benchmarks.throughput.floor PORT FILE

The system's own frames on uvloop, and one row of SQLite for each message, its text; many rows share
a commit as they do in the system, and an answer leaves after its commit. Nothing is understood,
checked, judged or reckoned, so no server of this design answers a message for less.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Sequence
from typing import Final, TypeAlias

from websockets.typing import Subprotocol

from csms.cli.process import run_server
from csms.gateway.handshake import OcppProtocol
from csms.gateway.keepalive import SocketLimits, Waits
from csms.gateway.messages import Message
from csms.gateway.websocket import WebSocket

_SUBPROTOCOLS: Final = [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1")]
_GATHER_S: Final = 0.003
_ID: Final = slice(3, 15)
"""Where the id of a message stands in a call of the generator, with its quotes."""

Waiting: TypeAlias = tuple[WebSocket, str]


class _Commits:
    """Keeps texts, many with one commit, and then answers those who sent them."""

    def __init__(self, file: str) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE message (text TEXT NOT NULL)")
        self._waiting: list[Waiting] = []
        self._has_some = asyncio.Event()

    def keep(self, socket: WebSocket, text: str) -> None:
        """Keep a text with the next commit."""
        self._waiting.append((socket, text))
        self._has_some.set()

    async def run(self) -> None:
        """Commit until cancelled."""
        while True:
            await self._has_some.wait()
            await asyncio.sleep(_GATHER_S)
            self._has_some.clear()
            kept, self._waiting = self._waiting, []
            await asyncio.to_thread(self._commit, kept)
            for socket, text in kept:
                socket.send(f'[3,{text[_ID]},{{"transactionId":1}}]'.encode())

    def _commit(self, kept: Sequence[Waiting]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO message VALUES (?)", [one[1:] for one in kept])
        self._connection.execute("COMMIT")


class _Keeping:
    """Has every message of a socket kept."""

    def __init__(self, socket: WebSocket, commits: _Commits) -> None:
        self._socket = socket
        self._commits = commits

    def receive(self, message: Message) -> None:
        self._commits.keep(self._socket, str(message))

    def lost(self, *, is_clean: bool) -> None: ...


class _Opening:
    """Opens every socket."""

    def __init__(self, commits: _Commits) -> None:
        self._commits = commits

    def arrived(self, socket: WebSocket) -> None: ...

    def asked(self, socket: WebSocket, _path: str, _authorization: str | None) -> None:
        socket.open(_Keeping(socket, self._commits))

    def left(self, socket: WebSocket) -> None: ...


async def main(port: int, file: str) -> None:
    """Serve until ended."""
    commits, waits = _Commits(file), Waits(SocketLimits())
    host = _Opening(commits)

    def create() -> WebSocket:
        return WebSocket(OcppProtocol(subprotocols=_SUBPROTOCOLS), waits, host)

    loop = asyncio.get_running_loop()
    async with await loop.create_server(create, "127.0.0.1", port, backlog=8192):
        await commits.run()


if __name__ == "__main__":
    run_server(main(int(sys.argv[1]), sys.argv[2]))
