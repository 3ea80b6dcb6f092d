"""Tables as CSV (RFC 4180), as spreadsheets open them."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Final
from zoneinfo import ZoneInfo

CSV: Final = "text/csv"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these would be reckoned with by a spreadsheet."""


def written(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def plain(text: str | None) -> str | None:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text


def both_times(at: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """An instant in UTC, and as the site's clocks had it."""
    utc = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return utc, at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
