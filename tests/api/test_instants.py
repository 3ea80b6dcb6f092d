"""Instants are told in words: a number could be seconds or anything else."""

import pytest

from tests.api.rig import Api

SITE = "/sites/fjordgata"


@pytest.mark.parametrize("number", ["0", "0.0", "1768392000", "-1e3", "inf"])
@pytest.mark.parametrize(
    "path",
    [
        *(
            "/audit?from={}",
            "/audit/export?to={}",
            "/transactions?from={}",
            f"{SITE}/alerts?from={{}}",
        ),
        *(f"{SITE}/guard-events?to={{}}", f"{SITE}/prices?from={{}}", f"{SITE}/costs?to={{}}"),
        f"{SITE}/feeders/level-1/proof?from={{}}",
    ],
)
async def test_number_is_no_instant_in_a_query(api: Api, path: str, number: str) -> None:
    problem = await api.get(path.format(number), 422)
    [error] = problem["errors"]
    assert error["at"] in ("query/from", "query/to")
    assert error["message"].endswith(
        f"expected an instant such as 2026-01-14T12:00:00Z, got {number}"
    )


@pytest.mark.parametrize("number", [0, 1768392000, 17.5, True, "1768392000"])
async def test_number_is_no_instant_in_a_body(api: Api, number: object) -> None:
    limit = {"amps": 20, "from": number}
    problem = await api.put(f"{SITE}/feeders/level-1/limits/operator", limit, 422)
    assert problem["errors"][0]["at"] == "body/from"
    await api.put(f"{SITE}/feeders/level-1/load", {"current_a": [1, 1, 1], "at": number}, 422)


async def test_instant_in_words_is_taken_with_its_offset(api: Api) -> None:
    told = {"amps": 20, "from": "2026-01-14T18:00:00+01:00"}
    answer = await api.put(f"{SITE}/feeders/level-1/limits/operator", told, 200)
    assert answer["from"] == "2026-01-14T17:00:00Z"
