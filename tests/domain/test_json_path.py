"""Paths into JSON documents."""

import pytest

from csms.domain.errors import InvalidInputError
from csms.domain.json_path import JsonPath

DOCUMENT = {"a": [1, {"b": 2}], "em:0": {"b": None}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [DOCUMENT]),
        ("$.a[0]", [1]),
        ("$.a[-1].b", [2]),
        ("$['em:0'].b", [None]),
        ("$..b", [2, None]),
        ("$.a[*]", [1, {"b": 2}]),
        ("$.a[?@.b == 2].b", [2]),
        ("$.c.d", []),
    ],
)
def test_path_finds_all_that_stands_there(path: str, found: list[object]) -> None:
    assert JsonPath(path).find(DOCUMENT) == found


@pytest.mark.parametrize("text", ["12.5", "[1]", "[", "{", '{"a": 1}', ""])
def test_text_is_no_document_of_its_own(text: str) -> None:
    assert JsonPath("$").find(text) == [text]
    assert JsonPath("$.a").find(text) == []
    assert JsonPath("$[0]").find(text) == []


@pytest.mark.parametrize("path", ["", "a.b", "$.", "$.a[", "$.a b", "$[?", "x" * 501])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidInputError, match="path: expected "):
        JsonPath(path)


def test_paths_are_equal_if_they_are_written_alike() -> None:
    assert JsonPath("$.a") == JsonPath("$.a")
    assert len({JsonPath("$.a"), JsonPath("$.a"), JsonPath("$.b")}) == 2


def test_document_that_is_too_deep_is_refused() -> None:
    deep: object = 1
    for _ in range(5_000):
        deep = {"a": deep}
    with pytest.raises(InvalidInputError, match=r"\$\.\.b: cannot be followed: "):
        JsonPath("$..b").find(deep)
