"""Commands as operators send them: read straight into the domain's, and described from them."""

import re
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from csms.api.errors import InvalidBodyError
from csms.domain.command_names import ANY_COMMAND, COMMANDS
from csms.domain.commands import Command, Outcome

T = TypeVar("T")
Json: TypeAlias = Any
Schema: TypeAlias = dict[str, Any]

_READER: Final[msgspec.json.Decoder[Command[Any]]] = msgspec.json.Decoder(ANY_COMMAND)
_WHERE: Final = re.compile(r"^(?P<message>.*) - at `(?P<at>\$.*)`$", re.DOTALL)
_ROOT: Final = "$"
_TAG: Final = "command"
_FREE: Final = "data"
"""The field whose content is a vendor's, to be left as it is."""
_REFERENCE: Final = "#/components/schemas/{name}"
COMMAND_NAME: Final = "Command"
RESULT_NAME: Final = "CommandResult"


class BulkRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command to several stations: those that are named, or all of a site."""

    command: msgspec.Raw
    stations: tuple[str, ...] | None = None
    site: str | None = None


def read_command(body: bytes | msgspec.Raw, at: str = _ROOT) -> Command[Any]:
    """Read a command.

    Args:
        body: As JSON.
        at: Where in the request it stands.

    Raises:
        InvalidBodyError: It is none; says where and why.
    """
    try:
        command = _READER.decode(body)
        told: Json = msgspec.json.decode(body)
    except msgspec.MsgspecError as error:
        raise _explain(error, at) from error
    read: Json = msgspec.to_builtins(command, builtin_types=(datetime,), str_keys=True)
    fault = _find_fault(told, read, at)
    if fault is not None:
        raise fault
    return command


def read_bulk(body: bytes) -> tuple[BulkRequest, Command[Any]]:
    """Read a command to several stations.

    Raises:
        InvalidBodyError: It is none; says where and why.
    """
    try:
        request = msgspec.json.decode(body, type=BulkRequest)
    except msgspec.MsgspecError as error:
        raise _explain(error, _ROOT) from error
    if (request.stations is None) == (request.site is None):
        raise InvalidBodyError(_ROOT, "expected either `stations` or `site`")
    return request, read_command(request.command, f"{_ROOT}.{_TAG}")


def write_outcome(outcome: Outcome, job: int) -> dict[str, Json]:
    """Write what came of a command, without what is not told."""
    fields: dict[str, Json] = msgspec.to_builtins(outcome, order="deterministic", str_keys=True)
    return {**_told(fields), "job": job}


def describe_commands() -> dict[str, Schema]:
    """JSON Schemas of all commands and outcomes, by name, as OpenAPI refers to them."""
    outcomes = sorted({kind.outcome_type for kind in COMMANDS.values()}, key=lambda k: k.__name__)
    kinds = (*COMMANDS.values(), *outcomes)
    written, schemas = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    places = {kind: one["$ref"] for kind, one in zip(kinds, written, strict=True)}
    schemas[COMMAND_NAME] = {
        "title": COMMAND_NAME,
        "description": "What a station can be asked.",
        "oneOf": [{"$ref": places[kind]} for kind in COMMANDS.values()],
        "discriminator": {
            "propertyName": _TAG,
            "mapping": {name: places[kind] for name, kind in COMMANDS.items()},
        },
    }
    schemas[RESULT_NAME] = {
        "title": RESULT_NAME,
        "description": "What came of a command. What is not told is left out.",
        "type": "object",
        "properties": {
            "job": {
                "type": "integer",
                "description": "Number under which the command is kept",
            }
        },
        "anyOf": [{"$ref": places[kind]} for kind in outcomes],
    }
    return schemas


def reference(name: str) -> Schema:
    """A schema that stands for another by its name."""
    return {"$ref": _REFERENCE.format(name=name)}


def _explain(error: msgspec.MsgspecError, at: str) -> InvalidBodyError:
    """Where a body cannot be read, and why."""
    found = _WHERE.match(str(error))
    message, place = (found["message"], found["at"]) if found else (str(error), _ROOT)
    is_unknown = place == f"{_ROOT}.{_TAG}" and message.startswith("Invalid value")
    if is_unknown or message.endswith(f"required field `{_TAG}`"):
        message = f"{message}: expected one of {', '.join(sorted(COMMANDS))}"
    return InvalidBodyError(at + place.removeprefix(_ROOT), message)


def _find_fault(told: Json, read: Json, at: str) -> InvalidBodyError | None:
    """What a reader lets pass: fields that nobody knows, instants without a time zone."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name not in read:
                return InvalidBodyError(f"{at}.{name}", "there is no such field")
            if fault := _find_fault(value, read[name], f"{at}.{name}"):
                return fault
    elif isinstance(told, list):
        for place, (value, inner) in enumerate(zip(told, read, strict=True)):
            if fault := _find_fault(value, inner, f"{at}[{place}]"):
                return fault
    elif isinstance(read, datetime) and read.tzinfo is None:
        return InvalidBodyError(at, "expected an instant with its offset from UTC")
    return None


def _told(value: Json) -> Json:
    if isinstance(value, dict):
        return {
            name: inner if name == _FREE else _told(inner)
            for name, inner in value.items()
            if inner is not None
        }
    return [_told(inner) for inner in value] if isinstance(value, list | tuple) else value
