"""What drives a forecast."""

import numpy as np
import pytest

from smart_charging.arrays import Array
from smart_charging.forecast.explain import importance


def test_what_counts_more_comes_first_and_what_counts_nothing_has_no_weight() -> None:
    rows = np.random.default_rng(4).normal(size=(500, 3))
    actual = 3 * rows[:, 2] + rows[:, 0] + 0.1

    def loss(told: Array) -> float:
        return float(np.abs(actual - 3 * told[:, 2] - told[:, 0]).mean())

    found = importance(loss, rows, ["some", "nothing", "much"])
    assert found.index.tolist() == ["much", "some", "nothing"]
    assert found["nothing"] == pytest.approx(0.0)
