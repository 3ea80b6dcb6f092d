"""One simulated station: calls one after the other, answers at once, draws what it may."""

import asyncio
import json
import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

from benchmarks.load.contents import Contents, Timestamps
from benchmarks.load.dialect import RATING_A, Dialect, JsonObject, Limit, Steps
from benchmarks.load.frames import client_frame
from benchmarks.load.link import Address, Link, open_link
from benchmarks.load.template import Template

OnReply: TypeAlias = Callable[["Station", bytes], None]

_CALL: Final = ord("2")
_ERROR: Final = ord("4")
_ID: Final = slice(4, 14)
"""Where the id of a message stands in an answer: `[3,"0000000001",...`."""


class CallError(Exception):
    """A call was answered by an error."""


class Station:
    """A station with one connector.

    Args:
        number: From 0 on.
        dialect: The OCPP version that it speaks.
        timestamps: Shared by all.

    Attributes:
        default_a: What holds while its transaction has no limit.
        has_default: Whether it was given a default.
        share: How much of what it may draw its vehicle takes.
        called_at: When it last answered a call of the server.
        set_up_at: When it last answered one that was no limit of a transaction.
        on_limit: Is told of every limit of a transaction, and when it came.
    """

    def __init__(self, number: int, dialect: Dialect, timestamps: Timestamps) -> None:
        self.name = station_name(number)
        self.number = number
        self.dialect = dialect
        self.default_a = RATING_A
        self.has_default = False
        self.share = 1.0
        self.called_at = self.set_up_at = 0.0
        self.on_limit: Callable[[Station, Limit, float], None] | None = None
        self.link: Link | None = None
        self._limit: tuple[Limit, float] | None = None
        self._allowed_a, self._changes_at_s = RATING_A, 0.0
        self._contents = Contents(number, timestamps)
        self._on_reply: OnReply | None = None
        self._waiting: deque[tuple[Template, OnReply]] = deque()
        self._reply: asyncio.Future[JsonObject] | None = None

    @property
    def is_charging(self) -> bool:
        """Whether a transaction runs."""
        return bool(self._contents.transaction)

    @property
    def drawn_a(self) -> float:
        """What its vehicle draws: its share of what it may."""
        if not self.is_charging:
            return 0.0
        if time.monotonic() >= self._changes_at_s:  # it is asked for with every message
            (_, amps), *later = self.ahead()
            self._allowed_a = min(RATING_A, amps)
            self._changes_at_s = time.monotonic() + later[0][0] if later else math.inf
        return self._allowed_a * self.share

    def ahead(self) -> Steps:
        """What a vehicle may draw from now on."""
        default = min(RATING_A, self.default_a)
        if self._limit is None:
            return ((0.0, default),)
        limit, came_s = self._limit
        after_s = time.monotonic() - came_s
        lapses = () if math.isinf(limit.lasts_s) else ((limit.lasts_s - after_s, default),)
        steps = limit.ahead(after_s)
        return (*steps, *lapses) if steps else ((0.0, default),)

    async def connect(self, address: Address) -> None:
        """Connect, boot, and say how the connector stands.

        Raises:
            RefusedError: The server does not want it.
            CallError: The server does not want what it says.
            OSError: There is no connection, or it was lost.
        """
        self._on_reply = None
        self._waiting.clear()
        self.link = await open_link(
            address, self.name, self.dialect.subprotocol, self._take, self._lose
        )
        await self.ask(self.dialect.boot)
        await self.ask(self.dialect.occupied if self.is_charging else self.dialect.free)

    def cut(self) -> None:
        """Lose the connection."""
        if self.link is not None:
            self.link.abort()

    async def plug_in(self) -> None:
        """A vehicle comes, and its transaction begins."""
        self._limit, self._changes_at_s = None, 0.0
        await self.ask(self.dialect.occupied)
        own = self._contents.begin_transaction()
        reply = await self.ask(self.dialect.start)
        self._contents.transaction = str(reply.get("transactionId", own))

    async def ask(self, template: Template) -> JsonObject:
        """Make a call and wait for its answer.

        Raises:
            CallError: It was answered by an error.
            ConnectionError: The connection was lost.
        """
        if self.link is None:
            raise ConnectionResetError("not connected")
        self._reply = asyncio.get_running_loop().create_future()
        self.call(template, _settle(self._reply))
        return await self._reply

    def call(self, template: Template, on_reply: OnReply) -> None:
        """Make a call as soon as the one before it is answered."""
        if self._on_reply is None:
            self._send(template, on_reply)
        else:
            self._waiting.append((template, on_reply))

    def _send(self, template: Template, on_reply: OnReply) -> None:
        self._on_reply = on_reply
        if self.link is not None:
            self.link.send(self._contents.write(template, self.drawn_a))

    def _take(self, text: bytes) -> None:
        if text[1] == _CALL:
            self._answer(text)
            return
        on_reply = self._on_reply
        if on_reply is None or text[_ID] != self._contents.message_id:
            return  # late, from before a connection was lost
        self._on_reply = None
        if self._waiting:
            self._send(*self._waiting.popleft())
        on_reply(self, text)

    def _answer(self, text: bytes) -> None:
        _, message_id, action, call = json.loads(text)
        result = self._obey(action, call)
        answer = (
            [4, message_id, "NotImplemented", f"no {action} here", {}]
            if result is None
            else [3, message_id, result]
        )
        if self.link is not None:
            self.link.send(client_frame(json.dumps(answer, separators=(",", ":")).encode()))
        self.called_at = time.monotonic()
        is_of_transaction = False
        if action == "SetChargingProfile":
            is_of_transaction = self._take_limit(self.dialect.read_limit(call))
        elif action == "TriggerMessage":
            self._report(call["requestedMessage"])
        if not is_of_transaction:
            self.set_up_at = self.called_at

    def _obey(self, action: str, call: JsonObject) -> JsonObject | None:
        """The answer to a call of the server; None: it is not known here."""
        if action == "GetCompositeSchedule":
            return self.dialect.tell_limit(call, self.ahead())
        command = self.dialect.commands.get(action)
        return None if command is None else command(call)

    def _take_limit(self, limit: Limit) -> bool:
        self._changes_at_s = 0.0
        if not limit.is_of_transaction:
            self.default_a, self.has_default = limit.amps, True
            return False
        if self.on_limit is not None:
            self.on_limit(self, limit, self.called_at)
        self._limit = (limit, self.called_at)
        return True

    def _report(self, message: str) -> None:
        status = self.dialect.occupied if self.is_charging else self.dialect.free
        templates = {
            "BootNotification": self.dialect.boot,
            "Heartbeat": self.dialect.heartbeat,
            "StatusNotification": status,
        }
        if message in templates:
            self.call(templates[message], lambda _station, _text: None)

    def _lose(self) -> None:
        self.link = None
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(ConnectionResetError("the connection was lost"))


def station_name(number: int) -> str:
    """The identity of a station."""
    return f"L-{number:05}"


def is_error(text: bytes) -> bool:
    """Whether an answer is an error."""
    return text[1] == _ERROR


def _settle(reply: asyncio.Future[JsonObject]) -> OnReply:
    def settle(station: Station, text: bytes) -> None:
        if reply.done():
            return
        if is_error(text):
            reply.set_exception(CallError(f"{station.name}: {text[:300].decode()}"))
        else:
            reply.set_result(json.loads(text)[2])

    return settle
