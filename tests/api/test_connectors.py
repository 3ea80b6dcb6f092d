"""The operator's word on one connector, over HTTP."""

from typing import Any

import pytest

from tests.api.rig import Api

LIMIT = "/stations/G-01/evses/1/limit"
BOOST = "/stations/G-01/evses/1/boost"


async def call(api: Api, method: str, path: str, status: int, **more: Any) -> Any:
    response = await api.client.request(method, f"/api/v1{path}", **more)
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def test_limit_is_given_read_and_released(api: Api) -> None:
    await api.charge()
    body = {"amps": 10, "until": "2026-01-14T16:30:00+01:00", "words": "a warm cable"}
    told = {
        "station_id": "G-01",
        "evse_number": 1,
        "amps": 10.0,
        "from": "2026-01-14T12:10:00Z",
        "until": "2026-01-14T15:30:00Z",
        "words": "a warm cable",
    }
    assert await api.put(LIMIT, body, 200) == {**told, "least_a": 6.0, "warning": ""}
    assert await api.get(LIMIT) == told
    view = await api.get("/sites/fjordgata/view")
    assert view["evses"]["G-01/1"]["operator_limit"] == {
        "amps": 10.0,
        "until_at": "2026-01-14T15:30:00Z",
        "words": "a warm cable",
    }
    assert await call(api, "DELETE", LIMIT, 204) is None
    problem = await call(api, "DELETE", LIMIT, 404)
    assert problem["detail"] == "connector 'G-01/1' is not limited by the operator"
    assert (await api.get(LIMIT, 404))["detail"] == problem["detail"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "body/amps: "),
        ({"amps": None}, "body/amps: "),
        ({"amps": -1}, "body/amps: "),
        ({"amps": 33}, "amps: expected 0 to 32 A, the most of this connector"),
        ({"amps": 10, "until": "2026-01-15T12:00:00"}, "body/until"),
        ({"amps": 10, "until": "2026-01-14T11:00:00Z"}, "until: expected an instant after"),
        ({"amps": 10, "words": "two\nlines"}, "words: expected one line"),
        ({"amps": 10, "unit": "W"}, "body/unit"),
    ],
)
async def test_limit_that_cannot_be_true_is_refused(
    api: Api, body: dict[str, Any], place: str
) -> None:
    problem = await api.put(LIMIT, body, 422)
    assert problem["detail"].startswith(place)
    assert await call(api, "GET", LIMIT, 404)


async def test_vehicle_is_boosted_and_no_longer(api: Api) -> None:
    assert (await api.put(BOOST, {}, 409))["detail"]
    await api.charge()
    await api.put(BOOST, {})
    assert (await api.get("/sites/fjordgata/view"))["evses"]["G-01/1"]["is_boosted"] is True
    assert await call(api, "DELETE", BOOST, 204) is None
    assert (await api.get("/sites/fjordgata/view"))["evses"]["G-01/1"]["is_boosted"] is False


async def test_order_that_is_given_again_is_carried_out_once(api: Api) -> None:
    await api.charge()
    key = {"Idempotency-Key": "5f1c"}
    first = await api.client.put(f"/api/v1{LIMIT}", json={"amps": 10}, headers=key)
    await call(api, "DELETE", LIMIT, 204)
    again = await api.client.put(f"/api/v1{LIMIT}", json={"amps": 10}, headers=key)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    await api.get(LIMIT, 404)


@pytest.mark.parametrize("path", ["/stations/none/evses/1/limit", "/stations/G-01/evses/9/limit"])
async def test_what_is_not_there_cannot_be_limited(api: Api, path: str) -> None:
    await api.put(path, {"amps": 10}, 404)


async def test_course_tells_what_was_drawn_and_what_is_planned(api: Api) -> None:
    await api.charge()
    await api.plan()
    course = await api.get("/stations/G-01/evses/1/course")
    assert course["begins_at"] == "2026-01-14T12:00:00Z"
    assert course["now"] == "2026-01-14T12:10:00Z"
    assert course["prices"] is None
    noon = 1_768_392_000
    assert course["planned"]["t"][0] == noon
    assert course["planned"]["w"][0] == 6 * 690
    ahead = dict(zip(course["planned"]["t"], course["planned"]["w"], strict=True))
    assert ahead[noon + 600] == 32 * 690
    assert course["drawn"]["t"]
    assert course["drawn_from"] == "2026-01-14T12:00:00Z"
    recent = await api.get("/stations/G-01/evses/1/course?recent=true")
    assert recent["drawn_from"] == "2026-01-14T12:10:00Z"  # what the first rise counts from is old
    assert recent == course | {key: recent[key] for key in ("drawn", "drawn_from")}
    await api.get("/stations/G-01/evses/9/course", 404)
