"""HTTP headers that hold secrets: lines `Name: value`, in a file or in the environment."""

import re
from pathlib import Path
from typing import Final

from csms.domain.errors import InvalidInputError

_LINE: Final = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\x20-\x7e]*)")
"""A field's name and value (RFC 9110 §5)."""


def read_headers(path: Path) -> dict[str, str]:
    """Read headers from a file.

    Raises:
        InvalidInputError: It cannot be read, or holds something else; no value is told.
    """
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("headers_file", f"{path} cannot be read: {error}") from error
    return parse_headers(text, str(path))


def parse_headers(text: str, place: str) -> dict[str, str]:
    """Read headers from a text; blank lines do not matter.

    Args:
        text: The lines.
        place: Where they stand, for messages.

    Raises:
        InvalidInputError: A line is something else; no value is told.
    """
    headers = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise InvalidInputError(place, f"line {number}: expected a header, `Name: value`")
        headers[found[1]] = found[2]
    return headers
