"""Translation between one OCPP version and the neutral model, driven by two tables.

A version is a `Version`: its schemas, a table of the calls that it accepts from stations and a
table of the commands that it can express. `Adapter` is the one mechanism that reads any such
tables: it finds the entry, checks the payload against the official schema, and translates.

    NotExpressibleError     this version has no words for a command
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec

from csms.domain.commands import Command, CommandStatus, Outcome
from csms.domain.errors import CallRefusedError
from csms.domain.events import StationEvent
from csms.domain.identity import StationId
from csms.ocpp.frames import Call, CallError, ErrorCode, FrameError, JsonObject, UnreadCall
from csms.ocpp.schemas import Message, Payload, SchemaError, Schemas

EventT = TypeVar("EventT", bound=StationEvent[Any])
ReplyT = TypeVar("ReplyT")
CommandT = TypeVar("CommandT", bound=Command[Any])
OutcomeT = TypeVar("OutcomeT", bound=Outcome)


class NotExpressibleError(Exception):
    """This version of OCPP has no words for a command, or not for these values."""


class FieldError(Exception):
    """A field fits the schema and still cannot be understood, such as a time that is none."""


def _any(_command: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Inbound(Generic[EventT, ReplyT]):
    """How a call from a station is understood and answered."""

    action: str
    decode: Callable[[StationId, Payload], EventT]
    encode: Callable[[ReplyT], JsonObject]


@dataclass(frozen=True, slots=True)
class Outbound(Generic[CommandT, OutcomeT]):
    """How a command is written and its answer understood.

    Attributes:
        fits: For which commands of the type this is the way; the first that fits is taken.
    """

    command: type[CommandT]
    action: str
    encode: Callable[[CommandT], JsonObject]
    decode: Callable[[CommandT, Payload], OutcomeT]
    fits: Callable[[CommandT], bool] = _any


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """All that makes one version of OCPP.

    Attributes:
        name: As people write it: `1.6`.
        subprotocol: As the WebSocket handshake writes it: `ocpp1.6`.
        error_names: Spellings of error codes that differ from 2.0.1's.
        silent_faults: Faulty frames that this version wants ignored, not answered.
    """

    name: str
    subprotocol: str
    schemas: Schemas
    inbound: tuple[Inbound[Any, Any], ...]
    outbound: tuple[Outbound[Any, Any], ...]
    error_names: Mapping[ErrorCode, str]
    silent_faults: frozenset[ErrorCode] = frozenset()


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A call from a station together with what the schemas say of it and of its answer."""

    entry: Inbound[Any, Any]
    call: Message
    result: Message


class Incoming(msgspec.Struct, Generic[ReplyT], frozen=True, gc=False):
    """A call that was understood."""

    event: StationEvent[ReplyT]
    exchange: _Exchange

    def encode_reply(self, reply: ReplyT) -> JsonObject:
        """Write the reply to it."""
        payload = self.exchange.entry.encode(reply)
        self.exchange.result.read(payload)
        return payload


@dataclass(frozen=True, slots=True)
class Outgoing(Generic[OutcomeT]):
    """A command that was put into words, and how to read the answer to it."""

    action: str
    payload: JsonObject
    decode_result: Callable[[JsonObject], OutcomeT]
    decode_error: Callable[[CallError], OutcomeT]


class Adapter:
    """Translates for one version of OCPP. Pure: no I/O, no clock, no state."""

    def __init__(self, version: Version) -> None:
        self._version = version
        schemas = version.schemas
        self._inbound = {
            entry.action: _Exchange(
                entry, schemas.calls[entry.action], schemas.results[entry.action]
            )
            for entry in version.inbound
        }
        self._outbound: defaultdict[type, list[Outbound[Any, Any]]] = defaultdict(list)
        for entry in version.outbound:
            self._outbound[entry.command].append(entry)

    @property
    def version(self) -> Version:
        """What it translates by."""
        return self._version

    @property
    def name(self) -> str:
        """The version as people write it."""
        return self._version.name

    @property
    def subprotocol(self) -> str:
        """The version as the WebSocket handshake writes it."""
        return self._version.subprotocol

    def decode_call(self, station_id: StationId, call: Call | UnreadCall) -> Incoming[Any]:
        """Understand a station's call.

        Raises:
            CallRefusedError: The action is not known or not ours to serve, or the payload does
                not fit its schema.
        """
        exchange = self._inbound.get(call.action)
        if exchange is None:
            raise self._unserved(call.action)
        try:
            event = exchange.entry.decode(station_id, exchange.call.read(call.payload))
        except SchemaError as error:
            raise CallRefusedError(self._spell(error.code), str(error)) from error
        except FieldError as error:
            code = ErrorCode.PROPERTY_CONSTRAINT_VIOLATION
            raise CallRefusedError(self._spell(code), str(error)) from error
        return Incoming(event, exchange)

    def encode_command(self, command: Command[OutcomeT]) -> Outgoing[OutcomeT]:
        """Put a command into words.

        Raises:
            NotExpressibleError: This version has none for it, or not for these values.
        """
        entries = self._outbound.get(type(command), ())
        entry = next((one for one in entries if one.fits(command)), None)
        if entry is None:
            raise NotExpressibleError(f"OCPP {self.name} has no {type(command).__name__}")
        payload = entry.encode(command)
        try:
            self._version.schemas.calls[entry.action].read(payload)
        except SchemaError as error:
            raise NotExpressibleError(f"{entry.action}: {error}") from error

        def decode_result(answer: JsonObject) -> OutcomeT:
            try:
                told = self._version.schemas.results[entry.action].read(answer)
                outcome: OutcomeT = entry.decode(command, told)
            except (SchemaError, FieldError) as error:
                detail = f"the answer to {entry.action} does not fit: {error}"
                return command.unanswered(CommandStatus.FAILED, detail)
            return outcome

        def decode_error(error: CallError) -> OutcomeT:
            status = _STATUS_BY_ERROR.get(error.code, CommandStatus.FAILED)
            return command.unanswered(status, f"{error.code}: {error.description}".rstrip(": "))

        return Outgoing(entry.action, payload, decode_result, decode_error)

    def answer_fault(self, fault: FrameError) -> CallError | None:
        """The answer to a text that is not a frame, None if it is to be ignored."""
        if fault.message_id is None or fault.code in self._version.silent_faults:
            return None
        return CallError(
            message_id=fault.message_id, code=self._spell(fault.code), description=str(fault)
        )

    def internal_error(self, message_id: str) -> CallError:
        """The answer to a call that we failed to process. Says nothing of our inside."""
        return CallError(
            message_id=message_id,
            code=self._spell(ErrorCode.INTERNAL_ERROR),
            description="the call could not be processed",
        )

    def _unserved(self, action: str) -> CallRefusedError:
        if action in self._version.schemas.actions:
            code = ErrorCode.NOT_SUPPORTED
            return CallRefusedError(self._spell(code), f"{action} is not served here")
        code = ErrorCode.NOT_IMPLEMENTED
        return CallRefusedError(
            self._spell(code), f"OCPP {self.name} has no action called {action[:50]!r}"
        )

    def _spell(self, code: ErrorCode) -> str:
        return self._version.error_names.get(code, str(code))


_STATUS_BY_ERROR: Final[Mapping[str, CommandStatus]] = {
    "NotImplemented": CommandStatus.NOT_SUPPORTED,
    "NotSupported": CommandStatus.NOT_SUPPORTED,
    "FormatViolation": CommandStatus.REJECTED,
    "FormationViolation": CommandStatus.REJECTED,
    "OccurenceConstraintViolation": CommandStatus.REJECTED,
    "OccurrenceConstraintViolation": CommandStatus.REJECTED,
    "PropertyConstraintViolation": CommandStatus.REJECTED,
    "ProtocolError": CommandStatus.REJECTED,
    "SecurityError": CommandStatus.REJECTED,
    "TypeConstraintViolation": CommandStatus.REJECTED,
}
"""Errors after which a station has certainly not done what it was asked.

After any other, InternalError above all, it may have done it or not.
"""
