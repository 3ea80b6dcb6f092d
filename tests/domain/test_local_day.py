"""Days as people count them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from csms.domain.local_day import day_of

OSLO = ZoneInfo("Europe/Oslo")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("instant", "begins_at", "ends_at"),
    [
        (utc(2026, 1, 14, 12), utc(2026, 1, 13, 23), utc(2026, 1, 14, 23)),
        (utc(2026, 1, 13, 23), utc(2026, 1, 13, 23), utc(2026, 1, 14, 23)),
        (utc(2026, 3, 29, 12), utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),  # 23 hours
        (utc(2026, 10, 25, 12), utc(2026, 10, 24, 22), utc(2026, 10, 25, 23)),  # 25 hours
    ],
)
def test_day_lasts_from_one_local_midnight_to_the_next(
    instant: datetime, begins_at: datetime, ends_at: datetime
) -> None:
    assert day_of(instant, OSLO) == (begins_at, ends_at)
