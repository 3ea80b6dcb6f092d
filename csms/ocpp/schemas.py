"""The official JSON schemas of one OCPP version, compiled once and asked per message.

They are the files that the `ocpp` package ships. A valid payload is read straight into the type
of its schema, which is also its check; only an invalid one is looked at more closely, to find the
error code that it deserves.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, Final, TypeAlias

import msgspec
from jsonschema_rs import Draft4Validator, ValidationError
from msgspec.json import decode, encode

from csms.ocpp.frames import ErrorCode, JsonObject
from csms.ocpp.message_types import make_reader

Payload: TypeAlias = Any
"""A payload as its schema's type: an attribute for each field, None where it is absent."""

_RESPONSE: Final = "Response"
_REQUEST: Final = "Request"

_CODE_BY_KEYWORD: Final[Mapping[str, ErrorCode]] = {
    "type": ErrorCode.TYPE_CONSTRAINT_VIOLATION,
    "maxLength": ErrorCode.TYPE_CONSTRAINT_VIOLATION,
    "minLength": ErrorCode.TYPE_CONSTRAINT_VIOLATION,
    "required": ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION,
    "minItems": ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION,
    "maxItems": ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION,
    "enum": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
    "minimum": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
    "maximum": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
    "multipleOf": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
    "pattern": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
}
"""What is wrong, by the keyword of the schema that says so; the first of several in this order.

Anything else, an unknown field above all, is a violation of the format.
"""
_INTEGER_BOUNDS: Final = {"minimum": -(2**31), "maximum": 2**31 - 1}
_PRECEDENCE: Final = {keyword: rank for rank, keyword in enumerate(_CODE_BY_KEYWORD)}
_MOST_LOOKED_AT_BYTES: Final = 8 * 1024
"""A larger payload may hold faults by the hundred thousand: only the first one is looked at."""
_LONGEST_MESSAGE: Final = 200
_MISFITS: Final = (msgspec.MsgspecError, TypeError, UnicodeError, RecursionError)
"""Ways in which a payload fails to be read; TypeError: one of ours that JSON cannot write."""


class SchemaError(Exception):
    """A payload does not fit its schema.

    Attributes:
        code: The kind of violation.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class Message:
    """One message: what its official schema says of its payload."""

    def __init__(self, schema: JsonObject) -> None:
        self._read = make_reader(schema)
        self._validator = Draft4Validator(schema, validate_formats=False)

    def read(self, payload: JsonObject | msgspec.Raw) -> Payload:
        """Read a payload into its type.

        Raises:
            SchemaError: It does not fit.
        """
        try:
            return self._read(payload if type(payload) is msgspec.Raw else encode(payload))
        except _MISFITS as error:
            return self._read_closely(payload, error)

    def _read_closely(self, payload: JsonObject | msgspec.Raw, misfit: Exception) -> Payload:
        """Find out what is wrong with a payload.

        Nothing is where a field is told twice and the last one fits: that one counts.
        """
        try:
            told = decode(payload) if isinstance(payload, msgspec.Raw) else payload
            worst = min(_errors(self._validator, told), key=_rank, default=None)
            if worst is None:
                return self._read(encode(told))
        except (*_MISFITS, ValueError) as error:  # not JSON, or nested deeper than any schema is
            raise SchemaError(ErrorCode.FORMAT_VIOLATION, f"payload: {error}") from misfit
        where = "/".join(str(part) for part in worst.instance_path) or "payload"
        code = _CODE_BY_KEYWORD.get(_keyword(worst), ErrorCode.FORMAT_VIOLATION)
        raise SchemaError(code, f"{where}: {worst.message[:_LONGEST_MESSAGE]}") from misfit


@dataclass(frozen=True, slots=True)
class Schemas:
    """The messages of one version, by action."""

    calls: Mapping[str, Message]
    results: Mapping[str, Message]

    @property
    def actions(self) -> frozenset[str]:
        """All actions that the version knows, in either direction."""
        return frozenset(self.calls)


def load_schemas(folder: Traversable) -> Schemas:
    """Compile all schemas of a folder.

    Formats (`date-time`, `uri`) are not checked here: they say nothing that translation does not
    check anyway, and stations in the field write times in many ways. What the schemas leave out is
    put in: integers have 32 bits (1.6 §7, 2.0.1 part 2 §2.1.3).
    """
    calls: dict[str, Message] = {}
    results: dict[str, Message] = {}
    for file in folder.iterdir():
        name, _, ending = file.name.rpartition(".")
        if ending != "json":
            continue
        schema = json.loads(file.read_text(encoding="utf-8-sig"), object_hook=_bound_integers)
        if name.endswith(_RESPONSE):
            results[name.removesuffix(_RESPONSE)] = Message(schema)
        else:
            calls[name.removesuffix(_REQUEST)] = Message(schema)
    return Schemas(calls, results)


def _bound_integers(node: JsonObject) -> JsonObject:
    """Give a schema of integers the bounds that it leaves open."""
    return {**_INTEGER_BOUNDS, **node} if node.get("type") == "integer" else node


def _errors(validator: Draft4Validator, payload: JsonObject) -> Iterable[ValidationError]:
    if len(encode(payload)) <= _MOST_LOOKED_AT_BYTES:
        return validator.iter_errors(payload)
    try:
        validator.validate(payload)
    except ValidationError as error:
        return [error]
    return []


def _rank(error: ValidationError) -> int:
    return _PRECEDENCE.get(_keyword(error), len(_PRECEDENCE))


def _keyword(error: ValidationError) -> str:
    return str(error.schema_path[-1])
