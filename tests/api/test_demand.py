"""What a site is expected to need, over the API and as metrics."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from csms.domain.demand import ARRIVALS, VEHICLES
from tests.api.rig import Api
from tests.service.demands import by_hours, forecast, score, spread
from tests.service.rig import after

PATH = "/sites/fjordgata/demand"
_OURS = ("chargeflex_demand", "chargeflex_feeder_full", "chargeflex_shed")


def expect(api: Api) -> None:
    """Level 1 is expected to be full from 17 to 19 o'clock."""
    vehicles = forecast(VEHICLES, values=spread(by_hours((12, 14, 5_000.0))))
    arrivals = forecast(ARRIVALS, is_naive=True, method="same weekdays")
    scores = [score(day, 81.0) for day in range(10, 14)]
    api.context.demand.of("fjordgata").take([forecast(), vehicles, arrivals], scores)


async def test_site_of_which_nothing_is_forecast_tells_what_could_be_shed(api: Api) -> None:
    await api.charge()
    assert await api.get(PATH) == {
        "full": [],
        "shed_now": {"drawn_w": 11040.0, "now_w": 6900.0, "hour_w": 6900.0},
        "calibration": {},
        "forecasts": [],
    }


async def test_forecasts_are_told_with_when_feeders_are_full(api: Api) -> None:
    expect(api)
    told = await api.get(PATH)
    assert told["full"] == [
        {
            "feeder_id": "level-1",
            "begins_at": "2026-01-14T16:00:00Z",
            "ends_at": "2026-01-14T18:00:00Z",
            "chance": 0.792,
            "load_a": 39.0,
            "room_a": 40.0,
        }
    ]
    assert told["calibration"] == {
        "vehicles": {
            "days": 4,
            "coverage_pct": 81.0,
            "pinball_pct": 10.0,
            "naive_pinball_pct": 20.0,
            "bias_pct": 5.0,
            "is_drifting": False,
        }
    }
    assert [(one["series"], one["unit"], one["is_baseline"]) for one in told["forecasts"]] == [
        ("arrivals", "vehicles", True),
        ("feeder:level-1", "A", False),
        ("vehicles", "W", False),
    ]
    level = told["forecasts"][1]
    assert (level["day"], level["begins_at"]) == ("2026-01-14", "2026-01-13T23:00:00Z")
    assert (len(level["q50"]), level["q50"][17 * 4], level["high"][17 * 4]) == (96, 39.0, 40.95)
    assert (level["room_a"][0], level["chance_full"][17 * 4]) == (40.0, 0.792)
    assert told["forecasts"][2]["chance_full"] is None


async def test_site_that_there_is_not_has_no_demand(api: Api) -> None:
    await api.get("/sites/elsewhere/demand", 404)


async def test_what_is_expected_is_told_as_metrics(api: Api) -> None:
    expect(api)
    families = text_string_to_metric_families((await api.client.get("/metrics")).text)
    told = {
        (one.name, *(value for name, value in one.labels.items() if name != "site")): one.value
        for family in families
        if family.name.startswith(_OURS)
        for one in family.samples
    }
    assert told["chargeflex_demand_expected_watts", "q50"] == 5000.0
    assert told["chargeflex_demand_coverage_ratio", "vehicles"] == pytest.approx(0.81)
    assert told["chargeflex_demand_pinball_ratio", "vehicles"] == pytest.approx(0.1)
    assert told["chargeflex_demand_baseline_pinball_ratio", "vehicles"] == pytest.approx(0.2)
    assert told["chargeflex_demand_bias_ratio", "vehicles"] == pytest.approx(0.05)
    assert told["chargeflex_demand_drifting", "vehicles"] == 0.0
    assert told["chargeflex_feeder_full_chance", "level-1"] == pytest.approx(0.792, abs=0.001)
    assert told["chargeflex_shed_watts", "now"] == 0.0
    api.office.clock.instant = after(7 * 60)
    text = (await api.client.get("/metrics")).text
    assert "chargeflex_feeder_full_chance{" not in text
