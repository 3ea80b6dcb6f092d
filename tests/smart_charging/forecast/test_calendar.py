"""Days as the laws of Norway and the United States have them."""

from datetime import date

import pytest

from smart_charging.forecast.calendar import SUNDAY, public_holidays, week_numbers
from tests.smart_charging.forecast.made import CALENDAR


def test_norwegian_holidays_of_a_year() -> None:
    assert sorted(public_holidays("NO", date(2024, 1, 1), date(2024, 12, 31))) == [
        date(2024, 1, 1),
        date(2024, 3, 28),
        date(2024, 3, 29),
        date(2024, 3, 31),
        date(2024, 4, 1),
        date(2024, 5, 1),
        date(2024, 5, 9),
        date(2024, 5, 17),
        date(2024, 5, 19),
        date(2024, 5, 20),
        date(2024, 12, 25),
        date(2024, 12, 26),
    ]


def test_american_holiday_is_moved_from_a_sunday_to_the_monday() -> None:
    assert public_holidays("US", date(2021, 7, 1), date(2021, 7, 31)) == {date(2021, 7, 5)}


def test_country_without_rules_is_refused() -> None:
    with pytest.raises(KeyError, match="SE"):
        public_holidays("SE", date(2024, 1, 1), date(2024, 12, 31))


def test_holiday_counts_as_a_sunday() -> None:
    days = [date(2024, 4, 30), date(2024, 5, 1), date(2024, 5, 4)]
    assert CALENDAR.weekdays(days).tolist() == [1, SUNDAY, 5]
    assert CALENDAR.are_off(days).tolist() == [False, True, True]


def test_week_number_changes_on_mondays() -> None:
    sunday, monday = date(2024, 4, 7), date(2024, 4, 8)
    assert week_numbers([monday])[0] - week_numbers([sunday])[0] == 1
