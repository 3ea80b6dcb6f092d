"""A minimal station: JSON over a WebSocket, and nothing of the code that it tests.

What it sends and what it is sent is held against the official schemas by the `ocpp` package's
validator. It answers what it is asked as a test has told it, and keeps what it was asked.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from ssl import SSLContext
from typing import Any, Final, TypeAlias
from urllib.parse import quote
from uuid import uuid4

from ocpp.messages import MessageType, get_validator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATIENCE_S: Final = 30.0
"""What has not happened by then has failed to happen."""

Fields: TypeAlias = dict[str, Any]
Answer: TypeAlias = Fields | Callable[[Fields], Fields]


class CallFailed(Exception):  # noqa: N818 - an answer, not a fault of ours
    """The call was answered by a CALLERROR, or is to be."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


def check(version: str, action: str, kind: int, payload: Fields) -> None:
    """Hold a payload against the official schema."""
    validator = get_validator(kind, action, version, parse_float=Decimal)
    complaints = validator.iter_errors(json.loads(json.dumps(payload), parse_float=Decimal))
    assert [error.message for error in complaints] == []


def time_of(instant: datetime | None = None) -> str:
    """An instant as stations write it; now, if none is given."""
    return (instant or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@dataclass
class Station:
    """The station's end of a connection.

    Attributes:
        asked: What the server has asked for, by action, the oldest first.
        answers: What it is answered, by action.
    """

    socket: ClientConnection
    version: str
    answers: dict[str, Answer]
    asked: defaultdict[str, list[Fields]] = field(default_factory=lambda: defaultdict(list))
    _pending: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _heard: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def call(self, action: str, payload: Mapping[str, Any] | None = None) -> Fields:
        """Call the server; return its answer.

        Raises:
            CallFailed: It answered with an error.
        """
        fields = dict(payload or {})
        check(self.version, action, MessageType.Call, fields)
        answer: Fields = await self.call_unchecked(action, fields)
        check(self.version, action, MessageType.CallResult, answer)
        return answer

    async def call_unchecked(self, action: str, payload: object) -> Any:
        """Call the server with whatever; return its answer."""
        message_id = uuid4().hex
        answer = self._pending[message_id] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def asked_for(
        self, action: str, times: int = 1, *, where: Callable[[Fields], bool] = lambda _: True
    ) -> Fields:
        """Wait until the server has asked for something so often; return what it said last.

        Args:
            action: What for.
            times: How often.
            where: Of those requests only which are meant.
        """
        async with asyncio.timeout(PATIENCE_S), self._heard:
            await self._heard.wait_for(lambda: len(self._asked(action, where)) >= times)
        return self._asked(action, where)[times - 1]

    def _asked(self, action: str, where: Callable[[Fields], bool]) -> list[Fields]:
        return [fields for fields in self.asked[action] if where(fields)]

    async def listen(self) -> None:
        """Take what comes until the connection ends."""
        try:
            async for text in self.socket:
                await self._take(json.loads(text))
        except ConnectionClosed:
            pass

    async def _take(self, frame: list[Any]) -> None:
        match frame:
            case [2, message_id, action, payload]:
                await self._serve(message_id, action, payload)
            case [3, message_id, payload]:
                self._pending.pop(message_id).set_result(payload)
            case [4, message_id, code, description, _]:
                error = CallFailed(code, description)
                self._pending.pop(message_id).set_exception(error)

    async def _serve(self, message_id: str, action: str, payload: Fields) -> None:
        try:
            frame: list[Any] = [3, message_id, self._answer(action, payload)]
        except CallFailed as refusal:
            frame = [4, message_id, refusal.code, refusal.description, {}]
        await self.socket.send(json.dumps(frame))
        check(self.version, action, MessageType.Call, payload)
        async with self._heard:
            self.asked[action].append(payload)
            self._heard.notify_all()

    def _answer(self, action: str, payload: Fields) -> Fields:
        """What a request is answered.

        Raises:
            CallFailed: It is answered by a CALLERROR.
        """
        answer = self.answers.get(action)
        if answer is None:
            raise CallFailed("NotImplemented", f"{action} is not implemented")
        return answer(payload) if callable(answer) else answer


@asynccontextmanager
async def connected(
    url: str,
    station_id: str,
    version: str,
    answers: Mapping[str, Answer],
    *,
    headers: Mapping[str, str] | None = None,
    tls: SSLContext | None = None,
) -> AsyncIterator[Station]:
    """A station that is connected.

    Args:
        url: Where the server listens, up to the identity.
        station_id: Its identity.
        version: Of OCPP: `1.6` or `2.0.1`.
        answers: What the server is answered, by action.
        headers: Sent along with the request.
        tls: What it trusts and shows.
    """
    async with connect(
        f"{url}/{quote(station_id, safe='')}",
        subprotocols=[Subprotocol(f"ocpp{version}")],
        additional_headers=headers,
        ssl=tls,
        proxy=None,
    ) as socket:
        station = Station(socket, version, dict(answers))
        listening = asyncio.create_task(station.listen())
        try:
            yield station
        finally:
            await socket.close()
            await listening
