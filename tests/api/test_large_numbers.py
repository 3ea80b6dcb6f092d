"""Numbers that no database holds are refused where they come in."""

import pytest

from tests.api.rig import Api

TOO_LARGE = 2**31


@pytest.mark.parametrize(
    "path",
    [
        *("/jobs/{}", "/jobs/{}/report", "/transactions/{}", "/sites/fjordgata/file/versions/{}"),
        *("/transactions?before={}", "/transactions?token_of={}", "/security-events?before={}"),
        *(f"/stations/G-01/{one}?before={{}}" for one in ("jobs", "limits", "notices")),
        "/stations/G-01/security-events?before={}",
        "/sites/fjordgata/costs/transactions?before={}",
        *("/sites/fjordgata/guard-events?cursor={}", "/sites/fjordgata/file/versions?before={}"),
        *("/audit?before={}", "/sites/fjordgata/export?what=transactions&format=csv&token_of={}"),
    ],
)
@pytest.mark.parametrize("number", [TOO_LARGE, 2**63, -1, -(2**63) - 1])
async def test_number_beyond_those_of_rows_is_refused(api: Api, path: str, number: int) -> None:
    problem = await api.get(path.format(number), 422)
    assert problem["errors"][0]["message"].startswith("Input should be ")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", f"/jobs/{TOO_LARGE}"),
        ("DELETE", f"/keys/{TOO_LARGE}"),
        ("POST", f"/own/charging/{TOO_LARGE}/stop"),
    ],
)
async def test_no_order_is_about_such_a_number(api: Api, method: str, path: str) -> None:
    answer = await api.client.request(method, f"/api/v1{path}")
    assert answer.status_code == 422, answer.text


async def test_largest_number_is_just_not_there(api: Api) -> None:
    await api.get(f"/jobs/{TOO_LARGE - 1}", 404)
    assert await api.get(f"/transactions?before={TOO_LARGE - 1}") == []
