"""Metrics of forecasts."""

from tests.api.rig import Api
from tests.api.test_forecasts import keep_model
from tests.service.test_forecasts import outcomes


async def test_how_forecasts_came_out_is_told_by_site(api: Api) -> None:
    await keep_model(api)
    api.context.forecasts._watch("fjordgata", outcomes(30, hours=8))
    lines = (await api.client.get("/metrics")).text.splitlines()
    told = dict(line.rsplit(" ", 1) for line in lines if line.startswith("chargeflex_forecast"))
    assert told['chargeflex_forecast_model_made_timestamp_seconds{site="fjordgata"}'] == (
        "1.768392e+09"
    )
    assert told['chargeflex_forecast_held_ratio{site="fjordgata",what="energy"}'] == "1.0"
    assert told['chargeflex_forecast_held_ratio{site="fjordgata",what="stay"}'] == "0.0"
    assert told['chargeflex_forecast_drifts{site="fjordgata",what="stay"}'] == "1.0"
    labels = 'site="fjordgata",what="energy"'
    assert told[f'chargeflex_forecast_answers{{by="model",{labels}}}'] == "1.0"
    assert told[f'chargeflex_forecast_answers{{by="baseline",{labels}}}'] == "0.0"
    assert told['chargeflex_forecast_energy_bias_watthours{site="fjordgata"}'] == "0.0"
    # 8.01 h came on average, of 5 h that were said
    assert told['chargeflex_forecast_stay_bias_seconds{site="fjordgata"}'] == "-10836.0"
