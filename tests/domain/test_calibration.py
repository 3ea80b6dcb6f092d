"""Forecasts are held against what came."""

from dataclasses import replace

import pytest

from csms.domain.calibration import Calibration, calibrate, pinball
from csms.domain.expectation import Expectation, StayForecast
from csms.domain.stay_outcome import Foretold, StayAnswer, StayOutcome, ToldStay
from tests.service.rig import NOON

TEN = Expectation(quantiles=(8.0, 9.0, 10.0, 11.0, 12.0), low=8.0, high=12.0)
TWENTY = Expectation(quantiles=(18.0, 19.0, 20.0, 21.0, 22.0), low=18.0, high=22.0)


def said(expectation: Expectation) -> StayForecast:
    return StayForecast(made_at=NOON, model=1, energy_wh=expectation, stay_s=TEN)


def outcome(came: float, by_model: Expectation, by_baseline: Expectation) -> StayOutcome:
    answer = StayAnswer(by_model=said(by_model), by_baseline=said(by_baseline))
    told = ToldStay(number=1, site_id="garage", came_at=NOON, answer=answer)
    return StayOutcome(told=told, energy_wh=came, stay_s=10.0)


def of_energy(outcomes: list[StayOutcome]) -> Calibration:
    found = calibrate(outcomes, Foretold.ENERGY)
    assert found is not None
    return found


def test_pinball_loss_is_the_mean_over_the_quantiles() -> None:
    # 2 x 0.1, 1 x 0.25, 0, 1 x 0.25, 2 x 0.1
    assert pinball(TEN, 10.0) == pytest.approx(0.9 / 5)
    # all quantiles are below 14: 6 x 0.1 + 5 x 0.25 + 4 x 0.5 + 3 x 0.75 + 2 x 0.9
    assert pinball(TEN, 14.0) == pytest.approx(7.9 / 5)


def test_nothing_is_said_before_a_stay_is_over() -> None:
    assert calibrate([], Foretold.ENERGY) is None


def test_share_held_loss_and_bias_are_those_of_the_stays() -> None:
    found = of_energy([outcome(10.0, TEN, TWENTY), outcome(14.0, TEN, TWENTY)])
    assert (found.count, found.held, found.bias) == (2, 0.5, -2.0)
    assert found.loss == pytest.approx((0.9 + 7.9) / 10)
    assert found.baseline_loss > found.loss
    assert found.drift == ""


def test_model_drifts_that_misses_by_more_than_the_baseline_beyond_chance() -> None:
    worse = [outcome(20.0 + one % 3, TEN, TWENTY) for one in range(29)]
    assert of_energy(worse).drift == ""  # too few
    found = of_energy([*worse, outcome(20.0, TEN, TWENTY)])
    # 11 times 20, 10 times 21, 9 times 22: the model loses 4.58, 5.08 and 5.58 of them, together
    # 151.4; the baseline 0.18, 0.28 and 0.58, together 10.0
    assert found.drift == "over the last 30 stays, the model's loss is 15.1 times the baseline's"


def test_model_drifts_whose_intervals_hold_far_too_few() -> None:
    """Of 100 stays, 80 are meant to be held, 12 more or fewer by chance."""
    kept = [outcome(10.0, TEN, TWENTY)] * 69
    missed = [outcome(12.5, TEN, TWENTY)] * 31
    assert of_energy(kept + missed).drift == ""
    kept = kept[1:-1]
    found = of_energy(kept + missed + missed[:2])
    assert found.drift == "of the last 100 stays, 67 % came out within their 80 % intervals"


def test_model_that_is_the_baseline_does_not_drift() -> None:
    same = replace(TEN, low=8.0, high=12.0)
    found = of_energy([outcome(10.0, TEN, same)] * 24 + [outcome(14.0, TEN, same)] * 6)
    assert found.drift == ""
