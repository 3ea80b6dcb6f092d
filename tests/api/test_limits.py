"""Limits on feeders over HTTP."""

from typing import Any

import pytest

from tests.api.rig import Api
from tests.api.test_app import described
from tests.service.sites import connect

PATH = "/sites/fjordgata/feeders/level-1/limits/operator"


async def delete(api: Api, path: str, status: int) -> Any:
    response = await api.client.delete(f"/api/v1{path}")
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def test_limit_is_imposed_and_listed(api: Api) -> None:
    connect(api.office.live, "G-01", "G-02")
    told = {
        "feeder_id": "level-1",
        "party": "operator",
        "amps": [20.0, 20.0, 20.0],
        "from": "2026-01-14T12:00:00Z",
        "until": None,
        "words": "",
    }
    answer = await api.put(PATH, {"amps": 20}, 200)
    assert answer == {**told, "least_a": [6.0, 6.0, 6.0], "warning": ""}
    assert await api.get("/sites/fjordgata/limits") == [told]


async def test_limit_may_be_by_line_and_for_a_time(api: Api) -> None:
    body = {
        "amps": [20, 4, 30],
        "from": "2026-01-14T14:00:00+01:00",
        "until": "2026-01-14T16:30:00+01:00",
        "words": "work on the cable",
    }
    answer = await api.put("/sites/fjordgata/feeders/intake/limits/grid_company", body, 200)
    assert (answer["from"], answer["until"]) == ("2026-01-14T13:00:00Z", "2026-01-14T15:30:00Z")
    assert (answer["amps"], answer["words"]) == ([20.0, 4.0, 30.0], "work on the cable")
    assert answer["least_a"] == [16.0, 22.0, 16.0]
    assert answer["warning"] == (
        "The worst case of the building and the standing fallbacks below add up to 22.0 A on L2: "
        "more than this limit, and no charger is lowered below its fallback"
    )


async def test_limit_is_lifted_once(api: Api) -> None:
    await api.put(PATH, {"amps": 20}, 200)
    assert await delete(api, PATH, 204) is None
    assert await api.get("/sites/fjordgata/limits") == []
    problem = await delete(api, PATH, 404)
    assert problem["detail"] == "feeder 'level-1' is not limited by the operator"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/sites/none/feeders/level-1/limits/operator", "no site is called 'none'"),
        (
            "/sites/fjordgata/feeders/none/limits/operator",
            "site 'fjordgata' has no feeder 'none'",
        ),
    ],
)
async def test_what_is_not_there_cannot_be_limited(api: Api, path: str, detail: str) -> None:
    assert (await api.put(path, {"amps": 20}, 404))["detail"] == detail
    assert (await delete(api, path, 404))["detail"] == detail


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "body/amps: "),
        ({"amps": None}, "body/amps: "),
        ({"amps": -1}, "body/amps: "),
        ({"amps": 10_001}, "body/amps: "),
        ({"amps": "many"}, "body/amps: "),
        ({"amps": [20, 20]}, "body/amps: "),
        ({"amps": [20, -1, 20]}, "body/amps/1: "),
        ({"amps": 20, "until": "2026-01-15T12:00:00"}, "body/until"),
        ({"amps": 20, "words": "x" * 201}, "body/words"),
        ({"amps": 20, "unit": "W"}, "body/unit"),
        ({"amps": 20, "until": "2026-01-14T11:00:00Z"}, "until: expected an instant after"),
    ],
)
async def test_bad_limit_is_answered_once_with_place_and_cause(
    api: Api, body: dict[str, Any], place: str
) -> None:
    detail = (await api.put(PATH, body, 422))["detail"]
    assert detail.startswith(place)
    assert detail.count(place) == 1
    assert await api.get("/sites/fjordgata/limits") == []


async def test_schedule_takes_the_place_of_all_that_the_party_has_said(api: Api) -> None:
    await api.put(PATH, {"amps": 10}, 200)
    evening = {"from": "2026-01-14T18:00:00Z", "until": "2026-01-14T19:00:00Z"}
    body = {"limits": [{"amps": [20, 16, 20], **evening}, {"amps": 30}]}
    now, later = await api.put(f"{PATH}/schedule", body, 200)
    assert (now["amps"], now["until"], now["warning"]) == ([30.0, 30.0, 30.0], None, "")
    assert (later["amps"], later["from"]) == ([20.0, 16.0, 20.0], "2026-01-14T18:00:00Z")
    told = await api.get("/sites/fjordgata/limits")
    assert [one["amps"][1] for one in told] == [30.0, 16.0]
    assert await delete(api, f"{PATH}?from=2026-01-14T19:00:00%2B01:00", 204) is None
    assert [one["amps"][1] for one in await api.get("/sites/fjordgata/limits")] == [30.0]


@pytest.mark.parametrize(
    ("limits", "place"),
    [
        ([], "body/limits: "),
        ([{"amps": 20}, {"amps": -1}], "body/limits/1/amps: "),
        ([{"amps": 20}, {"amps": 16}], "limits/1/from: expected one limit for each start"),
        ([{"amps": 20}] * 201, "body/limits: "),
    ],
)
async def test_bad_schedule_changes_nothing(
    api: Api, limits: list[dict[str, Any]], place: str
) -> None:
    await api.put(PATH, {"amps": 10}, 200)
    refused = await api.put(f"{PATH}/schedule", {"limits": limits}, 422)
    assert refused["detail"].startswith(place)
    assert [one["amps"][0] for one in await api.get("/sites/fjordgata/limits")] == [10.0]


async def test_description_allows_one_current_or_three(api: Api) -> None:
    schemas = (await described(api))["components"]["schemas"]
    current = {"type": "number", "minimum": 0.0, "maximum": 10_000.0}
    assert schemas["WantedFeederLimit"]["properties"]["amps"]["anyOf"] == [
        current,
        {"type": "array", "items": current, "minItems": 3, "maxItems": 3},
    ]


async def test_nobody_else_limits_feeders(api: Api) -> None:
    problem = await api.put("/sites/fjordgata/feeders/level-1/limits/mayor", {"amps": 20}, 422)
    assert "path/party" in problem["detail"]


async def test_limits_of_a_site_that_is_not_there_are_not_listed(api: Api) -> None:
    assert (await api.get("/sites/none/limits", 404))["detail"] == "no site is called 'none'"
