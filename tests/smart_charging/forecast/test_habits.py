"""What a driver's past says, counted by hand, and never what comes after."""

from dataclasses import replace

import numpy as np
import pytest

from smart_charging.forecast.habits import (
    BINS_PER_DAY,
    MOST_BINS,
    bins_of,
    habits_of,
    is_cut_short,
)
from smart_charging.forecast.stay_table import Stays, lay_out_stays
from tests.smart_charging.forecast.made import CALENDAR, stay, table, two_drivers


def laid_out(*rows: dict[str, object]) -> Stays:
    return lay_out_stays(table(*rows), CALENDAR)


def test_a_stay_lies_in_half_hours_of_the_clock_and_ends_in_its_last() -> None:
    """From 17:15 to 18:40: the half hours from 17:00 to 19:00, the 34th to the 37th of the day."""
    stays = laid_out(stay("a", 0, 17.25, 85 / 60, 3))
    whose, bins, leaves = bins_of(stays, np.array([0]))
    assert whose.tolist() == [0, 0, 0, 0]
    assert bins.tolist() == [34, 35, 36, 37]
    assert leaves.tolist() == [False, False, False, True]


def test_of_a_stay_of_a_week_nobody_sees_the_end() -> None:
    _, bins, leaves = bins_of(laid_out(stay("a", 0, 17, 7 * 24, 3)), np.array([0]))
    assert len(bins) == MOST_BINS
    assert not leaves.any()


def test_an_open_stay_has_no_end_either() -> None:
    stays = laid_out(stay("a", 0, 17, 2, 3))
    still = replace(stays, left_h=np.array([np.inf]))
    assert not bins_of(still, np.array([0]))[2].any()


def test_who_drew_all_the_time_left_before_being_full() -> None:
    """At 3.7 kW two hours give 7.4 kWh: 7 of them are nearly all, 5 are not."""
    stays = laid_out(stay("a", 0, 8, 2, 7.0), stay("a", 1, 8, 2, 5.0))
    assert is_cut_short(stays).tolist() == [True, False]


def test_who_always_leaves_at_seven_is_likeliest_to_leave_then() -> None:
    stays = lay_out_stays(two_drivers(60), CALENDAR)
    habits = habits_of(stays, np.ones(len(stays.came_h), dtype=bool))
    heavy = np.flatnonzero(stays.user == stays.user[np.argmax(stays.energy_kwh)])[-1]
    by_clock = habits.by_clock[heavy, 0]
    assert abs(int(by_clock.argmax()) - 14) <= 1
    assert by_clock[14] > 5 * by_clock[36]  # 18:00, when he has just come
    alike = habits.alike[heavy]
    assert BINS_PER_DAY + 14 <= int(alike.argmax()) <= BINS_PER_DAY + 18  # who is still there
    assert alike[BINS_PER_DAY + 14] > 20 * alike[BINS_PER_DAY + 6]
    assert habits.full[heavy, 30] > 20 * habits.full[heavy, 15]


def test_a_newcomer_is_like_everybody() -> None:
    rows = [stay("a", day, 17, 14, 20) for day in range(20)]
    stays = laid_out(*rows, stay("new", 20, 17, 1, 1))
    habits = habits_of(stays, np.arange(21) < 20)
    first = habits.full[0]  # nobody's past was over when the first stay began
    assert habits.full[20].tolist() == pytest.approx(first.tolist())
    assert habits.full[19, 19] > first[19]  # his own says so more than everybody's, who are he


def test_what_comes_after_a_stay_has_begun_changes_nothing_of_it() -> None:
    stays = lay_out_stays(two_drivers(40), CALENDAR)
    known = stays.left_h <= 24.0 * 30
    at = int(np.flatnonzero(stays.came_h >= 24.0 * 32)[0])
    before = habits_of(stays, known)
    is_later = np.arange(len(known)) >= at
    changed = replace(
        stays,
        left_h=np.where(is_later, stays.came_h + 0.6, stays.left_h),
        energy_kwh=np.where(is_later, 1.0, stays.energy_kwh),
    )
    after = habits_of(changed, known)
    for name in ("by_clock", "alike", "by_age", "full"):
        assert getattr(after, name)[: at + 1].tolist() == getattr(before, name)[: at + 1].tolist()
