"""Grows trees with scikit-learn: the one place that knows it, and that its types do not reach."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from smart_charging.arrays import Array
from smart_charging.forecast.levels import LEVELS
from smart_charging.forecast.trees import Forest


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How trees are grown.

    Attributes:
        trees: How many.
        rate: What share of its gain each adds.
        leaves: Most leaves of a tree.
        leaf_rows: Fewest rows of a leaf.
        shrinkage: Pulls leaves towards 0 (L2).
        columns: What share of the columns, drawn anew, is looked at for each split.
    """

    trees: int = 150
    rate: float = 0.05
    leaves: int = 12
    leaf_rows: int = 40
    shrinkage: float = 2.0
    columns: float = 1.0


DEFAULT: Final = Growth()
_HARDLY_EVER: Final = 1e-6


def grow_mean(rows: Array, actual: Array, growth: Growth = DEFAULT, seed: int = 0) -> Forest:
    """Trees that predict a mean.

    Args:
        rows: [row, column]; not a number: unknown.
        actual: [row].
        growth: How.
        seed: Of what is drawn at random: columns, and rows from which bins are made.
    """
    return _grown(rows, actual, growth, seed, loss="squared_error")


def grow_quantiles(
    rows: Array, actual: Array, growth: Growth = DEFAULT, seed: int = 0
) -> tuple[Forest, ...]:
    """Trees that predict each level's quantile. Arguments as of `grow_mean`."""
    return tuple(
        _grown(rows, actual, growth, seed, loss="quantile", quantile=level) for level in LEVELS
    )


def grow_rate(rows: Array, actual: Array, growth: Growth = DEFAULT, seed: int = 0) -> Forest:
    """Trees that predict the logarithm of a rate (Poisson's loss). Arguments as of `grow_mean`."""
    if not actual.any():
        return _never()
    return _grown(rows, actual, growth, seed, loss="poisson")


def _grown(rows: Array, actual: Array, growth: Growth, seed: int, **loss: float | str) -> Forest:
    # It fails on a column of which nothing is known; a constant one decides nothing.
    rows = np.where(np.isnan(rows).all(axis=0), 0.0, rows)
    forest = HistGradientBoostingRegressor(
        max_iter=growth.trees,
        learning_rate=growth.rate,
        max_leaf_nodes=growth.leaves,
        min_samples_leaf=growth.leaf_rows,
        l2_regularization=growth.shrinkage,
        max_features=growth.columns,
        early_stopping=False,
        random_state=seed,
        **loss,
    )
    with threadpool_limits(1):  # threads that wait for each other stop two fits on two cores
        model = forest.fit(rows, actual)
    # scikit-learn has no public way to its trees; a test holds them against its own predictions.
    parts = [trees[0].nodes for trees in model._predictors]  # noqa: SLF001
    base = float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001
    return _flat(parts, base)


def _never() -> Forest:
    """No tree: what has never happened happens hardly ever."""
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Forest(
        base=float(np.log(_HARDLY_EVER)),
        roots=none,
        features=none,
        thresholds=nothing,
        lefts=none,
        rights=none,
        missing_left=np.zeros(0, dtype=bool),
        values=nothing,
    )


def _flat(parts: list[Any], base: float) -> Forest:
    begins = np.cumsum([0, *map(len, parts)])[:-1].astype(np.int64)
    nodes = np.concatenate(parts)
    offsets = np.repeat(begins, [len(part) for part in parts])
    is_leaf = nodes["is_leaf"].astype(bool)
    return Forest(
        base=base,
        roots=begins,
        features=np.where(is_leaf, -1, nodes["feature_idx"].astype(np.int64)),
        thresholds=np.where(is_leaf, 0.0, nodes["num_threshold"]),
        lefts=nodes["left"].astype(np.int64) + offsets,
        rights=nodes["right"].astype(np.int64) + offsets,
        missing_left=nodes["missing_go_to_left"].astype(bool),
        values=np.where(is_leaf, nodes["value"], 0.0),
    )
