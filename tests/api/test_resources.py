"""Resources over HTTP."""

from csms.service.live_resource import LiveResource
from tests.api.rig import Api
from tests.domain.resources import BATTERY, ROOF

PATH = "/sites/fjordgata/resources"


def add(api: Api) -> None:
    for resource in (BATTERY, ROOF):
        api.office.live.resources[resource.resource_id] = LiveResource(resource)


async def test_site_without_resources_has_none(api: Api) -> None:
    assert await api.get(PATH) == []
    await api.put(f"{PATH}/battery/reading", {"power_w": 1}, 422)
    await api.get("/sites/nowhere/resources", 404)


async def test_reading_is_taken_and_shown(api: Api) -> None:
    add(api)
    await api.put(f"{PATH}/battery/reading", {"power_w": -1500, "soc_pct": 61.5}, 204)
    battery, roof = await api.get(PATH)
    assert battery == {
        "resource_id": "battery",
        "name": "Battery",
        "kind": "battery",
        "feeder_id": "intake",
        "readings": {"power_w": -1500.0, "soc_pct": 61.5},
        "counts_w": 6900.0,
        "why": "Counts at its rating of 6.9 kW: the server has just started",
        "planned": "Nothing is planned for it",
        "setpoint": None,
    }
    assert (roof["kind"], roof["counts_w"], roof["readings"]) == ("photovoltaics", 0.0, {})
    assert roof["why"] == "It draws nothing, and what it gives makes no room"


async def test_wrong_reading_is_refused_with_its_cause(api: Api) -> None:
    add(api)
    problem = await api.put(f"{PATH}/battery/reading", {"power_w": 5_000_000}, 422)
    assert "expected -10850 to 10850 W of battery, got 5e+06" in str(problem)
    await api.put(f"{PATH}/battery/reading", {}, 422)
    await api.put(f"{PATH}/battery/reading", {"watts": 1}, 422)


async def test_weather_is_taken_or_refused_with_its_cause(api: Api) -> None:
    body = {"outdoor": [{"at": "2026-01-14T12:00:00Z", "celsius": -4.5}]}
    await api.put("/sites/fjordgata/weather", body, 204)
    assert api.office.live.outdoor.told[0][1] == -4.5
    body["outdoor"][0]["celsius"] = 400
    problem = await api.put("/sites/fjordgata/weather", body, 422)
    assert "expected -60 to 60 °C, got 400" in str(problem)
