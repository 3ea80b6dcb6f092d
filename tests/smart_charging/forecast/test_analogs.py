"""Days that were like the day that comes."""

import numpy as np
import pytest

from smart_charging.arrays import Array
from smart_charging.forecast.analogs import (
    Days,
    Likeness,
    analog_quantiles,
    choose_likeness,
    days_of,
)
from smart_charging.forecast.day_table import day_table
from tests.smart_charging.forecast.made import CALENDAR, hourly

ALIKE = Likeness(memory_days=1e9, other_weekday=0.0, other_kind=0.0)


def days(by_day: Array) -> Days:
    """Each day at one value."""
    return days_of(day_table(hourly(np.repeat(by_day[:, None], 24, axis=1)), CALENDAR), CALENDAR)


def median(of: Days, day: int, likeness: Likeness) -> float:
    return float(analog_quantiles(of, day, likeness, (0.5,))[0, 0])


def test_same_weekdays_are_what_counts() -> None:
    by_day = np.where(np.arange(28) % 7 == 3, 50.0, 10.0)  # Thursdays
    found = days(by_day)
    assert median(found, 24, ALIKE) == pytest.approx(50.0, rel=0.05)
    assert median(found, 25, ALIKE) == pytest.approx(10.0, rel=0.05)


def test_holiday_is_like_a_sunday() -> None:
    by_day = np.where(np.arange(30) % 7 == 6, 2.0, 10.0)
    assert median(days(by_day), 30, ALIKE) == pytest.approx(2.0, rel=0.05)  # 1 May, a Wednesday


def test_day_is_scaled_by_how_the_level_has_changed() -> None:
    by_day = np.append(np.full(28, 10.0), np.full(28, 20.0))
    scaled = median(days(by_day), 56, Likeness(memory_days=1e9, level_days=14))
    assert scaled == pytest.approx(20.0, rel=0.02)


def test_fortnight_is_found_where_there_is_one() -> None:
    day = np.arange(84)
    every_other_friday_off = (day % 14 == 4) | (day % 7 >= 5)
    rng = np.random.default_rng(1)
    by_day = np.where(every_other_friday_off, 5.0, 40.0) + rng.uniform(0, 1, len(day))
    found = days(by_day)
    likeness = choose_likeness(found, range(42, 84))
    assert likeness.other_week < 1.0
    assert median(found, 74, likeness) == pytest.approx(5.0, abs=1.0)
    assert median(found, 81, likeness) == pytest.approx(40.0, abs=1.0)


def test_nothing_is_chosen_without_a_past() -> None:
    assert choose_likeness(days(np.full(3, 1.0)), []) == Likeness()


def test_later_days_change_nothing() -> None:
    before = np.linspace(5.0, 9.0, 40)
    one, other = days(before), days(np.append(before[:30], np.full(10, 999.0)))
    likeness = Likeness()
    assert (
        analog_quantiles(one, 30, likeness).tolist()
        == analog_quantiles(other, 30, likeness).tolist()
    )
