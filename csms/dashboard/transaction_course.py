"""Where the course of a transaction is had from: the readings of its EVSE, in steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

_STEPS: Final = (
    (timedelta(hours=12), "1min", timedelta(minutes=1)),
    (timedelta(days=14), "15min", timedelta(minutes=15)),
    (timedelta.max, "day", timedelta(days=1)),
)
"""Up to so long, steps of that resolution and length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What to ask the API's export for.

    Attributes:
        csv: For the page itself; `xlsx` for people.
        step_s: Length of a step.
    """

    csv: str
    xlsx: str
    step_s: int


def course_of(row: Mapping[str, Any], now: datetime) -> Course | None:
    """The course of a transaction so far, None where its EVSE is not known."""
    if row["evse_number"] is None:
        return None
    begins_at, ends_at = row["started_at"], row["ended_at"] or now
    name, step = next(
        (name, step) for longest, name, step in _STEPS if ends_at - begins_at <= longest
    )
    asked = {
        "what": "meter-values",
        "resolution": name,
        "station": row["station_id"],
        "evse": row["evse_number"],
        "from": begins_at.isoformat(),
        "to": max(ends_at, begins_at + step).isoformat(),
    }
    return Course(
        csv=urlencode({**asked, "format": "csv"}),
        xlsx=urlencode({**asked, "format": "xlsx"}),
        step_s=round(step.total_seconds()),
    )
