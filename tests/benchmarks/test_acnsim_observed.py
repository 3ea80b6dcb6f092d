from math import exp

import pytest

from benchmarks.acnsim.observed import Observed

FRESH = Observed(max_a=32.0, ceiling_a=32.0)
PERIOD_WH = 208.0 / 12
"""What an ampere carries in a period."""


def falling(missing_wh: float, begins_wh: float, periods: int) -> list[float]:
    """Currents of a battery whose current falls, in amperes."""
    keeps = exp(-32.0 * PERIOD_WH / begins_wh)
    return [missing_wh * keeps**i * (1 - keeps) / PERIOD_WH for i in range(periods)]


def test_a_vehicle_that_takes_what_it_may_is_not_held_back() -> None:
    assert FRESH.observe(20.0, 20.0) == FRESH


def test_a_vehicle_that_takes_less_is_left_a_little_more_than_it_takes() -> None:
    assert FRESH.observe(20.0, 12.0).ceiling_a == 12.5


def test_two_falling_currents_tell_when_the_battery_is_full() -> None:
    seen = FRESH
    for current_a in falling(missing_wh=3000.0, begins_wh=4800.0, periods=2):
        seen = seen.observe(32.0, current_a)

    assert seen.taper is not None
    assert seen.taper.begins_wh == pytest.approx(4800.0)
    assert seen.taper.missing_wh == pytest.approx(3000.0 * exp(-2 * 32.0 * PERIOD_WH / 4800.0))


def test_one_falling_current_tells_nothing_about_the_battery() -> None:
    assert FRESH.observe(32.0, 20.0).taper is None


def test_a_pause_tells_nothing() -> None:
    seen = FRESH.observe(32.0, 20.0).observe(0.0, 0.0)

    assert seen.ceiling_a == 20.5
    assert seen.observe(32.0, 19.0).taper is None


def test_what_is_missing_shrinks_by_what_was_taken_below_the_fall() -> None:
    seen = FRESH
    for current_a in falling(missing_wh=3000.0, begins_wh=4800.0, periods=2):
        seen = seen.observe(32.0, current_a)
    assert seen.taper is not None
    before_wh = seen.taper.missing_wh

    later = seen.observe(6.0, 6.0)

    assert later.taper is not None
    assert later.taper.missing_wh == pytest.approx(before_wh - 6.0 * PERIOD_WH)


def test_a_vehicle_that_comes_up_to_its_ceiling_is_given_more() -> None:
    seen = FRESH.observe(32.0, 11.5)
    assert seen.ceiling_a == 12.0

    assert seen.observe(12.0, 12.0) == Observed(max_a=32.0, ceiling_a=16.0)
