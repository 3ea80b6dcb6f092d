"""Lists that are told page by page: where the next page is, for whoever follows links."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response

LINK: Final[dict[str, Any]] = {
    "Link": {
        "description": 'Where the next page is: `<…>; rel="next"` (RFC 8288); none: it is the last',
        "schema": {"type": "string"},
    }
}
"""The header in the words of OpenAPI."""
PAGED: Final[dict[int | str, dict[str, Any]]] = {200: {"headers": LINK}}
"""What routes of such lists answer."""


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


def _pager(request: Request, response: Response) -> Pager:
    return Pager(request, response)


Page = Annotated[Pager, Depends(_pager)]
"""The page that a route tells."""
