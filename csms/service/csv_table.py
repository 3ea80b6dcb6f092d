"""Tables as spreadsheets write them: a heading, UTF-8, comma or semicolon between columns."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from pydantic import ValidationError

from csms.domain.errors import InvalidInputError
from csms.language.said import Said, joined
from csms.service.value_words import words_of


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line that says something.

    Attributes:
        place: Where it stands, as errors name it.
        fields: What it says, without what was left empty.
    """

    place: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table that was read.

    Attributes:
        has_commas: Figures may have a decimal comma, as a semicolon stands between columns.
    """

    lines: tuple[TableLine, ...]
    has_commas: bool


def read_table(body: bytes, columns: Sequence[str]) -> CsvTable:
    """Read a table whose heading names some of the columns, in any order.

    Raises:
        InvalidInputError: It cannot be read; it says in which line, and why.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError("file", f"expected text in UTF-8: {error}") from error
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = csv.DictReader(StringIO(text), delimiter=delimiter, strict=True)
    try:
        rows.fieldnames = _heading(rows.fieldnames or (), columns)
        return CsvTable(tuple(_lines(rows)), has_commas=delimiter == ";")
    except csv.Error as error:
        raise InvalidInputError(f"after line {rows.line_num}", str(error)) from error


def refusal(line: TableLine, error: ValidationError) -> InvalidInputError:
    """Say in which line and column something is wrong, and what."""
    first = error.errors()[0]
    place = joined([line.place, *map(str, first["loc"])])
    words = words_of(first)
    is_ours = first["type"] == "value_error"
    return InvalidInputError(place, words.removeprefix("Value error, ") if is_ours else words)


def _heading(found: Sequence[str], columns: Sequence[str]) -> list[str]:
    names = [(name or "").strip() for name in found]
    if unknown := sorted(set(names) - set(columns)) or (not names and ["none"]):
        expected, came = ", ".join(columns), ", ".join(unknown)
        raise InvalidInputError(
            _line(1),
            Said("expected the columns %(columns)s, got %(came)s", columns=expected, came=came),
        )
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidInputError(
            _line(1), Said("expected each column once, got %(came)s twice", came=twice[0])
        )
    return names


def _line(number: int) -> Said:
    return Said("line %(number)s", number=number)


def _lines(rows: "csv.DictReader[str]") -> Iterator[TableLine]:
    for row in rows:
        place = _line(rows.line_num)
        if None in row or None in row.values():
            raise InvalidInputError(
                place, Said("expected as many columns as there are in the heading")
            )
        fields = {name: text.strip() for name, text in row.items() if text.strip()}
        if fields:
            yield TableLine(place, fields)
