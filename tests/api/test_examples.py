"""The description has an example of every body and every answer in JSON, and each fits."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from csms.api import examples
from tests.api.rig import Api

JSON = "application/json"


def contents_of(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What goes in and what comes out in JSON, where all is well, by names for people."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            body = operation.get("requestBody", {}).get("content", {})
            if JSON in body:
                yield f"{method} {path} body", body[JSON]
            for status, answer in operation["responses"].items():
                if status.startswith("2") and JSON in answer.get("content", {}):
                    yield f"{method} {path} {status}", answer["content"][JSON]


async def test_every_body_and_answer_has_an_example_that_fits_its_schema(api: Api) -> None:
    document = api.app.openapi()
    contents = dict(contents_of(document))
    assert len(contents) > 80
    assert [name for name, media in contents.items() if "example" not in media] == []
    for name, media in contents.items():
        schema = {**media["schema"], "components": document["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        faults = [str(one) for one in validator.iter_errors(media["example"])]
        assert not faults, f"{name}: {faults}"


async def test_no_example_is_of_something_that_there_is_not(api: Api) -> None:
    document = api.app.openapi()
    inline = {"BulkRequest", "BulkAnswer"}
    known = set(document["components"]["schemas"]) | inline
    told = json.loads(examples._FILE.read_text(encoding="utf-8"))
    assert set(told) <= known


async def test_csv_that_can_be_sent_has_an_example(api: Api) -> None:
    paths = api.app.openapi()["paths"]
    for path in ("/api/v1/sites/{site_id}/timetable.csv", "/api/v1/tokens/import"):
        [operation] = [one for method, one in paths[path].items() if method in ("put", "post")]
        assert operation["requestBody"]["content"]["text/csv"]["schema"]["examples"]
