"""Parameters that are said more than once: none of their values is taken to be the one meant."""

from collections import Counter
from typing import Final

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError


async def _refuse_repeated(request: Request) -> None:
    """Let a request pass whose query says each parameter once.

    Raises:
        RequestValidationError: It does not; names the parameters.
    """
    counted = Counter(name for name, _ in request.query_params.multi_items())
    faults = [
        {"loc": ("query", name), "msg": f"expected once, got {count} times", "type": "repeated"}
        for name, count in counted.items()
        if count > 1
    ]
    if faults:
        raise RequestValidationError(faults)


SAID_ONCE: Final = Depends(_refuse_repeated)
"""Of routes whose query holds no lists: those of the API."""
