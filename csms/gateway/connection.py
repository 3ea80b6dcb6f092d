"""One station's connection: calls in both directions, one outstanding in each (OCPP-J §4.1.1)."""

import asyncio
import logging
from collections import deque
from typing import Any, Final, TypeVar
from uuid import uuid4

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from csms.domain.commands import Command, CommandStatus, Outcome
from csms.domain.errors import CallRefusedError
from csms.domain.identity import StationId
from csms.ocpp.adapter import Adapter, NotExpressibleError
from csms.ocpp.frames import (
    Call,
    CallError,
    CallResult,
    FrameError,
    UnreadCall,
    format_frame,
    parse_envelope,
)
from csms.service.ports import EventHandler

logger = logging.getLogger(__name__)

OutcomeT = TypeVar("OutcomeT", bound=Outcome)

_MAX_WAITING_CALLS: Final = 64
"""A station that sends more calls than this without waiting for answers is read no further."""


class StationConnection:
    """Speaks one version of OCPP with one station, until either side leaves.

    Calls of the station are answered in the order in which they came, by a task of its own, so
    that the answers to our calls are read in the meantime: no direction waits for the other.

    Args:
        socket: The open WebSocket.
        station_id: Who is at the other end.
        adapter: The version that was negotiated.
        handler: Where events go.
        call_timeout_s: How long the station may take to answer a call.
    """

    def __init__(
        self,
        socket: ServerConnection,
        station_id: StationId,
        adapter: Adapter,
        handler: EventHandler,
        call_timeout_s: float,
    ) -> None:
        self.station_id = station_id
        self.adapter = adapter
        self._socket = socket
        self._handler = handler
        self._call_timeout_s = call_timeout_s
        self._one_call = asyncio.Lock()
        self._awaited_id: str | None = None
        self._answer: asyncio.Future[CallResult | CallError] | None = None
        self._calls: deque[Call | UnreadCall] = deque()
        self._answering: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Read frames until the connection is closed."""
        try:
            async with asyncio.TaskGroup() as tasks:
                async for raw in self._socket:
                    logger.debug("< %s", raw)
                    await self._receive(raw, tasks)
        except* (ConnectionClosed, ConnectionResetError):
            pass  # however it ended, the registry learns that it did
        finally:
            if self._answer and not self._answer.done():
                self._answer.set_exception(ConnectionResetError("the connection was lost"))

    async def send(self, command: Command[OutcomeT]) -> OutcomeT:
        """Send a command and wait for what comes of it."""
        try:
            outgoing = self.adapter.encode_command(command)
        except NotExpressibleError as error:
            return command.unanswered(CommandStatus.NOT_SUPPORTED, str(error))
        try:
            async with asyncio.timeout(self._call_timeout_s):
                await self._one_call.acquire()
        except TimeoutError:
            detail = "the station is still busy with an earlier request"
            return command.unanswered(CommandStatus.NOT_SENT, detail)
        try:
            call = Call(message_id=str(uuid4()), action=outgoing.action, payload=outgoing.payload)
            answer = await self._call(call)
        except TimeoutError:
            detail = f"no answer within {self._call_timeout_s:g} s"
            return command.unanswered(CommandStatus.TIMED_OUT, detail)
        except (ConnectionClosed, ConnectionResetError):
            return command.unanswered(CommandStatus.FAILED, "the connection was lost")
        finally:
            self._one_call.release()
        if isinstance(answer, CallError):
            return outgoing.decode_error(answer)
        return outgoing.decode_result(answer.payload)

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""
        if self._socket.state is not State.CLOSED:
            await self._socket.close(code, reason)

    async def _call(self, call: Call) -> CallResult | CallError:
        self._awaited_id = call.message_id
        self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._write(call)
            async with asyncio.timeout(self._call_timeout_s):
                return await self._answer
        finally:
            self._awaited_id = self._answer = None

    async def _receive(self, raw: str | bytes, tasks: asyncio.TaskGroup) -> None:
        try:
            frame = parse_envelope(raw)
        except FrameError as fault:
            logger.warning("faulty frame: %s: %.200r", fault, raw)
            answer = self.adapter.answer_fault(fault)
            if answer:
                await self._write(answer)
            return
        if not isinstance(frame, (Call, UnreadCall)):
            self._take_answer(frame)
            return
        self._calls.append(frame)
        if self._answering is None or self._answering.done():
            self._answering = tasks.create_task(self._answer_calls())
        if len(self._calls) >= _MAX_WAITING_CALLS:
            await asyncio.wait({self._answering})

    def _take_answer(self, frame: CallResult | CallError) -> None:
        if self._answer is None or frame.message_id != self._awaited_id:
            logger.warning("an answer to no pending call: %.36r", frame.message_id)
        elif not self._answer.done():
            self._answer.set_result(frame)

    async def _answer_calls(self) -> None:
        while self._calls:
            await self._write(await self._serve(self._calls.popleft()))

    async def _serve(self, call: Call | UnreadCall) -> CallResult | CallError:
        try:
            incoming = self.adapter.decode_call(self.station_id, call)
            reply: Any = await self._handler.handle(incoming.event)
            return CallResult(call.message_id, incoming.encode_reply(reply))
        except CallRefusedError as error:
            logger.warning("refused %.50s: %s: %s", call.action, error.code, error)
            return CallError(message_id=call.message_id, code=error.code, description=str(error))
        except Exception:  # whatever failed, the station gets an answer and stays connected
            logger.exception("failed to process %s", call.action)
            return self.adapter.internal_error(call.message_id)

    async def _write(self, frame: Call | CallResult | CallError) -> None:
        if self._socket.state is State.CLOSED:
            # asyncio cannot abort a transport that was lost after its last byte was written.
            raise ConnectionResetError("the connection was lost")
        text = format_frame(frame)
        logger.debug("> %s", text)
        try:
            async with asyncio.timeout(self._call_timeout_s):
                await self._socket.send(text)
        except TimeoutError as error:  # it does not read: not even a ping would come through
            self._socket.transport.abort()
            raise ConnectionResetError("the station does not read") from error
