"""Quantiles worked out by hand."""

import numpy as np
import pytest

from smart_charging.forecast.levels import (
    chance_above,
    pinball,
    weighted_quantiles,
    weighted_quantiles_of_one,
)


def test_equal_weights_give_the_usual_quantiles() -> None:
    found = weighted_quantiles(np.array([[3.0], [1.0], [2.0]]), np.ones(3), (0.5, 1 / 6, 1 / 3))
    assert found[:, 0] == pytest.approx([2.0, 1.0, 1.5])


def test_weight_moves_the_median() -> None:
    # Reached: 0.05 at 0, 0.55 at 10: the median lies 0.45 / 0.5 of the way.
    found = weighted_quantiles(np.array([[0.0], [10.0]]), np.array([1.0, 9.0]), (0.5,))
    assert found[0, 0] == pytest.approx(9.0)


def test_single_sample_is_every_quantile() -> None:
    assert weighted_quantiles(np.array([[4.0, 5.0]]), np.ones(1)).tolist() == [[4.0, 5.0]] * 5


def test_single_place_gives_the_same_as_many() -> None:
    rng = np.random.default_rng(0)
    values, weights = rng.normal(size=(40, 3)), rng.uniform(size=40)
    many = weighted_quantiles(values, weights)
    for place in range(3):
        one = weighted_quantiles_of_one(values[:, place], weights)
        assert one == pytest.approx(many[:, place])


def test_pinball_is_the_mean_over_levels() -> None:
    # 10 above a forecast of 0: 10 times the mean of the levels. 10 below: of what they leave.
    assert pinball(np.array([10.0]), np.zeros((1, 5)))[0] == pytest.approx(5.0)
    assert pinball(np.array([0.0]), np.full((1, 5), 10.0))[0] == pytest.approx(5.0)
    assert pinball(np.array([1.0]), np.array([[1.0, 1.0, 1.0, 1.0, 2.0]]))[0] == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        pytest.param(5.0, 0.5, id="the median"),
        pytest.param(9.0, 0.1, id="the last level"),
        pytest.param(6.0, 0.375, id="midway between levels"),
        pytest.param(11.0, 0.04, id="in the tail: as far again, as much less again"),
        pytest.param(0.0, 1.0, id="nothing"),
    ],
)
def test_chance_above_a_threshold(threshold: float, expected: float) -> None:
    row = np.array([1.0, 3.0, 5.0, 7.0, 9.0])
    assert float(chance_above(row, threshold)) == pytest.approx(expected)


def test_chance_counts_what_lies_at_nothing() -> None:
    row = np.array([0.0, 0.0, 2.0, 4.0, 6.0])
    assert float(chance_above(row, 0.0)) == pytest.approx(0.75)
