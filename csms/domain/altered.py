"""Copies of frozen values, made only where something differs."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def altered(value: T, **fields: Any) -> T:  # noqa: ANN401
    """A value with other fields; itself where they are the same already."""
    for name, wanted in fields.items():
        if getattr(value, name) != wanted:
            return replace(value, **fields)
    return value
