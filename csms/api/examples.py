"""An example of every body and answer in the description: one for each schema, put together."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

_FILE: Final = Path(__file__).with_name("examples.json")
_REFERENCE: Final = "#/components/schemas/"
_JSON: Final = "application/json"


def add_examples(document: Schema) -> None:
    """Put examples into an OpenAPI document, wherever a body or an answer has a schema of ours."""
    known = _known()
    for item in document["paths"].values():
        for operation in item.values():
            contents = [operation.get("requestBody", {}).get("content", {})]
            contents += [one.get("content", {}) for one in operation["responses"].values()]
            for content in contents:
                if _JSON in content and "schema" in content[_JSON]:
                    _add(content[_JSON], known)


def _add(media: Schema, known: dict[str, Any]) -> None:
    found = list(_examples_of(media["schema"], known))
    if found:
        media["example"] = found[0]


def _examples_of(schema: Schema, known: dict[str, Any]) -> list[Any]:
    """An example that fits a schema, as a list of one; none, if there is none of it."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REFERENCE)
        return [known[name]] if name in known else []
    if schema.get("title") in known:
        return [known[schema["title"]]]
    if schema.get("type") == "array":
        inner = _examples_of(schema["items"], known)
        return [inner] if inner else []
    options = [one for part in schema.get("anyOf", ()) for one in _examples_of(part, known)]
    return options[:1]


@cache
def _known() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found
