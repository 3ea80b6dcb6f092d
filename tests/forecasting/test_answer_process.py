"""What is said of vehicles that stand."""

from datetime import timedelta

import pytest

from csms.domain.stay_outcome import StayAnswer
from csms.forecasting.answer_process import Answerer
from csms.forecasting.questions import Question
from csms.forecasting.settings import ForecastSettings
from csms.storage.database import Database
from csms.storage.forecast_tables import ForecastModelRow
from csms.storage.tables import table_of
from csms.storage.unit_of_work import SqlUnitOfWork
from smart_charging.forecast.token_hash import token_hash
from tests.forecasting.rig import MIDNIGHT, begin, hours, standing

SETTINGS = ForecastSettings()
SIX, ELEVEN = MIDNIGHT + timedelta(hours=6), MIDNIGHT + timedelta(hours=11)


def kwh(answer: StayAnswer) -> list[float]:
    return [round(one / 1000, 1) for one in answer.by_model.energy_wh.quantiles]


async def test_nothing_is_said_without_a_model(database: Database) -> None:
    ann = await begin(database, "ANN", SIX)
    assert await Answerer(database, SETTINGS).answer(Question([ann], SIX)) == {}


async def test_drivers_of_habit_are_expected_to_do_as_usual(modelled: Database) -> None:
    """Ann comes at six, stays for two hours and takes 4 kWh; Fay at eleven, seven and 24."""
    ann, fay = await begin(modelled, "ANN", SIX), await begin(modelled, "FAY", ELEVEN)
    answerer = Answerer(modelled, SETTINGS)
    said = (await answerer.answer(Question([ann], SIX)))[ann.number]
    assert said.by_model.model == 1
    assert kwh(said)[2] == pytest.approx(4.0, abs=1.0)
    assert hours(said.by_model.stay_s.quantiles)[2] == pytest.approx(2.0, abs=0.4)
    said = (await answerer.answer(Question([ann, fay], ELEVEN)))[fay.number]
    assert kwh(said)[2] == pytest.approx(24.0, abs=2.0)
    assert hours(said.by_model.stay_s.quantiles)[2] == pytest.approx(7.0, abs=0.5)


async def test_vehicle_that_still_stands_is_not_expected_to_have_left(modelled: Database) -> None:
    ann = await begin(modelled, "ANN", SIX)
    later = SIX + timedelta(hours=3)
    question = Question([standing(ann.number, SIX, 3_000.0)], later)
    said = (await Answerer(modelled, SETTINGS).answer(question))[ann.number]
    middle_s = said.by_model.stay_s.beyond(3 * 3600.0)
    assert middle_s is not None
    assert middle_s >= 3 * 3600.0
    assert kwh(said)[2] == pytest.approx(4.0, abs=1.0)  # as when she came


async def test_baseline_is_what_the_last_ten_stays_say(modelled: Database) -> None:
    ann = await begin(modelled, "ANN", SIX)
    said = (await Answerer(modelled, SETTINGS).answer(Question([ann], SIX)))[ann.number]
    # of ten energies about 4 kWh, with a deviation of 1 kWh
    assert said.by_baseline.energy_wh.quantiles == pytest.approx(
        (2_900.0, 3_300.0, 4_000.0, 4_700.0, 5_100.0), abs=900.0
    )


async def test_driver_who_is_left_out_is_not_spoken_of(modelled: Database) -> None:
    ann = await begin(modelled, "ANN", SIX)
    async with SqlUnitOfWork(modelled) as uow:
        await uow.forecasts.exclude(token_hash("ANN", await uow.forecasts.key()), None, SIX)
        await uow.commit()
    assert await Answerer(modelled, SETTINGS).answer(Question([ann], SIX)) == {}


async def test_model_of_another_kind_says_nothing(
    modelled: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with SqlUnitOfWork(modelled) as uow:
        await uow.execute(table_of(ForecastModelRow).update().values(content=b"of another kind"))
        await uow.commit()
    ann = await begin(modelled, "ANN", SIX)
    assert await Answerer(modelled, SETTINGS).answer(Question([ann], SIX)) == {}
    assert "model 1 of stays cannot be read: expected a stored model" in caplog.text
