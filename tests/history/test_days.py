"""Days as a site's clocks have them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from csms.history.days import Stretch, day_of, days_in, local_day

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("day", "begins_at", "hours"),
    [
        (date(2026, 1, 14), datetime(2026, 1, 13, 23, tzinfo=UTC), 24),
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
    ],
    ids=["usual", "clocks forward", "clocks back"],
)
def test_day_lasts_from_midnight_to_midnight(day: date, begins_at: datetime, hours: int) -> None:
    found = local_day(day, OSLO)
    assert found.begins_at == begins_at
    assert found.ends_at - found.begins_at == timedelta(hours=hours)


def test_day_whose_midnight_is_skipped_begins_when_the_clocks_are_put_forward() -> None:
    found = local_day(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"))
    assert found.begins_at == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert found.ends_at - found.begins_at == timedelta(hours=23)


def test_instant_belongs_to_the_day_of_the_site_and_its_month() -> None:
    found = day_of(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), OSLO)
    assert (found.day, found.month) == (date(2026, 2, 1), "2026-02")


def test_stretch_touches_its_days_and_not_the_one_that_begins_at_its_end() -> None:
    stretch = Stretch(
        datetime(2026, 3, 28, 22, 59, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    )
    assert [one.day for one in days_in(stretch, OSLO)] == [date(2026, 3, 28), date(2026, 3, 29)]
