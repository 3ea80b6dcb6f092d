"""Reads fields of payloads that the CSMS sends.

MalformedError      a payload that does not have the form that its action asks for
"""

from datetime import UTC, datetime
from typing import TypeVar

from csms.ocpp.frames import JsonObject

T = TypeVar("T")


class MalformedError(Exception):
    """A payload with a field missing, or of the wrong type."""


def required(payload: JsonObject, name: str, kind: type[T]) -> T:
    """A field that must be there.

    Raises:
        MalformedError: It is missing or of another type.
    """
    value: object = payload.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise MalformedError(f"expected {name} ({kind.__name__}), got {value!r:.40}")
    return value


def optional(payload: JsonObject, name: str, kind: type[T]) -> T | None:
    """A field that may be missing.

    Raises:
        MalformedError: It is of another type.
    """
    return None if payload.get(name) is None else required(payload, name, kind)


def items(payload: JsonObject, name: str, kind: type[T]) -> list[T]:
    """A list that must be there, of one type.

    Raises:
        MalformedError: It is missing, or holds something else.
    """
    listed: list[object] = required(payload, name, list)
    found = [item for item in listed if isinstance(item, kind)]
    if len(found) != len(listed):
        raise MalformedError(f"expected a list of {kind.__name__} in {name}")
    return found


def number(payload: JsonObject, name: str) -> float:
    """A number that must be there, whole or not.

    Raises:
        MalformedError: It is missing or none.
    """
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MalformedError(f"expected {name} (number), got {value!r:.40}")
    return float(value)


def instant(payload: JsonObject, name: str) -> datetime | None:
    """An instant in UTC that may be missing.

    Raises:
        MalformedError: It is not one in ISO 8601.
    """
    text = optional(payload, name, str)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedError(f"expected {name} (date and time), got {text!r:.40}") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
