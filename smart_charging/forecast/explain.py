"""What drives a forecast: how much worse it gets when it is told one thing wrongly."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from smart_charging.arrays import Array


def importance(
    loss: Callable[[Array], float], rows: Array, names: Sequence[str], seed: int = 0
) -> "pd.Series[float]":
    """Permutation importance.

    Args:
        loss: Of the forecast from rows, the lower the better.
        rows: [row, feature].
        names: The features'.
        seed: Of how values are exchanged between rows.

    Returns:
        By name what the loss rises by, as a share of it, the largest first.
    """
    rng = np.random.default_rng(seed)
    right = loss(rows)
    found = {}
    for column, name in enumerate(names):
        wrong = rows.copy()
        wrong[:, column] = rng.permutation(wrong[:, column])
        found[name] = loss(wrong) / right - 1
    return pd.Series(found, name="importance", dtype=float).sort_values(ascending=False)
