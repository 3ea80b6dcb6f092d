"""Numbers and instants as devices and servers of others write them in JSON."""

import math
import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from csms.domain.errors import InvalidInputError

_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MILLISECONDS_FROM: Final = 1e11
"""So many seconds after 1970 is the year 5138; so many milliseconds is 1973."""
_SHOWN: Final = 40


def one_of(place: str, found: list[object]) -> object:
    """The only value that was found at a place.

    Raises:
        InvalidInputError: There are more or none.
    """
    if len(found) != 1:
        raise InvalidInputError(place, f"expected one value, found {len(found) or 'none'}")
    return found[0]


def number_of(place: str, value: object) -> float:
    """A number, or a text that is one.

    Raises:
        InvalidInputError: It is none, or not finite.
    """
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = _as_float(value)
        if math.isfinite(number):
            return number
    raise InvalidInputError(place, f"expected a number, got {shown(value)}")


def instant_of(place: str, value: object, zone: ZoneInfo | None = None) -> datetime:
    """An instant: RFC 3339, or seconds or milliseconds since 1970.

    Args:
        place: Where it stands.
        value: What stands there.
        zone: Of texts that do not tell theirs; None: they are refused.

    Raises:
        InvalidInputError: It is none, or does not say in which zone.
    """
    try:
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
            instant = datetime.fromisoformat(value.strip())
            if instant.tzinfo is None and zone is not None:
                instant = instant.replace(tzinfo=zone)
            if instant.tzinfo is not None:
                return instant.astimezone(UTC)
        else:
            seconds = number_of(place, value)
            if abs(seconds) >= _MILLISECONDS_FROM:
                seconds /= 1000.0
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass  # it is told below
    message = f"expected an instant with its zone, or seconds since 1970, got {shown(value)}"
    raise InvalidInputError(place, message)


def shown(value: object) -> str:
    """A value as it is shown to people, not too long."""
    if isinstance(value, list | dict):  # it may be deeper than can be written
        return f"a {type(value).__name__} of {len(value)}"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
