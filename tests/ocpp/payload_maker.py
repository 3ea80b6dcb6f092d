"""Payloads made from a JSON schema: valid ones, and ones that are nearly so."""

import copy
from collections.abc import Iterator
from random import Random
from typing import Any, Final, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_LENGTHS: Final = (20, 21, 25, 36, 37, 50, 51, 128, 255, 256, 500, 501, 512, 513, 1000, 2501)
_SLIPS: Final = 0.08
ODD_VALUES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    101,
    2**31 - 1,
    2**31,
    -(2**31),
    -(2**31) - 1,
    2**63,
    -(2**64),
    10**30,
    1.0,
    -0.0,
    2.5,
    0.1,
    0.3,
    0.30000000000000004,
    16.1,
    16.19,
    1e-7,
    1e15,
    "",
    "x",
    "1",
    "Accepted",
    "accepted",
    "2026-01-14T12:00:00Z",
    "x" * 21,
    "å" * 36,
    "🔌" * 20,
    "🔌" * 51,
    "x" * 10_001,
    "\x00",
    '\u2028"\\/',
    [],
    {},
    [{}],
    [None],
    {"vendorId": "V"},
)


class PayloadMaker:
    """Makes payloads for one message.

    Args:
        schema: The message's JSON schema.
        random: Where all choices come from.
        least: The lowest integer where the schema names none.
    """

    def __init__(self, schema: dict[str, Any], random: Random, least: int = -3) -> None:
        self._least = least
        self._root = schema
        self._random = random
        self._slips = 0.0

    def valid(self) -> dict[str, Any]:
        """Make a payload that fits the schema."""
        payload: dict[str, Any] = self._value(self._root, depth=0)
        return payload

    def nearly_valid(self) -> dict[str, Any]:
        """Make a payload that fits the schema but for a few places, if at all.

        Either it is changed after it was made, or it goes to a limit of its schema, or one
        beyond, while it is made.
        """
        if self._random.random() < 0.5:
            self._slips = _SLIPS
            payload = self.valid()
            self._slips = 0.0
            return payload
        payload = self.valid()
        for _ in range(self._random.choice((1, 1, 2))):
            self._change(payload)
        return payload

    def _value(self, schema: dict[str, Any], depth: int) -> Any:
        schema = self._resolve(schema)
        if self._random.random() < self._slips:
            return self._at_a_limit(schema, depth)
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case kind:
                return self._scalar(kind, schema)

    def _at_a_limit(self, schema: dict[str, Any], depth: int) -> Any:
        beyond = self._random.choice((0, 1))
        match schema.get("type"):
            case "string" if "enum" in schema:
                return self._random.choice(schema["enum"]) + "x" * beyond
            case "string" if "maxLength" in schema:
                return self._random.choice("xå🔌") * (schema["maxLength"] + beyond)
            case "array":
                count = self._random.choice((0, schema.get("maxItems", 0) + beyond))
                return [self._value(schema["items"], depth + 1)] * count
            case "integer":
                least, most = schema.get("minimum", -(2**31)), schema.get("maximum", 2**31 - 1)
                return self._random.choice((int(least) - beyond, int(most) + beyond))
            case "number":
                return self._random.randint(-300, 9000) / 100
            case _:
                return self._odd()

    def _scalar(self, kind: str | None, schema: dict[str, Any]) -> Any:
        match kind:
            case "string" if schema.get("format") == "date-time":
                return "2026-01-14T12:00:00Z"
            case "string":
                return "x" * self._random.randint(0, min(schema.get("maxLength", 30), 30))
            case "integer":
                least, most = schema.get("minimum", self._least), schema.get("maximum", 100)
                return self._random.randint(int(least), int(most))
            case "number":
                return self._random.randint(-30, 900) / 10
            case "boolean":
                return self._random.choice((True, False))
            case _:  # anything is allowed
                return self._odd()

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        fewest = schema.get("minItems", 0)
        most = min(schema.get("maxItems", fewest + 2), fewest + 2)
        count = self._random.randint(fewest, most)
        return [self._value(schema["items"], depth + 1) for _ in range(count)]

    def _odd(self) -> Any:
        return copy.deepcopy(self._random.choice(ODD_VALUES))

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        keep = 0.6 if depth < 3 else 0.2
        return {
            name: self._value(inner, depth + 1)
            for name, inner in schema.get("properties", {}).items()
            if name in required or self._random.random() < keep
        }

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self._root["definitions"][schema["$ref"].removeprefix("#/definitions/")]
        return schema

    def _change(self, payload: dict[str, Any]) -> None:
        *above, last = self._random.choice([*_paths(payload), ("extra",)])
        holder: Any = payload
        for part in above:
            holder = holder[part]
        choice = self._random.random()
        if choice < 0.25 and last in (holder if isinstance(holder, dict) else range(len(holder))):
            del holder[last]
        elif choice < 0.35 and isinstance(holder, dict):
            holder["extra"] = self._odd()
        elif choice < 0.4 and isinstance(holder, dict):
            holder[str(last).swapcase()] = holder.pop(last, None)
        elif choice < 0.5 and isinstance(holder, list):
            holder.extend(copy.deepcopy(holder) * self._random.choice((1, 4)))
        elif choice < 0.65 and isinstance(holder.get(last) if isinstance(holder, dict) else 0, str):
            holder[last] = self._lengthened(holder[last])
        elif choice < 0.7 and last != "extra":
            holder[last] = self._random.choice(([holder[last]], str(holder[last]), {"": 0}))
        else:
            holder[last] = self._odd()

    def _lengthened(self, text: str) -> str:
        length = self._random.choice(_LENGTHS)
        return (text or "x").ljust(length, self._random.choice("xå🔌"))[:length]


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where every value within another stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for part, child in inner:
        yield (*path, part)
        if isinstance(child, dict | list):
            yield from _paths(child, (*path, part))
