"""Stays of vehicles, forecast when they are plugged in and while they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.forecast.record import Garage
from smart_charging.arrays import Array, Flags, Indices
from smart_charging.forecast.conformal import interval
from smart_charging.forecast.levels import MEDIAN, is_held, pinball
from smart_charging.forecast.standing import standing_at
from smart_charging.forecast.stay import (
    StayModel,
    What,
    Whats,
    actual_of,
    at_plug_in,
    fit_stays,
    naive_quantiles,
    observe_stay,
    while_standing,
)
from smart_charging.forecast.stay_features import stay_features
from smart_charging.forecast.stay_table import Stays, lay_out_stays

LATER_H: Final = (1.0, 4.0, 12.0, 24.0)
REFIT_DAYS: Final = 60
_DAY_H: Final = 24.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecasts:
    """Stays that were forecast when they began.

    Attributes:
        at: [stay], which.
        quantiles: [stay, level].
        naive: [stay, level], the naive forecast of the same.
        held: [stay], whether the 80 % interval held it.
        actual: [stay].
    """

    at: Indices
    quantiles: Array
    naive: Array
    held: Flags
    actual: Array

    @property
    def error(self) -> float:
        """Mean absolute error of the medians."""
        return float(np.abs(self.actual - self.quantiles[:, MEDIAN]).mean())

    @property
    def loss(self) -> float:
        """Mean pinball loss."""
        return float(pinball(self.actual, self.quantiles).mean())

    @property
    def naive_error(self) -> float:
        """Mean absolute error of the naive medians."""
        return float(np.abs(self.actual - self.naive[:, MEDIAN]).mean())

    @property
    def naive_loss(self) -> float:
        """Mean pinball loss of the naive forecast."""
        return float(pinball(self.actual, self.naive).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """How forecasts stand when vehicles have stood for some time.

    Attributes:
        elapsed_h: For how long.
        stays: How many still stood.
        error: Mean absolute error of the medians.
        loss: Mean pinball loss.
        held: Share within the quantiles 10 and 90 %.
        first_error: The error that what was said when they were plugged in has for these.
        first_loss: Its loss.
    """

    elapsed_h: float
    stays: int
    error: float
    loss: float
    held: float
    first_error: float
    first_loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How the stays of one set of garages came out, by what was forecast."""

    name: str
    stays: Stays
    forecasts: dict[What, Forecasts]
    later: dict[What, list[Later]]
    model: StayModel


def run(name: str, garages: Sequence[Garage], test_days: dict[str, int]) -> Result:
    """Forecast the stays that begin in the last days of each garage, from what was over by then.

    Args:
        name: What to call them.
        garages: Of one data set; models are learned from all of them.
        test_days: By the name of a garage the number of its last days.
    """
    table = pd.concat([one.stays for one in garages], ignore_index=True)
    stays = lay_out_stays(table, garages[0].calendar)
    features = stay_features(stays)
    is_test = _tested(stays, garages, test_days)
    parts: dict[What, list[Forecasts]] = {what: [] for what in Whats}
    later: dict[What, list[tuple[float, Indices, Array]]] = {what: [] for what in Whats}
    model = None
    for since_h, until_h in _periods(stays, is_test):
        model = fit_stays(stays, features, stays.left_h <= since_h)
        begins = is_test & (stays.came_h >= since_h) & (stays.came_h < until_h)
        for what in Whats:
            parts[what].append(_forecasts(model, what, stays, features, np.flatnonzero(begins)))
            for elapsed_h in LATER_H:
                standing = standing_at(stays, elapsed_h, begins)
                found = while_standing(model, what, stays, features, standing)
                later[what].append((elapsed_h, standing.at, found))
    if model is None:
        raise ValueError(f"{name}: expected stays in the last days, got none")
    forecasts = {what: _joined(parts[what]) for what in Whats}
    return Result(
        name=name,
        stays=stays,
        forecasts=forecasts,
        later={what: _later(what, stays, forecasts[what], later[what]) for what in Whats},
        model=model,
    )


def _tested(stays: Stays, garages: Sequence[Garage], test_days: dict[str, int]) -> Flags:
    found = np.zeros(len(stays.came_h), dtype=bool)
    for one in garages:
        here = stays.site == stays.sites.index(str(one.stays["site"].iloc[0]))
        end_h = _DAY_H * (one.end - stays.first_day).days
        begin_h = end_h - _DAY_H * test_days[one.name]
        found |= here & (stays.came_h >= begin_h) & (stays.came_h < end_h)
    return found


def _periods(stays: Stays, is_test: Flags) -> list[tuple[float, float]]:
    """From when to when a model is used: two months, from the first stay that it has to tell."""
    found: list[tuple[float, float]] = []
    for came_h in stays.came_h[is_test]:
        if not found or came_h >= found[-1][1]:
            begin_h = _DAY_H * (came_h // _DAY_H)
            found.append((begin_h, begin_h + _DAY_H * REFIT_DAYS))
    return found


def _forecasts(
    model: StayModel, what: What, stays: Stays, features: Array, at: Indices
) -> Forecasts:
    quantiles = at_plug_in(model, what, stays, features, at)
    actual = actual_of(what, stays)[at]
    return Forecasts(
        at=at,
        quantiles=quantiles,
        naive=naive_quantiles(model, what, stays, at),
        held=_held(model, what, stays, at, quantiles),
        actual=actual,
    )


def _held(model: StayModel, what: What, stays: Stays, at: Indices, quantiles: Array) -> Flags:
    """Whether intervals held, their widths learning from each stay when it is over, not before."""
    actual = actual_of(what, stays)[at]
    ends = [(stays.left_h[one], 0, row) for row, one in enumerate(at)]
    begins = [(stays.came_h[one], 1, row) for row, one in enumerate(at)]
    held = np.zeros(len(at), dtype=bool)
    for _, begins_now, row in sorted(ends + begins):
        site = stays.sites[stays.site[at[row]]]
        if begins_now:
            low, high = interval(quantiles[row], model.of(what).widths.get(site, 1.0))
            held[row] = low <= actual[row] <= high
        else:
            model = observe_stay(model, what, site, float(actual[row]), quantiles[row])
    return held


def _joined(parts: Sequence[Forecasts]) -> Forecasts:
    return Forecasts(
        at=np.concatenate([part.at for part in parts]),
        quantiles=np.concatenate([part.quantiles for part in parts]),
        naive=np.concatenate([part.naive for part in parts]),
        held=np.concatenate([part.held for part in parts]),
        actual=np.concatenate([part.actual for part in parts]),
    )


def _later(
    what: What, stays: Stays, first: Forecasts, found: Sequence[tuple[float, Indices, Array]]
) -> list[Later]:
    """Hold what is said later against what had been said of the same stays at first.

    What had been said of a length is raised to what has passed already.
    """
    rows = []
    for elapsed_h in LATER_H:
        some = [(at, quantiles) for hours, at, quantiles in found if hours == elapsed_h]
        at = np.concatenate([one for one, _ in some])
        if not len(at):
            continue
        quantiles = np.concatenate([one for _, one in some])
        actual = actual_of(what, stays)[at]
        before = first.quantiles[np.searchsorted(first.at, at)]
        before = np.maximum(before, elapsed_h) if what == "stay" else before
        rows.append(
            Later(
                elapsed_h=elapsed_h,
                stays=len(at),
                error=float(np.abs(actual - quantiles[:, MEDIAN]).mean()),
                loss=float(pinball(actual, quantiles).mean()),
                held=float(is_held(actual, quantiles[:, 0], quantiles[:, -1]).mean()),
                first_error=float(np.abs(actual - before[:, MEDIAN]).mean()),
                first_loss=float(pinball(actual, before).mean()),
            )
        )
    return rows
