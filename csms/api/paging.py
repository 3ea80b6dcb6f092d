"""Lists that are told page by page: where the next page is, for whoever follows links."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias

import orjson
from fastapi import Depends, Query, Request, Response

from csms.domain.errors import InvalidInputError

LINK: Final[dict[str, Any]] = {
    "Link": {
        "description": 'Where the next page is: `<…>; rel="next"` (RFC 8288); none: it is the last',
        "schema": {"type": "string"},
    }
}
"""The header in the words of OpenAPI."""
PAGED: Final[dict[int | str, dict[str, Any]]] = {200: {"headers": LINK}}
"""What routes of such lists answer."""
CursorPart: TypeAlias = str | int | datetime
Cursor = Annotated[
    str | None,
    Query(description="From the link to the page, and from nowhere else", max_length=2000),
]
"""Where a page begins, in lists whose entries have no number or id to go by."""
_LARGEST: Final = 2**31
_NUL: Final = "\0"


class Pager:
    """Says where the next page of a list is.

    Args:
        request: What was asked for.
        response: Takes the header.
    """

    def __init__(self, request: Request, response: Response) -> None:
        self._request = request
        self._response = response

    def link_next(self, page: Sequence[object], limit: int, **cursor: object) -> None:
        """Say where the next page is, if there may be one.

        Args:
            page: What is on this page.
            limit: How many fit on it.
            cursor: The parameter that begins the next page, and its value.
        """
        if len(page) >= limit:
            self._response.headers["Link"] = self.next_link(**cursor)

    def next_link(self, **cursor: object) -> str:
        """The header's value."""
        url = self._request.url.include_query_params(**cursor)
        return f'<{url.path}?{url.query}>; rel="next"'


def write_cursor(*parts: CursorPart) -> str:
    """What the last entry of a page is found again by."""
    return urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def read_cursor(text: str, kinds: Sequence[type[CursorPart]]) -> list[Any]:
    """The parts of a cursor.

    Raises:
        InvalidInputError: It is none of a list with parts of those kinds.
    """
    with suppress(ValueError, OverflowError):
        parts = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(parts, list):
            return [_part(one, kind) for one, kind in zip(parts, kinds, strict=True)]
    raise InvalidInputError("cursor", f"expected one of a link to a page, got {text[:100]!r}")


def _part(told: object, kind: type[CursorPart]) -> CursorPart:
    if kind is datetime:
        at = datetime.fromisoformat(str(told))
        if at.tzinfo is None:
            raise ValueError(told)
        return at.astimezone(UTC)
    is_it = type(told) is kind and (
        0 <= told < _LARGEST if isinstance(told, int) else _NUL not in str(told)
    )
    if not is_it:
        raise ValueError(told)
    return told  # type: ignore[return-value]


def _pager(request: Request, response: Response) -> Pager:
    return Pager(request, response)


Page = Annotated[Pager, Depends(_pager)]
"""The page that a route tells."""
