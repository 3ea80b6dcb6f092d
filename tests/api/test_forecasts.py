"""Forecasts over HTTP."""

from dataclasses import replace
from typing import Any, Final

from csms.domain.forecast_model import Driver, ModelNote, Score, SiteReport
from csms.domain.stay_outcome import Foretold
from tests.api.rig import Api
from tests.service.handlers.stories import TOKEN
from tests.service.rig import NOON
from tests.service.test_forecasts import forecast, outcomes

PATH = "/sites/fjordgata/forecast"
SCORE = Score(count=80, loss=1400.0, baseline_loss=2000.0, held=0.79, is_used=True)
NOTE = ModelNote(
    version=0,
    made_at=NOON,
    zone="Europe/Oslo",
    took_s=12.5,
    sites={
        "fjordgata": SiteReport(
            stays=412,
            scores={Foretold.ENERGY: SCORE, Foretold.STAY: replace(SCORE, is_used=False)},
        )
    },
    drivers={Foretold.ENERGY: (Driver(name="hour", share=0.2),), Foretold.STAY: ()},
)
NOTHING: Final[dict[str, Any]] = {
    "answers": "nobody",
    "backtest": None,
    "lately": None,
    "hangs_on": [],
}


async def keep_model(api: Api) -> None:
    """Keep a model, and let the server see it."""
    async with api.office.open_uow() as uow:
        await uow.forecasts.put_model(NOTE, b"")
        await uow.commit()
    await api.context.forecasts.load()


async def test_nobody_answers_before_there_is_a_model(api: Api) -> None:
    assert await api.get(PATH) == {
        "is_on": True,
        "model": None,
        "energy": NOTHING,
        "stay": NOTHING,
    }
    await api.get("/sites/nowhere/forecast", 404)


async def test_model_answers_where_it_beat_the_baseline(api: Api) -> None:
    await keep_model(api)
    found = await api.get(PATH)
    assert found["model"] == {"version": 1, "made_at": "2026-01-14T12:00:00Z", "stays": 412}
    assert found["energy"] == {
        "answers": "model",
        "backtest": {
            "count": 80,
            "loss": 1400.0,
            "baseline_loss": 2000.0,
            "held": 0.79,
            "is_used": True,
        },
        "lately": None,
        "hangs_on": [{"name": "hour", "share": 0.2}],
    }
    assert found["stay"]["answers"] == "baseline"


async def test_how_the_last_stays_came_out_is_told_and_that_the_model_drifts(api: Api) -> None:
    await keep_model(api)
    wrong = [replace(one, energy_wh=20_000.0 + one.told.number % 3) for one in outcomes(30, 5)]
    api.context.forecasts._watch("fjordgata", wrong)
    found = await api.get(PATH)
    assert found["energy"]["answers"] == "baseline"
    lately = found["energy"]["lately"]
    assert (lately["count"], lately["held"]) == (30, 0.0)
    assert lately["bias"] == -8_001.0
    assert lately["drift"].startswith("over the last 30 stays, the model's loss is ")


async def test_driver_is_left_out_and_taken_in_again(api: Api) -> None:
    await api.context.forecasts.load()
    await api.charge()
    evse = api.office.evse("G-01/1")
    evse.forecast = forecast(NOON, 5, 12)
    path = f"/forecasts/drivers/{TOKEN}"
    assert await api.put(path, {"use": "nothing"}, 204) is None
    assert evse.forecast is None
    kept = await api.office.rows("SELECT * FROM forecast_exclusion")
    assert [row["until_at"] for row in kept] == [None]
    assert TOKEN not in str(kept)
    assert (await api.client.delete(f"/api/v1{path}")).status_code == 204
    assert await api.office.rows("SELECT * FROM forecast_exclusion") == []


async def test_what_is_wanted_of_a_driver_is_refused_if_it_is_not_clear(api: Api) -> None:
    await api.put(f"/forecasts/drivers/{TOKEN}", {"use": "some"}, 422)
    await api.put(f"/forecasts/drivers/{37 * 'A'}", {"use": "nothing"}, 422)
