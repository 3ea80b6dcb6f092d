from typing import Any

import msgspec
import pytest

from csms.ocpp.frames import JsonObject
from csms.ocpp.message_types import Multiple, OpenObject, make_reader

TOKEN: JsonObject = {
    "type": "object",
    "additionalProperties": False,
    "required": ["value"],
    "properties": {
        "value": {"type": "string", "maxLength": 4},
        "kind": {"type": "string", "additionalProperties": False, "enum": ["RFID", "App"]},
    },
}


def read(schema: JsonObject, text: str) -> Any:
    return make_reader(schema)(text.encode())


def is_accepted(schema: JsonObject, text: str) -> bool:
    try:
        read(schema, text)
    except msgspec.MsgspecError:
        return False
    return True


def test_fields_are_attributes_and_absent_ones_are_none() -> None:
    token = read(TOKEN, '{"value":"04A2"}')
    assert (token.value, token.kind) == ("04A2", None)
    assert read(TOKEN, '{"kind":"App","value":""}').kind == "App"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"kind":"App"}',
        '{"value":7}',
        '{"value":null}',
        '{"value":"04A2B"}',
        '{"value":"🔌🔌🔌🔌🔌"}',
        '{"value":"04A2","kind":"app"}',
        '{"value":"04A2","kind":null}',
        '{"value":"04A2","more":1}',
        "[]",
        "null",
    ],
)
def test_object_that_does_not_fit_is_refused(text: str) -> None:
    assert not is_accepted(TOKEN, text)


def test_length_of_a_text_is_counted_in_characters() -> None:
    assert read(TOKEN, '{"value":"🔌🔌🔌🔌"}').value == "🔌🔌🔌🔌"


@pytest.mark.parametrize(
    ("schema", "accepted", "refused"),
    [
        ({"type": "boolean"}, ["true", "false"], ["0", '"true"', "null"]),
        ({"type": "integer"}, ["0", "-1", "4294967296"], ["1.0", "1e2", "true", '"1"']),
        ({"type": "integer", "minimum": 0.0, "maximum": 100.0}, ["0", "100"], ["-1", "101"]),
        ({"type": "integer", "minimum": 0.5, "maximum": 2.5}, ["1", "2"], ["0", "3"]),
        ({"type": "number"}, ["0", "1.5", "1e3", "-0.0"], ["true", '"1"', "1e400"]),
        ({"type": "number", "minimum": 0.5}, ["0.5", "1"], ["0.49", "0"]),
        ({"type": "string", "minLength": 1}, ['"x"'], ['""', "1"]),
        ({"type": "array", "items": {"type": "integer"}}, ["[]", "[1,2]"], ["[1.5]", "{}"]),
        (
            {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2},
            ["[true]", "[true,true]"],
            ["[]", "[true,true,true]", "[1]"],
        ),
        ({"description": "anything"}, ["null", "1", '{"a":[1.5,"b"]}'], ["", "tru"]),
    ],
)
def test_limits_of_a_schema_are_those_of_its_type(
    schema: JsonObject, accepted: list[str], refused: list[str]
) -> None:
    assert [text for text in accepted if not is_accepted(schema, text)] == []
    assert [text for text in refused if is_accepted(schema, text)] == []


@pytest.mark.parametrize(
    ("of", "accepted", "refused"),
    [
        (
            0.1,
            ["16", "16.0", "16.1", "0.3", "-0.5", "1e15", "1e22"],
            ["16.19", "0.30000000000000004", "1e-7", "true", '"16"', "null"],
        ),
        (0.01, ["16.19"], ["16.199"]),
        (1, ["16", "16.0"], ["16.5"]),
    ],
)
def test_multiple_is_a_number_of_so_many_decimals(
    of: float, accepted: list[str], refused: list[str]
) -> None:
    schema = {"type": "number", "multipleOf": of}
    assert [text for text in accepted if not is_accepted(schema, text)] == []
    assert [text for text in refused if is_accepted(schema, text)] == []
    assert isinstance(read(schema, "16"), Multiple)


def test_object_that_may_hold_more_is_kept_as_it_came() -> None:
    schema = {
        "type": "object",
        "required": ["vendorId"],
        "properties": {"vendorId": {"type": "string", "maxLength": 4}},
    }
    kept = read(schema, '{"more":[1],"vendorId":"V"}')
    assert isinstance(kept, OpenObject)
    assert kept == {"more": [1], "vendorId": "V"}
    assert not is_accepted(schema, '{"more":[1]}')
    assert not is_accepted(schema, '{"vendorId":"Vendor"}')
    assert not is_accepted(schema, "[]")


def test_definition_is_made_once_and_used_everywhere() -> None:
    schema = {
        "definitions": {"Token": TOKEN},
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "one": {"$ref": "#/definitions/Token"},
            "all": {"type": "array", "items": {"$ref": "#/definitions/Token"}},
        },
    }
    told = read(schema, '{"one":{"value":"a"},"all":[{"value":"b"}]}')
    assert type(told.one) is type(told.all[0])
    assert not is_accepted(schema, '{"one":{"value":"a"},"all":[{"value":"bbbbb"}]}')


def test_type_writes_what_it_has_read() -> None:
    text = '{"value":"04A2","kind":"App"}'
    assert msgspec.json.encode(read(TOKEN, text)).decode() == text
    assert msgspec.json.encode(read(TOKEN, '{"value":"04A2"}')) == b'{"value":"04A2"}'


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string", "pattern": "^a"}, "no type can say pattern"),
        ({"type": "integer", "multipleOf": 5}, "no type can say multipleOf"),
        ({"type": "number", "multipleOf": 0.1, "minimum": 0}, "no type can say minimum"),
        ({"anyOf": [TOKEN], "title": "x"}, "no type can say anyOf"),
        ({"properties": {}}, "no type can say properties"),
        ({"type": "number", "multipleOf": 0.5}, "expected a multiple of 1, 0.1, 0.01"),
        ({"type": "number", "multipleOf": 10}, "expected a multiple of 1, 0.1, 0.01"),
    ],
)
def test_schema_that_is_not_understood_is_not_loaded(schema: JsonObject, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make_reader(schema)
