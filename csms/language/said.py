"""Texts that know of what they are made, so that they can be said in other languages."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import Final, Self, TypeAlias

Write: TypeAlias = Callable[[object, str], str]
"""Writes a part of a text by its form, such as `s` or `.1f`."""

PLACE: Final = re.compile(r"%(?:%|\((\w+)\)([.\d]*[sfg]))")
"""Where a part stands, as gettext has it: `%(amps).1f`; `%%` is a percent sign."""


class Said(str):
    """A text in English: for programs a plain text, for people what it says in their language.

    Attributes:
        key: What is looked up, with places for its parts; for one, where it counts something.
        many: The same for any other number; empty: it counts nothing.
        parts: What stands in the places; texts among them are translated as well.
    """

    __slots__ = ("key", "many", "parts")

    key: str
    many: str
    parts: Mapping[str, object]

    def __new__(cls, key: str, /, **parts: object) -> Self:
        """Say something."""
        return cls._of(key, "", key, parts)

    @classmethod
    def of(cls, one: str, many: str, n: int, /, **parts: object) -> Self:
        """Say something of a number of things, which is the part `n`."""
        return cls._of(one, many, one if n == 1 else many, {**parts, "n": n})

    @classmethod
    def row(cls, words: Sequence[str], mark: str) -> Self:
        """Say several things, one after the other; nothing else is looked up."""
        parts = {f"part{number}": text for number, text in enumerate(words)}
        pattern = mark.join(f"%({name})s" for name in parts)
        return cls._of(pattern, "", pattern, parts)

    @classmethod
    def _of(cls, key: str, many: str, pattern: str, parts: Mapping[str, object]) -> Self:
        said = super().__new__(cls, expand(pattern, parts, plain))
        said.key, said.many, said.parts = key, many, parts
        return said


def expand(pattern: str, parts: Mapping[str, object], write: Write) -> str:
    """Put parts into the places of a text."""
    return PLACE.sub(
        lambda place: write(parts[place[1]], place[2]) if place[1] else "%",
        pattern,
    )


def plain(part: object, form: str) -> str:
    """Write a part as programs and logs have it."""
    if isinstance(part, datetime | time):
        return f"{part:%H:%M}"
    return str(part) if form == "s" else format(part, form)


def joined(words: Sequence[str], mark: str = ", ") -> str:
    """Texts in a row, each of which keeps what it is made of."""
    if len(words) > 1:
        return Said.row(words, mark)
    return words[0] if words else ""
