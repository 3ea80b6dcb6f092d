"""Intervals that hold what they promise."""

import numpy as np
import pytest

from smart_charging.forecast.conformal import adapted, interval, is_open, width_of
from smart_charging.forecast.levels import is_held

NARROW = np.tile([9.9, 9.95, 10.0, 10.05, 10.1], (1000, 1))


def test_interval_is_spread_about_the_median_and_never_below_nothing() -> None:
    low, high = interval(np.array([[4.0, 5.0, 6.0, 8.0, 10.0]]), 2.0)
    assert (low[0], high[0]) == (2.0, 14.0)
    low, high = interval(np.array([[1.0, 5.0, 6.0, 8.0, 10.0]]), 2.0)
    assert (low[0], high[0]) == (0.0, 14.0)


def test_width_is_the_least_that_holds_eight_in_ten() -> None:
    actual = 10 + np.linspace(-0.25, 0.25, 1000)  # 80 % lie within 0.2, twice the spread
    assert width_of(actual, NARROW) == pytest.approx(2.0, rel=0.04)


def test_few_outcomes_change_no_width() -> None:
    assert width_of(np.full(19, 99.0), NARROW[:19]) == 1.0


def test_where_nothing_is_expected_nothing_counts() -> None:
    asleep = np.zeros((1000, 5))
    assert not is_open(asleep).any()
    both = np.concatenate([asleep, NARROW])
    actual = np.concatenate([np.zeros(1000), 10 + np.linspace(-0.25, 0.25, 1000)])
    assert width_of(actual, both) == pytest.approx(2.0, rel=0.04)


def test_adapted_width_comes_right_where_the_first_was_wrong() -> None:
    rng = np.random.default_rng(5)
    width, held = 1.0, []
    for actual in 10 + rng.normal(0.0, 0.3, 3000):
        low, high = interval(NARROW[0], width)
        is_within = bool(is_held(np.array(actual), low, high))
        held.append(is_within)
        width = adapted(width, 0.0 if is_within else 1.0, 0.05)
    assert np.mean(held[500:]) == pytest.approx(0.8, abs=0.02)
