"""When a feeder will be full, by hand."""

import pandas as pd
import pytest

from smart_charging.forecast.capacity import chance_full, full_windows
from smart_charging.forecast.levels import NAMES

BEGINS = pd.date_range("2024-04-01 17:00", periods=6, freq="15min", tz="UTC")


def load(*medians: float) -> pd.DataFrame:
    """Quantiles 4 and 2 below and above a median."""
    rows = [[m - 4, m - 2, m, m + 2, m + 4] for m in medians]
    return pd.DataFrame(rows, index=BEGINS[: len(rows)], columns=list(NAMES))


def test_chance_is_what_lies_above_the_limit() -> None:
    found = chance_full(load(10, 12, 14), 12.0)
    assert found.tolist() == pytest.approx([0.25, 0.5, 0.75])
    assert found.index.equals(BEGINS[:3])


def test_limit_may_change() -> None:
    limits = pd.Series([10.0, 14.0], index=BEGINS[:2])
    assert chance_full(load(10, 10), limits).tolist() == pytest.approx([0.5, 0.1])


def test_windows_tell_from_when_to_when_and_how_likely() -> None:
    chance = pd.Series([0.1, 0.6, 0.8, 0.2, 0.5, 0.1], index=BEGINS)
    found = full_windows(chance)
    assert found["begins_at"].tolist() == [BEGINS[1], BEGINS[4]]
    assert found["ends_at"].tolist() == [BEGINS[3], BEGINS[5]]
    assert found["chance"].tolist() == [0.8, 0.5]


def test_feeder_that_is_never_likely_full_has_no_windows() -> None:
    assert full_windows(pd.Series([0.1] * 6, index=BEGINS)).empty
