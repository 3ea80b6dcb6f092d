"""A station's end of the wire, frame by frame, for what no proper station sends."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.conformance.station import PATIENCE_S

Frame: TypeAlias = list[Any]


@dataclass
class Wire:
    """Sends frames as they are, and sorts what comes.

    Attributes:
        held: Actions whose calls are for the test to answer; all others are refused.
    """

    socket: ClientConnection
    held: Collection[str]
    _answers: "asyncio.Queue[Frame]" = field(default_factory=asyncio.Queue)
    _calls: "asyncio.Queue[Frame]" = field(default_factory=asyncio.Queue)

    async def send(self, message: str | bytes | Frame) -> None:
        """Send a text or bytes as they are, or a frame."""
        await self.socket.send(json.dumps(message) if isinstance(message, list) else message)

    async def answer(self) -> Frame:
        """The next answer to what was sent."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._answers.get()

    async def asked(self) -> Frame:
        """The next call of an action that is held."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._calls.get()

    @property
    def has_been_asked(self) -> bool:
        """Whether another such call has come."""
        return not self._calls.empty()

    async def is_alive(self) -> bool:
        """Whether the next answer to come is that to a heartbeat."""
        message_id = str(uuid4())
        await self.send([2, message_id, "Heartbeat", {}])
        kind, answered_id, payload = await self.answer()
        return (kind, answered_id) == (3, message_id) and "currentTime" in payload

    async def listen(self) -> None:
        """Take what comes until the connection ends."""
        try:
            async for text in self.socket:
                await self._sort(json.loads(text))
        except ConnectionClosed:
            pass

    async def _sort(self, frame: Frame) -> None:
        if frame[0] != 2:
            self._answers.put_nowait(frame)
        elif frame[2] in self.held:
            self._calls.put_nowait(frame)
        else:
            await self.send([4, frame[1], "NotSupported", "", {}])


@asynccontextmanager
async def wired(url: str, station_id: str, *held: str) -> AsyncIterator[Wire]:
    """A station that is connected with OCPP 1.6.

    Args:
        url: Where the server listens, up to the identity.
        station_id: Its identity, as it is to be written in the URL.
        held: Actions whose calls are for the test to answer.
    """
    names = [Subprotocol("ocpp1.6")]
    async with connect(f"{url}/{station_id}", subprotocols=names, proxy=None) as socket:
        wire = Wire(socket, held)
        listening = asyncio.create_task(wire.listen())
        try:
            yield wire
        finally:
            await socket.close()
            await listening
