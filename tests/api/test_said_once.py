"""A parameter of one value that is said twice is refused, whoever asks for whatever."""

from typing import Any

from tests.api.rig import Api


async def test_parameter_that_is_said_twice_is_refused_and_named(api: Api) -> None:
    answer = await api.client.get("/api/v1/stations?limit=1&site_id=fjordgata&limit=2")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:chargeflex:invalid-input",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "query/limit: expected once, got 2 times",
        "errors": [{"at": "query/limit", "message": "expected once, got 2 times", "line": None}],
    }


async def test_all_parameters_that_are_said_twice_are_named(api: Api) -> None:
    told = await api.get("/transactions?before=2&before=3&running=1&limit=&limit=1&limit=2", 422)
    assert [one["at"] for one in told["errors"]] == ["query/before", "query/limit"]
    assert told["errors"][1]["message"] == "expected once, got 3 times"


async def test_no_route_takes_a_list_in_its_query(api: Api) -> None:
    """Else a list would be refused as a value that is said twice."""
    described = [
        (path, parameter)
        for path, item in api.app.openapi()["paths"].items()
        for operation in item.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    ]
    assert len(described) > 50
    assert not [one for one in described if "array" in types_of(one[1]["schema"])]


def types_of(schema: dict[str, Any]) -> set[str]:
    """The types that a value may have."""
    inner = [types_of(one) for one in schema.get("anyOf", ())]
    return {schema.get("type", "")}.union(*inner)
