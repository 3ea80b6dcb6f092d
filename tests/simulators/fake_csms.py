"""A CSMS that does what a test tells it, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

import orjson
from websockets.asyncio.server import ServerConnection, unix_serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

Json: TypeAlias = dict[str, Any]
Reply: TypeAlias = Json | Callable[[Json], Json | None]

BOOTED: Json = {"status": "Accepted", "currentTime": "2026-01-14T11:00:00Z", "interval": 300}
NOW: Json = {"currentTime": "2026-01-14T11:00:00Z"}


@dataclass(frozen=True)
class Received:
    """A call that a station made."""

    station_id: str
    action: str
    payload: Json
    message_id: str


@dataclass
class FakeCsms:
    """Answers by action; what has no answer is left unanswered.

    A reply that is a function gets the payload; None from it is sent as a CALLERROR.

    Attributes:
        now: What time it tells; None: what the replies say.
    """

    replies: dict[str, Reply]
    now: Callable[[], datetime] | None = None
    received: list[Received] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    connections: list[ServerConnection] = field(default_factory=list)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _count: int = 0

    @asynccontextmanager
    async def listening(self, path: Path) -> AsyncIterator[None]:
        async with unix_serve(
            self._serve,
            str(path),
            subprotocols=[Subprotocol("ocpp2.0.1"), Subprotocol("ocpp1.6")],
            compression=None,
            ping_interval=None,
        ):
            yield

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        assert connection.request is not None
        station_id = unquote(connection.request.path.rpartition("/")[2])
        try:
            async for raw in connection:
                self.raw.append(str(raw))
                await self._take(connection, station_id, orjson.loads(raw))
        except ConnectionClosed:
            pass

    async def _take(self, connection: ServerConnection, station_id: str, frame: list[Any]) -> None:
        if frame[0] != 2:
            self.answers.setdefault(frame[1], frame)
            self._arrived.set()
            return
        _, message_id, action, payload = frame
        self.received.append(Received(station_id, action, payload, message_id))
        self._arrived.set()
        reply = self.replies.get(action)
        if reply is None:
            return
        result = reply(payload) if callable(reply) else reply
        if result is not None and "currentTime" in result and self.now is not None:
            result = {**result, "currentTime": self.now().strftime("%Y-%m-%dT%H:%M:%SZ")}
        answer: list[Any] = [3, message_id, result]
        if result is None:
            answer = [4, message_id, "InternalError", "", {}]
        await connection.send(orjson.dumps(answer).decode())

    async def call(self, action: str, payload: Json) -> Json:
        """Call the station that connected last, and return the payload of its answer."""
        frame = await self.call_raw(action, payload)
        assert frame[0] == 3, frame
        result: Json = frame[2]
        return result

    async def call_raw(self, action: str, payload: Json) -> list[Any]:
        """Call the station that connected last, and return the frame of its answer."""
        self._count += 1
        message_id = f"csms-{self._count}"
        frame = orjson.dumps([2, message_id, action, payload]).decode()
        await self.connections[-1].send(frame)
        return await self.answer_to(message_id)

    async def answer_to(self, message_id: str) -> list[Any]:
        async with asyncio.timeout(30):
            while message_id not in self.answers:
                self._arrived.clear()
                await self._arrived.wait()
        return self.answers[message_id]

    def actions(self) -> list[str]:
        return [call.action for call in self.received]

    def payloads(self, action: str) -> list[Json]:
        return [call.payload for call in self.received if call.action == action]
