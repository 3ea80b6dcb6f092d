"""Forecasts of a site's series, and how earlier ones came out. No clock, no files, no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from csms.domain.demand import (
    ARRIVALS,
    BOUNDS,
    COMING,
    QUANTILES,
    STEP_S,
    DemandForecast,
    DemandScore,
    calibrate,
)
from csms.forecasting.demand_question import SiteAnswer
from smart_charging.arrays import Array
from smart_charging.forecast.analogs import Likeness
from smart_charging.forecast.arriving import forecast_arriving
from smart_charging.forecast.calendar import Calendar
from smart_charging.forecast.conformal import is_open, width_of
from smart_charging.forecast.day_table import instants_of
from smart_charging.forecast.levels import is_held, pinball
from smart_charging.forecast.site import NAIVE, SiteModel, fit_site, forecast_day, predict_site
from smart_charging.forecast.site_features import SiteHistory, lay_out_site

LEAST_DAYS: Final = 7
"""Of fewer whole days nothing is forecast."""
_JUDGED_DAYS: Final = 28
_LEAST_STEPS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was forecast of a site before.

    Attributes:
        unscored: Forecasts of which it is not known yet how they came out.
        scores: How the others did, the newest last.
    """

    unscored: Sequence[DemandForecast] = ()
    scores: Sequence[DemandScore] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SitePast:
    """What is known of a site.

    Attributes:
        series: By name, quarters of the hour up to now.
        stays: That are over.
    """

    series: "Mapping[str, pd.Series[float]]"
    stays: pd.DataFrame


def make_demand(past: SitePast, calendar: Calendar, earlier: Earlier, now: datetime) -> SiteAnswer:
    """Forecast today and tomorrow, and judge days that are over.

    The model is used where it beat the baseline on the site's own last weeks, and while its
    forecasts do not drift; else the baseline: quantiles of the same weekdays before.

    Args:
        past: Of the site.
        calendar: Of the site.
        earlier: What was forecast before.
        now: The present instant.
    """
    forecasts: list[DemandForecast] = []
    scores: list[DemandScore] = []
    today = now.astimezone(calendar.zone).date()
    midnight = pd.Timestamp(_midnight(today, calendar))
    for name, series in past.series.items():
        known = series[series.index < midnight]
        if len(known) < _LEAST_STEPS:
            continue
        history = lay_out_site(known, calendar)
        if len(history.table.values) < LEAST_DAYS:
            continue
        new = [_score(one, history) for one in earlier.unscored if one.series == name]
        judged = [one for one in new if one is not None]
        scores += judged
        before = [one for one in earlier.scores if one.series == name]
        model = _model(history, is_drifting=calibrate([*before, *judged]).is_drifting)
        made = _two_days(name, model, known, calendar, now)
        forecasts += [_with_coming(one, past.stays, calendar) for one in made]
    return SiteAnswer(forecasts=tuple(forecasts), scores=tuple(scores))


def _model(history: SiteHistory, *, is_drifting: bool) -> SiteModel:
    model = fit_site(history)
    if model.losses and not is_drifting:
        return model
    naive = replace(model, method=NAIVE)
    days = len(history.table.values)
    rows = range(max(1, days - _JUDGED_DAYS), days)
    quantiles = predict_site(naive, history, rows)
    return replace(naive, width=width_of(history.days.values[rows.start : rows.stop], quantiles))


def _two_days(
    name: str, model: SiteModel, known: "pd.Series[float]", calendar: Calendar, now: datetime
) -> list[DemandForecast]:
    """Today by what is known, and tomorrow by that and what is expected of today."""
    history = lay_out_site(known, calendar)
    today = forecast_day(model, history, calendar)
    expected = pd.concat([known, today["q50"]])
    tomorrow = forecast_day(model, lay_out_site(expected, calendar), calendar)
    first = history.table.end
    return [
        _forecast(name, model, first, today, now),
        _forecast(name, model, first + timedelta(days=1), tomorrow, now),
    ]


def _with_coming(
    forecast: DemandForecast, stays: pd.DataFrame, calendar: Calendar
) -> DemandForecast:
    """The same with what those who come need; of arrivals only, and where any have been."""
    if forecast.series != ARRIVALS or stays.empty:
        return forecast
    table = forecast_arriving(stays, calendar, forecast.day)
    coming = {name: tuple(round(float(one), 4) for one in table[name]) for name in COMING}
    return replace(forecast, values={**forecast.values, **coming})


def _forecast(
    name: str, model: SiteModel, day: date, table: pd.DataFrame, now: datetime
) -> DemandForecast:
    return DemandForecast(
        series=name,
        day=day,
        begins_at=table.index[0].to_pydatetime(),
        made_at=now,
        method=model.method,
        is_naive=model.method == NAIVE,
        values={
            column: tuple(round(float(value), 2) for value in table[column])
            for column in (*QUANTILES, *BOUNDS)
        },
    )


def _score(said: DemandForecast, history: SiteHistory) -> DemandScore | None:
    """How a forecast came out; None: its day is not over, or was made in advance of it."""
    row = (said.day - history.table.first).days
    days = len(history.table.values)
    if not said.is_of_its_day or not 1 <= row < days:
        return None
    actual = history.days.values[row]
    quantiles = _by_clock(said, len(actual))
    low, high = quantiles[:, len(QUANTILES)], quantiles[:, len(QUANTILES) + 1]
    quantiles = quantiles[:, : len(QUANTILES)]
    counts = is_open(quantiles)
    held = is_held(actual[counts], low[counts], high[counts])
    naive = predict_site(_naive_model(history), history, range(row, row + 1))[0]
    return DemandScore(
        series=said.series,
        day=said.day,
        held_pct=round(100.0 * float(held.mean()), 2) if counts.any() else None,
        pinball=float(pinball(actual, quantiles).mean()),
        naive_pinball=float(pinball(actual, naive).mean()),
        bias=float((quantiles[:, QUANTILES.index("q50")] - actual).mean()),
        mean=float(actual.mean()),
    )


def _by_clock(said: DemandForecast, steps: int) -> Array:
    """[step of the clock, quantile and bound]: days of 23 or 25 hours among them."""
    values: Array = np.array([said.values[name] for name in (*QUANTILES, *BOUNDS)]).T
    if len(values) == steps:
        return values
    taken: Array = values[np.linspace(0, len(values) - 1, steps).round().astype(int)]
    return taken


def _naive_model(history: SiteHistory) -> SiteModel:
    return SiteModel(
        method=NAIVE,
        likeness=Likeness(),
        trees=(),
        width=1.0,
        losses={},
        step_s=history.table.step_s,
        known_days=len(history.table.values),
    )


def _midnight(day: date, calendar: Calendar) -> datetime:
    begins_at: datetime = instants_of(day, STEP_S, calendar)[0].to_pydatetime()
    return begins_at
