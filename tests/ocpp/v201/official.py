"""The official schemas, as far as tests look into them."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final, TypeAlias

from csms.ocpp.frames import JsonObject

Path: TypeAlias = tuple[str | int, ...]
_FOLDER: Final = files("ocpp.v201") / "schemas"


def schema_of(message: str) -> JsonObject:
    """The schema of a message such as `ResetResponse`."""
    schema: JsonObject = json.loads((_FOLDER / f"{message}.json").read_text("utf-8-sig"))
    return schema


def enumerations(schema: JsonObject) -> dict[str, list[str]]:
    """The words of each enumeration of a schema, by its name."""
    definitions: dict[str, JsonObject] = schema.get("definitions", {})
    return {name: said["enum"] for name, said in definitions.items() if "enum" in said}


def worded(schema: JsonObject, payload: Any) -> Iterator[tuple[Path, str, list[str]]]:
    """Where a payload has words of enumerations: the path, the enumeration and its words."""
    yield from _worded(schema, schema, payload, ())


def put(answer: Any, path: Path, word: str) -> None:
    """Put a word at its place."""
    *way, last = path
    for step in way:
        answer = answer[step]
    answer[last] = word


def _worded(
    whole: JsonObject, part: JsonObject, node: Any, path: Path
) -> Iterator[tuple[Path, str, list[str]]]:
    name = part.get("$ref", "").removeprefix("#/definitions/")
    if name:
        part = whole["definitions"][name]
    if "enum" in part:
        yield path, name, part["enum"]
    elif isinstance(node, dict):
        for key, inner in node.items():
            described = part.get("properties", {}).get(key, {})
            yield from _worded(whole, described, inner, (*path, key))
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _worded(whole, part.get("items", {}), inner, (*path, index))
