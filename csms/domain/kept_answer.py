"""What a request was answered that names its order, kept in case it is sent again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

KEPT_FOR: Final = timedelta(hours=24)
"""So long an order that is given again under its key is not carried out again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer to a request.

    Attributes:
        asked: A hash of all that was asked: with another one the key means something else.
        media_type: None: there is no body.
    """

    asked: str
    status: int
    media_type: str | None
    body: bytes
    kept_at: datetime
