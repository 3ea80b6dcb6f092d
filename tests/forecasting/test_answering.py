"""The model is asked, with the baseline beside it."""

from datetime import timedelta

from csms.domain.expectation import Expectation, StayForecast
from csms.domain.stay_outcome import StayAnswer, StayOutcome, ToldStay
from csms.forecasting.answering import Teller
from smart_charging.forecast.stay import Learned, StayModel
from tests.forecasting.rig import MIDNIGHT

MODEL = StayModel(
    energy=Learned(usual=(1.0, 2.0, 3.0, 4.0, 5.0), widths={}, losses={}),
    stay=Learned(usual=(1.0, 2.0, 3.0, 4.0, 5.0), widths={}, losses={}),
)
SAID = StayForecast(
    made_at=MIDNIGHT,
    model=1,
    energy_wh=Expectation(quantiles=(1e3, 2e3, 3e3, 4e3, 5e3), low=1e3, high=5e3),
    stay_s=Expectation(quantiles=(1e3, 2e3, 3e3, 4e3, 5e3), low=1e3, high=5e3),
)


def outcome(minutes: float, energy_wh: float) -> StayOutcome:
    came_at = MIDNIGHT + timedelta(minutes=minutes)
    answer = StayAnswer(by_model=SAID, by_baseline=SAID)
    told = ToldStay(number=1, site_id="garage", came_at=came_at, answer=answer)
    return StayOutcome(told=told, energy_wh=energy_wh, stay_s=3_000.0)


def test_intervals_widen_with_a_miss_and_narrow_with_a_hit() -> None:
    teller = Teller.of(1, MIDNIGHT, MODEL).after([outcome(10, 9_000.0)])
    assert teller.model.energy.widths["garage"] > 1.0
    assert teller.baseline.energy.widths["garage"] > 1.0
    assert teller.model.stay.widths["garage"] < 1.0


def test_outcomes_that_the_model_was_made_of_move_the_baseline_only() -> None:
    teller = Teller.of(1, MIDNIGHT, MODEL).after([outcome(-10, 9_000.0)])
    assert teller.model.energy.widths == {}
    assert teller.baseline.energy.widths["garage"] > 1.0
