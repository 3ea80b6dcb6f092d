"""Sites over HTTP: how they stand, what they carry, what is planned."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csms.service.view_json import to_json
from tests.api.rig import Api, open_api
from tests.domain.sites import flat, place, small_site
from tests.service.rig import NOON, after
from tests.service.sites import with_total_meter


async def test_sites_are_listed_with_how_they_stand(api: Api) -> None:
    assert await api.get("/sites") == [
        {
            "site_id": "fjordgata",
            "name": "Fjordgata",
            "level": "overcommitted",  # nobody has come, and all count at their ratings
            "headline": (
                "0 of 2 connectors charging with 0.0 kW. "
                "Intake is overcommitted: 74 of 63 A may be drawn"
            ),
        }
    ]


async def test_view_is_all_that_the_page_shows(api: Api) -> None:
    await api.charge()
    view = await api.get("/sites/fjordgata/view")
    assert view == to_json(api.room.view("fjordgata"))
    assert view["now"] == "2026-01-14T12:10:00Z"
    assert (view["site_id"], view["level"], view["plan"]) == ("fjordgata", "ok", None)
    assert list(view["feeders"]) == ["intake", "level-1", "level-2"]
    assert list(view["evses"]) == ["G-01/1", "G-02/1"]
    evse = view["evses"]["G-01/1"]
    assert (evse["state"], evse["energy_wh"], evse["id_token"]) == ("charging", 1000, "04…C4")
    assert (evse["current_a"], evse["limit_a"]) == ([16.0, 15.0, 14.0], 6.0)


async def test_plan_is_told_with_a_limit_per_slot(api: Api) -> None:
    await api.charge()
    await api.plan()
    plan = await api.get("/sites/fjordgata/plan")
    assert (plan["number"], plan["method"], plan["detail"]) == (1, "linear program", "")
    assert plan["made_at"] == "2026-01-14T12:10:00Z"
    assert list(plan["limits_a"]) == ["G-01/1"]
    assert len(plan["limits_a"]["G-01/1"]) == len(plan["slots_s"])
    assert plan["limits_a"]["G-01/1"][0] == 32.0  # there is room for all that the charger can
    assert plan["slots_s"][0] == 360


async def test_before_the_first_plan_there_is_none(api: Api) -> None:
    problem = await api.get("/sites/fjordgata/plan", 404)
    assert problem == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "no plan has been made yet",
        "errors": [],
    }


async def kept_load(api: Api, minutes: float, *amps: float) -> None:
    """Keep what the intake carried at an instant."""
    first, second, third = amps
    currents = {
        "load_a": (first, second, third),
        "limit_a": (63.0, 62.0, 61.0),
        "uncontrolled_a": (1.0, 2.0, 3.0),
    }
    async with api.office.open_uow() as uow:
        await uow.control.add_feeder_reading("fjordgata", "intake", after(minutes), currents)
        await uow.commit()


async def test_series_is_the_past_and_the_plan_on_the_most_loaded_line(api: Api) -> None:
    await kept_load(api, -2, 5.0, 4.0, 3.0)
    await kept_load(api, -1, 5.0, 9.0, 3.0)
    series = await api.get("/sites/fjordgata/series")
    assert series["feeder_id"] == "intake"
    assert series["past"] == {
        "t": [(after(-2)).timestamp(), (after(-1)).timestamp()],
        "load_a": [5.0, 9.0],
        "limit_a": [63.0, 62.0],
        "uncontrolled_a": [1.0, 2.0],
    }
    assert series["ahead"] == {"t": [], "load_a": [], "limit_a": [], "uncontrolled_a": []}
    await api.charge()
    await api.plan()
    ahead = (await api.get("/sites/fjordgata/series"))["ahead"]
    assert ahead["t"][0] == after(10).timestamp()
    assert (ahead["load_a"][0], ahead["limit_a"][0], ahead["uncontrolled_a"][0]) == (
        48.0,  # 42 are planned, 6 are the fallback of the other charger
        63.0,
        10.0,
    )


async def test_series_reaches_as_far_back_as_was_asked(api: Api) -> None:
    for hours in (1, 23, 25):
        await kept_load(api, -60 * hours, 1.0, 2.0, 3.0)
    assert len((await api.get("/sites/fjordgata/series"))["past"]["t"]) == 2
    assert len((await api.get("/sites/fjordgata/series?hours=2"))["past"]["t"]) == 1
    assert len((await api.get("/sites/fjordgata/series?hours=48"))["past"]["t"]) == 3


@pytest.mark.parametrize("hours", ["0", "-1", "169", "nan", "many"])
async def test_stretch_of_time_that_makes_no_sense_is_refused(api: Api, hours: str) -> None:
    problem = await api.get(f"/sites/fjordgata/series?hours={hours}", 422)
    assert [fault["at"] for fault in problem["errors"]] == ["query/hours"]


async def test_measured_load_of_a_feeder_is_taken(api: Api) -> None:
    await api.put("/sites/fjordgata/feeders/intake/load", {"current_a": [1, 2.5, 3]})
    meter = api.office.live.meters["intake"]
    assert meter.latest(NOON, 180) == (1.0, 2.5, 3.0)
    at = (NOON - timedelta(minutes=1)).isoformat()
    await api.put("/sites/fjordgata/feeders/intake/load", {"current_a": [4, 2, 6], "at": at})
    assert meter.latest(NOON, 180) == (1.0, 2.5, 3.0)
    assert meter.highest(NOON, 180, 300) == (4.0, 2.5, 6.0)


async def test_measured_load_with_chargers_is_taken_and_shown(database_file: Path) -> None:
    site = with_total_meter(small_site(place("G-01", "level-1", 6.0)), flat(40.0))
    async with open_api(database_file, site) as api:
        await api.put("/sites/fjordgata/feeders/intake/load", {"current_a": [21, 22, 23]})
        feeder = (await api.get("/sites/fjordgata/view"))["feeders"]["intake"]
        assert (feeder["load_a"], feeder["uncontrolled_a"]) == ([21, 22, 23], [21, 22, 23])
        assert feeder["uncontrolled_source"] == "measured"
        await api.put("/sites/fjordgata/feeders/intake/load", {"current_a": [21, -2, 23]}, 422)


WRONG_LOADS: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "body/current_a"),
    "no list": ({"current_a": 5}, "body/current_a"),
    "two lines": ({"current_a": [1, 2]}, "body/current_a"),
    "below zero": ({"current_a": [1, 2, -3]}, "body/current_a/2"),
    "far too much": ({"current_a": [1, 2, 1e6]}, "body/current_a/2"),
    "text": ({"current_a": ["many", 2, 3]}, "body/current_a/0"),
    "no time zone": ({"current_a": [1, 2, 3], "at": "2026-01-14T12:00:00"}, "body/at"),
    "another key": ({"current_a": [1, 2, 3], "amps": 1}, "body/amps"),
    "no object": ([1, 2, 3], "body"),
}


@pytest.mark.parametrize(("body", "at"), WRONG_LOADS.values(), ids=WRONG_LOADS.keys())
async def test_wrong_measurement_is_refused_with_its_place(api: Api, body: object, at: str) -> None:
    problem = await api.put("/sites/fjordgata/feeders/intake/load", body, 422)
    assert (problem["title"], problem["status"]) == ("Unprocessable Entity", 422)
    assert [fault["at"] for fault in problem["errors"]] == [at]
    assert problem["detail"].startswith(f"{at}: ")
    assert api.office.live.meters["intake"].latest(NOON, 180) is None


async def test_measurement_of_a_feeder_without_a_meter_is_refused_with_the_cause(
    api: Api,
) -> None:
    body = {"current_a": [1, 2, 3]}
    problem = await api.put("/sites/fjordgata/feeders/level-1/load", body, 422)
    assert problem["detail"].startswith("feeder_id: expected a feeder whose uncontrolled load")
    problem = await api.put("/sites/fjordgata/feeders/roof/load", body, 404)
    assert problem["detail"] == "site 'fjordgata' has no feeder 'roof'"


@pytest.mark.parametrize("path", ["view", "live", "series", "plan"])
async def test_site_that_nobody_knows_is_not_found(api: Api, path: str) -> None:
    problem = await api.get(f"/sites/nowhere/{path}", 404)
    assert problem == {
        "type": "urn:chargeflex:unknown-site",
        "title": "Not Found",
        "status": 404,
        "detail": "no site is called 'nowhere'",
        "errors": [],
    }
