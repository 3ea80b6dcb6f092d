"""What is wrong with a value, in pydantic's words, so that it can be said in other languages."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from pydantic_core import ErrorDetails

from csms.language.said import Said

Facts: TypeAlias = Mapping[str, Any]

_WORDS: Final[Mapping[str, Callable[[Facts], Said]]] = {
    "missing": lambda _: Said("Field required"),
    "extra_forbidden": lambda _: Said("Extra inputs are not permitted"),
    "greater_than": lambda facts: Said("Input should be greater than %(gt)g", **facts),
    "greater_than_equal": lambda facts: Said(
        "Input should be greater than or equal to %(ge)g", **facts
    ),
    "less_than": lambda facts: Said("Input should be less than %(lt)g", **facts),
    "less_than_equal": lambda facts: Said("Input should be less than or equal to %(le)g", **facts),
    "finite_number": lambda _: Said("Input should be a finite number"),
    "float_type": lambda _: Said("Input should be a valid number"),
    "float_parsing": lambda _: Said(
        "Input should be a valid number, unable to parse string as a number"
    ),
    "int_type": lambda _: Said("Input should be a valid integer"),
    "int_parsing": lambda _: Said(
        "Input should be a valid integer, unable to parse string as an integer"
    ),
    "int_from_float": lambda _: Said(
        "Input should be a valid integer, got a number with a fractional part"
    ),
    "bool_type": lambda _: Said("Input should be a valid boolean"),
    "bool_parsing": lambda _: Said("Input should be a valid boolean, unable to interpret input"),
    "string_type": lambda _: Said("Input should be a valid string"),
    "string_too_short": lambda facts: Said.of(
        "String should have at least %(n)s character",
        "String should have at least %(n)s characters",
        facts["min_length"],
    ),
    "string_too_long": lambda facts: Said.of(
        "String should have at most %(n)s character",
        "String should have at most %(n)s characters",
        facts["max_length"],
    ),
}
"""By pydantic's kinds of errors, what it says of one, out of what it tells with it."""


def words_of(error: ErrorDetails) -> str:
    """What is wrong with a value: a `Said` if that can be told in other languages.

    The text in English is pydantic's own; where the table says anything else it does not count.
    """
    text = error["msg"]
    words = _WORDS.get(error["type"])
    said = words(error.get("ctx", {})) if words else text
    return said if said == text else text
