"""One station's connection: calls in both directions, one outstanding in each (OCPP-J §4.1.1)."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable
from time import perf_counter
from typing import Any, Final, TypeVar
from uuid import uuid4

from csms.domain.commands import Command, CommandStatus, Outcome
from csms.domain.errors import CallRefusedError
from csms.domain.identity import StationId
from csms.domain.security import Entry
from csms.gateway.masking import masked
from csms.gateway.messages import Message
from csms.gateway.steps import Steps
from csms.gateway.stream import Pause
from csms.gateway.tap import Tap
from csms.gateway.websocket import WebSocket
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
from csms.tally import Traffic

logger = logging.getLogger(__name__)

OutcomeT = TypeVar("OutcomeT", bound=Outcome)

_MOST_WAITING: Final = 64
"""A station that sends more calls than this without waiting for answers is read no further."""
_MOST_ASIDE: Final = 8
"""So many calls are handled beside the others; what comes beyond waits, and lets others wait."""
_FEW_WAITING: Final = 16
"""It is read again when so few are left."""
_INTERNAL_ERROR: Final = 1011
_ANY_ID: Final = "0" * 36
"""As long as the ids of our calls are."""


class StationConnection:
    """Speaks one version of OCPP with one station, until either side leaves.

    Messages are taken as they come. The station's calls are answered in their order, each as soon
    as the one before it is answered, so no direction waits for the other. A call for whose answer
    somebody else has to be asked is set aside, so those after it do not wait for that.

    Args:
        socket: The WebSocket.
        station_id: Who is at the other end.
        adapter: The version that was negotiated.
        handler: Where events go.
        traffic: Where calls are counted.
        call_timeout_s: How long the station may take to answer a call.

    Attributes:
        tap: Where the journal hears what is said; None: there is none.
        entry: By what the station was let in.
    """

    __slots__ = (
        "_answer",
        "_answering",
        "_aside",
        "_awaited_id",
        "_call_timeout_s",
        "_context",
        "_handled",
        "_handler",
        "_is_handling",
        "_is_held",
        "_older",
        "_one_call",
        "_socket",
        "_traffic",
        "_waiting",
        "adapter",
        "entry",
        "station_id",
        "tap",
    )

    def __init__(
        self,
        socket: WebSocket,
        station_id: StationId,
        adapter: Adapter,
        handler: EventHandler,
        traffic: Traffic,
        call_timeout_s: float,
    ) -> None:
        self.tap: Tap | None = None
        self.entry = Entry()
        self.station_id = station_id
        self.adapter = adapter
        self._socket = socket
        self._handler = handler
        self._traffic = traffic
        self._call_timeout_s = call_timeout_s
        self._context = contextvars.copy_context()
        self._one_call = asyncio.Lock()
        self._awaited_id: str | None = None
        self._answer: asyncio.Future[CallResult | CallError | None] | None = None
        self._waiting: list[Call | UnreadCall | CallError] = []
        self._aside: dict[str, Steps] = {}
        self._answering: Steps | None = None
        self._is_handling = self._is_held = False
        self._handled: asyncio.Future[None] | None = None
        self._older: StationConnection | None = None

    def begin(self, noting: Awaitable[None], older: "StationConnection | None" = None) -> None:
        """Answer calls as soon as the connection has been noted; if that fails, close it.

        Args:
            noting: Notes it.
            older: The connection that it replaces, of which a call may still be being handled: a
                station's calls are handled one after the other, or the older would undo the newer.
        """
        self._older = older
        self._answering = Steps(self._begin(noting), self._context)
        asyncio.get_running_loop().call_soon(self._answering.begin)  # it has to be open to close

    @property
    def is_busy(self) -> bool:
        """Whether a call of the station is in hand, or the connection is being noted."""
        return self._answering is not None

    async def idle(self) -> None:
        """Wait until nothing is in hand any more."""
        if self._answering:
            await self._answering.ended()

    async def handled(self) -> None:
        """Wait until no call of the station is being handled, here or on what this replaced."""
        if self._older:
            await self._older.handled()
            self._older = None
        if self._is_handling:
            self._handled = self._handled or asyncio.get_running_loop().create_future()
            await self._handled

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
        except ConnectionResetError:
            return command.unanswered(CommandStatus.FAILED, "the connection was lost")
        finally:
            self._one_call.release()
        if isinstance(answer, CallError):
            return outgoing.decode_error(answer)
        return outgoing.decode_result(answer.payload)

    def size_of(self, command: Command[Any]) -> int | None:
        """How many bytes a command is as a message; None: this version has no words for it."""
        try:
            outgoing = self.adapter.encode_command(command)
        except NotExpressibleError:
            return None
        call = Call(message_id=_ANY_ID, action=outgoing.action, payload=outgoing.payload)
        return len(format_frame(call).encode())

    def close(self, code: int, reason: str) -> None:
        """Begin to close the connection; our call that is pending is lost, and calls that wait."""
        self._socket.close(code, reason)
        self._waiting.clear()
        self._lose_answer()

    def receive(self, message: Message) -> None:
        """Take a message of the station."""
        if logger.isEnabledFor(logging.DEBUG):
            self._log(logging.DEBUG, "< %s", masked(message))
        try:
            frame = parse_envelope(message)
        except FrameError as fault:
            self._log(logging.WARNING, "faulty frame: %s: %.200r", fault, masked(message))
            refusal = self.adapter.answer_fault(fault)
            if self.tap:
                self.tap.heard(message, str(fault), refusal)
            if refusal:
                self._put(refusal)
            return
        if isinstance(frame, CallResult | CallError):
            self._take_answer(frame)
        else:
            self._put(frame)

    def lost(self, *, is_clean: bool) -> None:
        """Give up what is in hand, unless the station left in good order."""
        self._lose_answer()
        for work in tuple(self._aside.values()):
            work.cancel()
        if is_clean:
            return
        self._waiting.clear()
        if self._is_handling and self._answering:
            self._answering.cancel()

    async def _call(self, call: Call) -> CallResult | CallError:
        called_at = self.tap.now() if self.tap else None
        noted: CallResult | CallError | str = "no answer in time"
        try:
            answer = await self._await_answer(call)
            noted = answer or "the connection was lost"
        finally:
            if self.tap and called_at:
                self.tap.asked(call, called_at, noted)
        if answer is None:
            raise ConnectionResetError("the connection was lost")
        return answer

    async def _await_answer(self, call: Call) -> CallResult | CallError | None:
        """Send a call; return its answer, None if the connection is lost before it comes."""
        self._awaited_id = call.message_id
        self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._write(format_frame(call))
            async with asyncio.timeout(self._call_timeout_s):
                return await self._answer
        finally:
            self._awaited_id = self._answer = None

    def _take_answer(self, frame: CallResult | CallError) -> None:
        if self._answer is None or frame.message_id != self._awaited_id:
            self._log(logging.WARNING, "an answer to no pending call: %.36r", frame.message_id)
        elif not self._answer.done():
            self._answer.set_result(frame)

    def _lose_answer(self) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result(None)

    def _put(self, call: Call | UnreadCall | CallError) -> None:
        """Let a call, or the answer to a faulty one, wait for its turn."""
        self._waiting.append(call)
        if self._answering is None:
            self._answering = Steps(self._answer_calls(), self._context)
            self._answering.begin()
        elif len(self._waiting) >= _MOST_WAITING and not self._is_held:
            self._is_held = True
            self._socket.pause(Pause.BUSY)

    async def _begin(self, noting: Awaitable[None]) -> None:
        try:
            await noting
            await self.handled()
        except Exception:  # the supervisor of this connection: nobody else can close it
            logger.exception("cannot be noted as connected")
            self.close(_INTERNAL_ERROR, "")
            self._answering = None
        else:
            await self._answer_calls()

    async def _answer_calls(self) -> None:
        """Answer all that wait, one after the other."""
        try:
            while self._waiting:
                call = self._waiting.pop(0)
                if isinstance(call, CallError):
                    await self._write(format_frame(call))
                else:
                    self._is_handling = True
                    try:
                        answer = await self._serve(call)
                    finally:
                        self._is_handling = False
                        if self._handled:
                            self._handled.set_result(None)
                    if answer:
                        await self._write(answer)
                if self._is_held and len(self._waiting) <= _FEW_WAITING:
                    self._is_held = False
                    self._socket.resume(Pause.BUSY)
        except ConnectionResetError:
            self._waiting.clear()
        finally:
            self._answering = None

    def _set_aside(self, call: Call | UnreadCall) -> None:
        """Let a call be handled beside those that come after it."""
        context = contextvars.copy_context()  # its own is entered
        work = self._aside[call.message_id] = Steps(self._answer_aside(call), context)
        work.begin()

    async def _answer_aside(self, call: Call | UnreadCall) -> None:
        try:
            await self._write(await self._serve(call, is_aside=True))
        except ConnectionResetError:
            logger.info("left before it had an answer to %.50s", call.action)
        finally:
            del self._aside[call.message_id]

    def _may_be_set_aside(self, call: Call | UnreadCall) -> bool:
        return len(self._aside) < _MOST_ASIDE and call.message_id not in self._aside

    async def _serve(self, call: Call | UnreadCall, *, is_aside: bool = False) -> str:
        """Have a call handled; return its answer, empty if it was set aside."""
        began_s = perf_counter()
        called_at = self.tap.now() if self.tap else None
        try:
            incoming = self.adapter.decode_call(self.station_id, call)
            if incoming.event.asks_others and not is_aside and self._may_be_set_aside(call):
                self._set_aside(call)
                return ""
            reply: Any = await self._handler.handle(incoming.event)
            answer = format_frame(CallResult(call.message_id, incoming.encode_reply(reply)))
        except CallRefusedError as error:
            logger.warning("refused %.50s: %s: %s", call.action, error.code, error)
            refusal = CallError(message_id=call.message_id, code=error.code, description=str(error))
        except Exception:  # whatever failed, the station gets an answer and stays connected
            logger.exception("failed to process %s", call.action)
            refusal = self.adapter.internal_error(call.message_id)
        else:
            self._traffic.calls[self.adapter.name, call.action].add(perf_counter() - began_s)
            if self.tap and called_at:
                self.tap.served(call, called_at, answer, None)
            return answer
        self._traffic.refused[self.adapter.name, refusal.code] += 1
        answer = format_frame(refusal)
        if self.tap and called_at:
            self.tap.served(call, called_at, answer, refusal.code)
        return answer

    async def _write(self, text: str) -> None:
        """Send a frame, and wait until there is room for another."""
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("> %s", masked(text))
        self._socket.send(text.encode())
        if self._socket.is_clogged:
            await self._socket.drained()

    def _log(self, level: int, text: str, *facts: object) -> None:
        """Log with the station's name, which tasks bring with them."""
        self._context.run(logger.log, level, text, *facts)
