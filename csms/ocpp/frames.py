"""OCPP-J frames: the JSON arrays that carry calls, results and errors.

OCPP-J 1.6 §4, OCPP 2.0.1 part 4 §4. Framing is the same in every version, so this module knows
none of them. Error codes carry the 2.0.1 names; an adapter spells them for its version.

    FrameError      a text that is not a frame, with the answer that it deserves
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias

import msgspec
import orjson

JsonObject: TypeAlias = dict[str, Any]

MAX_MESSAGE_ID_LENGTH: Final = 36
UNREADABLE_ID: Final = "-1"
"""Message id of an answer to a frame whose own id cannot be read (2.0.1 part 4 §4.2.3)."""

_CALL, _CALL_RESULT, _CALL_ERROR = 2, 3, 4
_CALL_LENGTH, _CALL_RESULT_LENGTH, _CALL_ERROR_LENGTH = 4, 3, 5
_MAX_DESCRIPTION_LENGTH: Final = 255
_CALL_PREFIX: Final = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\]{1,36})"')
_ANSWER_PREFIX: Final = re.compile(r"\s*\[\s*[34]\s*,")


class ErrorCode(StrEnum):
    """Reasons to answer a CALL with a CALLERROR (2.0.1 part 4 §4.3)."""

    FORMAT_VIOLATION = "FormatViolation"
    GENERIC_ERROR = "GenericError"
    INTERNAL_ERROR = "InternalError"
    MESSAGE_TYPE_NOT_SUPPORTED = "MessageTypeNotSupported"
    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    OCCURRENCE_CONSTRAINT_VIOLATION = "OccurrenceConstraintViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    PROTOCOL_ERROR = "ProtocolError"
    RPC_FRAMEWORK_ERROR = "RpcFrameworkError"
    SECURITY_ERROR = "SecurityError"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: `[2, message id, action, payload]`."""

    message_id: str
    action: str
    payload: JsonObject


class UnreadCall(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    tag=_CALL,
    forbid_unknown_fields=True,
    gc=False,
):
    """A call whose payload is still a text: it is for the payload's type to read it."""

    message_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_MESSAGE_ID_LENGTH)]
    action: str
    payload: msgspec.Raw


class CallResult(msgspec.Struct, frozen=True, gc=False):
    """The answer to a call: `[3, message id, payload]`."""

    message_id: str
    payload: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class CallError:
    """The refusal of a call: `[4, message id, code, description, details]`."""

    message_id: str
    code: str
    description: str = ""


Frame: TypeAlias = Call | CallResult | CallError


_UNREAD_CALL: Final = msgspec.json.Decoder(UnreadCall)
_OBJECT_BEGINS: Final = ord("{")
_ESCAPE: Final = "\\"
_NUL: Final = r"\u0000"
_NULS: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""NUL, as JSON writes it. Stations pad texts with it, and databases refuse it: it is left out."""


class FrameError(Exception):
    """A text that is not a frame.

    Attributes:
        code: What is wrong with it.
        message_id: The id to answer with; `UNREADABLE_ID` when the frame's own cannot be read,
            None when it must not be answered (it was itself an answer).
    """

    def __init__(self, code: ErrorCode, message_id: str | None, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.message_id = message_id


def parse_frame(raw: str | bytes) -> Frame:
    """Parse one WebSocket message.

    Raises:
        FrameError: The message is binary, not JSON, or not one of the three kinds of array.
    """
    if isinstance(raw, bytes):
        raise FrameError(
            ErrorCode.RPC_FRAMEWORK_ERROR, UNREADABLE_ID, "expected a text frame, got a binary one"
        )
    raw = _without_nul(raw)
    try:
        array = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _not_json(raw, error) from error
    if not isinstance(array, list) or not array:
        raise FrameError(
            ErrorCode.RPC_FRAMEWORK_ERROR, UNREADABLE_ID, "expected a non-empty JSON array"
        )
    kind = array[0]
    if type(kind) is not int or kind not in _PARSERS:
        raise FrameError(
            ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED,
            _readable_id(array),
            f"expected message type 2, 3 or 4, got {_shorten(kind)}",
        )
    return _PARSERS[kind](array)


def parse_envelope(raw: str | bytes) -> Frame | UnreadCall:
    """Parse one WebSocket message, but leave the payload of a call unread.

    Raises:
        FrameError: As `parse_frame`, but for what is wrong within the payload of a call.
    """
    call = _unread_call(raw) if isinstance(raw, str) else None
    return parse_frame(raw) if call is None else call


def format_frame(frame: Frame) -> str:
    """Write one frame as the text of a WebSocket message."""
    array: list[Any]
    match frame:
        case Call():
            array = [_CALL, frame.message_id, frame.action, frame.payload]
        case CallResult():
            array = [_CALL_RESULT, frame.message_id, frame.payload]
        case CallError():
            description = frame.description[:_MAX_DESCRIPTION_LENGTH]
            array = [_CALL_ERROR, frame.message_id, frame.code, description, {}]
    return orjson.dumps(array).decode()


def _unread_call(raw: str) -> UnreadCall | None:
    """The call that a text is, None if it is none or not a proper one."""
    try:
        call = _UNREAD_CALL.decode(_without_nul(raw))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return call if memoryview(call.payload)[0] == _OBJECT_BEGINS else None


def _without_nul(raw: str) -> str:
    if _ESCAPE in raw and _NUL in raw:  # one character is found ten times as fast as six
        return _NULS.sub(r"\1", raw)
    return raw


def _parse_call(array: list[Any]) -> Call:
    message_id = _readable_id(array)
    if len(array) != _CALL_LENGTH:
        raise FrameError(
            ErrorCode.RPC_FRAMEWORK_ERROR,
            message_id,
            f"expected a CALL of 4 elements, got {len(array)}",
        )
    if message_id == UNREADABLE_ID and array[1] != UNREADABLE_ID:
        raise FrameError(
            ErrorCode.RPC_FRAMEWORK_ERROR,
            message_id,
            f"expected a message id of 1 to 36 characters, got {_shorten(array[1])}",
        )
    _, _, action, payload = array
    if not isinstance(action, str):
        raise FrameError(
            ErrorCode.RPC_FRAMEWORK_ERROR,
            message_id,
            f"expected the action's name, got {_shorten(action)}",
        )
    if payload is None:  # OCPP-J 1.6 §4.2.1: null is the other way to write an empty payload
        payload = {}
    if not isinstance(payload, dict):
        raise FrameError(
            ErrorCode.FORMAT_VIOLATION,
            message_id,
            f"expected a JSON object as payload of {_shorten(action)}, got {_shorten(payload)}",
        )
    return Call(message_id=message_id, action=action, payload=payload)


def _parse_call_result(array: list[Any]) -> CallResult:
    if len(array) != _CALL_RESULT_LENGTH or not isinstance(array[1], str):
        raise FrameError(
            ErrorCode.RPC_FRAMEWORK_ERROR, None, "expected a CALLRESULT [3, message id, payload]"
        )
    payload = array[2] if array[2] is not None else {}
    if not isinstance(payload, dict):
        raise FrameError(
            ErrorCode.FORMAT_VIOLATION,
            None,
            f"expected a JSON object in the CALLRESULT, got {_shorten(payload)}",
        )
    return CallResult(array[1], payload)


def _parse_call_error(array: list[Any]) -> CallError:
    # Stations in the field leave out the details or the description; the code is what matters.
    if len(array) < _CALL_ERROR_LENGTH - 2 or not isinstance(array[1], str):
        raise FrameError(
            ErrorCode.RPC_FRAMEWORK_ERROR,
            None,
            "expected a CALLERROR [4, message id, code, description, details]",
        )
    description = array[3] if len(array) > _CALL_ERROR_LENGTH - 2 else ""
    return CallError(message_id=array[1], code=_text(array[2]), description=_text(description))


_PARSERS: Final[dict[int, Callable[[list[Any]], Frame]]] = {
    _CALL: _parse_call,
    _CALL_RESULT: _parse_call_result,
    _CALL_ERROR: _parse_call_error,
}


def _not_json(raw: str, error: orjson.JSONDecodeError) -> FrameError:
    """Name the fault of a text that is not JSON, answering its id if its beginning shows one."""
    if _ANSWER_PREFIX.match(raw):
        return FrameError(ErrorCode.FORMAT_VIOLATION, None, f"not JSON: {error}")
    call = _CALL_PREFIX.match(raw)
    if call:
        return FrameError(ErrorCode.FORMAT_VIOLATION, call.group(1), f"not JSON: {error}")
    return FrameError(ErrorCode.RPC_FRAMEWORK_ERROR, UNREADABLE_ID, f"not JSON: {error}")


def _readable_id(array: list[Any]) -> str:
    if len(array) > 1 and isinstance(array[1], str) and 0 < len(array[1]) <= MAX_MESSAGE_ID_LENGTH:
        return array[1]
    return UNREADABLE_ID


def _text(value: object) -> str:
    return value if isinstance(value, str) else _shorten(value)


def _shorten(value: object) -> str:
    if isinstance(value, list | dict):  # may be nested deeper than repr can follow
        return "a JSON array" if isinstance(value, list) else "a JSON object"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
