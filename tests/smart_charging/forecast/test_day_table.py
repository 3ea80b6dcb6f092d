"""Series by local days, over changes of the clock."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from smart_charging.forecast.day_table import SeriesError, columns_of, day_table, instants_of
from tests.smart_charging.forecast.made import CALENDAR


def series(begin: str, hours: int) -> "pd.Series[float]":
    index = pd.date_range(pd.Timestamp(begin, tz="Europe/Oslo"), periods=hours, freq="h")
    return pd.Series(np.arange(hours, dtype=float), index=index)


def test_incomplete_days_at_both_ends_are_left_out() -> None:
    found = day_table(series("2024-04-01 05:00", 19 + 24 + 3), CALENDAR)
    assert found.first == date(2024, 4, 2)
    assert found.values.tolist() == [[float(hour) for hour in range(19, 43)]]
    assert found.end == date(2024, 4, 3)


def test_hour_that_is_skipped_in_spring_has_the_value_before_it() -> None:
    found = day_table(series("2024-03-31 00:00", 23), CALENDAR)
    assert found.values[0, :5].tolist() == [0.0, 1.0, 1.0, 2.0, 3.0]


def test_hour_that_is_shown_twice_in_autumn_has_the_mean() -> None:
    found = day_table(series("2024-10-27 00:00", 25), CALENDAR)
    assert found.values[0, :5].tolist() == [0.0, 1.0, 2.5, 4.0, 5.0]


@pytest.mark.parametrize(("day", "hours"), [((3, 31), 23), ((4, 1), 24), ((10, 27), 25)])
def test_day_has_the_instants_that_it_has(day: tuple[int, int], hours: int) -> None:
    found = instants_of(date(2024, *day), 3600, CALENDAR)
    assert len(found) == hours
    assert columns_of(found, 3600, CALENDAR)[[0, -1]].tolist() == [0, 23]


def test_naive_instants_are_refused() -> None:
    naive = pd.Series([1.0, 2.0], index=pd.date_range("2024-04-01", periods=2, freq="h"))
    with pytest.raises(SeriesError, match="aware"):
        day_table(naive, CALENDAR)


def test_steps_of_two_lengths_are_refused() -> None:
    whole = series("2024-04-01 00:00", 24)
    with pytest.raises(SeriesError, match="one length"):
        day_table(whole.drop(whole.index[5]), CALENDAR)
