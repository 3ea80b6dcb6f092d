"""What a site will draw tomorrow, step by step, as quantiles; and how many vehicles will come.

Three forecasts lie beside one another: quantiles of the eight same weekdays before (the naive
one), quantiles of days that were alike (`analogs`), and those mended by trees that are grown on
what the latter had missed (`site_features` says what they look at). On the last weeks of the site's
own past, with trees grown on what lies before these, the one is taken that would have been best;
where the naive one is not beaten, it stays. Any series goes: the load of vehicles, that of a
building, arrivals in each step.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from smart_charging.arrays import Array
from smart_charging.forecast.analogs import Likeness, choose_likeness
from smart_charging.forecast.boosting import Growth, grow_quantiles
from smart_charging.forecast.calendar import Calendar
from smart_charging.forecast.conformal import adapted, interval, is_open, width_of
from smart_charging.forecast.day_table import columns_of, instants_of
from smart_charging.forecast.levels import LEVELS, MEDIAN, is_held, pinball
from smart_charging.forecast.levels import NAMES as LEVEL_NAMES
from smart_charging.forecast.site_features import (
    SiteHistory,
    levels_of,
    quantiles_of_like_days,
    site_features,
)
from smart_charging.forecast.trees import Forest

SHARES: Final = {"like days": 0.0, "both": 0.5, "trees": 1.0}
NAIVE: Final = "same weekdays"
_WEEKS: Final = 8
_LEAD_DAYS: Final = 14
_JUDGED_DAYS: Final = 28
_CHOSEN_DAYS: Final = 56
_LEAST_DAYS: Final = 28
_MOST_DAYS: Final = 400
_RATE: Final = 0.3
_GROWTH: Final = Growth(rate=0.04, leaves=8, leaf_rows=60, shrinkage=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteModel:
    """What was learned of a site's series.

    Attributes:
        method: Which forecast is used: a key of `SHARES`, or `NAIVE`.
        likeness: What past days count.
        trees: One forest for each level; none if the past is too short for them.
        width: Factor of the interval's width.
        losses: Mean pinball loss of each method on the last weeks, in the series' unit.
        step_s: Length of a step.
        known_days: How many days it was learned from.
    """

    method: str
    likeness: Likeness
    trees: tuple[Forest, ...]
    width: float
    losses: dict[str, float]
    step_s: int
    known_days: int


def fit_site(history: SiteHistory, known: int | None = None, seed: int = 0) -> SiteModel:
    """Learn from a site's past.

    Args:
        history: Of at least one day.
        known: Only so many of its days are looked at; None: all.
        seed: Of what is drawn at random.
    """
    days = len(history.table.values) if known is None else known
    chosen = range(max(min(_LEAD_DAYS, days // 2), days - _CHOSEN_DAYS), days)
    likeness = choose_likeness(history.days, chosen[1:] if chosen.start == 0 else chosen)
    judged = range(max(days - _JUDGED_DAYS, _LEAD_DAYS), days)
    rows = range(max(_LEAD_DAYS, days - _MOST_DAYS), days)
    model = SiteModel(
        method="like days",
        likeness=likeness,
        trees=(),
        width=1.0,
        losses={},
        step_s=history.table.step_s,
        known_days=days,
    )
    if len(judged) < _JUDGED_DAYS:
        return replace(model, width=_width(model, history, judged)) if judged else model
    if judged.start - rows.start >= _LEAST_DAYS:
        model = replace(model, trees=_grown(model, history, range(rows.start, judged.start), seed))
    model = _judged(model, history, judged)
    return replace(model, trees=_grown(model, history, rows, seed)) if model.trees else model


def predict_site(model: SiteModel, history: SiteHistory, rows: range) -> Array:
    """Forecast days, each as it was known at its midnight.

    Args:
        model: Of the site.
        history: The site's past.
        rows: Days of it; the one after its last is the day that comes.

    Returns:
        [row, step, level].
    """
    if model.method == NAIVE:
        return np.moveaxis(_naive(history, rows), 1, 2)
    like = quantiles_of_like_days(history, rows, model.likeness)
    if not model.trees or not SHARES[model.method]:
        return np.moveaxis(like, 1, 2)
    return _mixed(_mended(model, history, rows, like), like, SHARES[model.method])


def forecast_day(model: SiteModel, history: SiteHistory, calendar: Calendar) -> pd.DataFrame:
    """Forecast the day after a site's past.

    Returns:
        A row for each step, by the instant at which it begins; the columns q10 to q90, and `low`
        and `high`, which hold eight in ten outcomes, in the series' unit.
    """
    row = len(history.table.values)
    quantiles = predict_site(model, history, range(row, row + 1))[0]
    low, high = interval(quantiles, model.width)
    instants = instants_of(history.table.end, model.step_s, calendar)
    at = columns_of(instants, model.step_s, calendar)
    columns = {**dict(zip(LEVEL_NAMES, quantiles.T, strict=True)), "low": low, "high": high}
    return pd.DataFrame({name: values[at] for name, values in columns.items()}, index=instants)


def observe_day(model: SiteModel, actual: Array, quantiles: Array) -> SiteModel:
    """Widen or narrow the intervals by how a day came out.

    Args:
        model: With which it had been forecast.
        actual: [step].
        quantiles: [step, level].
    """
    counts = is_open(quantiles)
    if not counts.any():
        return model
    held = is_held(actual[counts], *interval(quantiles[counts], model.width))
    return replace(model, width=adapted(model.width, 1 - float(held.mean()), _RATE))


def _judged(model: SiteModel, history: SiteHistory, rows: range) -> SiteModel:
    """Take the method that does best on some days, and the width that fits it there."""
    actual = history.days.values[rows.start : rows.stop]
    like = quantiles_of_like_days(history, rows, model.likeness)
    found = {NAIVE: np.moveaxis(_naive(history, rows), 1, 2), "like days": np.moveaxis(like, 1, 2)}
    if model.trees:
        mended = _mended(model, history, rows, like)
        found |= {name: _mixed(mended, like, share) for name, share in SHARES.items() if share > 0}
    losses = {name: float(pinball(actual, one).mean()) for name, one in found.items()}
    best = min(losses, key=lambda name: losses[name])
    return replace(model, method=best, losses=losses, width=width_of(actual, found[best]))


def _width(model: SiteModel, history: SiteHistory, rows: range) -> float:
    """The width that fits some days."""
    actual = history.days.values[rows.start : rows.stop]
    return width_of(actual, predict_site(model, history, rows))


def _grown(model: SiteModel, history: SiteHistory, rows: range, seed: int) -> tuple[Forest, ...]:
    like = quantiles_of_like_days(history, rows, model.likeness)
    features = site_features(history, rows, like)
    actual = history.days.values[rows.start : rows.stop]
    missed = (actual - like[:, MEDIAN]) / levels_of(history, rows)[:, None]
    return grow_quantiles(features.reshape(-1, features.shape[2]), missed.ravel(), _GROWTH, seed)


def _mended(model: SiteModel, history: SiteHistory, rows: range, like: Array) -> Array:
    """[row, step, level]: the trees' forecast."""
    return by_trees(model, history, rows, like, site_features(history, rows, like))


def by_trees(
    model: SiteModel, history: SiteHistory, rows: range, like: Array, features: Array
) -> Array:
    """Forecast days by trees alone, from features that may have been tampered with.

    Args:
        model: Of the site, with trees.
        history: The site's past.
        rows: Days of it.
        like: [row, level, step], what `quantiles_of_like_days` found for them.
        features: [row, step, feature].

    Returns:
        [row, step, level].
    """
    flat = features.reshape(-1, features.shape[2])
    level = levels_of(history, rows)[:, None]
    found = [
        like[:, MEDIAN] + level * forest.predict(flat).reshape(like[:, MEDIAN].shape)
        for forest in model.trees
    ]
    return np.sort(np.maximum(np.stack(found, axis=2), 0.0), axis=2)


def _mixed(mended: Array, like: Array, share: float) -> Array:
    return share * mended + (1 - share) * np.moveaxis(like, 1, 2)


def _naive(history: SiteHistory, rows: range) -> Array:
    """[row, level, step]: quantiles of the same weekday in the weeks before, holidays or not."""
    values = history.days.values
    found = []
    for row in rows:
        past = [row - 7 * back for back in range(1, _WEEKS + 1) if row >= 7 * back]
        same = values[past] if past else values[max(0, row - 7) : row]
        found.append(np.quantile(same, LEVELS, axis=0))
    return np.array(found)
