"""What grid companies send over HTTP, and are answered."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.rig import Api, open_api
from tests.api.test_app import described
from tests.service.grid_companies import KRAFT, NETT
from tests.service.rig import after

LEVEL = "/grid/sites/fjordgata/feeders/level-1/blocks"
OWN = "token of nett"
OTHER = "token of kraft"
NOON, ONE = "2026-01-14T12:00:00Z", "2026-01-14T13:00:00Z"


@pytest.fixture
async def api(database_file: Path) -> AsyncIterator[Api]:
    """The API of a site that two grid companies may limit."""
    async with open_api(database_file, companies=(NETT, KRAFT)) as opened:
        yield opened


async def ask(
    api: Api,
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = OWN,
    status: int = 200,
) -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    response = await api.client.request(method, f"/api/v1{path}", json=body, headers=headers)
    assert response.status_code == status, response.text
    return response.json()


def block(capacity: float = 24.0, **more: Any) -> dict[str, Any]:
    return {"capacity": capacity, "unit": "A", "start_time": NOON, "end_time": ONE, **more}


async def test_blocks_are_in_force_and_answered_with_what_is_expected(api: Api) -> None:
    await api.charge()
    await api.plan()
    answer = await ask(api, "PUT", f"{LEVEL}/consumption", {"blocks": [block()]})
    assert answer == {
        "party": "nett",
        "kind": "consumption",
        "note": "",
        "silent_at": "2026-01-14T12:20:00Z",
        "blocks": [
            {
                **block(),
                "phase": "ALL",
                "feeders": [
                    {
                        "site_id": "fjordgata",
                        "feeder_id": "level-1",
                        "limit_a": [24.0, 24.0, 24.0],
                        "expected_a": [24.0, 24.0, 24.0],
                        "expected_w": answer["blocks"][0]["feeders"][0]["expected_w"],
                        "least_a": [6.0, 6.0, 6.0],
                        "warning": "",
                    }
                ],
            }
        ],
    }
    assert 0 < answer["blocks"][0]["feeders"][0]["expected_w"] <= 24 * 3 * 230
    profile = await ask(api, "GET", "/grid/profile")
    assert profile["in_force"][1] == {
        "site_id": "fjordgata",
        "feeder_id": "level-1",
        "limit_a": [24.0, 24.0, 24.0],
        "limited_by": ["Nett AS", "Nett AS", "Nett AS"],
        "measured_a": profile["in_force"][1]["measured_a"],
    }
    assert profile["in_force"][0]["limited_by"] == ["the site file"] * 3
    assert profile["profile"] == [
        {
            "site_id": "fjordgata",
            "feeder_id": "level-1",
            "group_id": None,
            "kind": "consumption",
            "blocks": [{**block(), "phase": "ALL"}],
        }
    ]


async def test_answer_says_what_no_plan_and_no_limit_can_keep(api: Api) -> None:
    body = {"blocks": [block(2.76, unit="KW", phase="UNKNOWN")]}
    answer = await ask(api, "PUT", f"{LEVEL}/consumption", body)
    [feeder] = answer["blocks"][0]["feeders"]
    assert (feeder["limit_a"], feeder["expected_a"], feeder["expected_w"]) == (
        [4.0] * 3,
        None,
        None,
    )
    assert feeder["warning"].startswith(
        "The worst case of the building and the standing fallbacks below add up to 6.0 A on L1"
    )


async def test_answer_of_a_group_tells_of_each_feeder(api: Api) -> None:
    body = {"blocks": [block(100)]}
    answer = await ask(api, "PUT", "/grid/groups/area-7/blocks/consumption", body)
    shares = {one["feeder_id"]: one["limit_a"][0] for one in answer["blocks"][0]["feeders"]}
    assert shares == {"level-1": 40.0, "intake": 50.0}  # level 1 has no more itself


async def test_what_limits_feeding_in_limits_no_load_and_the_answer_says_so(api: Api) -> None:
    answer = await ask(api, "PUT", f"{LEVEL}/generation", {"blocks": [block(6)]})
    assert answer["note"].startswith("Plans keep to these blocks; where meters show that more is")
    assert answer["blocks"][0]["feeders"][0]["limit_a"] is None
    assert (await ask(api, "GET", "/grid/profile"))["profile"][0]["kind"] == "generation"


async def test_what_is_aimed_at_limits_nothing_and_the_answer_says_so(api: Api) -> None:
    answer = await ask(api, "PUT", f"{LEVEL}/optimum", {"blocks": [block(6)]})
    assert answer["note"].startswith("Plans aim at these blocks")
    assert answer["blocks"][0]["feeders"][0]["limit_a"] is None


async def test_no_blocks_withdraw_those_before(api: Api) -> None:
    await ask(api, "PUT", f"{LEVEL}/consumption", {"blocks": [block()]})
    answer = await ask(api, "PUT", f"{LEVEL}/consumption", {"blocks": []})
    assert answer["blocks"] == []
    assert (await ask(api, "GET", "/grid/profile"))["profile"] == []


async def test_heartbeat_is_answered_with_the_next_one(api: Api) -> None:
    bodies: list[object] = [None, {}]
    for body in bodies:
        assert await ask(api, "POST", "/grid/heartbeat", body) == {
            "party": "nett",
            "name": "Nett AS",
            "heard_at": NOON,
            "silent_at": "2026-01-14T12:10:00Z",
            "is_silent": False,
        }
    api.office.clock.instant = after(10)
    await api.office.profiles.look()
    assert (await ask(api, "GET", "/grid/profile"))["is_silent"] is True


@pytest.mark.parametrize(
    ("token", "detail"),
    [
        (None, "expected a header `Authorization: Bearer TOKEN`, got none"),
        ("another", "expected the token of a grid company, got another one"),
    ],
)
async def test_whoever_has_no_token_is_told_nothing(
    api: Api, token: str | None, detail: str
) -> None:
    asked = [
        ("GET", "/grid/profile", None),
        ("POST", "/grid/heartbeat", {}),
        ("PUT", f"{LEVEL}/consumption", {"blocks": [block()]}),
        ("PUT", "/grid/groups/area-7/blocks/consumption", {"blocks": [block()]}),
    ]
    for method, path, body in asked:
        problem = await ask(api, method, path, body, token=token, status=401)
        assert problem == {
            "type": "urn:chargeflex:unknown-party",
            "title": "Unauthorized",
            "status": 401,
            "detail": detail,
            "errors": [],
        }
    answer = await api.client.get("/api/v1/grid/profile")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_nobody_limits_the_feeder_of_somebody_else(api: Api) -> None:
    path, body = "/grid/sites/fjordgata/feeders/intake/blocks/consumption", {"blocks": [block()]}
    problem = await ask(api, "PUT", path, body, status=403)
    assert problem["detail"] == (
        "expected one of feeders fjordgata/level-1 from 'nett', got 'feeder fjordgata/intake'"
    )
    await ask(api, "PUT", path, body, token=OTHER)
    await ask(api, "PUT", path.replace("fjordgata", "none"), body, status=403)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "body/blocks: "),
        ({"blocks": [block(), {**block(), "capacity": -1}]}, "body/blocks/1/capacity: "),
        ({"blocks": [block("many")]}, "body/blocks/0/capacity: "),  # type: ignore[arg-type]
        ({"blocks": [block(unit="MW")]}, "body/blocks/0/unit: "),
        ({"blocks": [block(phase="FOUR")]}, "body/blocks/0/phase: "),
        ({"blocks": [block(start_time="2026-01-14T12:00:00")]}, "body/blocks/0/start_time: "),
        ({"blocks": [block(end_time=NOON)]}, "blocks/0/end_time: expected after start_time"),
        ({"blocks": [block(words="hot")]}, "body/blocks/0/words: "),
        ({"blocks": [block()] * 501}, "body/blocks: "),
    ],
)
async def test_bad_blocks_are_refused_with_their_place(
    api: Api, body: dict[str, Any], place: str
) -> None:
    problem = await ask(api, "PUT", f"{LEVEL}/consumption", body, status=422)
    assert problem["detail"].startswith(place)
    assert (await ask(api, "GET", "/grid/profile"))["profile"] == []


async def test_there_is_no_other_kind_of_blocks(api: Api) -> None:
    problem = await ask(api, "PUT", f"{LEVEL}/wish", {"blocks": []}, status=422)
    assert problem["detail"].startswith("path/kind: ")


async def test_description_says_that_a_token_is_needed(api: Api) -> None:
    document = await described(api)
    assert document["components"]["securitySchemes"]["grid company"]["scheme"] == "bearer"
    operation = document["paths"]["/api/v1/grid/profile"]["get"]
    assert operation["security"] == [{"grid company": []}, {"API key": []}, {"login": []}]
    assert {"401", "403"} <= operation["responses"].keys()


async def test_page_names_the_company_and_shows_the_next_blocks_only(api: Api) -> None:
    quarters = [
        block(
            20 + i,
            start_time=f"2026-01-14T{12 + i // 4}:{i % 4 * 15:02d}:00Z",
            end_time=f"2026-01-14T{12 + (i + 1) // 4}:{(i + 1) % 4 * 15:02d}:00Z",
        )
        for i in range(12)
    ]
    await ask(api, "PUT", f"{LEVEL}/consumption", {"blocks": quarters})
    shown = (await api.get("/sites/fjordgata/view"))["feeders"]["level-1"]["imposed"]
    assert [one["amps"][0] for one in shown] == [20.0, 21.0, 22.0, 23.0, 24.0, 25.0]
    assert {one["by"] for one in shown} == {"Nett AS"}
    assert await api.get("/sites/fjordgata/limits") == []
