"""Trees as arrays, against scikit-learn's own predictions."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from smart_charging.forecast.boosting import Growth, grow_mean, grow_quantiles
from smart_charging.forecast.levels import LEVELS

FEW = Growth(trees=20, leaves=6, leaf_rows=10)


def rows_with_gaps(count: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(count, 4))
    rows[rng.random(rows.shape) < 0.1] = np.nan
    return rows


def test_arrays_predict_what_scikit_learn_predicts() -> None:
    rows = rows_with_gaps(600)
    actual = np.where(np.isnan(rows[:, 0]), 5.0, rows[:, 0]) + rows_with_gaps(600).shape[1]
    theirs = HistGradientBoostingRegressor(
        max_iter=20,
        learning_rate=0.05,
        max_leaf_nodes=6,
        min_samples_leaf=10,
        l2_regularization=2.0,
        early_stopping=False,
        random_state=0,
    ).fit(rows, actual)
    unseen = rows_with_gaps(900)[600:]
    ours = grow_mean(rows, actual, FEW).predict(unseen)
    assert ours == pytest.approx(theirs.predict(unseen))


def test_quantiles_hold_as_many_as_they_say() -> None:
    rng = np.random.default_rng(9)
    rows = rng.uniform(size=(4000, 1))
    actual = rows[:, 0] * rng.exponential(size=4000)
    forests = grow_quantiles(rows, actual, Growth(trees=80, leaves=6, leaf_rows=50))
    for level, forest in zip(LEVELS, forests, strict=True):
        assert (actual <= forest.predict(rows)).mean() == pytest.approx(level, abs=0.03)


def test_same_seed_gives_the_same_trees() -> None:
    rows = rows_with_gaps(400)
    some = Growth(trees=5, leaf_rows=10, columns=0.5)
    one, same, other = (
        grow_mean(rows, np.nan_to_num(rows).sum(axis=1), some, s) for s in (1, 1, 2)
    )
    assert one.values.tolist() == same.values.tolist()
    assert one.predict(rows).tolist() != other.predict(rows).tolist()


def test_column_of_which_nothing_is_known_decides_nothing() -> None:
    rows = rows_with_gaps(300)
    rows[:, 1] = np.nan
    forest = grow_mean(rows, np.nan_to_num(rows[:, 0]), FEW)
    known = rows.copy()
    known[:, 1] = 7.0
    assert forest.predict(known).tolist() == forest.predict(rows).tolist()


def test_no_rows_give_no_predictions() -> None:
    rows = rows_with_gaps(100)
    assert grow_mean(rows, np.ones(100), FEW).predict(rows[:0]).tolist() == []
