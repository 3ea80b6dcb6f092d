"""Pydantic's words of what is wrong with a value are said as they are, and in other languages."""

from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from csms.language.catalogue import translate
from csms.language.languages import Language
from csms.language.said import Said
from csms.service.value_words import words_of

AMPS = Annotated[float, Field(ge=0, le=1000.5)]
NAME = Annotated[str, Field(min_length=1, max_length=3)]
MANY = Annotated[int, Field(ge=2_000_000_001)]


def told(kind: Any, value: object) -> str:
    """What is said of a value of a kind."""
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    [error] = refused.value.errors()
    said = words_of(error)
    assert said == error["msg"]
    return said


@pytest.mark.parametrize(
    ("kind", "value", "norwegian"),
    [
        (AMPS, -1, "Verdien må være større enn eller lik 0"),
        (AMPS, 2000, "Verdien må være mindre enn eller lik 1000,5"),
        (AMPS, [], "Verdien må være et gyldig tall"),
        (NAME, "", "Teksten må ha minst 1 tegn"),
        (NAME, "four", "Teksten kan ha høyst 3 tegn"),
        (int, 1.5, "Verdien må være et gyldig heltall, fikk et tall med desimaler"),
    ],
)
def test_what_is_wrong_with_a_value_is_told(kind: Any, value: object, norwegian: str) -> None:
    assert translate(told(kind, value), Language.NB) == norwegian


@pytest.mark.parametrize(("kind", "value"), [(MANY, 1), (list[int], "x")])
def test_what_the_table_does_not_say_alike_stays_in_english(kind: Any, value: object) -> None:
    assert not isinstance(told(kind, value), Said)
