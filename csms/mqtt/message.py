"""A message as it has come, and reading JSON from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from csms.domain.errors import InvalidInputError

BodyT = TypeVar("BodyT", bound=BaseModel)

_MOST_BYTES: Final = 64 * 1024
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message.

    Attributes:
        came_at: When it came.
        is_retained: Whether the broker had kept it, for nobody knows how long.
        response_topic: Where its sender wants an answer (MQTT 5); None: it does not say.
        correlation: What the answer has to bring with it.
    """

    topic: str
    payload: bytes
    came_at: datetime
    is_retained: bool = False
    response_topic: str | None = None
    correlation: bytes | None = None


def read_json(told: Told) -> object:
    """The JSON value that a message is.

    Raises:
        InvalidInputError: It is none, or too long to be looked at.
    """
    if len(told.payload) > _MOST_BYTES:
        message = f"expected at most {_MOST_BYTES} bytes, got {len(told.payload)}"
        raise InvalidInputError("payload", message)
    try:
        value: object = orjson.loads(told.payload)
    except orjson.JSONDecodeError as error:
        shown = told.payload[:_SHOWN].decode(errors="replace")
        raise InvalidInputError("payload", f"expected JSON, got {shown!r}") from error
    return value


def parse_body(value: object, kind: type[BodyT]) -> BodyT:
    """The body that a JSON value is, as the API takes it.

    Raises:
        InvalidInputError: It is something else.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        faults = [("/".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        words = "; ".join(f"{place}: {cause}" if place else cause for place, cause in faults)
        place = faults[0][0]
        known = {one.alias or name for name, one in kind.model_fields.items()}
        field = place if place.partition("/")[0] in known else "payload"
        raise InvalidInputError(field, words.removeprefix(f"{field}: ")) from error
