"""Loads and arrivals of garages, forecast a day ahead through their last weeks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.forecast.record import Garage
from smart_charging.arrays import Array
from smart_charging.forecast.conformal import interval, is_open
from smart_charging.forecast.levels import MEDIAN, is_held, pinball
from smart_charging.forecast.site import SiteModel, fit_site, observe_day, predict_site
from smart_charging.forecast.site_features import Drivers, expected_drivers, lay_out_site

REFIT_DAYS: Final = 30
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the days of a test came out.

    Attributes:
        name: Of the garage.
        model: The last one.
        days: How many.
        mean: Of the series.
        error: Mean absolute error of the medians.
        naive_error: That of the same day a week before.
        pinball: Mean over the levels.
        held: Of the steps in which anything was expected, the share within the 80 % interval.
        held_all: Of all steps.
        open_share: The share of steps in which anything was expected.
    """

    name: str
    model: SiteModel
    days: int
    mean: float
    error: float
    naive_error: float
    pinball: float
    held: float
    held_all: float
    open_share: float

    @property
    def ratio(self) -> float:
        """The error as a share of the naive one."""
        return self.error / self.naive_error

    @property
    def normalised_pinball(self) -> float:
        """The pinball loss as a share of the mean."""
        return self.pinball / self.mean


def drivers_of(garage: Garage, test_days: int) -> dict[int, Drivers]:
    """What drivers are expected to do, by the day from which on nothing is learned from."""
    if garage.stays["token"].isna().all():
        return {}
    return {
        known: expected_drivers(
            garage.stays, garage.calendar, garage.first, garage.days, known=known
        )
        for known in _origins(garage.days, test_days)
    }


def run(
    garage: Garage, series: "pd.Series[float]", test_days: int, drivers: dict[int, Drivers]
) -> Outcome:
    """Forecast each of the last days from those before it."""
    quantiles, lows, highs, model = [], [], [], None
    history = lay_out_site(series, garage.calendar)
    for known in _origins(garage.days, test_days):
        history = lay_out_site(series, garage.calendar, drivers.get(known))
        model = fit_site(history, known)
        rows = range(known, min(known + REFIT_DAYS, garage.days))
        found = predict_site(model, history, rows)
        for row, its in zip(rows, found, strict=True):
            low, high = interval(its, model.width)
            quantiles.append(its)
            lows.append(low)
            highs.append(high)
            model = observe_day(model, history.days.values[row], its)
    if model is None:
        raise ValueError(f"{garage.name}: expected days to test, got {test_days}")
    values = history.days.values
    return _outcome(
        garage.name, model, values, np.array(quantiles), (np.array(lows), np.array(highs))
    )


def _origins(days: int, test_days: int) -> Iterator[int]:
    """The days at whose beginning models are fitted."""
    yield from range(days - test_days, days, REFIT_DAYS)


def _outcome(
    name: str, model: SiteModel, values: Array, quantiles: Array, bounds: tuple[Array, Array]
) -> Outcome:
    days = len(quantiles)
    actual, week_ago = values[-days:], values[-days - _WEEK : -_WEEK]
    counts, held = is_open(quantiles), is_held(actual, *bounds)
    return Outcome(
        name=name,
        model=model,
        days=days,
        mean=float(actual.mean()),
        error=float(np.abs(actual - quantiles[..., MEDIAN]).mean()),
        naive_error=float(np.abs(actual - week_ago).mean()),
        pinball=float(pinball(actual, quantiles).mean()),
        held=float(held[counts].mean()) if counts.any() else float("nan"),
        held_all=float(held.mean()),
        open_share=float(counts.mean()),
    )
