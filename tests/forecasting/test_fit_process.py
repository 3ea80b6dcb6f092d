"""Models are made of the stays that a database holds."""

from datetime import datetime, timedelta

import pytest

from csms.domain.forecast_model import ModelNote
from csms.domain.stay_outcome import Foretold
from csms.forecasting.fit_process import make_models
from csms.forecasting.settings import ForecastSettings
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from smart_charging.forecast.token_hash import token_hash
from tests.forecasting.rig import MIDNIGHT
from tests.storage.rig import SITE

SETTINGS = ForecastSettings()


async def newest(database: Database) -> ModelNote:
    async with SqlUnitOfWork(database) as uow:
        (note,) = await uow.forecasts.models(1)
        return note


async def test_model_is_judged_on_stays_that_it_had_not_seen_and_says_what_it_hangs_on(
    modelled: Database,
) -> None:
    note = await newest(modelled)
    assert (note.version, note.made_at, note.zone) == (1, MIDNIGHT, "Europe/Oslo")
    report = note.sites[SITE.site_id]
    assert report.stays == 360
    for what in Foretold:
        score = report.scores[what]
        assert 130 < score.count < 150  # the last 24 days
        assert score.is_used == (score.loss < score.baseline_loss)
        assert all(driver.share > 0 for driver in note.drivers[what])


async def test_baseline_answers_where_there_are_too_few_stays_for_a_model(
    database: Database,
) -> None:
    assert await make_models(database, SETTINGS, MIDNIGHT) == [1]
    note = await newest(database)
    assert note.sites[SITE.site_id].stays == 240
    scores = note.sites[SITE.site_id].scores
    assert [scores[what].is_used for what in Foretold] == [False, False]
    assert note.drivers == {Foretold.ENERGY: (), Foretold.STAY: ()}


async def test_no_model_is_made_of_too_few_stays(database: Database) -> None:
    assert await make_models(database, ForecastSettings(least_stays=241), MIDNIGHT) == []
    assert await make_models(database, ForecastSettings(weeks=2), MIDNIGHT) == []


@pytest.mark.parametrize(("until", "stays"), [(None, 200), (MIDNIGHT - timedelta(days=30), 230)])
async def test_next_model_knows_nothing_of_who_is_left_out(
    database: Database, until: datetime | None, stays: int
) -> None:
    async with SqlUnitOfWork(database) as uow:
        hashed = token_hash("ANN", await uow.forecasts.key())
        await uow.forecasts.exclude(hashed, until, MIDNIGHT)
        await uow.commit()
    await make_models(database, SETTINGS, MIDNIGHT)
    assert (await newest(database)).sites[SITE.site_id].stays == stays
