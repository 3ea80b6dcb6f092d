"""What is said of vehicles that stand: by the model, and by the baseline. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from csms.domain.expectation import Expectation, StayForecast
from csms.domain.stay_outcome import Foretold, StayAnswer, StayOutcome, expected
from csms.forecasting.backtest import UNIT
from smart_charging.arrays import Array
from smart_charging.forecast.calendar import Calendar
from smart_charging.forecast.levels import NAMES
from smart_charging.forecast.open_stays import forecast_open_stays
from smart_charging.forecast.stay import StayModel, observe_stay

_COLUMNS: Final = (*NAMES, "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """A model that is asked, and the baseline beside it.

    Attributes:
        version: Of the model.
        made_at: When it was made.
        model: With the baseline in its place at sites where it is not better.
        baseline: The same without trees.
    """

    version: int
    made_at: datetime
    model: StayModel
    baseline: StayModel

    @classmethod
    def of(cls, version: int, made_at: datetime, model: StayModel) -> "Teller":
        """A model with its baseline."""
        plain = StayModel(
            energy=replace(model.energy, at_plug_in=(), standing=(), widths={}),
            stay=replace(model.stay, at_plug_in=(), standing=(), widths={}),
        )
        return cls(version=version, made_at=made_at, model=model, baseline=plain)

    def after(self, outcomes: Iterable[StayOutcome]) -> "Teller":
        """The same with intervals as wide as outcomes have made them, the last outcome first."""
        model, baseline = self.model, self.baseline
        for one in reversed(list(outcomes)):
            if one.told.came_at >= self.made_at:  # earlier ones were known when it was made
                model = _observed(model, one, one.told.answer.by_model)
            baseline = _observed(baseline, one, one.told.answer.by_baseline)
        return replace(self, model=model, baseline=baseline)

    def tell(self, stays: pd.DataFrame, calendar: Calendar, now: datetime) -> dict[int, StayAnswer]:
        """Say what vehicles will draw and when they leave, by the number of the transaction.

        Energy is what is said at plug-in: while a vehicle is held back by limits, what it has
        drawn so far says little, and the models have learned from vehicles that were not.

        Args:
            stays: As `stay_frame`: those that go on, and of the past what is known of their
                drivers and sites.
            calendar: Of the sites' time zone.
            now: The present instant.
        """
        begun = stays.assign(energy_wh=stays["energy_wh"].where(stays["unplugged_at"].notna(), 0.0))
        came_at = stays["plugged_in_at"].min()
        first = _Said.of(forecast_open_stays(self.model, begun, calendar, came_at), begun)
        plain = _Said.of(forecast_open_stays(self.baseline, begun, calendar, came_at), begun)
        later = _Said.of(forecast_open_stays(self.model, stays, calendar, now), stays, now)
        answers = {}
        for place, number in enumerate(first.numbers):
            site = str(stays.at[number, "site"])
            is_plain = {what: self._is_baseline(site, what) for what in Foretold}
            energy = plain if is_plain[Foretold.ENERGY] else first
            lasts = plain if is_plain[Foretold.STAY] else later
            answers[number] = StayAnswer(
                by_model=self._forecast(energy, lasts, place, now),
                by_baseline=self._forecast(plain, plain, place, now),
            )
        return answers

    def _is_baseline(self, site: str, what: Foretold) -> bool:
        learned = self.model.of(what.value)
        return not learned.at_plug_in or site in learned.naive_at

    def _forecast(self, energy: "_Said", lasts: "_Said", place: int, now: datetime) -> StayForecast:
        return StayForecast(
            made_at=now,
            model=self.version,
            energy_wh=energy.expectation(Foretold.ENERGY, place),
            stay_s=lasts.expectation(Foretold.STAY, place),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What was said of vehicles that stand.

    Attributes:
        numbers: [vehicle], of its transaction.
        rows: By what was forecast: [vehicle, quantile], and after the quantiles the interval.
        above_s: [vehicle], for how long it has stood at least, as was known.
    """

    numbers: tuple[int, ...]
    rows: dict[Foretold, Array]
    above_s: Array

    @classmethod
    def of(cls, said: pd.DataFrame, stays: pd.DataFrame, now: datetime | None = None) -> "_Said":
        came_at = stays.loc[said.index, "plugged_in_at"]
        energy_wh = [said[f"energy_wh_{name}"].to_numpy(float) for name in _COLUMNS]
        stay_s = [
            (said[f"departs_at_{name}"] - came_at).dt.total_seconds().to_numpy(float)
            for name in _COLUMNS
        ]
        stood_s = (pd.Timestamp(now) - came_at).dt.total_seconds() if now else 0.0 * said.iloc[:, 0]
        return cls(
            numbers=tuple(int(number) for number in said.index),
            rows={
                Foretold.ENERGY: np.column_stack(energy_wh),
                Foretold.STAY: np.column_stack(stay_s),
            },
            above_s=np.maximum(stood_s.to_numpy(float), 0.0),
        )

    def expectation(self, what: Foretold, place: int) -> Expectation:
        """What was said of one vehicle."""
        *quantiles, low, high = (float(value) for value in self.rows[what][place])
        above = float(self.above_s[place]) if what is Foretold.STAY else 0.0
        return Expectation(quantiles=tuple(quantiles), low=low, high=high, above=above)


def _observed(model: StayModel, outcome: StayOutcome, said: StayForecast) -> StayModel:
    for what in Foretold:
        unit = UNIT[what]
        quantiles = np.array(expected(said, what).quantiles) / unit
        site_id, actual = outcome.told.site_id, outcome.actual(what) / unit
        model = observe_stay(model, what.value, site_id, actual, quantiles)
    return model
