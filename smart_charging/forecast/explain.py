"""What drives a forecast: how much worse it gets when it is told one thing wrongly."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from smart_charging.arrays import Array, Indices
from smart_charging.forecast import site_features, stay_features
from smart_charging.forecast.levels import pinball
from smart_charging.forecast.site import SiteModel, by_trees
from smart_charging.forecast.site_features import SiteHistory, quantiles_of_like_days
from smart_charging.forecast.stay import StayModel, What, actual_of, at_plug_in
from smart_charging.forecast.stay_table import Stays


def explain_stays(
    model: StayModel, what: What, stays: Stays, features: Array, at: Indices, seed: int = 0
) -> "pd.Series[float]":
    """What drives the forecasts of stays at plug-in.

    Args:
        model: Learned from others, or from earlier ones.
        what: Energy or length.
        stays: All.
        features: [stay, feature].
        at: Stays that are over, on which it is tried.
        seed: As of `importance`.
    """
    actual, told = actual_of(what, stays)[at], features.copy()

    def loss(rows: Array) -> float:
        told[at] = rows
        return float(pinball(actual, at_plug_in(model, what, stays, told, at)).mean())

    return importance(loss, features[at], stay_features.NAMES, seed)


def explain_site(
    model: SiteModel, history: SiteHistory, rows: range, seed: int = 0
) -> "pd.Series[float]":
    """What drives the trees that mend a site's forecast.

    Args:
        model: Of the site, with trees.
        history: The site's past.
        rows: Days of it, on which it is tried.
        seed: As of `importance`.
    """
    like = quantiles_of_like_days(history, rows, model.likeness)
    features = site_features.site_features(history, rows, like)
    actual = history.days.values[rows.start : rows.stop]

    def loss(flat: Array) -> float:
        told = flat.reshape(features.shape)
        return float(pinball(actual, by_trees(model, history, rows, like, told)).mean())

    return importance(loss, features.reshape(-1, features.shape[2]), site_features.NAMES, seed)


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
