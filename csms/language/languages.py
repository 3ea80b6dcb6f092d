"""The languages that there are, and how each writes figures and times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """A language, as HTML and HTTP call it."""

    EN = "en"
    NB = "nb"
    """Norwegian, bokmål."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """How a language writes what is no word.

    Attributes:
        name: The language's own name for itself.
        decimal: Between a figure and its decimals.
        thousands: Between groups of three digits.
        minute: A time of day, and
        second: the same with seconds, as `strftime` takes them.
        date: A day, likewise.
        joined_at: Between a day and a time of day.
        days: Short names of weekdays, from Monday on.
        months: Names of months.
        form: Which form a number of things takes: 0 for one, 1 for many.
    """

    name: str
    decimal: str = "."
    thousands: str = ","
    minute: str = "%H:%M"
    second: str = "%H:%M:%S"
    date: str = "%Y-%m-%d"
    joined_at: str = " "
    days: tuple[str, ...]
    months: tuple[str, ...]
    form: Callable[[int], int] = lambda n: int(n != 1)


CUSTOMS: Final = {
    Language.EN: Customs(
        name="English",
        days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        months=(
            *("January", "February", "March", "April", "May", "June", "July", "August"),
            *("September", "October", "November", "December"),
        ),
    ),
    Language.NB: Customs(
        name="Norsk",
        decimal=",",
        thousands="\N{NO-BREAK SPACE}",
        minute="kl.\N{NO-BREAK SPACE}%H.%M",
        second="kl.\N{NO-BREAK SPACE}%H.%M.%S",
        date="%d.%m.%Y",
        days=("man.", "tir.", "ons.", "tor.", "fre.", "lør.", "søn."),
        months=(
            *("januar", "februar", "mars", "april", "mai", "juni", "juli", "august"),
            *("september", "oktober", "november", "desember"),
        ),
    ),
}
_ALIASES: Final = {"no": Language.NB, "nn": Language.NB}
"""Codes of browsers for whom one of our languages is the nearest."""
_MINUS: Final = "\N{MINUS SIGN}"


def language_of(code: str) -> Language | None:
    """The language that a code such as `nb-NO` means; None: we do not have it."""
    begins = code.strip().lower().partition("-")[0]
    known = {language.value: language for language in Language} | _ALIASES
    return known.get(begins)


def accepted(header: str) -> Language | None:
    """The language that a reader likes best, by `Accept-Language` (RFC 9110 §12.5.4)."""
    wanted = [_weighed(one) for one in header.split(",")]
    found = [(weight, language_of(code)) for weight, code in wanted if weight > 0]
    known = [(weight, language) for weight, language in found if language]
    return max(known, key=lambda one: one[0])[1] if known else None


def write_part(part: object, form: str, language: Language) -> str:
    """Write a figure or a time of day that stands in a text."""
    customs = CUSTOMS[language]
    if isinstance(part, datetime | time):
        return part.strftime(customs.minute)
    if form == "s":
        return str(part)
    return localised(format(part, form), language)


def localised(figure: str, language: Language) -> str:
    """A figure with the language's decimal mark and a true minus."""
    customs = CUSTOMS[language]
    swap = {",": customs.thousands, ".": customs.decimal, "-": _MINUS}
    return "".join(swap.get(sign, sign) for sign in figure)


def _weighed(text: str) -> tuple[float, str]:
    code, _, weight = text.partition(";")
    try:
        return float(weight.strip().removeprefix("q=") or 1), code
    except ValueError:
        return 0.0, code
