"""Copies of structs, made only where something differs."""

from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

T = TypeVar("T", bound=Struct)


def altered(value: T, /, **fields: Any) -> T:  # noqa: ANN401
    """A struct with other fields; itself where they are the same already."""
    for name, wanted in fields.items():
        if getattr(value, name) != wanted:
            return replace(value, **fields)
    return value
