"""Documents of others: JSON, or a table read as a list of rows by their headings. No I/O."""

import csv
import io
from typing import Final

import orjson

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath
from csms.domain.told_values import shown

MOST_BYTES: Final = 4 * 1024 * 1024
_MOST_VALUES: Final = 20_000
_DELIMITERS: Final = ",;\t"
_HEAD: Final = 200


def read_document(payload: bytes, *, is_csv: bool) -> object:
    """Read a document.

    Raises:
        InvalidInputError: It is none.
    """
    return _table(payload) if is_csv else _json(payload)


def all_at(path: JsonPath, document: object) -> list[object]:
    """All values at a path; a list that is alone there is taken for its values.

    Raises:
        InvalidInputError: There are too many.
    """
    found = path.find(document)
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    if len(found) > _MOST_VALUES:
        message = f"expected at most {_MOST_VALUES} values, found {len(found)}"
        raise InvalidInputError(path.text, message)
    return found


def check_as_many(path: JsonPath, found: list[object], times: list[object]) -> None:
    """Refuse values of which there are not as many as times.

    Raises:
        InvalidInputError: There are more, or fewer.
    """
    if len(found) != len(times):
        message = f"expected as many as there are times, {len(times)}, found {len(found)}"
        raise InvalidInputError(path.text, message)


def with_decimal_point(value: object) -> object:
    """A figure of a table: in many countries they have a decimal comma."""
    return value.replace(",", ".") if isinstance(value, str) else value


def _json(payload: bytes) -> object:
    try:
        document: object = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        message = f"expected JSON, got {shown(payload[:_HEAD].decode(errors='replace'))}"
        raise InvalidInputError("document", message) from error
    return document


def _table(payload: bytes) -> list[dict[str, str | None]]:
    """A table's rows by their headings."""
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError("document", "expected text in UTF-8") from error
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InvalidInputError("document", f"expected a table (CSV): {error}") from error
    return [{name or "": value for name, value in row.items()} for row in rows]
