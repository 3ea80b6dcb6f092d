"""Forecasts of series that a test makes up, and how they are judged."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from csms.domain.demand import ARRIVALS, VEHICLES, DemandForecast, DemandScore, calibrate, who_comes
from csms.forecasting.demand_making import Earlier, SitePast, make_demand
from csms.forecasting.demand_question import read_answer, write_answer
from smart_charging.forecast.calendar import Calendar
from tests.domain.sites import OSLO
from tests.smart_charging.forecast.made import two_drivers

CALENDAR = Calendar(OSLO)
FIRST = datetime(2026, 1, 4, 23, 0, tzinfo=UTC)
"""A Monday's midnight in Oslo."""
NOTHING = Earlier()


def past(days: int, seed: int = 0) -> "pd.Series[float]":
    """Evenings of 20 kW on weekdays, half of that at weekends; no two are quite alike."""
    drawn = np.random.default_rng(seed)
    index = pd.date_range(FIRST, periods=days * 96, freq="15min")
    hours = np.arange(days * 96) % 96 / 4
    daily = np.repeat(drawn.uniform(0.9, 1.1, days), 96)
    weekend = np.repeat([0.5 if day % 7 > 4 else 1.0 for day in range(days)], 96)
    values = 20_000 * daily * weekend * ((hours >= 17) & (hours < 22))
    return pd.Series(values, index=index)


def known(series: str, values: "pd.Series[float]") -> SitePast:
    return SitePast(series={series: values}, stays=pd.DataFrame())


def made(days: int, earlier: Earlier = NOTHING) -> tuple[DemandForecast, ...]:
    """What is forecast ten minutes after midnight, after so many days."""
    now = FIRST + timedelta(days=days, minutes=10)
    return make_demand(known(VEHICLES, past(days)), CALENDAR, earlier, now).forecasts


def test_today_and_tomorrow_are_forecast() -> None:
    today, tomorrow = made(60)
    assert (today.day, tomorrow.day) == (date(2026, 3, 6), date(2026, 3, 7))
    assert today.begins_at == datetime(2026, 3, 5, 23, 0, tzinfo=UTC)
    assert (today.is_of_its_day, tomorrow.is_of_its_day) == (True, False)
    assert {len(values) for values in today.values.values()} == {96}
    evening = 18 * 4
    assert 18_000 < today.values["q50"][evening] < 22_000
    assert today.values["q50"][10] == 0.0
    assert tomorrow.values["q50"][evening] == pytest.approx(10_000, rel=0.15)
    assert today.values["low"][evening] <= today.values["q50"][evening]


def test_past_of_less_than_six_weeks_is_not_judged_and_the_baseline_used() -> None:
    today, _ = made(20)
    assert (today.is_naive, today.method) == (True, "same weekdays")


def test_of_less_than_a_week_nothing_is_forecast() -> None:
    assert made(6) == ()


def test_forecasts_survive_the_way_to_the_server() -> None:
    now = FIRST + timedelta(days=10, minutes=10)
    answer = make_demand(known(ARRIVALS, past(10)), CALENDAR, NOTHING, now)
    assert read_answer(write_answer(answer)) == answer


def test_arrivals_tell_what_those_need_who_come() -> None:
    came = two_drivers(30)  # at 17 every day, at 8 on working days
    shifted = came["plugged_in_at"].min().normalize() - pd.Timestamp(FIRST)
    for name in ("plugged_in_at", "unplugged_at"):
        came[name] -= shifted.floor("7D")
    whole = SitePast(series={ARRIVALS: past(30)}, stays=came)
    answer = make_demand(whole, CALENDAR, NOTHING, FIRST + timedelta(days=30, minutes=10))
    today = who_comes(read_answer(write_answer(answer)).forecasts[0])
    morning, evening = today[7 * 4 : 9 * 4], today[16 * 4 : 18 * 4]
    assert today[0].begins_at == FIRST + timedelta(days=30)
    assert sum(one.count for one in today) == pytest.approx(2.0, abs=0.1)
    assert {round(one.energy_wh, -3) for one in morning} == {6_000.0}
    assert {round(one.stay_s / 3600) for one in evening} == {14}


def test_day_that_is_over_is_judged_once() -> None:
    today, tomorrow = made(20)
    now = FIRST + timedelta(days=21, minutes=10)
    series = past(21)
    answer = make_demand(
        known(VEHICLES, series), CALENDAR, Earlier(unscored=(today, tomorrow)), now
    )
    [score] = answer.scores
    assert (score.series, score.day) == (VEHICLES, today.day)
    assert score.held_pct is not None
    assert score.mean == pytest.approx(series.iloc[-96:].mean())


def test_forecast_that_is_right_loses_nothing() -> None:
    today, _ = made(20)
    actual = tuple(past(21).iloc[-96:])
    right = replace(today, values=dict.fromkeys(today.values, actual))
    now = FIRST + timedelta(days=21, minutes=10)
    answer = make_demand(known(VEHICLES, past(21)), CALENDAR, Earlier(unscored=(right,)), now)
    [score] = answer.scores
    assert (score.held_pct, score.pinball, score.bias) == (100.0, 0.0, 0.0)
    assert score.naive_pinball > 0.0


def score_of(day: int, held_pct: float, pinball: float = 1.0) -> DemandScore:
    return DemandScore(
        series=VEHICLES,
        day=date(2026, 2, day),
        held_pct=held_pct,
        pinball=pinball,
        naive_pinball=1.0,
        bias=0.5,
        mean=10.0,
    )


def test_forecasts_that_miss_for_a_week_drift_and_give_way_to_the_baseline() -> None:
    missed = tuple(score_of(day, 40.0) for day in range(1, 8))
    assert not made(60)[0].is_naive
    assert made(60, Earlier(scores=missed))[0].is_naive
    assert not made(60, Earlier(scores=missed[1:]))[0].is_naive  # six days say nothing yet


def test_calibration_is_a_mean_over_days() -> None:
    found = calibrate([score_of(1, 70.0, 0.5), score_of(2, 90.0, 1.5)])
    assert (found.days, found.coverage_pct, found.is_drifting) == (2, 80.0, False)
    assert (found.pinball_pct, found.naive_pinball_pct, found.bias_pct) == (10.0, 10.0, 5.0)


@pytest.mark.parametrize(
    ("held_pct", "pinball", "drifts"),
    [(80.0, 1.0, False), (64.0, 1.0, True), (99.0, 1.0, False), (80.0, 1.2, True)],
)
def test_drift_is_too_little_held_or_more_lost_than_by_the_baseline(
    held_pct: float, pinball: float, *, drifts: bool
) -> None:
    scores = [score_of(day, held_pct, pinball) for day in range(1, 15)]
    assert calibrate(scores).is_drifting == drifts


def test_of_no_day_nothing_is_said() -> None:
    found = calibrate([])
    assert (found.days, found.coverage_pct, found.pinball_pct) == (0, None, None)
