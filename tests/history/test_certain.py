"""From which minute on the newest readings tell all that there is to tell."""

import math

import numpy as np
import pytest

from csms.history.certain import certain_from
from csms.history.minutes import MINUTE_US, Readings, roll_minutes

START = 29_000_000
"""The last minute of which not all is known, since 1970."""
NAN = math.nan


def certain(*rows: tuple[float, float, float]) -> int:
    """The first certain minute after the start, of minutes, registers and powers."""
    at, register_wh, power_w = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    readings = Readings(
        evse=np.zeros(len(rows), dtype=np.int64),
        at_us=((START + at) * MINUTE_US).astype(np.int64),
        register_wh=register_wh,
        power_w=power_w,
        current_a=np.full((3, len(rows)), NAN),
        soc_pct=np.full(len(rows), NAN),
    )
    return certain_from(readings, roll_minutes(readings), START * MINUTE_US) - START


def test_without_readings_all_is_certain_after_what_has_moved() -> None:
    assert certain() == 1


def test_first_register_may_have_gained_since_what_has_moved() -> None:
    assert certain((10, 100.0, NAN)) == 10
    assert certain((10.5, 100.0, NAN)) == 11
    assert certain((10.5, 100.0, 5000.0)) == 10


def test_first_register_after_an_hour_counts_in_its_own_minute_alone() -> None:
    assert certain((70, 100.0, 5000.0)) == 1
    assert certain((70, 100.0, NAN)) == 71


def test_first_rise_may_be_a_register_that_is_back() -> None:
    calm = ((1, 100.0, NAN), (5, 100.0, NAN))
    assert certain(*calm) == 1
    assert certain(*calm, (8, 150.0, NAN), (9, 170.0, NAN)) == 8
    assert certain(*calm, (8.5, 150.0, NAN), (9, 170.0, NAN)) == 9
    assert certain(*calm, (8.5, 150.0, 1.0), (9, 170.0, NAN)) == 8


@pytest.mark.parametrize("power_w", [0.0, 7000.0])
def test_power_that_is_told_needs_no_register(power_w: float) -> None:
    rows = [(minute, 100.0 * minute, power_w) for minute in range(1, 5)]
    assert certain(*rows) == 1
    assert certain(*((minute, NAN, power) for minute, _, power in rows)) == 1
